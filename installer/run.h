/* Runs a plan: steps in order, events out, everything held released at the end. */
#pragma once

#include "installer/answers.h"
#include "installer/event.h"
#include "installer/fido2.h"
#include "installer/machine.h"
#include "installer/plan.h"
#include "installer/release.h"
#include "installer/secrets.h"

struct distro;
struct manifest;

/* Shared by the steps of one run. */
struct run {
	const struct plan *plan;
	const struct secrets *secrets;   /* read by the caller before the first step */
	struct fido2_enrolled security_key; /* what it gave before the disk is written; run_plan() frees it */
	struct manifest *manifest;       /* verified by the first step; run_plan() frees it */
	const struct distro *distro;     /* of the payload, set by the first step */
	struct events *events;
	struct releases *releases;
	const char *payload_dir;         /* holds manifest.json, manifest.sig, the archive */
	const char *keys_dir;            /* trusted Ed25519 public keys, PEM */
	const char *target;              /* mount point: /run/jefe/target */
	const char *journal;             /* file of event lines, copied to the target at the end */
	int disk_fds[DISKS];             /* the claims on the disks of the plan, -1 when not held */
	int target_fd;                   /* root descriptor of the target, -1 before it is mounted */
	bool resume;                     /* skip what the disk proves to be done */
	volatile const int *stop;        /* set by a signal handler: end at the next safe point with -ECANCELED */
};

/* 0, or the error of the step that failed. Emits plan, step and done/failed events, and releases everything. */
int run_plan(struct run *run, struct error *err) CHECKED;
/* One sentence for people who find an unfinished disk: what was written so far. The caller frees it. */
char *run_disk_state(const struct plan *plan, bool written) CHECKED;
/* Device with the file system of layout_volumes[volume] while installing: a logical volume, the mapping when encrypted, or the partition.
 * The caller frees it. */
char *run_volume_device(const struct disk_layout *layout, size_t volume) CHECKED;
/* Is there such a volume? With layout.keeps those of the group are known only while it is open. */
bool run_has_volume(const struct disk_layout *layout, size_t volume);
/* Of the array that holds the partitions of this kind on both disks; NULL: there is none. The caller frees it. */
char *run_array_uuid(const struct disk_layout *layout, unsigned part) CHECKED;
/* Of the group of logical volumes; NULL: there is none. The caller frees it. */
char *run_group_uuid(const struct disk_layout *layout) CHECKED;

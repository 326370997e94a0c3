/* Runs a plan: steps in order, events out, everything held released at the end. */
#pragma once

#include "installer/answers.h"
#include "installer/event.h"
#include "installer/machine.h"
#include "installer/plan.h"
#include "installer/release.h"
#include "installer/base/secret.h"

struct distro;
struct manifest;

/* Shared by the steps of one run. */
struct run {
	const struct answers *answers;
	const struct machine *machine;
	const struct distro *distro;     /* of the payload */
	const struct plan *plan;
	struct events *events;
	struct releases *releases;
	const char *payload_dir;         /* holds manifest.json, manifest.sig, rootfs.tar.zst */
	const char *keys_dir;            /* trusted Ed25519 public keys, PEM */
	struct manifest *manifest;       /* verified; set by the first step */
	struct secret *passphrase, *recovery_key; /* read before the first step, or NULL */
	struct secret **passwords;       /* by user index; NULL entries for key-only users */
	char *target;                    /* mount point: /run/jefe/target */
	int target_fd;                   /* root descriptor of the target, -1 before it is mounted */
	char *root_device, *root_uuid, *luks_uuid, *boot_uuid, *esp_uuid; /* known after formatting */
	bool resume;
	volatile const int *stop;        /* set by a signal handler: end at the next safe point with -ECANCELED */
};

/* 0, or the error of the step that failed. Emits plan, step and done/failed events, and releases everything. */
int run_plan(struct run *run, struct error *err) CHECKED;

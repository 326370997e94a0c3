/* The kinds of steps; plan.c puts them in order. */
#pragma once

#include "installer/plan.h"

extern const struct step_ops step_verify;     /* payload.c */
extern const struct step_ops step_extract;
extern const struct step_ops step_claim;      /* disk.c */
extern const struct step_ops step_wipe;
extern const struct step_ops step_partition;
extern const struct step_ops step_mirror;     /* mirror.c */
extern const struct step_ops step_open;       /* keep.c */
extern const struct step_ops step_mark;
extern const struct step_ops step_encrypt;    /* volumes.c */
extern const struct step_ops step_volumes;
extern const struct step_ops step_format;
extern const struct step_ops step_mount;
extern const struct step_ops step_system;     /* system.c */
extern const struct step_ops step_users;      /* users.c */
extern const struct step_ops step_unlock;     /* unlock.c */
extern const struct step_ops step_tpm;        /* keeper.c */
extern const struct step_ops step_enrol;
extern const struct step_ops step_fido2;
extern const struct step_ops step_controls;   /* hardening.c */
extern const struct step_ops step_initramfs;  /* boot.c */
extern const struct step_ops step_loader;
extern const struct step_ops step_records;    /* finish.c */
extern const struct step_ops step_finish;

#define TARGET_MAPPING "jefe-target"          /* name of the opened LUKS device while installing */

struct run;

/* The kernel's name of the port that is asked for, or of the first wired one with a link; a link is known only of ports that are up.
 * NULL: none is known. */
const char *network_port(const struct recipe *recipe);
/* Give up the claims on the disks, so that their partitions can be used; once is enough. */
void disk_unclaim(struct run *run);
/* Open what holds the root file system, until the run ends: the encrypted volume with the passphrase of before, the logical volumes. */
int run_open_mapping(const struct recipe *recipe, struct run *run, struct error *err) CHECKED;
int run_open_group(const struct recipe *recipe, struct run *run, struct error *err) CHECKED;
/* Bytes that the root file system needs for the system of run->manifest, what is logged at first and the first upgrade. */
uint64_t payload_room(const struct run *run);
/* Remove everything from the file system on device but what is kept. Writes. */
int keep_empty(const char *device, struct run *run, struct error *err) CHECKED;
/* Make a folder of the live system to mount on, with its parents. */
int run_make_mount_point(const char *dir, struct error *err) CHECKED;
/* Mount device on dir until the run ends: an entry of its release stack. */
int run_mount(struct run *run, const char *device, const char *dir, const char *type, const char *options, struct error *err) CHECKED;
/* Is it somebody's account, or root's? -ENOENT: no, and the error names those that are. */
int user_find(int root_fd, const char *name, struct error *err) CHECKED;
/* Replace the password of an account that is there; one that was locked is not any more. Writes etc/shadow. */
int user_set_password(int root_fd, const char *name, const struct secret *password, struct error *err) CHECKED;
/* Audit the hardening of what was installed and tell the result. That it cannot be told is no reason to fail. */
void hardening_audit(const struct recipe *recipe, struct run *run);
/* Is the archive of run->manifest completely unpacked below this root? */
int payload_unpacked(int root_fd, const struct run *run);
/* Remove what payload_unpacked() goes by. */
int payload_unmark(int root_fd, struct error *err) CHECKED;

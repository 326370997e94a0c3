/* Repairing an installed system from the live one. An action is computed as a plan of operations, shown, then done; what it holds is on the
 * release stack. The state between two actions is what the kernel tells: mounts below RECOVER_DIR and the mapping RECOVER_MAPPING. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"
#include "installer/event.h"
#include "installer/machine.h"
#include "installer/release.h"

#define RECOVER_DIR     "/mnt/jefe"
#define RECOVER_MAPPING "jefe-recover"
#define RECOVER_ARRAY   "/dev/md/jefe-recover-" /* boot and root of a mirror */

/* A JefeLinux on a disk, by the names of its partitions. Borrowed from the machine. */
struct installed_system {
	const struct disk *disk;
	const struct content *root, *boot, *esp;
	bool encrypted;
	bool shares;      /* the disk with other systems */
	bool has_volumes; /* logical ones, in what is called root here */
	bool mirrored;    /* root and boot are one half of an array each; */
	const struct disk *mirror; /* the disk with the other halves, or NULL: it is not there */
};
/* false: there is none on this disk. */
bool installed_system_on(const struct disk *disk, struct installed_system *system);
/* The same of the disk with this index, with its mirror. false, too: it is the mirror of one before. */
bool installed_system_at(const struct machine *machine, size_t index, struct installed_system *system);

struct recover_options {
	const char *disk;     /* name or path; NULL: the open one, else the only one */
	const char *argument; /* what the action takes */
	bool write;           /* open: for writing */
	struct words command; /* shell: what to run in place of a shell */
};

struct recover {
	const struct machine *machine;
	struct recover_options options;
	struct installed_system system; /* the one it is about; disk NULL: none */
	bool mounted, writable, unlocked; /* is it open, and how? */
	bool volumes_open; /* the group of logical volumes */
	bool arrays_open;  /* those of a mirror */
	struct words mounts;              /* folders at and below RECOVER_DIR, the newest last */
	struct events *events;
	struct releases *releases;
	const struct secret *secret; /* opens the encrypted volume */
	const struct secret *chosen; /* a new passphrase or password */
};

/* Look which system is meant and whether it is open. */
int recover_look(struct recover *recover, struct error *err) CHECKED;
void recover_forget(struct recover *recover); /* free what looking found; the rest is the caller's */

struct operation;
struct recover_plan {
	struct operation *operations;
	size_t count;
	bool keeps; /* what it mounts and unlocks stays when all went well */
};

struct recover_action {
	const char *name, *title, *touches; /* title, touches: N_() */
	const char *takes;                  /* FOLDER, FILE, USER, or NULL: no argument */
	bool writes;                        /* to the disk: needs a confirmation */
	bool needs_open;                    /* works on the system that `open` opened */
	int (*plan)(const struct recover *recover, struct recover_plan *plan, struct error *err);
};
extern const struct recover_action recover_actions[]; /* ends with name NULL */
const struct recover_action *recover_action_named(const char *name); /* NULL: none */

/* Every operation of the action as data, after checking that it can be done; nothing is changed. */
int recover_plan_make(const struct recover *recover, const struct recover_action *action, struct recover_plan *plan,
	struct error *err) CHECKED;
char *recover_plan_text(const struct recover_plan *plan) CHECKED; /* one line each; the caller frees it */
bool recover_plan_opens(const struct recover_plan *plan);         /* it needs recover->secret */
const char *recover_plan_chooses(const struct recover_plan *plan); /* it needs recover->chosen, which is called so; NULL: it does not */
/* Do it. What it holds is given back at the end, and in any case when it fails. */
int recover_plan_run(struct recover *recover, struct recover_plan *plan, struct error *err) CHECKED;
void recover_plan_free(struct recover_plan *plan);
#define autorecoverplan __attribute__((cleanup(recover_plan_free)))

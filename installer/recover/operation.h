/* What the plans of recovery are made of. */
#pragma once

#include "installer/layout.h"
#include "installer/recover/recover.h"

struct operation_ops {
	void (*describe)(const struct operation *operation, struct text *to); /* one line or more */
	int (*run)(struct operation *operation, struct recover *recover, struct error *err);
	bool opens;          /* takes recover->secret, */
	const char *chooses; /* and recover->chosen: what it is called where it is asked for */
};

/* Fields that do not apply are NULL. */
struct operation {
	const struct operation_ops *ops;
	char *from, *to;        /* device and folder of a mount; file and its copy */
	char *type, *options;   /* of the file system; type: firmware of a boot loader */
	struct words argv;      /* of a program */
	int worst;              /* exit status up to which a program did well */
};

extern const struct operation_ops operation_tell; /* operations.c */
extern const struct operation_ops operation_program;
extern const struct operation_ops operation_copy;
extern const struct operation_ops operation_unlock; /* volumes.c; released: locked */
extern const struct operation_ops operation_lock;
extern const struct operation_ops operation_mount;   /* released: unmounted */
extern const struct operation_ops operation_unmount; /* released: mounted as it was, when from says what */
extern const struct operation_ops operation_volumes_open; /* logical.c; released: closed */
extern const struct operation_ops operation_volumes_close;
extern const struct operation_ops operation_volumes_mount; /* by options; released: unmounted */
extern const struct operation_ops operation_volumes_unmount; /* released: mounted by options */
extern const struct operation_ops operation_volumes_check; /* by argv and the device */
extern const struct operation_ops operation_mirror_open; /* mirror.c; from: UUID, to: device; released: closed */
extern const struct operation_ops operation_mirror_close; /* from */
extern const struct operation_ops operation_header_save;
extern const struct operation_ops operation_header_restore;
extern const struct operation_ops operation_passphrase; /* keys.c */
extern const struct operation_ops operation_password;
extern const struct operation_ops operation_loader; /* boot.c */
extern const struct operation_ops operation_menu;
extern const struct operation_ops operation_shell; /* shell.c */

/* Add one; the caller fills in what it needs. The pointer is good until the next is added. */
struct operation *recover_plan_add(struct recover_plan *plan, const struct operation_ops *ops);

/* A mount point that leads out of the system by a link is refused; only RECOVER_DIR itself is made. */
int recover_prepare_dir(const char *dir, struct error *err) CHECKED;

/* Where the file systems that every system has are mounted, in the order of layout_volumes: VOLUME_ROOT … VOLUME_ESP. */
enum { RECOVER_VOLUMES = 3 };
struct recover_volume {
	char *device, *dir, *type;
};
void recover_volumes(const struct recover *recover, struct recover_volume volumes[RECOVER_VOLUMES]);
void recover_volumes_free(struct recover_volume volumes[RECOVER_VOLUMES]);
/* The partition, or of a mirror the array, in which the volume lies: VOLUME_ROOT … VOLUME_ESP. The caller frees it. */
char *recover_device(const struct recover *recover, size_t volume) CHECKED;
/* What holds its root file system or its logical volumes. The caller frees it. */
char *recover_container(const struct recover *recover) CHECKED;

/* Files below RECOVER_DIR that `logs` copies: paths relative to it. */
int recover_log_files(struct words *paths, struct error *err) CHECKED;

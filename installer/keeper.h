/* What keeps a key of the disk besides people: what the ways to unlock by a device have in common, one row for each. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/error.h"

enum { KEEPER_TPM, KEEPER_FIDO2, KEEPERS };
struct keeper {
	const char *name;    /* of its command: jefe-setup NAME */
	int slot;            /* of the LUKS2 header */
	const char *token;   /* the type of its token there */
	const char *folder;  /* on the installed system; while it is there, every initramfs asks the device */
	const char *file;    /* all that is in it */
	const char *program; /* that talks to it */
	const char *library; /* that the program is made with */
	const char *state;   /* of the running system: what came of it at this start */
};
extern const struct keeper keepers[KEEPERS];

bool keeper_is_on(const struct keeper *keeper, int root_fd);
/* Is the program there? root_fd may be AT_FDCWD. */
int keeper_possible(const struct keeper *keeper, int root_fd, struct error *err) CHECKED;
/* Switch it on below the root: its file, mode 0600 in a folder for root alone. */
int keeper_remember(const struct keeper *keeper, int root_fd, const char *bytes, size_t size, struct error *err) CHECKED;
int keeper_forget(const struct keeper *keeper, int root_fd, struct error *err) CHECKED;
/* Empty its key slot, and take its token away. Writes. */
int keeper_clear(const struct keeper *keeper, const char *device, struct error *err) CHECKED;

/* What `jefe-setup tpm` and `jefe-setup fido2` have in common: the running system's disk is unlocked by a device, or is not any more. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/keeper.h"

struct keeper_call {
	const struct keeper *keeper;
	const char *passphrase_fd, *pin_fd; /* NULL: ask */
	char *device;                       /* with the encrypted root file system */
	int root_fd;
};

/* One of the words behind the command. */
struct keeper_action {
	const char *name;
	int (*run)(const struct keeper_call *call, struct error *err);
};

/* Run the action that is named, the first of count without a word; the exit code. */
int keeper_command(const struct keeper *keeper, const struct keeper_action *actions, size_t count, int argc, char **argv);

/* That it can be switched on here. */
int keeper_check(const struct keeper_call *call, struct error *err) CHECKED;
int keeper_passphrase(const struct keeper_call *call, struct secret *secret, struct error *err) CHECKED;
/* An initramfs asks the device, or does not, as it was made. */
int keeper_renew_boot(struct error *err) CHECKED;
/* The action "off". */
int keeper_off(const struct keeper_call *call, struct error *err) CHECKED;

/* Unlocking the disk over SSH before the system starts: what the installation, the initramfs and its scripts agree on. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"

/* On the installed system; while it is there, every initramfs gets what is in it. */
#define UNLOCK_FOLDER "etc/jefelinux/unlock"

enum { UNLOCK_KEYS, UNLOCK_NETWORK, UNLOCK_HOST_KEY, UNLOCK_FILES };
struct unlock_file {
	const char *path;  /* below the root, only for root */
	const char *image; /* in the initramfs */
};
extern const struct unlock_file unlock_files[UNLOCK_FILES];

bool unlock_is_on(int root_fd);
/* Are the programs there that serve it? root_fd may be AT_FDCWD. */
int unlock_possible(int root_fd, struct error *err) CHECKED;
/* A new host key for Dropbear in a file that is not there yet, on this machine; *line is the public half, which the caller frees. */
int unlock_make_host_key(const char *path, char **line, struct error *err) CHECKED;
/* The whole error: which file lacks, and the way out. */
int unlock_check(int root_fd, struct error *err) CHECKED;

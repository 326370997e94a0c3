/* One initramfs for live medium, installed system, netboot and recovery. */
#pragma once

#include "installer/base/error.h"

struct initramfs {
	const char *kernel;  /* version: the directory below lib/modules */
	int modules_root_fd; /* root with lib/modules/VERSION (and etc/jefelinux/keymap.bmap of the system it is for) */
	int programs_root_fd; /* root the programs and their libraries are taken from: normally "/" */
	const char *
		keymap_file; /* binary keymap (loadkmap), below programs_root_fd, or NULL: US */
	const char *output; /* host path, replaced at once when complete */
	void (*note)(void *context,
		const char
			*line); /* missing optional programs and modules; may be NULL */
	void *context;
};

/* Can the system that the modules are of make the next one by itself? The error says which of its programs is missing. */
int initramfs_renewable(const struct initramfs *initramfs, struct error *err) CHECKED;
int initramfs_make(const struct initramfs *initramfs, struct error *err) CHECKED;

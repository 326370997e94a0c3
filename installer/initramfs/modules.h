/* Kernel modules into an image: those of content_modules with all they depend on, and the index files a modprobe needs for them. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "installer/initramfs/image.h"

/* also: lists like content_modules of what is wanted besides, the last NULL. root_fd must stay open until the image is written. missing gets
 * the names in content_modules_expected that this kernel does not have. -ENOENT when there are no modules of this version; the message
 * names those there are. */
int modules_add(struct image *image, int root_fd, const char *version,
	const char *const *const *also, struct words *missing, struct error *err) CHECKED;

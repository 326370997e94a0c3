/* Programs and the shared libraries they need, from below a root, into an image. In the image all programs are in usr/bin and all
 * libraries in usr/lib; bin, sbin, lib, lib64 and usr/sbin are links there, so that it does not matter where a distribution has them. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "installer/initramfs/image.h"

struct added;
struct programs {
	struct image *image;
	int root_fd;              /* stays open until the image is written */
	struct words directories; /* where the root's dynamic linker looks */
	struct added *added;      /* files so far */
	size_t count;
};

/* Read the linker's configuration and add the links. */
int programs_open(struct programs *programs, struct image *image, int root_fd,
	struct error *err) CHECKED;
void programs_close(struct programs *programs);

/* -ENOENT when there is no such program; the message names the missing library when that is it. */
int programs_add(struct programs *programs, const char *name, struct error *err) CHECKED;
int programs_add_library(
	struct programs *programs, const char *name, struct error *err) CHECKED;

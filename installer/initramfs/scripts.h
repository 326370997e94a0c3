/* The scripts of the initramfs, compiled in: the program needs no files beside it. */
#pragma once

#include <stddef.h>

struct script {
	const char *name; /* in the image */
	const unsigned char *data;
	size_t size;
};

extern const struct script
	scripts[]; /* ends with name NULL; made from the scripts by the build */

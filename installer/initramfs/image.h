/* The contents of an initramfs before they are written: names without leading "/", each at most once (the first one stays).
 * Directories above an entry need not be added. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

struct image;
struct image *image_new(void) CHECKED;
void image_free(struct image *image); /* NULL is fine */

void image_add_dir(struct image *image, const char *name, mode_t mode);
void image_add_link(struct image *image, const char *name, const char *target);
void image_add_node(struct image *image, const char *name, mode_t mode, unsigned major,
	unsigned minor);
void image_add_bytes(struct image *image, const char *name, const void *data, size_t size,
	mode_t mode);
/* The file from below root_fd, which must stay open; read, and decompressed when it ends in .gz, .xz or .zst, only when written. */
void image_add_file(struct image *image, const char *name, int root_fd, const char *from,
	mode_t mode);
bool image_has(const struct image *image, const char *name);

/* Sorted by name: the same contents give the same bytes. */
int image_write(struct image *image, const char *path, struct error *err) CHECKED;

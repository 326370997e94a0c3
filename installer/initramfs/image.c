#include "installer/initramfs/image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "installer/archive.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

/* Of 51 MB level 3 makes 15.2 and level 6 14.0 in twice the time: every kernel upgrade pays it. */
enum { LEVEL = 3, FILE_MAX = 64 << 20 };

struct entry {
	char *name, *target; /* target: of a link; path of a file to read below root_fd */
	struct text bytes;
	mode_t mode; /* with its type */
	unsigned major, minor;
	int root_fd; /* -1: bytes */
	size_t order;
};

struct image {
	struct entry *entries;
	size_t count, room;
};

struct image *image_new(void)
{
	return memory_zero(1, sizeof(struct image));
}

void image_free(struct image *image)
{
	if (!image)
		return;
	for (size_t i = 0; i < image->count; i++) {
		free(image->entries[i].name);
		free(image->entries[i].target);
		text_free(&image->entries[i].bytes);
	}
	free(image->entries);
	free(image);
}

static struct entry *add(struct image *image, const char *name, mode_t mode)
{
	struct entry *entry;

	if (image->count == image->room) {
		image->room = image->room ? image->room * 2 : 256;
		image->entries =
			memory_resize(image->entries, image->room, sizeof(*entry));
	}
	entry = &image->entries[image->count];
	*entry = (struct entry){.name = memory_copy_text(name),
		.mode = mode,
		.root_fd = -1,
		.order = image->count};
	image->count++;
	return entry;
}

void image_add_dir(struct image *image, const char *name, mode_t mode)
{
	(void)add(image, name, S_IFDIR | mode);
}

void image_add_link(struct image *image, const char *name, const char *target)
{
	add(image, name, S_IFLNK | 0777)->target = memory_copy_text(target);
}

void image_add_node(struct image *image, const char *name, mode_t mode, unsigned major,
	unsigned minor)
{
	struct entry *entry = add(image, name, mode);

	entry->major = major;
	entry->minor = minor;
}

void image_add_bytes(
	struct image *image, const char *name, const void *data, size_t size, mode_t mode)
{
	text_add_bytes(&add(image, name, S_IFREG | mode)->bytes, data, size);
}

void image_add_file(
	struct image *image, const char *name, int root_fd, const char *from, mode_t mode)
{
	struct entry *entry = add(image, name, S_IFREG | mode);

	entry->root_fd = root_fd;
	entry->target = memory_copy_text(from);
}

bool image_has(const struct image *image, const char *name)
{
	for (size_t i = 0; i < image->count; i++)
		if (strcmp(image->entries[i].name, name) == 0)
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return left->order < right->order ? -1 : 1;
}

static void add_parents(struct image *image)
{
	size_t count = image->count;

	for (size_t i = 0; i < count; i++) {
		autofree char *path = memory_copy_text(image->entries[i].name);
		char *slash;

		while ((slash = strrchr(path, '/'))) {
			*slash = '\0';
			image_add_dir(image, path, 0755);
		}
	}
}

static bool is_compressed(const char *name)
{
	return text_ends(name, ".gz") || text_ends(name, ".xz") ||
	       text_ends(name, ".zst");
}

static int write_file(struct cpio *cpio, const struct entry *entry, struct error *err)
{
	autotext struct text stored = {0};
	autotext struct text plain = {0};
	const struct text *bytes = entry->root_fd < 0 ? &entry->bytes : &stored;

	if (entry->root_fd >= 0 &&
		file_read(entry->root_fd, entry->target, FILE_MAX, &stored, err) < 0)
		return err->code;
	if (entry->root_fd >= 0 && is_compressed(entry->target)) {
		if (archive_decompress(stored.data, stored.size, FILE_MAX, &plain, err) <
			0)
			return error_prefix(err, "%s", entry->target);
		bytes = &plain;
	}
	return cpio_add_bytes(cpio, entry->name, text_string(bytes), bytes->size,
		entry->mode & 07777, err);
}

static int write_entry(struct cpio *cpio, const struct entry *entry, struct error *err)
{
	if (S_ISDIR(entry->mode))
		return cpio_add_dir(cpio, entry->name, entry->mode & 07777, err);
	if (S_ISLNK(entry->mode))
		return cpio_add_link(cpio, entry->name, entry->target, err);
	if (S_ISREG(entry->mode))
		return write_file(cpio, entry, err);
	return cpio_add_node(
		cpio, entry->name, entry->mode, entry->major, entry->minor, err);
}

int image_write(struct image *image, const char *path, struct error *err)
{
	struct cpio *cpio;
	int rc;

	add_parents(image);
	qsort(image->entries, image->count, sizeof(struct entry), by_name);
	rc = cpio_open(path, LEVEL, &cpio, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < image->count; i++)
		if (i == 0 ||
			strcmp(image->entries[i - 1].name, image->entries[i].name) != 0)
			rc = write_entry(cpio, &image->entries[i], err);
	if (rc == 0)
		return cpio_close(cpio, err);
	cpio_abandon(cpio);
	return rc;
}

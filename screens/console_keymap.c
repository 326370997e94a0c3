#include "screens/console_keymap.h"

#include <errno.h>
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <string.h>
#include <sys/ioctl.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

/* Binary keymap: magic, one byte for each of 256 tables that follow, each of 128 little-endian values. */
enum {
	TABLES = 256,
	KEYS = 128,
	TABLE_SIZE = 2 * KEYS,
	MAGIC_SIZE = 7,
	FILE_MAX = MAGIC_SIZE + TABLES + TABLES * TABLE_SIZE
};
static const char magic[MAGIC_SIZE + 1] = "bkeymap";

int console_is_local(int fd)
{
	char type = 0;

	return ioctl(fd, KDGKBTYPE, &type) == 0;
}

static int load_table(int fd, unsigned char table, const unsigned char *values)
{
	for (size_t i = 0; i < KEYS; i++) {
		struct kbentry entry = {.kb_table = table, .kb_index = (unsigned char)i};

		entry.kb_value = (unsigned short)(values[2 * i] | values[2 * i + 1] << 8);
		if (ioctl(fd, KDSKBENT, &entry) < 0)
			return -errno;
	}
	return 0;
}

static int load(int fd, const struct text *file, const char *path, struct error *err)
{
	const unsigned char *flags = (const unsigned char *)file->data + MAGIC_SIZE;
	const unsigned char *values = flags + TABLES;
	const unsigned char *end = (const unsigned char *)file->data + file->size;
	int rc = 0;

	if (file->size < MAGIC_SIZE + TABLES ||
		memcmp(file->data, magic, MAGIC_SIZE) != 0)
		return error_set(err, -EINVAL, "%s is no binary keymap", path);
	for (unsigned table = 0; rc == 0 && table < TABLES; table++) {
		if (!flags[table])
			continue;
		if (end - values < TABLE_SIZE)
			return error_set(err, -EINVAL, "%s ends in the middle", path);
		rc = load_table(fd, (unsigned char)table, values);
		values += TABLE_SIZE;
	}
	return rc < 0 ? error_errno(err, rc, "loading keymap %s", path) : 0;
}

int console_keymap_load(int fd, const char *name, struct error *err)
{
	autofree char *path = memory_format("usr/share/jefelinux/keymaps/%s.bmap", name);
	autoclose int root = file_open_root("/", err);
	autotext struct text file = {0};
	int rc = root < 0 ? root : file_read(root, path, FILE_MAX, &file, err);

	return rc < 0 ? rc : load(fd, &file, path, err);
}

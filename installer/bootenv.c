#include "installer/bootenv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { BLOCK_SIZE = 1024 };
static const char header[] = "# GRUB Environment Block\n";

/* The lines behind the header, without the padding; 1, or 0 when there is no block. */
static int block_read(int root_fd, struct words *lines, struct error *err)
{
	autotext struct text text = {0};
	autowords struct words all = {0};
	int rc = file_exists(root_fd, BOOTENV_PATH)
			 ? file_read(root_fd, BOOTENV_PATH, BLOCK_SIZE, &text, err)
			 : 0;

	if (rc < 0 && rc != -EFBIG)
		return rc;
	if (rc < 0 || text.size != BLOCK_SIZE || !text_starts(text.data, header))
		return 0;
	words_split(&all, text.data + sizeof(header) - 1, "\n");
	for (size_t i = 0; i < all.count; i++)
		if (all.items[i][0] != '#')
			words_add(lines, all.items[i]);
	return 1;
}

/* What the line gives to the name, or NULL. */
static const char *line_value(const char *line, const char *name)
{
	size_t size = strlen(name);

	return text_starts(line, name) && line[size] == '=' ? line + size + 1 : NULL;
}

int bootenv_get(int root_fd, const char *name, char **value, struct error *err)
{
	autowords struct words lines = {0};
	int rc = block_read(root_fd, &lines, err);

	*value = NULL;
	for (size_t i = 0; i < lines.count && !*value; i++)
		if (line_value(lines.items[i], name))
			*value = memory_copy_text(line_value(lines.items[i], name));
	return rc < 0 ? error_prefix(err, "reading %s", name) : 0;
}

static void compose(const struct words *lines, const char *name, const char *value,
	struct text *block)
{
	bool placed = false;

	text_add(block, header);
	for (size_t i = 0; i < lines->count; i++) {
		bool same = line_value(lines->items[i], name) != NULL;

		if (!same)
			text_addf(block, "%s\n", lines->items[i]);
		else if (value && !placed)
			text_addf(block, "%s=%s\n", name, value);
		placed = placed || same;
	}
	if (value && !placed)
		text_addf(block, "%s=%s\n", name, value);
}

static int write_over(int root_fd, const struct text *block, struct error *err)
{
	autoclose int fd = file_open(root_fd, BOOTENV_PATH, O_WRONLY, 0, err);
	ssize_t put;

	if (fd < 0)
		return fd;
	put = pwrite(fd, block->data, block->size, 0);
	if (put < 0 || fsync(fd) < 0)
		return error_errno(err, -errno, "writing %s", BOOTENV_PATH);
	return (size_t)put == block->size
		       ? 0
		       : error_set(err, -EIO, "writing %s: only %zd bytes", BOOTENV_PATH,
				 put);
}

int bootenv_set(int root_fd, const char *name, const char *value, struct error *err)
{
	autowords struct words lines = {0};
	autotext struct text block = {0};
	int there = block_read(root_fd, &lines, err);

	if (there < 0)
		return error_prefix(err, "setting %s", name);
	compose(&lines, name, value, &block);
	if (block.size > BLOCK_SIZE)
		return error_set(
			err, -ENOSPC, "setting %s: no room in %s", name, BOOTENV_PATH);
	while (block.size < BLOCK_SIZE)
		text_add(&block, "#");
	if (there)
		return write_over(root_fd, &block, err);
	if (file_make_dirs(root_fd, "boot/grub", 0700, err) < 0)
		return error_prefix(err, "setting %s", name);
	return file_write(root_fd, BOOTENV_PATH, block.data, block.size, 0600, err);
}

/* A throw-away root file system for tests: tree_make before, tree_close after each; files are written and compared by path. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static int root = -1;

static inline int tree_make(void **state)
{
	char *path = memory_copy_text("/tmp/jefe-test-tree-XXXXXX");

	if (!mkdtemp(path))
		return -1;
	*state = path;
	root = file_open_root(path, NULL);
	return root < 0 ? -1 : 0;
}

static inline int tree_remove(
	const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline int tree_close(void **state)
{
	int rc = nftw(*state, tree_remove, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return close(root) < 0 ? -1 : rc;
}

static inline void put(const char *path, const char *text)
{
	autofree char *directory =
		memory_copy_bytes(path, (size_t)(strrchr(path, '/') - path));
	struct error err = {0};

	assert_done(file_make_dirs(root, directory, 0755, &err), &err);
	assert_done(file_write(root, path, text, strlen(text), 0644, &err), &err);
}

static inline char *content(const char *path)
{
	struct text text = {0};
	struct error err = {0};

	assert_done(file_read(root, path, 1 << 20, &text, &err), &err);
	return text_take(&text);
}

static inline void assert_file(const char *path, const char *wanted)
{
	autofree char *text = content(path);

	assert_string_equal(text, wanted);
}

static inline unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return (unsigned)st.st_mode & 07777;
}

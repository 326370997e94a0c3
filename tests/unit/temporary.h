/* A folder for one test program, gone when it ends. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

struct temporary {
	char path[32];
	int fd; /* of the folder, as a root */
};

static inline int temporary_make(struct temporary *temporary)
{
	struct error err = {0};

	(void)snprintf(temporary->path, sizeof(temporary->path), "/tmp/jefe-test-XXXXXX");
	temporary->fd =
		mkdtemp(temporary->path) ? file_open_root(temporary->path, &err) : -1;
	return temporary->fd < 0 ? -1 : 0;
}

/* A file and the folders above it. */
static inline int temporary_add(
	const struct temporary *temporary, const char *path, const char *content)
{
	const char *slash = strrchr(path, '/');
	autofree char *dir = memory_copy_bytes(path, slash ? (size_t)(slash - path) : 0);
	struct error err = {0};

	if (*dir && file_make_dirs(temporary->fd, dir, 0755, &err) < 0)
		return -1;
	return file_write(temporary->fd, path, content, strlen(content), 0644, &err);
}

static inline int temporary_forget(
	const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void temporary_remove(const struct temporary *temporary)
{
	enum { DESCRIPTORS = 16 };

	(void)close(temporary->fd);
	(void)nftw(temporary->path, temporary_forget, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

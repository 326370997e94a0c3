/* Inside change*.c: one line of a record, which says how a path was before it was touched, and how to make it so again. Fields stand
 * between tabs: absent PATH; link TARGET PATH; mode MODE UID GID CAPABILITY PATH (in hex, "-": none); file MODE UID GID COPY PATH;
 * folder MODE UID GID PATH; kernel VALUE PATH: of the running kernel, below proc/sys. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

enum { RECORD_FILE_MAX = 8 << 20 };

/* The line about a path as it is now; *line NULL: nothing to say. The content of a file goes into the folder, under the next number of
 * *copies. The caller frees the line. */
int record_describe(int root_fd, const char *folder, unsigned *copies, const char *path,
	bool mode_only, char **line, struct error *err) CHECKED;
bool record_is_kernel(const char *path);
/* Make it as the fields of a line say; other lines do nothing. */
int record_put_back(int root_fd, const char *folder, const struct words *fields,
	struct error *err) CHECKED;
/* A line taken apart at its tabs; the caller frees the fields. */
struct words record_fields(const char *line);
/* SHA-256 of a file in hex; "-": it is not there. A link counts by its target. */
void record_digest(int root_fd, const char *path, char hex[65]);

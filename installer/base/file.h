/* Files below a root directory. The same call serves "/" and a target mounted at /mnt: every path is taken relative to
 * root_fd, symbolic links and ".." never lead out of it (openat2 with RESOLVE_IN_ROOT, Linux 5.6). A leading "/" is
 * allowed and means the root. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

/* Open a directory as a root. Descriptor or negative errno. */
int file_open_root(const char *path, struct error *err) CHECKED;

/* open(2) below the root; O_CLOEXEC is added. Descriptor or negative errno with a message. */
int file_open(int root_fd, const char *path, int flags, mode_t mode, struct error *err) CHECKED;

bool file_exists(int root_fd, const char *path); /* follows links below the root */

/* Append the whole file to text; more than max bytes is -EFBIG. -ENOENT is told with a message as any other. */
int file_read(int root_fd, const char *path, size_t max, struct text *text, struct error *err) CHECKED;
/* The same for a path from the command line: relative to the working directory, links followed, "-" is standard input. */
int file_read_argument(const char *path, size_t max, struct text *text, struct error *err) CHECKED;
/* First line without its newline, for sysfs and procfs; -ENOENT without a message cost. The caller frees *line. */
int file_read_line(int root_fd, const char *path, char **line) CHECKED;

/* Where a symbolic link leads, also one of /proc/PID that is no path; NULL with errno. The caller frees it. */
char *file_read_link(int root_fd, const char *path) CHECKED;

/* Replace or make the file at once: written beside it, fsynced, renamed. Owner root:root. The directory must exist. */
int file_write(int root_fd, const char *path, const char *data, size_t size, mode_t mode, struct error *err) CHECKED;

/* Make the directory and its missing parents, with exactly this mode for those made. */
int file_make_dirs(int root_fd, const char *path, mode_t mode, struct error *err) CHECKED;

/* Remove a file; that it is not there is success. */
int file_remove(int root_fd, const char *path, struct error *err) CHECKED;

/* Make a symbolic link, replacing what is there (not a directory). */
int file_link(int root_fd, const char *target, const char *path, struct error *err) CHECKED;

/* Copy a regular file (contents and mode) from below one root to below another, fsynced and renamed as file_write does. */
int file_copy(int from_root_fd, const char *from, int to_root_fd, const char *to, struct error *err) CHECKED;

/* Remove what file_write() and file_copy() had begun in a folder in processes that are gone. */
void file_remove_drafts(int root_fd, const char *folder);

/* Rename below one root; -EXDEV when they are on different file systems. */
int file_move(int root_fd, const char *from, const char *to, struct error *err) CHECKED;

/* Give what is there (no link) another mode and owner; (uid_t)-1 and (gid_t)-1 leave it. */
int file_set_mode(int root_fd, const char *path, mode_t mode, uid_t uid, gid_t gid, struct error *err) CHECKED;

/* Somebody who is asked before any of the functions above replaces, makes, removes or (mode_only) changes the mode of a path: to remember what
 * was there. A negative answer stops it. At most one at a time; borrowed until file_observe(NULL). */
struct file_observer {
	int (*before)(void *context, int root_fd, const char *path, bool mode_only, struct error *err);
	void *context;
};
void file_observe(const struct file_observer *observer);
/* Ask for a path that is about to be changed otherwise than by the functions above. */
int file_changes(int root_fd, const char *path, bool mode_only, struct error *err) CHECKED;

/* Names in a directory, sorted, without . and ..; a missing directory is an empty list when missing_ok. */
int file_list(int root_fd, const char *path, bool missing_ok, struct words *names, struct error *err) CHECKED;

/* write(2) until all is written. */
int file_write_all(int fd, const void *data, size_t size, struct error *err) CHECKED;

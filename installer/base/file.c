#include "installer/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "installer/base/memory.h"

enum { CHUNK = 8192 };

static const struct file_observer *observer;

void file_observe(const struct file_observer *new_observer)
{
	observer = new_observer;
}

int file_changes(int root_fd, const char *path, bool mode_only, struct error *err)
{
	return observer ? observer->before(
				  observer->context, root_fd, path, mode_only, err)
			: 0;
}

int file_open_root(const char *path, struct error *err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, -errno, "opening directory %s", path) : fd;
}

static int open_in_root(int root_fd, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};
	long fd;

	if (flags & (O_CREAT | O_TMPFILE))
		how.mode = mode;
	do
		fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return fd < 0 ? -errno : (int)fd;
}

int file_open(int root_fd, const char *path, int flags, mode_t mode, struct error *err)
{
	int fd = open_in_root(root_fd, path, flags, mode);

	return fd < 0 ? error_errno(err, fd, "opening %s", path) : fd;
}

bool file_exists(int root_fd, const char *path)
{
	autoclose int fd = open_in_root(root_fd, path, O_PATH, 0);

	return fd >= 0;
}

/* Room for what is left of a large file, so that memory for it is had once: one byte more, as only reading nothing is the end; never
 * more than the limit needs to be seen exceeded. */
static size_t room_for_rest(int fd, size_t max)
{
	struct stat st;
	size_t rest = fstat(fd, &st) == 0 && st.st_size > CHUNK + CHUNK
			      ? (size_t)st.st_size - CHUNK + 1
			      : CHUNK;

	return rest < max ? rest : max;
}

static int read_all(
	int fd, const char *path, size_t max, struct text *text, struct error *err)
{
	size_t total = 0, room = CHUNK;

	for (;;) {
		ssize_t got = read(fd, text_room(text, room), room);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, -errno, "reading %s", path);
		if (got == 0)
			return 0;
		if (total == 0 && got == CHUNK)
			room = room_for_rest(fd, max);
		total += (size_t)got;
		text_cut(text, text->size + (size_t)got);
		if (total > max)
			return error_set(err, -EFBIG, "reading %s: larger than %zu bytes",
				path, max);
	}
}

int file_read(
	int root_fd, const char *path, size_t max, struct text *text, struct error *err)
{
	autoclose int fd = file_open(root_fd, path, O_RDONLY, 0, err);

	return fd < 0 ? fd : read_all(fd, path, max, text, err);
}

int file_read_argument(const char *path, size_t max, struct text *text, struct error *err)
{
	autoclose int fd = -1;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", max, text, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, -errno, "opening %s", path)
		      : read_all(fd, path, max, text, err);
}

int file_read_line(int root_fd, const char *path, char **line)
{
	autoclose int fd = open_in_root(root_fd, path, O_RDONLY | O_NONBLOCK, 0);
	char chunk[4096];
	ssize_t got;

	if (fd < 0)
		return fd;
	got = read(fd, chunk, sizeof(chunk) - 1);
	if (got < 0)
		return -errno;
	chunk[got] = '\0';
	*line = memory_copy_bytes(chunk, strcspn(chunk, "\n"));
	return 0;
}

int file_write_all(int fd, const void *data, size_t size, struct error *err)
{
	const char *at = data;

	while (size) {
		ssize_t put = write(fd, at, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_errno(err, -errno, "writing");
		at += put;
		size -= (size_t)put;
	}
	return 0;
}

/* The directory that holds path, opened below the root, and the last component (points into path). */
static int open_parent(
	int root_fd, const char *path, const char **name, struct error *err)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent = slash ? memory_copy_bytes(path, (size_t)(slash - path))
				      : memory_copy_text(".");

	*name = slash ? slash + 1 : path;
	if (!**name)
		return error_set(err, -EINVAL, "%s: names a directory, not a file", path);
	return file_open(root_fd, *parent ? parent : "/", O_PATH | O_DIRECTORY, 0, err);
}

/* A file being written beside its final name. */
struct draft {
	int dir_fd;
	int fd;
	const char *name;
	char temporary[64];
};

static int draft_open(struct draft *draft, int root_fd, const char *path, mode_t mode,
	struct error *err)
{
	static unsigned serial;
	int rc = file_changes(root_fd, path, false, err);

	if (rc < 0)
		return rc;
	draft->dir_fd = open_parent(root_fd, path, &draft->name, err);
	if (draft->dir_fd < 0)
		return draft->dir_fd;
	(void)snprintf(draft->temporary, sizeof(draft->temporary), ".jefe-%ld-%u",
		(long)getpid(), serial++);
	draft->fd = openat(draft->dir_fd, draft->temporary,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (draft->fd < 0)
		return error_errno(err, -errno, "making %s", path);
	if (fchmod(draft->fd, mode) < 0)
		return error_errno(err, -errno, "setting the mode of %s", path);
	return 0;
}

static int draft_keep(struct draft *draft, const char *path, struct error *err)
{
	if (fsync(draft->fd) < 0)
		return error_errno(err, -errno, "writing %s to the disk", path);
	if (renameat(draft->dir_fd, draft->temporary, draft->dir_fd, draft->name) < 0)
		return error_errno(err, -errno, "putting %s in place", path);
	draft->temporary[0] = '\0';
	return 0;
}

static void draft_close(struct draft *draft)
{
	if (draft->fd >= 0) {
		(void)close(draft->fd);
		if (draft->temporary[0])
			(void)unlinkat(draft->dir_fd, draft->temporary, 0);
	}
	if (draft->dir_fd >= 0)
		(void)close(draft->dir_fd);
}

/* The process that a name ".jefe-PID-NUMBER" is of, or 0. */
static pid_t draft_owner(const char *name)
{
	long pid;
	char *end;

	if (!text_starts(name, ".jefe-"))
		return 0;
	name += strlen(".jefe-");
	pid = strtol(name, &end, 10);
	if (end == name || *end != '-' || !end[1] ||
		end[1 + strspn(end + 1, "0123456789")])
		return 0;
	return (pid_t)pid;
}

void file_remove_drafts(int root_fd, const char *folder)
{
	autowords struct words names = {0};
	autoclose int dir = file_open(root_fd, folder, O_PATH | O_DIRECTORY, 0, NULL);

	if (dir < 0 || file_list(root_fd, folder, true, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		pid_t pid = draft_owner(names.items[i]);

		if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH)
			(void)unlinkat(dir, names.items[i], 0);
	}
}

int file_write(int root_fd, const char *path, const char *data, size_t size, mode_t mode,
	struct error *err)
{
	__attribute__((cleanup(draft_close))) struct draft draft = {
		.dir_fd = -1, .fd = -1};

	if (draft_open(&draft, root_fd, path, mode, err) < 0)
		return error_prefix(err, "writing %s", path);
	if (file_write_all(draft.fd, data, size, err) < 0)
		return error_prefix(err, "writing %s", path);
	return draft_keep(&draft, path, err);
}

int file_copy(int from_root_fd, const char *from, int to_root_fd, const char *to,
	struct error *err)
{
	__attribute__((cleanup(draft_close))) struct draft draft = {
		.dir_fd = -1, .fd = -1};
	autoclose int in = file_open(from_root_fd, from, O_RDONLY, 0, err);
	struct stat st;
	char chunk[64 * 1024 / 8];

	if (in < 0)
		return error_prefix(err, "copying %s to %s", from, to);
	if (fstat(in, &st) < 0)
		return error_errno(err, -errno, "copying %s to %s", from, to);
	if (draft_open(&draft, to_root_fd, to, st.st_mode & 07777, err) < 0)
		return error_prefix(err, "copying %s to %s", from, to);
	for (;;) {
		ssize_t got = read(in, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(
				err, -errno, "copying %s to %s: reading", from, to);
		if (got == 0)
			return draft_keep(&draft, to, err);
		if (file_write_all(draft.fd, chunk, (size_t)got, err) < 0)
			return error_prefix(err, "copying %s to %s", from, to);
	}
}

char *file_read_link(int root_fd, const char *path)
{
	char target[PATH_MAX];
	ssize_t size = readlinkat(root_fd, path, target, sizeof(target));

	if (size == sizeof(target))
		errno = ENAMETOOLONG;
	return size < 0 || size == sizeof(target)
		       ? NULL
		       : memory_copy_bytes(target, (size_t)size);
}

int file_make_dirs(int root_fd, const char *path, mode_t mode, struct error *err)
{
	autofree char *partial = memory_copy_text(path);

	for (char *at = partial + 1; *partial; at++) {
		char ended_by = *at;
		const char *name = partial;

		if (*at && *at != '/')
			continue;
		*at = '\0';
		if (at[-1] != '/' && !file_exists(root_fd, partial)) {
			autoclose int dir = file_changes(root_fd, partial, false, err);

			if (dir == 0)
				dir = open_parent(root_fd, partial, &name, err);
			if (dir < 0)
				return error_prefix(err, "making directory %s", path);
			if (mkdirat(dir, name, mode) < 0 ||
				fchmodat(dir, name, mode, 0) < 0)
				return error_errno(
					err, -errno, "making directory %s", partial);
		}
		if (!ended_by)
			break;
		*at = ended_by;
	}
	return 0;
}

int file_remove(int root_fd, const char *path, struct error *err)
{
	const char *name;
	autoclose int dir = open_parent(root_fd, path, &name, err);
	int rc = dir < 0 ? 0 : file_changes(root_fd, path, false, err);

	if (dir == -ENOENT)
		return 0;
	if (rc < 0)
		return error_prefix(err, "removing %s", path);
	if (dir < 0)
		return error_prefix(err, "removing %s", path);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "removing %s", path);
	return 0;
}

int file_move(int root_fd, const char *from, const char *to, struct error *err)
{
	const char *from_name, *to_name;
	autoclose int from_dir = open_parent(root_fd, from, &from_name, err);
	autoclose int to_dir = open_parent(root_fd, to, &to_name, err);

	if (from_dir < 0 || to_dir < 0 || file_changes(root_fd, from, false, err) < 0 ||
		file_changes(root_fd, to, false, err) < 0)
		return error_prefix(err, "moving %s to %s", from, to);
	return renameat(from_dir, from_name, to_dir, to_name) < 0
		       ? error_errno(err, -errno, "moving %s to %s", from, to)
		       : 0;
}

int file_set_mode(int root_fd, const char *path, mode_t mode, uid_t uid, gid_t gid,
	struct error *err)
{
	int rc = file_changes(root_fd, path, true, err);
	autoclose int fd = rc < 0 ? rc
				  : file_open(root_fd, path,
					    O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0, err);

	if (fd < 0)
		return error_prefix(err, "setting the mode of %s", path);
	/* A change of the owner clears set-uid bits, so it comes first. */
	if ((uid != (uid_t)-1 || gid != (gid_t)-1) && fchown(fd, uid, gid) < 0)
		return error_errno(err, -errno, "giving %s its owner", path);
	if (fchmod(fd, mode) < 0)
		return error_errno(err, -errno, "setting the mode of %s", path);
	return 0;
}

int file_link(int root_fd, const char *target, const char *path, struct error *err)
{
	const char *name;
	int rc = file_changes(root_fd, path, false, err);
	autoclose int dir = rc < 0 ? rc : open_parent(root_fd, path, &name, err);

	if (dir < 0)
		return error_prefix(err, "linking %s to %s", path, target);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "replacing %s", path);
	if (symlinkat(target, dir, name) < 0)
		return error_errno(err, -errno, "linking %s to %s", path, target);
	return 0;
}

int file_list(int root_fd, const char *path, bool missing_ok, struct words *names,
	struct error *err)
{
	autoclosedir DIR *dir = NULL;
	int fd = file_open(root_fd, path, O_RDONLY | O_DIRECTORY, 0, err);

	if (fd == -ENOENT && missing_ok)
		return 0;
	if (fd < 0)
		return error_prefix(err, "listing %s", path);
	dir = fdopendir(fd);
	if (!dir) {
		int code = -errno;

		(void)close(fd);
		return error_errno(err, code, "listing %s", path);
	}
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);

		if (!entry && errno)
			return error_errno(err, -errno, "listing %s", path);
		if (!entry)
			break;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			words_add(names, entry->d_name);
	}
	words_sort(names);
	return 0;
}

#include "installer/controls/change_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { CAPABILITY_MAX = 64 };

static const char kernel_folder[] = "proc/sys/";
static const char capability[] = "security.capability";

/* The content of a file, kept in the folder; *name is what it is called there. */
static int keep_copy(int root_fd, const char *folder, unsigned *copies, const char *path,
	char **name, struct error *err)
{
	autotext struct text text = {0};
	autofree char *copy = NULL;
	int rc = file_read(root_fd, path, RECORD_FILE_MAX, &text, err);

	*name = memory_format("%u", (*copies)++);
	copy = memory_format("%s/%s", folder, *name);
	if (rc == 0)
		rc = file_write(root_fd, copy, text_string(&text), text.size, 0600, err);
	return rc < 0 ? error_prefix(err, "remembering %s", path) : 0;
}

static char *link_line(int fd, const char *path)
{
	char target[4096];
	ssize_t size = readlinkat(fd, "", target, sizeof(target) - 1);

	if (size < 0)
		return NULL;
	target[size] = '\0';
	return memory_format("link\t%s\t%s", target, path);
}

/* A value of the running kernel as blanks separate its words; NULL: cannot be read. */
static char *kernel_value(int root_fd, const char *path)
{
	char *value = NULL;

	if (file_read_line(root_fd, path, &value) < 0)
		return NULL;
	for (char *at = value; *at; at++)
		if (*at == '\t')
			*at = ' ';
	return value;
}

static char *kernel_line(int root_fd, const char *path)
{
	autofree char *value = kernel_value(root_fd, path);

	return value && *value ? memory_format("kernel\t%s\t%s", value, path) : NULL;
}

bool record_is_kernel(const char *path)
{
	return text_starts(path, kernel_folder);
}

/* File capabilities in hex, "-": none. fd is only a path, which has no attributes itself. */
static char *capability_of(int fd)
{
	autofree char *path = memory_format("/proc/self/fd/%d", fd);
	unsigned char value[CAPABILITY_MAX];
	struct text text = {0};
	ssize_t size = getxattr(path, capability, value, sizeof(value));

	for (ssize_t i = 0; i < size; i++)
		text_addf(&text, "%02x", value[i]);
	return text.size ? text_take(&text) : memory_copy_text("-");
}

static int set_capability(
	int root_fd, const char *path, const char *hex, struct error *err)
{
	autoclose int fd =
		file_open(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0, err);
	unsigned char value[CAPABILITY_MAX];
	size_t size = 0;

	if (fd < 0)
		return fd;
	for (; hex[0] && hex[1] && size < sizeof(value); hex += 2) {
		const char digits[] = {hex[0], hex[1], '\0'};

		value[size++] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return fsetxattr(fd, capability, value, size, 0) < 0
		       ? error_errno(
				 err, -errno, "giving back the capabilities of %s", path)
		       : 0;
}

int record_describe(int root_fd, const char *folder, unsigned *copies, const char *path,
	bool mode_only, char **line, struct error *err)
{
	autoclose int fd = file_open(root_fd, path, O_PATH | O_NOFOLLOW, 0, err);
	autofree char *name = NULL;
	struct stat st;
	int rc;

	*line = NULL;
	if (record_is_kernel(path)) {
		*line = kernel_line(root_fd, path);
		return 0;
	}
	if (fd == -ENOENT && !mode_only)
		*line = memory_format("absent\t%s", path);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_prefix(err, "remembering %s", path);
	if (S_ISLNK(st.st_mode)) {
		*line = link_line(fd, path);
	} else if (mode_only) {
		autofree char *had = capability_of(fd);

		*line = memory_format("mode\t%o\t%u\t%u\t%s\t%s",
			(unsigned)st.st_mode & 07777, st.st_uid, st.st_gid, had, path);
	} else if (S_ISDIR(st.st_mode)) {
		*line = memory_format("folder\t%o\t%u\t%u\t%s",
			(unsigned)st.st_mode & 07777, st.st_uid, st.st_gid, path);
	} else if (S_ISREG(st.st_mode)) {
		rc = keep_copy(root_fd, folder, copies, path, &name, err);
		if (rc < 0)
			return rc;
		*line = memory_format("file\t%o\t%u\t%u\t%s\t%s",
			(unsigned)st.st_mode & 07777, st.st_uid, st.st_gid, name, path);
	}
	return 0;
}

void record_digest(int root_fd, const char *path, char hex[65])
{
	autoclose int fd = file_open(root_fd, path, O_PATH | O_NOFOLLOW, 0, NULL);
	autotext struct text text = {0};
	struct stat st;

	(void)snprintf(hex, 65, "-");
	if (fd < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode))
		return;
	if (S_ISLNK(st.st_mode)) {
		autofree char *line = link_line(fd, "");

		text_add(&text, line ? line : "");
	} else if (file_read(root_fd, path, RECORD_FILE_MAX, &text, NULL) < 0) {
		return;
	}
	digest_of(text_string(&text), text.size, hex);
}

struct words record_fields(const char *line)
{
	struct words fields = {0};

	words_split(&fields, line, "\t");
	return fields;
}

static int put_absent(int root_fd, const char *path, struct error *err)
{
	autofree char *parent = memory_copy_bytes(
		path, strrchr(path, '/') ? (size_t)(strrchr(path, '/') - path) : 0);
	autoclose int fd = file_open(root_fd, path, O_PATH | O_NOFOLLOW, 0, NULL);
	autoclose int dir = -1;
	struct stat st;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		return file_remove(root_fd, path, err);
	if (file_changes(root_fd, path, false, err) < 0)
		return error_prefix(err, "removing %s", path);
	/* A folder that others use by now stays. */
	dir = file_open(root_fd, *parent ? parent : "/", O_PATH | O_DIRECTORY, 0, NULL);
	if (dir >= 0)
		(void)unlinkat(
			dir, path + strlen(parent) + (*parent != '\0'), AT_REMOVEDIR);
	return 0;
}

/* By renaming where that is possible: it needs no room. A copy that is gone was put back before. */
static int put_file(
	int root_fd, const char *folder, const struct words *fields, struct error *err)
{
	enum { MODE = 1, UID, GID, COPY, PATH };
	const char *path = fields->items[PATH];
	autofree char *copy = memory_format("%s/%s", folder, fields->items[COPY]);
	mode_t mode = (mode_t)strtoul(fields->items[MODE], NULL, 8);
	uid_t uid = (uid_t)strtoul(fields->items[UID], NULL, 10);
	gid_t gid = (gid_t)strtoul(fields->items[GID], NULL, 10);
	autotext struct text text = {0};
	int rc;

	if (!file_exists(root_fd, copy))
		return 0;
	rc = file_set_mode(root_fd, copy, mode, uid, gid, err);
	if (rc == 0)
		rc = file_move(root_fd, copy, path, err);
	if (rc != -EXDEV)
		return rc;
	rc = file_read(root_fd, copy, RECORD_FILE_MAX, &text, err);
	if (rc == 0)
		rc = file_write(root_fd, path, text_string(&text), text.size, mode, err);
	return rc < 0 ? rc : file_set_mode(root_fd, path, mode, uid, gid, err);
}

static int put_folder(int root_fd, const struct words *fields, struct error *err)
{
	enum { MODE = 1, UID, GID, PATH };
	const char *path = fields->items[PATH];
	mode_t mode = (mode_t)strtoul(fields->items[MODE], NULL, 8);
	int rc = file_make_dirs(root_fd, path, mode, err);

	return rc < 0 ? rc
		      : file_set_mode(root_fd, path, mode,
				(uid_t)strtoul(fields->items[UID], NULL, 10),
				(gid_t)strtoul(fields->items[GID], NULL, 10), err);
}

/* What the kernel does not take back is no failure: who makes the running system follow tells it. */
static int put_kernel(int root_fd, const struct words *fields, struct error *err)
{
	const char *value = fields->items[1], *path = fields->items[2];
	autofree char *now = kernel_value(root_fd, path);
	autoclose int fd = -1;
	int rc;

	if (!now || strcmp(now, value) == 0)
		return 0;
	rc = file_changes(root_fd, path, false, err);
	if (rc < 0)
		return rc;
	fd = file_open(root_fd, path, O_WRONLY, 0, NULL);
	if (fd >= 0)
		(void)!write(fd, value, strlen(value));
	return 0;
}

static int put_mode(int root_fd, const struct words *fields, struct error *err)
{
	enum { MODE = 1, UID, GID, CAPABILITY, PATH };
	const char *path = fields->items[PATH], *hex = fields->items[CAPABILITY];
	int rc;

	if (!file_exists(root_fd, path))
		return 0;
	rc = file_set_mode(root_fd, path, (mode_t)strtoul(fields->items[MODE], NULL, 8),
		(uid_t)strtoul(fields->items[UID], NULL, 10),
		(gid_t)strtoul(fields->items[GID], NULL, 10), err);
	return rc == 0 && strcmp(hex, "-") != 0 ? set_capability(root_fd, path, hex, err)
						: rc;
}

int record_put_back(
	int root_fd, const char *folder, const struct words *fields, struct error *err)
{
	const char *kind = fields->count ? fields->items[0] : "";

	if (strcmp(kind, "absent") == 0 && fields->count == 2)
		return put_absent(root_fd, fields->items[1], err);
	if (strcmp(kind, "link") == 0 && fields->count == 3)
		return file_link(root_fd, fields->items[1], fields->items[2], err);
	if (strcmp(kind, "kernel") == 0 && fields->count == 3)
		return put_kernel(root_fd, fields, err);
	if (strcmp(kind, "folder") == 0 && fields->count == 5)
		return put_folder(root_fd, fields, err);
	if (strcmp(kind, "mode") == 0 && fields->count == 6)
		return put_mode(root_fd, fields, err);
	if (strcmp(kind, "file") == 0 && fields->count == 6)
		return put_file(root_fd, folder, fields, err);
	return 0;
}

/* Programs that run with more rights than who starts them: all but those named lose the bits. What they had is kept in
 * /var/lib/jefelinux/setuid.db, "MODE PATH" per line, and given back when the control is turned off. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char database[] = "var/lib/jefelinux/setuid.db";

enum { PRIVILEGE = S_ISUID | S_ISGID, DEPTH_MAX = 12 };

/* Where programs live. Where /bin is a link to usr/bin, usr/bin is looked at once. */
static const char *const folders[] = {"usr", "bin", "sbin", "lib", "opt"};

struct walk {
	struct words found; /* "04755 /usr/bin/su" */
	int depth;
};

static void take(struct walk *walk, int fd, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return;
	if (st.st_mode & S_ISUID ||
		(st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		words_addf(&walk->found, "%05o %s", (unsigned)st.st_mode & 07777, path);
}

/* Modules, documentation and the like hold no programs, but most of the files. */
static bool is_data(const char *path)
{
	static const char *const data[] = {"/usr/share", "/usr/include", "/usr/src",
		"/lib/modules", "/usr/lib/modules", "/lib/firmware", "/usr/lib/firmware"};

	for (size_t i = 0; i < LENGTH(data); i++)
		if (strcmp(path, data[i]) == 0)
			return true;
	return false;
}

static void walk_folder(struct walk *walk, int parent, const char *name, const char *path)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autoclosedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir || is_data(path) || walk->depth >= DEPTH_MAX) {
		if (!dir && fd >= 0)
			(void)close(fd);
		return;
	}
	walk->depth++;
	while ((entry = readdir(dir))) {
		autofree char *inner = memory_format("%s/%s", path, entry->d_name);

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)
			walk_folder(walk, dirfd(dir), entry->d_name, inner);
		if (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN)
			take(walk, dirfd(dir), entry->d_name, inner);
	}
	walk->depth--;
}

static void find_programs(const struct site *site, struct words *found)
{
	autoclose int root =
		file_open(site->scope->root_fd, ".", O_RDONLY | O_DIRECTORY, 0, NULL);
	struct walk walk = {0};

	for (size_t i = 0; i < LENGTH(folders) && root >= 0; i++) {
		autofree char *path = memory_format("/%s", folders[i]);

		walk_folder(&walk, root, folders[i], path);
	}
	words_sort(&walk.found);
	*found = walk.found;
}

static const char *path_of(const char *row)
{
	const char *blank = strchr(row, ' ');

	return blank ? blank + 1 : "";
}

static bool may_stay(const char *path, const char *allowed)
{
	autowords struct words paths = {0};

	words_split(&paths, allowed, " ");
	return words_contain(&paths, path);
}

static int set_mode(
	const struct site *site, const char *path, mode_t mode, struct error *err)
{
	autoclose int fd = file_open(
		site->scope->root_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);

	if (fd < 0)
		return fd;
	return fchmod(fd, mode) < 0
		       ? error_errno(err, -errno, "setting the mode of %s", path)
		       : 0;
}

/* Add rows to the database, keeping the first mode ever seen of a path. */
static int remember(const struct site *site, const struct words *rows, struct error *err)
{
	autotext struct text text = {0};
	bool changed = false;
	int rc = disk_load(site, database, &text, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rows->count; i++) {
		autofree char *end = memory_format(" %s\n", path_of(rows->items[i]));

		if (!strstr(text_string(&text), end))
			text_addf(&text, "%s\n", rows->items[i]);
	}
	return disk_write(site, database, &text, 0600, &changed, err);
}

static int give_back(
	struct site *site, const char *allowed, bool *changed, struct error *err)
{
	autotext struct text old = {0}, kept = {0};
	bool rewritten = false;
	char *rest, *row;
	int rc = disk_load(site, database, &old, err);

	if (rc <= 0)
		return rc;
	rest = old.data;
	while ((row = line_next(&rest))) {
		bool wanted = !allowed || may_stay(path_of(row), allowed);

		if (!wanted) {
			text_addf(&kept, "%s\n", row);
			continue;
		}
		*changed = true;
		if (file_exists(site->scope->root_fd, path_of(row)) &&
			set_mode(site, path_of(row), (mode_t)strtoul(row, NULL, 8), err) <
				0)
			return error_prefix(err, "giving back privileges");
	}
	return disk_write(site, database, &kept, 0600, &rewritten, err);
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autowords struct words found = {0}, surplus = {0};
	int rc;

	(void)control;
	find_programs(site, &found);
	for (size_t i = 0; i < found.count; i++)
		if (!may_stay(path_of(found.items[i]), value))
			words_add(&surplus, found.items[i]);
	rc = give_back(site, value, changed, err);
	if (rc == 0 && surplus.count)
		rc = remember(site, &surplus, err);
	for (size_t i = 0; i < surplus.count && rc == 0; i++) {
		mode_t mode = (mode_t)strtoul(surplus.items[i], NULL, 8);

		*changed = true;
		rc = set_mode(
			site, path_of(surplus.items[i]), mode & ~(mode_t)PRIVILEGE, err);
	}
	return rc;
}

static int withdraw(struct site *site, const struct control *control, bool *changed,
	struct error *err)
{
	(void)control;
	return give_back(site, NULL, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words found = {0};
	autotext struct text surplus = {0};

	(void)control;
	find_programs(site, &found);
	for (size_t i = 0; i < found.count; i++)
		if (!may_stay(path_of(found.items[i]), value))
			text_addf(&surplus, "%s%s", surplus.size ? " " : "",
				path_of(found.items[i]));
	if (surplus.size)
		find(finding, FOUND_WRONG, memory_copy_text(surplus.data),
			memory_format("privileged: %s", surplus.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(
				"no other program below /usr, /bin, /sbin, /lib, /opt"));
}

const struct control_kind kind_setuid = {
	.name = "setuid",
	.place = "usr/bin",
	.fix = "A package upgrade brings the bits back: apply again.",
	.takes_value = true,
	.apply = apply,
	.withdraw = withdraw,
	.persisted = persisted,
};

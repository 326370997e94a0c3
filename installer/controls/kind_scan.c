/* Rules about files anywhere on the root file system: who may write them, and whether their owner exists. One walk serves all
 * rules; it ends after a while, and what it has not seen by then is not called right. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

enum { DEPTH_MAX = 24, MILLISECONDS = 20000, NAMED_MAX = 20, NUMBERS_MAX = 1024 };

struct numbers {
	unsigned items[NUMBERS_MAX];
	size_t count;
};

struct walk {
	struct scan *scan;
	dev_t device;
	long long start;
	int depth;
	struct numbers users, groups;
};

static long long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Third fields of a passwd or group file. */
static void read_numbers(
	const struct site *site, const char *path, struct numbers *numbers)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, path, &text))
		return;
	rest = text.data;
	while ((line = line_next(&rest)) && numbers->count < NUMBERS_MAX) {
		const char *field = strchr(line, ':');

		field = field ? strchr(field + 1, ':') : NULL;
		if (field)
			numbers->items[numbers->count++] =
				(unsigned)strtoul(field + 1, NULL, 10);
	}
}

/* A full list proves nothing about a number that it lacks. */
static bool is_missing(const struct numbers *numbers, unsigned number)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->items[i] == number)
			return false;
	return numbers->count > 0 && numbers->count < NUMBERS_MAX;
}

static void name(struct words *paths, const char *path)
{
	if (paths->count < NAMED_MAX)
		words_add(paths, path);
}

static void look(struct walk *walk, const struct stat *st, const char *path)
{
	bool open = (S_ISREG(st->st_mode) && (st->st_mode & S_IWOTH)) ||
		    (S_ISDIR(st->st_mode) && (st->st_mode & S_IWOTH) &&
			    !(st->st_mode & S_ISVTX));

	walk->scan->looked++;
	if (open)
		name(&walk->scan->open, path);
	if (is_missing(&walk->users, st->st_uid) || is_missing(&walk->groups, st->st_gid))
		name(&walk->scan->unowned, path);
}

/* Data of packages is most of the files; images of containers have owners of their own. */
static bool is_left_out(const char *path)
{
	static const char *const left_out[] = {"/usr/share", "/usr/include", "/usr/src",
		"/lib/modules", "/usr/lib/modules", "/lib/firmware", "/usr/lib/firmware",
		"/proc", "/sys", "/dev", "/run", "/var/lib/docker", "/var/lib/containers",
		"/var/lib/containerd"};

	for (size_t i = 0; i < LENGTH(left_out); i++)
		if (strcmp(path, left_out[i]) == 0)
			return true;
	return false;
}

static void walk_folder(struct walk *walk, int fd, const char *path);

static void take(
	struct walk *walk, int folder, const struct dirent *entry, const char *path)
{
	struct stat st;
	int fd;

	if (entry->d_type == DT_LNK || is_left_out(path) ||
		fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		st.st_dev != walk->device)
		return;
	look(walk, &st, path);
	if (!S_ISDIR(st.st_mode) || walk->depth >= DEPTH_MAX)
		return;
	fd = openat(
		folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		walk_folder(walk, fd, path);
}

static void walk_folder(struct walk *walk, int fd, const char *path)
{
	autoclosedir DIR *dir = fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		(void)close(fd);
		return;
	}
	if (now_ms() - walk->start > MILLISECONDS) {
		walk->scan->cut = true;
		return;
	}
	walk->depth++;
	while ((entry = readdir(dir))) {
		autofree char *inner = memory_format("%s/%s", path, entry->d_name);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			take(walk, dirfd(dir), entry, inner);
	}
	walk->depth--;
}

static void scan(struct site *site)
{
	struct walk walk = {.scan = &site->scan, .start = now_ms()};
	int root = file_open(site->scope->root_fd, ".", O_RDONLY | O_DIRECTORY, 0, NULL);
	struct stat st;

	if (site->scan.done || root < 0 || fstat(root, &st) < 0) {
		if (root >= 0)
			(void)close(root);
		return;
	}
	site->scan.done = true;
	walk.device = st.st_dev;
	read_numbers(site, "etc/passwd", &walk.users);
	read_numbers(site, "etc/group", &walk.groups);
	walk_folder(&walk, root, "");
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const struct words *found;
	autotext struct text paths = {0};

	scan(site);
	found = strcmp(control->target, "unowned") == 0 ? &site->scan.unowned
							: &site->scan.open;
	for (size_t i = 0; i < found->count; i++)
		text_addf(&paths, "%s%s", i ? " " : "", found->items[i]);
	if (found->count)
		find(finding, FOUND_WRONG, memory_copy_text(paths.data),
			memory_format("%s: %s%s", control->target, paths.data,
				found->count == NAMED_MAX ? " ..." : ""));
	else if (site->scan.cut || geteuid() != 0)
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format(
				"%lu files were looked at, not all", site->scan.looked));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%lu files were looked at", site->scan.looked));
}

const struct control_kind kind_scan = {
	.name = "scan",
	.place = "etc/passwd",
	.fix = "Look at the files named and decide: chmod o-w, chown, or remove them.",
	.persisted = persisted,
};

/* Files anywhere on the root file system: one walk finds what all rules look for, for every stat of it is dear. It ends after a
 * while, and what it has not seen by then is not called right. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

enum {
	DEPTH_MAX = 24,
	LIMIT_MS = 20000,
	THOROUGH_LIMIT_MS = 600000,
	NUMBERS_MAX = 1024,
	FOLDER_CHUNK = 8192 /* on the stack at each depth */
};

/* Where programs live. Where /bin is a link to usr/bin, usr/bin is looked at once. */
static const char *const program_folders[] = {"usr", "bin", "sbin", "lib", "opt"};

struct numbers {
	unsigned items[NUMBERS_MAX];
	size_t count;
};

struct walk {
	struct scan *scan;
	char root[40];  /* path of the root, for lgetxattr(2), which takes nothing else */
	unsigned rules; /* a bit for each that is asked for */
	bool thorough;  /* goes into folders with data of packages */
	unsigned data;  /* how many of those it is in */
	const char *package_folder; /* one more such folder, or NULL */
	long long limit_ms;         /* 0: none */
	dev_t device;
	long long start;
	int depth;
	struct text path; /* of what is looked at */
	struct numbers users, groups;
};

/* A file or folder, open neither. */
struct entry {
	int folder;
	const char *name, *path;
	struct stat st;
};

static bool is_program(const struct walk *walk, const struct entry *entry)
{
	const char *path = entry->path + 1;

	for (size_t i = 0; i < LENGTH(program_folders); i++) {
		size_t size = strlen(program_folders[i]);

		if (strncmp(path, program_folders[i], size) == 0 && path[size] == '/')
			return S_ISREG(entry->st.st_mode) && !walk->data;
	}
	return false;
}

static bool is_open(
	const struct walk *walk, const struct entry *entry, struct text *found)
{
	mode_t mode = entry->st.st_mode;

	(void)walk;
	(void)found;
	return (mode & S_IWOTH) &&
	       (S_ISREG(mode) || (S_ISDIR(mode) && !(mode & S_ISVTX)));
}

/* A full list proves nothing about a number that it lacks. */
static bool is_missing(const struct numbers *numbers, unsigned number)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->items[i] == number)
			return false;
	return numbers->count > 0 && numbers->count < NUMBERS_MAX;
}

static bool is_unowned(
	const struct walk *walk, const struct entry *entry, struct text *found)
{
	(void)found;
	return is_missing(&walk->users, entry->st.st_uid) ||
	       is_missing(&walk->groups, entry->st.st_gid);
}

static bool is_setuid(
	const struct walk *walk, const struct entry *entry, struct text *found)
{
	const struct stat *st = &entry->st;

	if ((!(st->st_mode & S_ISUID) &&
		    (st->st_mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP)) ||
		!is_program(walk, entry))
		return false;
	text_addf(found, "%05o:%u:%u ", (unsigned)st->st_mode & 07777,
		(unsigned)st->st_uid, (unsigned)st->st_gid);
	return true;
}

static bool has_capability(
	const struct walk *walk, const struct entry *entry, struct text *found)
{
	autofree char *path = NULL;
	unsigned char value[CAPABILITY_MAX];
	ssize_t size;

	if (!(entry->st.st_mode & 0111) || !is_program(walk, entry))
		return false;
	path = memory_format("%s%s", walk->root, entry->path);
	size = lgetxattr(path, "security.capability", value, sizeof(value));
	for (ssize_t i = 0; i < size; i++)
		text_addf(found, "%02x", value[i]);
	text_add(found, " ");
	return size > 0;
}

/* Does the rule find this? It adds what it found, and a blank. */
static const struct {
	bool (*finds)(
		const struct walk *walk, const struct entry *entry, struct text *found);
	size_t most; /* 0: all are named */
} rules[SCAN_RULES] = {
	[SCAN_OPEN] = {is_open,        SCAN_NAMED_MAX},
	[SCAN_UNOWNED] = {is_unowned,     SCAN_NAMED_MAX},
	[SCAN_SETUID] = {is_setuid,      0             },
	[SCAN_CAPABILITIES] = {has_capability, 0             },
};

static void look(struct walk *walk, const struct entry *entry)
{
	walk->scan->looked++;
	for (size_t i = 0; i < SCAN_RULES; i++) {
		struct words *paths = &walk->scan->found[i];
		autotext struct text found = {0};

		if ((walk->rules & (1U << i)) &&
			(!rules[i].most || paths->count < rules[i].most) &&
			rules[i].finds(walk, entry, &found))
			words_addf(paths, "%s%s", text_string(&found), entry->path);
	}
}

static bool matches(const char *path, const char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_matches(path, patterns[i]))
			return true;
	return false;
}

/* Folders with nothing but data of packages: most of the files, and no programs. */
static bool is_data(const struct walk *walk, const char *path)
{
	static const char *const data[] = {"/usr/share", "/usr/include", "/usr/src",
		"/lib/modules", "/usr/lib/modules", "/lib/firmware", "/usr/lib/firmware",
		"/usr/lib/python3*", "/usr/lib/x86_64-linux-gnu/perl*",
		"/usr/lib/x86_64-linux-gnu/gconv", "/usr/lib/perl5", "/usr/lib/terminfo"};

	return matches(path, data, LENGTH(data)) ||
	       text_equal(path, walk->package_folder);
}

/* Images of containers have owners of their own. */
static bool is_foreign(const char *path)
{
	static const char *const foreign[] = {
		"/var/lib/docker", "/var/lib/containers", "/var/lib/containerd"};

	return matches(path, foreign, LENGTH(foreign));
}

static long long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void walk_folder(struct walk *walk, int parent, const char *name);

/* The path in walk is that of the entry. */
static void take(struct walk *walk, int folder, const char *name)
{
	struct entry entry = {
		.folder = folder, .name = name, .path = text_string(&walk->path)};
	bool data;

	if (fstatat(folder, name, &entry.st, AT_SYMLINK_NOFOLLOW) < 0 ||
		entry.st.st_dev != walk->device)
		return;
	if (S_ISDIR(entry.st.st_mode) && is_foreign(entry.path))
		return;
	look(walk, &entry);
	if (!S_ISDIR(entry.st.st_mode) || walk->depth >= DEPTH_MAX)
		return;
	data = is_data(walk, entry.path);
	if (data && !walk->thorough)
		return;
	walk->data += data;
	walk_folder(walk, folder, name);
	walk->data -= data;
}

/* What getdents64(2) gives; readdir(3) asks twice more about each folder. */
struct folder_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	unsigned char type;
	char name[];
};

static void take_entries(struct walk *walk, int folder, const char *entries, size_t size)
{
	size_t length = walk->path.size;

	for (size_t at = 0; at < size;) {
		const struct folder_entry *entry = (const void *)(entries + at);

		at += entry->size;
		if (entry->type == DT_LNK || strcmp(entry->name, ".") == 0 ||
			strcmp(entry->name, "..") == 0)
			continue;
		text_add(&walk->path, "/");
		text_add(&walk->path, entry->name);
		take(walk, folder, entry->name);
		text_cut(&walk->path, length);
	}
}

static void walk_folder(struct walk *walk, int parent, const char *name)
{
	autoclose int fd =
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_Alignas(struct folder_entry) char entries[FOLDER_CHUNK];
	long got = fd < 0 ? 0 : syscall(SYS_getdents64, fd, entries, sizeof(entries));

	if (walk->limit_ms && now_ms() - walk->start > walk->limit_ms)
		walk->scan->cut = true;
	walk->depth++;
	while (got > 0 && !walk->scan->cut) {
		take_entries(walk, fd, entries, (size_t)got);
		got = syscall(SYS_getdents64, fd, entries, sizeof(entries));
	}
	walk->depth--;
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

static void set_root(const struct site *site, struct walk *walk)
{
	if (!site->scope->running)
		(void)snprintf(walk->root, sizeof(walk->root), "/proc/self/fd/%d",
			site->scope->root_fd);
}

const struct scan *site_scan(struct site *site)
{
	const struct control_scope *scope = site->scope;
	struct walk walk = {.scan = &site->scan,
		.rules = (1U << SCAN_RULES) - 1,
		.start = now_ms(),
		.thorough = scope->thorough,
		.package_folder = scope->distro->package_folder,
		.limit_ms = scope->thorough ? THOROUGH_LIMIT_MS : LIMIT_MS};
	struct stat st;

	if (site->scan.done || fstat(scope->root_fd, &st) < 0)
		return &site->scan;
	site->scan.done = true;
	set_root(site, &walk);
	walk.device = st.st_dev;
	read_numbers(site, "etc/passwd", &walk.users);
	read_numbers(site, "etc/group", &walk.groups);
	walk_folder(&walk, scope->root_fd, ".");
	for (size_t i = 0; i < SCAN_RULES; i++)
		words_sort(&site->scan.found[i]);
	text_free(&walk.path);
	return &site->scan;
}

void scan_programs(const struct site *site, enum scan_rule rule, struct scan *scan)
{
	struct walk walk = {.scan = scan, .rules = 1U << rule};
	struct stat st;

	set_root(site, &walk);
	for (size_t i = 0; i < LENGTH(program_folders); i++) {
		if (fstatat(site->scope->root_fd, program_folders[i], &st,
			    AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		walk.device = st.st_dev;
		text_addf(&walk.path, "/%s", program_folders[i]);
		walk_folder(&walk, site->scope->root_fd, program_folders[i]);
		text_free(&walk.path);
	}
	words_sort(&scan->found[rule]);
}

void scan_free(struct scan *scan)
{
	for (size_t i = 0; i < SCAN_RULES; i++)
		words_free(&scan->found[i]);
}

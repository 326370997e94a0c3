#include "installer/integrity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { DEPTH_MAX = 40, LIST_MAX = 16 << 20 };

static const char list_path[] = "var/lib/jefelinux/integrity";

/* Trees, and whether only their privileged programs count. */
static const struct tree {
	const char *path;
	bool privileged;
} trees[] = {
	{"boot", false},
        {"etc",  false},
        {"usr",  true }
};

/* What changes by itself. */
static const char *const changing[] = {
	"etc/adjtime", "etc/mtab", "etc/resolv.conf", NULL};

struct walk {
	int root_fd;
	const struct tree *tree;
	dev_t device; /* other file systems are not entered */
	unsigned depth;
	struct text *list;
};

static int digest_file(int root_fd, const char *path, char hex[65], struct error *err)
{
	char bytes[1 << 13];
	autoclose int fd =
		file_open(root_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	struct digest *digest;
	ssize_t got;

	if (fd < 0)
		return fd;
	digest = digest_new();
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		digest_add(digest, bytes, (size_t)got);
	digest_end(digest, hex);
	return got < 0 ? error_errno(err, -errno, "reading %s", path) : 0;
}

static int digest_link(int fd, const char *path, char hex[65], struct error *err)
{
	char target[4096];
	ssize_t size = readlinkat(fd, "", target, sizeof(target));

	if (size < 0)
		return error_errno(err, -errno, "reading the link %s", path);
	digest_of(target, (size_t)size, hex);
	return 0;
}

static int walk_folder(struct walk *walk, const char *path, struct error *err);

static int walk_entry(struct walk *walk, const char *path, struct error *err)
{
	autoclose int fd = file_open(walk->root_fd, path, O_PATH | O_NOFOLLOW, 0, NULL);
	struct stat st;
	char hex[65];
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != walk->device)
		return 0; /* went away meanwhile, or is not of this tree */
	if (S_ISDIR(st.st_mode))
		return walk_folder(walk, path, err);
	if (walk->tree->privileged ? !S_ISREG(st.st_mode) || !(st.st_mode & 06000)
				   : !S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return 0;
	for (size_t i = 0; changing[i]; i++)
		if (strcmp(changing[i], path) == 0)
			return 0;
	rc = S_ISLNK(st.st_mode) ? digest_link(fd, path, hex, err)
				 : digest_file(walk->root_fd, path, hex, err);
	if (rc == 0)
		text_addf(walk->list, "%s %06o %u:%u /%s\n", hex, (unsigned)st.st_mode,
			(unsigned)st.st_uid, (unsigned)st.st_gid, path);
	return rc;
}

static int walk_folder(struct walk *walk, const char *path, struct error *err)
{
	autowords struct words names = {0};
	int rc = file_list(walk->root_fd, path, true, &names, err);

	if (rc < 0 || walk->depth >= DEPTH_MAX)
		return rc;
	walk->depth++;
	for (size_t i = 0; i < names.count && rc == 0; i++) {
		autofree char *inner = memory_format("%s/%s", path, names.items[i]);

		rc = walk_entry(walk, inner, err);
	}
	walk->depth--;
	return rc;
}

int integrity_list(int root_fd, struct text *list, struct error *err)
{
	for (size_t i = 0; i < LENGTH(trees); i++) {
		autoclose int fd = file_open(root_fd, trees[i].path, O_PATH, 0, NULL);
		struct walk walk = {.root_fd = root_fd, .tree = &trees[i], .list = list};
		struct stat st;
		int rc;

		if (fd < 0 || fstat(fd, &st) < 0)
			continue;
		walk.device = st.st_dev;
		rc = walk_folder(&walk, trees[i].path, err);
		if (rc < 0)
			return error_prefix(err, "listing /%s", trees[i].path);
	}
	return 0;
}

static const char *path_of(const char *line)
{
	const char *slash = strchr(line, '/');

	return slash ? slash : line;
}

static const char *line_for(const struct words *lines, const char *path)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(path_of(lines->items[i]), path) == 0)
			return lines->items[i];
	return NULL;
}

void integrity_compare(const char *old, const char *now, struct words *differences)
{
	autowords struct words before = {0}, after = {0};

	words_split(&before, old, "\n");
	words_split(&after, now, "\n");
	for (size_t i = 0; i < after.count; i++) {
		const char *path = path_of(after.items[i]);
		const char *line = line_for(&before, path);

		if (!line)
			words_addf(differences, "new %s", path);
		else if (strcmp(line, after.items[i]) != 0)
			words_addf(differences, "changed %s", path);
	}
	for (size_t i = 0; i < before.count; i++)
		if (!line_for(&after, path_of(before.items[i])))
			words_addf(differences, "gone %s", path_of(before.items[i]));
}

int integrity_load(int root_fd, struct text *list, struct error *err)
{
	return file_read(root_fd, list_path, LIST_MAX, list, err);
}

int integrity_save(int root_fd, const struct text *list, struct error *err)
{
	int rc = file_make_dirs(root_fd, "var/lib/jefelinux", 0700, err);

	return rc < 0 ? rc
		      : file_write(root_fd, list_path, text_string(list), list->size,
				0600, err);
}

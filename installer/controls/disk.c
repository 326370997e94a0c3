/* Files of the system under inspection: read whole, replaced at once with their owners kept. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

enum {
	DISK_MAX = 1 << 20,
	VIEW_MAX = 64 << 20 /* programs and the database of packages, too */
};

const struct text *disk_view(const struct site *site, const char *path, struct text *own)
{
	const struct text *known = own;
	int code;

	if (!memo_get(site->memo, path, &code, &known)) {
		code = file_read(site->scope->root_fd, path, VIEW_MAX, own, NULL);
		if (code < 0)
			text_free(own);
		known = memo_put(site->memo, path, code, own);
	}
	site_denied(site, path, code);
	return code == 0 ? known : NULL;
}

bool disk_read(const struct site *site, const char *path, struct text *text)
{
	autotext struct text own = {0};
	const struct text *view = disk_view(site, path, &own);

	if (view)
		text_add_bytes(text, text_string(view), view->size);
	return view;
}

int disk_list(const struct site *site, const char *path, struct words *names)
{
	autofree char *key = memory_format("%s/", path);
	autotext struct text joined = {0};
	const struct text *known = &joined;
	int code;

	if (!memo_get(site->memo, key, &code, &known)) {
		autowords struct words fresh = {0};

		code = file_list(site->scope->root_fd, path, true, &fresh, NULL);
		for (size_t i = 0; i < fresh.count; i++)
			text_addf(&joined, "%s/", fresh.items[i]);
		known = memo_put(site->memo, key, code, &joined);
	}
	words_split(names, text_string(known), "/");
	return code;
}

int disk_load(
	const struct site *site, const char *path, struct text *text, struct error *err)
{
	struct error detail = {0};
	int rc = file_read(site->scope->root_fd, path, DISK_MAX, text, &detail);

	if (rc == 0 || rc == -ENOENT)
		return rc == 0;
	return error_set(err, rc, "%s is left as it is: %s", path, detail.text);
}

static bool disk_stat(int root_fd, const char *path, struct stat *st)
{
	autoclose int fd = file_open(root_fd, path, O_PATH, 0, NULL);

	return fd >= 0 && fstat(fd, st) == 0;
}

static int write_owned(int root_fd, const char *path, const struct text *text,
	const struct stat *owner, struct error *err)
{
	autoclose int fd = -1;
	int rc = file_write(root_fd, path, text_string(text), text->size,
		owner->st_mode & 07777, err);

	if (rc < 0 || (owner->st_uid == 0 && owner->st_gid == 0))
		return rc;
	fd = file_open(root_fd, path, O_RDONLY, 0, err);
	if (fd < 0)
		return fd;
	if (fchown(fd, owner->st_uid, owner->st_gid) < 0 ||
		fchmod(fd, owner->st_mode & 07777) < 0)
		return error_errno(err, -errno, "giving %s its owner", path);
	return 0;
}

static int make_parent(int root_fd, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent =
		memory_copy_bytes(path, slash ? (size_t)(slash - path) : 0);

	return file_make_dirs(root_fd, parent, 0755, err);
}

int disk_write(const struct site *site, const char *path, const struct text *text,
	unsigned mode, bool *changed, struct error *err)
{
	int root_fd = site->scope->root_fd;
	autotext struct text old = {0};
	struct stat st = {.st_mode = mode};
	bool there = disk_stat(root_fd, path, &st);

	if (mode)
		st.st_mode = mode;
	if (there && disk_read(site, path, &old) &&
		text_equal(text_string(&old), text_string(text)))
		return 0;
	*changed = true;
	if (make_parent(root_fd, path, err) < 0)
		return err ? err->code : -EIO;
	return write_owned(root_fd, path, text, &st, err);
}

/* One path; a folder's name with * or ? stands for all that match. */
static void expand_one(const struct site *site, const char *path, struct words *paths)
{
	const char *name = strpbrk(path, "*?"), *rest;
	autowords struct words names = {0};
	autofree char *folder = NULL, *pattern = NULL;

	if (!name) {
		words_add(paths, path);
		return;
	}
	while (name > path && name[-1] != '/')
		name--;
	rest = name + strcspn(name, "/");
	folder = memory_copy_bytes(path, (size_t)(name - path));
	pattern = memory_copy_bytes(name, (size_t)(rest - name));
	site_denied(site, folder, disk_list(site, *folder ? folder : ".", &names));
	for (size_t i = 0; i < names.count; i++) {
		autofree char *inner =
			memory_format("%s%s%s", folder, names.items[i], rest);

		if (text_matches(names.items[i], pattern))
			expand_one(site, inner, paths);
	}
}

void paths_expand(const struct site *site, const char *target, struct words *paths)
{
	autowords struct words words = {0};

	words_split(&words, target, " ");
	for (size_t i = 0; i < words.count; i++)
		expand_one(site, words.items[i], paths);
}

char *line_next(char **rest)
{
	return *rest && **rest ? strsep(rest, "\n") : NULL;
}

bool text_has_line(const char *text, const char *line)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *found;
	size_t size = strlen(line);

	while ((found = line_next(&rest))) {
		found += strspn(found, " \t");
		if (strncmp(found, line, size) == 0 &&
			strspn(found + size, " \t") == strlen(found + size))
			return true;
	}
	return false;
}

char *describe_lines(const struct control *control, const char *value)
{
	autowords struct words lines = {0};
	autotext struct text text = {0};

	(void)control;
	words_split(&lines, value, "\n");
	for (size_t i = 0; i < lines.count; i++)
		text_addf(&text, "%s%s", i ? "; " : "", lines.items[i]);
	return text_take(&text);
}

#include "installer/controls/change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/change_record.h"

/* A change is a folder with a number for a name. Its record starts with what TEXT, has a line (change_record.h) for each thing, written
 * before that thing is touched, and ends with the digests of what it left behind, now DIGEST PATH, and done. One that takes back
 * another until that is confirmed says so: undoes FOLDER. */
static const char changes[] = "var/lib/jefelinux/changes";

enum { KEPT_MAX = 20, ROOM = 512 << 10 };

struct change {
	int root_fd, record_fd, lock_fd;
	char *folder;
	struct words seen; /* "f PATH" and "m PATH" */
	unsigned copies;
	bool busy; /* writing the record itself */
	struct file_observer observer;
};

static const char *below_root(const char *path)
{
	return path + strspn(path, "/");
}

static char *record_path(const char *folder)
{
	return memory_format("%s/record", folder);
}

static int add_line(const struct change *change, const char *line, struct error *err)
{
	autofree char *whole = memory_format("%s\n", line);

	if (file_write_all(change->record_fd, whole, strlen(whole), err) < 0)
		return error_prefix(err, "remembering what is replaced");
	return fsync(change->record_fd) < 0
		       ? error_errno(err, -errno, "remembering what is replaced")
		       : 0;
}

static int remember(
	void *context, int root_fd, const char *path, bool mode_only, struct error *err)
{
	struct change *change = context;
	const char *plain = below_root(path);
	autofree char *key = memory_format("%c %s", mode_only ? 'm' : 'f', plain);
	autofree char *line = NULL;
	int rc;

	if (change->busy || root_fd != change->root_fd ||
		words_contain(&change->seen, key))
		return 0;
	if (strpbrk(plain, "\t\n"))
		return error_set(err, -EINVAL, "%s: no name for a file", plain);
	words_add(&change->seen, key);
	change->busy = true;
	rc = record_describe(
		root_fd, change->folder, &change->copies, plain, mode_only, &line, err);
	if (rc == 0 && line)
		rc = add_line(change, line, err);
	change->busy = false;
	return rc;
}

/* Numbers of changes, oldest first. */
static int list_changes(int root_fd, struct words *numbers, struct error *err)
{
	autowords struct words names = {0};
	int rc = file_list(root_fd, changes, true, &names, err);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		if (strspn(names.items[i], "0123456789") == strlen(names.items[i]))
			words_add(numbers, names.items[i]);
	return rc;
}

static int remove_folder(int root_fd, const char *folder, struct error *err)
{
	autowords struct words names = {0};
	autoclose int parent = -1;
	int rc = file_list(root_fd, folder, true, &names, err);

	/* The record goes last: without its copies it could still be taken back. */
	for (size_t i = 0; i < names.count && rc == 0; i++) {
		autofree char *path = memory_format("%s/%s", folder, names.items[i]);

		rc = file_remove(root_fd, path, err);
	}
	if (rc < 0)
		return rc;
	parent = file_open(root_fd, changes, O_PATH | O_DIRECTORY, 0, err);
	if (parent < 0)
		return parent;
	return unlinkat(parent, folder + strlen(changes) + 1, AT_REMOVEDIR) < 0
		       ? error_errno(err, -errno, "removing %s", folder)
		       : 0;
}

static int open_lock(int root_fd, struct error *err)
{
	autofree char *path = memory_format("%s/lock", changes);
	int rc = file_make_dirs(root_fd, changes, 0700, err);
	int fd = rc < 0 ? rc : file_open(root_fd, path, O_RDWR | O_CREAT, 0600, err);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	rc = errno == EWOULDBLOCK
		     ? error_set(err, -EBUSY,
			       "another jefe-setup harden is changing this system; wait for it")
		     : error_errno(err, -errno, "locking %s", path);
	(void)close(fd);
	return rc;
}

static int write_room(int root_fd, const char *folder, struct error *err)
{
	autofree char *path = memory_format("%s/.jefe-room", folder);
	autofree char *zeros = memory_zero(1, ROOM);
	int rc;

	if (!file_exists(root_fd, folder))
		return 0;
	rc = file_write(root_fd, path, zeros, ROOM, 0600, err);
	if (rc == 0)
		return file_remove(root_fd, path, err);
	if (rc == -ENOSPC || rc == -EDQUOT)
		return error_set(err, rc,
			"/%s has no room for a change: %u KiB must be free there; nothing was changed",
			folder, (unsigned)ROOM / 1024);
	if (rc == -EROFS)
		return error_set(err, rc,
			"/%s is on a read-only file system; nothing was changed", folder);
	return error_prefix(err, "nothing was changed: /%s cannot be written", folder);
}

int change_possible(int root_fd, struct error *err)
{
	static const char *const folders[] = {"etc", "var/lib", "boot/grub"};

	for (size_t i = 0; i < LENGTH(folders); i++)
		if (write_room(root_fd, folders[i], err) < 0)
			return err ? err->code : -EIO;
	return 0;
}

static bool is_finished(int root_fd, const char *folder)
{
	autofree char *path = record_path(folder);
	autotext struct text text = {0};

	return file_read(root_fd, path, RECORD_FILE_MAX, &text, NULL) == 0 &&
	       text_ends(text_string(&text), "\ndone\n");
}

static void change_free(struct change *change)
{
	if (change->record_fd >= 0)
		(void)close(change->record_fd);
	if (change->lock_fd >= 0)
		(void)close(change->lock_fd);
	words_free(&change->seen);
	free(change->folder);
	free(change);
}

static int start_record(struct change *change, const char *what, struct error *err)
{
	autofree char *path = record_path(change->folder);
	autofree char *line = memory_format("what\t%s", what);
	int rc = file_make_dirs(change->root_fd, change->folder, 0700, err);

	if (rc < 0)
		return rc;
	change->record_fd = file_open(
		change->root_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600, err);
	return change->record_fd < 0 ? change->record_fd : add_line(change, line, err);
}

int change_begin(int root_fd, const char *what, struct change **change, struct error *err)
{
	struct change *new = memory_zero(1, sizeof(*new));
	autowords struct words numbers = {0};
	unsigned long last;
	int rc;

	*new = (struct change){
		.root_fd = root_fd, .record_fd = -1, .lock_fd = open_lock(root_fd, err)};
	rc = new->lock_fd < 0 ? new->lock_fd : list_changes(root_fd, &numbers, err);
	last = numbers.count ? strtoul(numbers.items[numbers.count - 1], NULL, 10) : 0;
	new->folder = memory_format("%s/%04lu", changes, last);
	if (rc == 0 && last && !is_finished(root_fd, new->folder))
		rc = error_set(err, -EEXIST,
			"an earlier change was interrupted; take it back first: jefe-setup harden --undo");
	free(new->folder);
	new->folder = memory_format("%s/%04lu", changes, last + 1);
	if (rc == 0)
		rc = start_record(new, what, err);
	if (rc < 0) {
		change_free(new);
		return error_prefix(err, "starting a change");
	}
	new->observer = (struct file_observer){remember, new};
	file_observe(&new->observer);
	*change = new;
	return 0;
}

static void drop_old(int root_fd)
{
	autowords struct words numbers = {0};

	if (list_changes(root_fd, &numbers, NULL) < 0)
		return;
	for (size_t i = 0; i + KEPT_MAX < numbers.count; i++) {
		autofree char *folder = memory_format("%s/%s", changes, numbers.items[i]);

		(void)!remove_folder(root_fd, folder, NULL);
	}
}

int change_keep(struct change *change, struct error *err)
{
	int rc = 0;

	file_observe(NULL);
	if (!change->seen.count) {
		rc = remove_folder(change->root_fd, change->folder, err);
		change_free(change);
		return rc;
	}
	for (size_t i = 0; i < change->seen.count && rc == 0; i++) {
		const char *path = change->seen.items[i] + strlen("f ");
		autofree char *line = NULL;
		char hex[65];

		/* What we keep for ourselves changes with the next step. */
		if (change->seen.items[i][0] != 'f' ||
			text_starts(path, "var/lib/jefelinux/") || record_is_kernel(path))
			continue;
		record_digest(change->root_fd, path, hex);
		line = memory_format("now\t%s\t%s", hex, path);
		rc = add_line(change, line, err);
	}
	if (rc == 0)
		rc = add_line(change, "done", err);
	if (rc == 0)
		drop_old(change->root_fd);
	change_free(change);
	return rc;
}

/* A write that was cut short leaves a draft beside the file. */
static void clear_drafts(int root_fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent =
		memory_copy_bytes(path, slash ? (size_t)(slash - path) : 0);

	file_remove_drafts(root_fd, *parent ? parent : "/");
}

/* Last first. What cannot be put back does not keep the rest; the first such thing is the error. */
static int put_back(
	int root_fd, const char *folder, const struct words *leave, struct error *err)
{
	autofree char *path = record_path(folder);
	autowords struct words lines = {0};
	autotext struct text text = {0};
	bool finished;
	int rc = file_read(root_fd, path, RECORD_FILE_MAX, &text, err);

	finished = text_ends(text_string(&text), "\ndone\n");
	/* Interrupted before it had one: nothing was touched yet. */
	if (rc == -ENOENT)
		return 0;
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = lines.count; i-- > 0;) {
		autowords struct words fields = record_fields(lines.items[i]);
		const char *what = fields.count ? fields.items[fields.count - 1] : "";
		struct error detail = {0};
		int code = leave && words_contain(leave, what)
				   ? 0
				   : record_put_back(root_fd, folder, &fields, &detail);

		if (!finished && fields.count > 1)
			clear_drafts(root_fd, what);
		if (code < 0 && rc == 0)
			rc = error_set(
				err, code, "putting back %s: %s", what, detail.text);
	}
	return rc;
}

int change_drop(struct change *change, struct error *err)
{
	int rc;

	file_observe(NULL);
	rc = put_back(change->root_fd, change->folder, NULL, err);
	if (rc == 0)
		rc = remove_folder(change->root_fd, change->folder, err);
	change_free(change);
	return rc;
}

static int last_folder(int root_fd, char **folder, struct error *err)
{
	autowords struct words numbers = {0};
	int rc = list_changes(root_fd, &numbers, err);

	if (rc < 0)
		return rc;
	if (!numbers.count)
		return error_set(
			err, -ENOENT, "there is no change that could be taken back");
	*folder = memory_format("%s/%s", changes, numbers.items[numbers.count - 1]);
	return 0;
}

/* Is it already what taking back would put there? Then nobody loses anything. */
static bool is_back(
	int root_fd, const char *folder, const struct words *lines, const char *path)
{
	for (size_t i = 0; i < lines->count; i++) {
		autowords struct words fields = record_fields(lines->items[i]);
		autofree char *copy = NULL;
		char now[65], before[65];

		if (fields.count != 6 || strcmp(fields.items[0], "file") != 0 ||
			strcmp(fields.items[5], path) != 0)
			continue;
		copy = memory_format("%s/%s", folder, fields.items[4]);
		record_digest(root_fd, path, now);
		record_digest(root_fd, copy, before);
		return strcmp(now, before) == 0;
	}
	return false;
}

static void take_line(int root_fd, const char *folder, const struct words *lines,
	const struct words *fields, struct last_change *last)
{
	const char *kind = fields->count ? fields->items[0] : "";
	const char *path = fields->count ? fields->items[fields->count - 1] : "";
	char hex[65];

	if (strcmp(kind, "done") == 0) {
		last->interrupted = false;
	} else if (strcmp(kind, "undoes") == 0 || text_starts(path, changes)) {
		return;
	} else if (strcmp(kind, "what") == 0) {
		last->what = memory_copy_text(path);
	} else if (strcmp(kind, "now") == 0) {
		record_digest(root_fd, path, hex);
		if (strcmp(hex, fields->items[1]) != 0 &&
			!is_back(root_fd, folder, lines, path))
			words_add(&last->edited, path);
	} else {
		autofree char *row = memory_format("%s %s",
			strcmp(kind, "absent") == 0 ? "remove " : "restore", path);

		if (!words_contain(&last->paths, row))
			words_add(&last->paths, row);
	}
}

int change_last(int root_fd, struct last_change *last, struct error *err)
{
	autofree char *folder = NULL, *path = NULL;
	autowords struct words lines = {0};
	autotext struct text text = {0};
	int rc = last_folder(root_fd, &folder, err);

	*last = (struct last_change){.interrupted = true};
	if (rc < 0)
		return rc;
	path = record_path(folder);
	rc = file_read(root_fd, path, RECORD_FILE_MAX, &text, err);
	if (rc < 0 && rc != -ENOENT)
		return rc;
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words fields = record_fields(lines.items[i]);

		take_line(root_fd, folder, &lines, &fields, last);
	}
	if (!last->what)
		last->what = memory_copy_text("a change that was hardly begun");
	return 0;
}

void last_change_free(struct last_change *last)
{
	free(last->what);
	words_free(&last->paths);
	words_free(&last->edited);
}

int change_undo(int root_fd, const struct words *leave, struct error *err)
{
	autofree char *folder = NULL;
	autoclose int lock = open_lock(root_fd, err);
	int rc = lock < 0 ? lock : last_folder(root_fd, &folder, err);

	if (rc < 0 || !folder)
		return rc;
	rc = put_back(root_fd, folder, leave, err);
	return rc < 0 ? rc : remove_folder(root_fd, folder, err);
}

unsigned long change_newest(int root_fd)
{
	autowords struct words numbers = {0};

	if (list_changes(root_fd, &numbers, NULL) < 0 || !numbers.count)
		return 0;
	return strtoul(numbers.items[numbers.count - 1], NULL, 10);
}

int change_undo_unconfirmed(int root_fd, const struct words *leave, struct error *err)
{
	autofree char *folder = NULL, *line = NULL;
	struct change *change = NULL;
	int rc = last_folder(root_fd, &folder, err);

	if (rc < 0)
		return rc;
	if (!is_finished(root_fd, folder))
		return change_undo(root_fd, leave, err);
	rc = change_begin(root_fd, "harden --undo", &change, err);
	if (rc < 0 || !change)
		return rc;
	line = memory_format("undoes\t%s", folder);
	rc = add_line(change, line, err);
	if (rc == 0)
		rc = put_back(root_fd, folder, leave, err);
	if (rc == 0)
		return change_keep(change, err);
	if (change_drop(change, NULL) < 0)
		return error_prefix(
			err, "try again: jefe-setup harden --undo. It failed at");
	return rc;
}

/* The folder of what the last change took back, or NULL. */
static char *undone_folder(int root_fd, const char *folder)
{
	autofree char *path = record_path(folder);
	autowords struct words lines = {0};
	autotext struct text text = {0};

	if (file_read(root_fd, path, RECORD_FILE_MAX, &text, NULL) < 0)
		return NULL;
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words fields = record_fields(lines.items[i]);

		if (fields.count == 2 && strcmp(fields.items[0], "undoes") == 0)
			return memory_copy_text(fields.items[1]);
	}
	return NULL;
}

int change_settle(int root_fd, struct error *err)
{
	autofree char *folder = NULL, *undone = NULL;
	autoclose int lock = open_lock(root_fd, err);
	int rc = lock < 0 ? lock : last_folder(root_fd, &folder, err);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	undone = undone_folder(root_fd, folder);
	if (undone)
		rc = remove_folder(root_fd, undone, err);
	return rc == 0 && undone ? remove_folder(root_fd, folder, err) : rc;
}

/* The value that a record has of a path of the running kernel, or NULL. */
static char *value_in(int root_fd, const char *folder, const char *path)
{
	autofree char *record = record_path(folder);
	autowords struct words lines = {0};
	autotext struct text text = {0};

	if (file_read(root_fd, record, RECORD_FILE_MAX, &text, NULL) < 0)
		return NULL;
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words fields = record_fields(lines.items[i]);

		if (fields.count == 3 && strcmp(fields.items[0], "kernel") == 0 &&
			strcmp(fields.items[2], path) == 0)
			return memory_copy_text(fields.items[1]);
	}
	return NULL;
}

char *change_kernel_value(int root_fd, const char *path)
{
	autowords struct words numbers = {0};
	char *value = NULL;

	if (list_changes(root_fd, &numbers, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < numbers.count && !value; i++) {
		autofree char *folder = memory_format("%s/%s", changes, numbers.items[i]);

		value = value_in(root_fd, folder, path);
	}
	return value;
}

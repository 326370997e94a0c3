/* Files of ours with their whole content, and modes of files that others made. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

char *file_control_path(const struct site *site, const struct control *control)
{
	static const char daily[] = "daily/";
	const char *target = control->target;
	int size = (int)strcspn(target, " ");

	if (!text_starts(target, daily))
		return memory_format("%.*s", size, target);
	return memory_format("%s/%.*s", site->scope->distro->daily_folder,
		size - (int)strlen(daily), target + strlen(daily));
}

static unsigned octal(const char *text)
{
	return (unsigned)strtoul(text, NULL, 8);
}

static int file_apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autofree char *path = file_control_path(site, control);
	autotext struct text text = {0};

	text_add(&text, value);
	return written_write(site, path, &text,
		octal(control->target + strcspn(control->target, " ") + 1), changed, err);
}

/* Only a file that is still what some level writes is ours to remove. */
static int file_withdraw(struct site *site, const struct control *control, bool *changed,
	struct error *err)
{
	autofree char *path = file_control_path(site, control);
	autotext struct text text = {0};

	if (!disk_read(site, path, &text))
		return 0;
	written_note(site, path, NULL);
	for (size_t i = 0; i < LENGTH(control->values); i++)
		if (text_equal(control->values[i], text_string(&text))) {
			*changed = true;
			return file_remove(site->scope->root_fd, path, err);
		}
	return 0;
}

static void file_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autofree char *path = file_control_path(site, control);
	autofree char *later = profile_against(site, path, value);
	autotext struct text text = {0};

	if (!disk_read(site, path, &text))
		find(finding, FOUND_WRONG, NULL, memory_format("%s is not there", path));
	else if (text_equal(text_string(&text), value) && later)
		find(finding, FOUND_DRIFTED, memory_copy_text("undone"),
			memory_copy_text(later));
	else if (text_equal(text_string(&text), value))
		find(finding, FOUND_RIGHT, memory_copy_text("as wanted"),
			memory_copy_text(path));
	else
		find(finding, FOUND_WRONG, memory_copy_text("changed"),
			memory_format("%s is not what was written", path));
}

static char *file_describe(const struct control *control, const char *value)
{
	(void)value;
	return memory_format("%.*s as jefe-setup writes it",
		(int)strcspn(control->target, " "), control->target);
}

const struct control_kind kind_file = {
	.name = "file",
	.names_file = true,
	.whole_file = true,
	.describe = file_describe,
	.apply = file_apply,
	.withdraw = file_withdraw,
	.persisted = file_persisted,
};

/* "0640 root:shadow": the mode, and the group whose bits count; without it root's. */
struct wanted_mode {
	unsigned mode;
	long group;
};

static long group_number(const struct site *site, const char *name)
{
	autofree char *start = memory_format("\n%s:", name);
	autotext struct text text = {0};
	const char *line;

	text_add(&text, "\n");
	(void)disk_read(site, "etc/group", &text);
	line = strstr(text.data, start);
	line = line ? strchr(line + strlen(start), ':') : NULL;
	return line ? strtol(line + 1, NULL, 10) : 0;
}

static struct wanted_mode parse_mode(const struct site *site, const char *value)
{
	const char *colon = strchr(value, ':');

	return (struct wanted_mode){
		octal(value), colon ? group_number(site, colon + 1) : -1};
}

static bool is_right(const struct stat *st, const struct wanted_mode *wanted)
{
	if (st->st_mode & 07777 & ~wanted->mode)
		return false;
	return wanted->group < 0 ||
	       (st->st_uid == 0 &&
		       ((long)st->st_gid == wanted->group || !(st->st_mode & 070)));
}

static int mode_apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	struct wanted_mode wanted = parse_mode(site, value);
	autowords struct words paths = {0};

	paths_expand(site, control->target, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autoclose int fd = file_open(site->scope->root_fd, paths.items[i],
			O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0, NULL);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0 || is_right(&st, &wanted))
			continue;
		if (file_set_mode(site->scope->root_fd, paths.items[i],
			    st.st_mode & wanted.mode, wanted.group < 0 ? (uid_t)-1 : 0,
			    (gid_t)wanted.group, err) < 0)
			return err ? err->code : -EIO;
		*changed = true;
	}
	return 0;
}

static void mode_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	struct wanted_mode wanted = parse_mode(site, value);
	autowords struct words paths = {0};

	find(finding, FOUND_NOTHING, NULL,
		memory_format("%s: not there", control->target));
	paths_expand(site, control->target, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autoclose int fd = file_open(site->scope->root_fd, paths.items[i],
			O_PATH | O_NOFOLLOW, 0, NULL);
		struct stat st;

		site_denied(site, paths.items[i], fd);
		if (fd < 0 || fstat(fd, &st) < 0 || S_ISLNK(st.st_mode))
			continue;
		find(finding, is_right(&st, &wanted) ? FOUND_RIGHT : FOUND_WRONG,
			memory_format("%04o", (unsigned)st.st_mode & 07777),
			memory_format("%s is %04o, owner %u:%u", paths.items[i],
				(unsigned)st.st_mode & 07777, st.st_uid, st.st_gid));
		if (finding->found == FOUND_WRONG)
			return;
	}
}

const struct control_kind kind_mode = {
	.name = "mode",
	.names_file = true,
	.takes_value = true,
	.comes_back = true,
	.apply = mode_apply,
	.persisted = mode_persisted,
};

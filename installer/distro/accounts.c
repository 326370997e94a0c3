/* Consoles, keymap and accounts in the text files that every distribution here has. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

enum { TEXT_MAX = 1 << 20 };

/* Replace a file, keeping its mode. */
static int rewrite(int root_fd, const char *path, const struct text *text, mode_t mode,
	struct error *err)
{
	return file_write(root_fd, path, text_string(text), text->size, mode, err);
}

static bool is_getty(const char *line)
{
	return line[0] != '#' && strstr(line, "getty") && strstr(line, ":respawn:");
}

int inittab_set_gettys(int root_fd, const char *const *lines, struct error *err)
{
	autotext struct text old = {0}, text = {0};
	int rc = file_read(root_fd, "etc/inittab", TEXT_MAX, &old, err);
	char *rest, *line;

	if (rc < 0)
		return error_prefix(err, "setting the login consoles");
	rest = old.data;
	while (rest && *rest && (line = strsep(&rest, "\n")))
		if (!is_getty(line))
			text_addf(&text, "%s\n", line);
	for (; *lines; lines++)
		text_addf(&text, "%s\n", *lines);
	return rewrite(root_fd, "etc/inittab", &text, 0644, err);
}

int keymap_copy(int root_fd, const char *keymap, struct error *err)
{
	autofree char *from =
		memory_format("usr/share/jefelinux/keymaps/%s.bmap", keymap);

	if (file_make_dirs(root_fd, "etc/jefelinux", 0755, err) < 0)
		return error_prefix(err, "setting the keymap %s", keymap);
	if (file_copy(root_fd, from, root_fd, "etc/jefelinux/keymap.bmap", err) < 0)
		return error_prefix(err, "setting the keymap %s", keymap);
	return 0;
}

/* Field number `index` of a name:x:y:z line; the caller frees it. */
static char *line_field(const char *line, unsigned index)
{
	while (index-- && line)
		line = (line = strchr(line, ':')) ? line + 1 : NULL;
	return line ? memory_copy_bytes(line, strcspn(line, ":\n")) : NULL;
}

static bool is_entry(const char *line, const char *name)
{
	size_t size = strlen(name);

	return text_starts(line, name) && line[size] == ':';
}

static void add_member(struct text *text, const char *line, const char *user)
{
	autofree char *members = line_field(line, 3);
	autowords struct words names = {0};

	words_split(&names, members ? members : "", ",");
	text_add(text, line);
	if (!words_contain(&names, user))
		text_addf(text, "%s%s", names.count ? "," : "", user);
	text_add(text, "\n");
}

int group_add_member(int root_fd, const char *group, const char *user, struct error *err)
{
	autotext struct text old = {0}, text = {0};
	bool found = false;
	int rc = file_read(root_fd, "etc/group", TEXT_MAX, &old, err);
	char *rest, *line;

	if (rc < 0)
		return error_prefix(err, "adding %s to group %s", user, group);
	rest = old.data;
	while (rest && *rest && (line = strsep(&rest, "\n"))) {
		if (is_entry(line, group)) {
			add_member(&text, line, user);
			found = true;
		} else {
			text_addf(&text, "%s\n", line);
		}
	}
	if (!found)
		return error_set(err, -ENOENT,
			"adding %s to group %s: etc/group has no such group", user,
			group);
	return rewrite(root_fd, "etc/group", &text, 0644, err);
}

bool user_has_password(int root_fd, const char *user)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (file_read(root_fd, "etc/shadow", TEXT_MAX, &text, NULL) < 0)
		return false;
	rest = text.data;
	while (rest && *rest && (line = strsep(&rest, "\n"))) {
		autofree char *field = is_entry(line, user) ? line_field(line, 1) : NULL;

		if (field)
			return field[0] == '$';
	}
	return false;
}

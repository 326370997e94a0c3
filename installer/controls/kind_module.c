/* Kernel modules that must not load, not even by hand. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	autowords struct words names = {0};

	(void)site;
	(void)value;
	words_split(&names, control->target, " ");
	for (size_t i = 0; i < names.count; i++)
		text_addf(text, "blacklist %s\ninstall %s /bin/false\n", names.items[i],
			names.items[i]);
}

/* modprobe takes - and _ for the same, /proc/modules writes _. */
static void unify(char *text)
{
	for (; *text; text++)
		if (*text == '-')
			*text = '_';
}

static bool is_loaded(const char *modules, const char *name)
{
	autofree char *start = memory_format("\n%s ", name);

	unify(start);
	return strstr(modules, start);
}

/* Files that modprobe reads besides ours; of the same name in several folders the first. */
static void other_files(const struct site *site, struct words *paths)
{
	static const char *const folders[] = {"etc/modprobe.d", "run/modprobe.d",
		"usr/local/lib/modprobe.d", "usr/lib/modprobe.d", "lib/modprobe.d"};
	autowords struct words seen = {0};

	words_add(&seen, strrchr(kind_module.file, '/') + 1);
	for (size_t i = 0; i < LENGTH(folders); i++) {
		autowords struct words names = {0};

		(void)disk_list(site, folders[i], &names);
		for (size_t j = 0; j < names.count; j++) {
			if (!text_ends(names.items[j], ".conf") ||
				words_contain(&seen, names.items[j]))
				continue;
			words_add(&seen, names.items[j]);
			words_addf(paths, "%s/%s", folders[i], names.items[j]);
		}
	}
	words_add(paths, "etc/modprobe.conf"); /* BusyBox */
}

static bool is_nothing(const char *command)
{
	static const char *const commands[] = {
		"/bin/false", "/usr/bin/false", "/bin/true", "/usr/bin/true"};

	for (size_t i = 0; i < LENGTH(commands); i++)
		if (strcmp(command, commands[i]) == 0)
			return true;
	return false;
}

/* Does the line of a file give one of the names another command, or load it under another name or with another module? */
static bool contradicts(const char *line, const struct words *names)
{
	autowords struct words words = {0};
	const char *word;
	size_t first = 1, last;

	words_split(&words, line, " \t");
	if (words.count < 3)
		return false;
	word = words.items[0];
	if (strcmp(word, "install") == 0 ? is_nothing(words.items[2])
					 : strcmp(words.items[2], "off") == 0)
		return false;
	if (strcmp(word, "softdep") == 0 || strcmp(word, "weakdep") == 0)
		first = 2;
	else if (strcmp(word, "install") != 0 && strcmp(word, "alias") != 0)
		return false;
	last = strcmp(word, "install") == 0 ? 1 : words.count - 1;
	for (size_t i = first; i <= last; i++)
		for (size_t j = 0; j < names->count; j++)
			if (text_matches(names->items[j], words.items[i]))
				return true;
	return false;
}

/* A backslash at the end continues a line. */
static void join_lines(char *text)
{
	while ((text = strstr(text, "\\\n")))
		text[0] = text[1] = ' ';
}

static void look_at_others(
	struct site *site, const struct control *control, struct finding *finding)
{
	autowords struct words names = {0}, paths = {0};

	words_split(&names, control->target, " ");
	for (size_t i = 0; i < names.count; i++)
		unify(names.items[i]);
	other_files(site, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autotext struct text text = {0};
		char *rest, *line;

		if (!disk_read(site, paths.items[i], &text) || !text.data)
			continue;
		join_lines(text.data);
		rest = text.data;
		while ((line = line_next(&rest))) {
			autofree char *unified = memory_copy_text(line);

			unify(unified);
			if (!contradicts(unified, &names))
				continue;
			find(finding, FOUND_DRIFTED, memory_copy_text("not blocked"),
				memory_format("%s: %s", paths.items[i],
					line + strspn(line, " \t")));
			return;
		}
	}
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	composed_persisted(site, control, value, finding);
	if (finding->found == FOUND_RIGHT)
		look_at_others(site, control, finding);
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words names = {0};
	autotext struct text modules = {0}, loaded = {0};

	text_add(&modules, "\n");
	if (!disk_read(site, "proc/modules", &modules)) {
		find(finding, FOUND_UNKNOWN, NULL,
			memory_copy_text("/proc/modules cannot be read"));
		return;
	}
	words_split(&names, control->target, " ");
	for (size_t i = 0; i < names.count; i++)
		if (is_loaded(modules.data, names.items[i]))
			text_addf(
				&loaded, "%s%s", loaded.size ? " " : "", names.items[i]);
	if (loaded.size)
		find(finding, site_late(site, kind_module.file),
			memory_copy_text("loaded"),
			memory_format("/proc/modules has %s", loaded.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("/proc/modules has none of them"));
}

const struct control_kind kind_module = {
	.name = "module",
	.fix = "Take away what another file of modprobe says against it; a loaded module stays until the machine restarts.",
	.file = "etc/modprobe.d/jefe.conf",
	.mode = 0644,
	.header =
		"# Written by jefe-setup from its policy. `blacklist` stops automatic loading, and is all that BusyBox knows; `install` the rest.\n",
	.lines = lines,
	.persisted = persisted,
	.effective = effective,
};

/* Kernel modules that are loaded while the system starts, because later none may be. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char *const lists[] = {"modules.dep", "modules.builtin"};

/* Names of modules with one spelling of - and _, each between blanks. */
static void add_names(struct text *names, const char *list)
{
	autowords struct words lines = {0};

	words_split(&lines, list, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		char *path = lines.items[i];
		char *slash, *name;

		path[strcspn(path, ":")] = '\0';
		slash = strrchr(path, '/');
		name = slash ? slash + 1 : path;
		name[strcspn(name, ".")] = '\0';
		text_addf(names, " %s ", name);
	}
	for (size_t i = 0; i < names->size; i++)
		if (names->data[i] == '-')
			names->data[i] = '_';
}

static bool has_name(const struct text *names, const char *name)
{
	autofree char *word = memory_format(" %s ", name);

	for (char *at = word; *at; at++)
		if (*at == '-')
			*at = '_';
	return strstr(text_string(names), word);
}

/* The modules that this kernel has; all of them when it is not known what it has. */
static char *expand(struct site *site, const char *value)
{
	autotext struct text names = {0}, text = {0};
	autowords struct words wanted = {0};

	for (size_t i = 0; site->kernel && i < LENGTH(lists); i++) {
		autofree char *path =
			memory_format("lib/modules/%s/%s", site->kernel, lists[i]);
		autotext struct text list = {0};

		if (file_read(site->scope->root_fd, path, 16 << 20, &list, NULL) == 0)
			add_names(&names, text_string(&list));
	}
	words_split(&wanted, value, " ");
	for (size_t i = 0; i < wanted.count; i++)
		if (!names.size || has_name(&names, wanted.items[i]))
			text_addf(&text, "%s%s", text.size ? " " : "", wanted.items[i]);
	return memory_copy_text(text_string(&text));
}

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	autowords struct words names = {0};

	(void)site;
	(void)control;
	words_split(&names, value, " ");
	for (size_t i = 0; i < names.count; i++)
		text_addf(text, "%s\n", names.items[i]);
}

/* A loaded module has a folder below /sys/module; so have built-in ones with parameters, and the others are in no list that
 * could be wrong. */
static bool is_there(const struct site *site, const char *name)
{
	autofree char *path = memory_format("sys/module/%s", name);
	autofree char *list = NULL;
	autotext struct text names = {0}, text = {0};

	for (char *at = path; *at; at++)
		if (*at == '-')
			*at = '_';
	if (file_exists(site->scope->root_fd, path) || !site->kernel)
		return file_exists(site->scope->root_fd, path);
	list = memory_format("lib/modules/%s/modules.builtin", site->kernel);
	if (disk_read(site, list, &text))
		add_names(&names, text_string(&text));
	return has_name(&names, name);
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words names = {0};
	autotext struct text missing = {0};

	(void)control;
	words_split(&names, value, " ");
	for (size_t i = 0; i < names.count; i++)
		if (!is_there(site, names.items[i]))
			text_addf(&missing, "%s%s", missing.size ? " " : "",
				names.items[i]);
	if (missing.size)
		find(finding, site_late(site, kind_preload.file), NULL,
			memory_format("not loaded: %s", missing.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("/sys/module has all of them"));
}

const struct control_kind kind_preload = {
	.name = "preload",
	.fix = "Restart: modules are loaded while the system starts.",
	.takes_value = true,
	.expand = expand,
	.file = "etc/modules-load.d/jefe.conf",
	.mode = 0644,
	.header =
		"# Written by jefe-setup from its policy; modules of your own belong in another file.\n",
	.lines = lines,
	.persisted = composed_persisted,
	.effective = effective,
};

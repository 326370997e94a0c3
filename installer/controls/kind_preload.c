/* Kernel modules that are loaded while the system starts, because later none may be. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char built_in[] = "modules.builtin";

/* Names of modules with one spelling of - and _, each between blanks. */
static void add_names(struct text *names, char *list)
{
	char *rest = list, *line;

	while ((line = line_next(&rest))) {
		char *slash;

		line[strcspn(line, ":")] = '\0';
		slash = strrchr(line, '/');
		if (slash)
			line = slash + 1;
		line[strcspn(line, ".")] = '\0';
		text_add(names, " ");
		text_add(names, line);
		text_add(names, " ");
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
	return text_find(names, word);
}

static void add_list(struct site *site, const char *list, struct text *names)
{
	autofree char *path =
		site->kernel ? memory_format("lib/modules/%s/%s", site->kernel, list)
			     : NULL;
	autotext struct text text = {0};

	if (path && disk_read(site, path, &text))
		add_names(names, text.data);
}

/* The modules that this kernel has; all of them when it is not known what it has. */
static char *expand(struct site *site, const char *value)
{
	struct text *names = &site->modules;
	autotext struct text text = {0};
	autowords struct words wanted = {0};

	if (!names->size) {
		add_list(site, "modules.dep", names);
		add_list(site, built_in, names);
	}
	words_split(&wanted, value, " ");
	for (size_t i = 0; i < wanted.count; i++)
		if (!names->size || has_name(names, wanted.items[i]))
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
static bool is_there(struct site *site, const char *name)
{
	autofree char *path = memory_format("sys/module/%s", name);
	autotext struct text names = {0};

	for (char *at = path; *at; at++)
		if (*at == '-')
			*at = '_';
	if (file_exists(site->scope->root_fd, path) || !site->kernel)
		return file_exists(site->scope->root_fd, path);
	add_list(site, built_in, &names);
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

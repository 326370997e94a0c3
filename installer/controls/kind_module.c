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

/* /proc/modules writes _ for -. */
static bool is_loaded(const char *modules, const char *name)
{
	autofree char *start = memory_format("\n%s ", name);

	for (char *at = start; *at; at++)
		if (*at == '-')
			*at = '_';
	return strstr(modules, start);
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
	.fix = "Restart: a loaded module stays until then.",
	.file = "etc/modprobe.d/jefe.conf",
	.mode = 0644,
	.header =
		"# Written by jefe-setup from its policy. `blacklist` stops automatic loading, and is all that BusyBox knows; `install` the rest.\n",
	.lines = lines,
	.persisted = composed_persisted,
	.effective = effective,
};

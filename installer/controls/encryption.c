/* Is the root file system encrypted: what crypttab says, and what the running kernel does. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

enum { DEPTH_MAX = 16 }; /* of devices on devices */

/* Options that make an entry something else; without them and without "luks" the header of the device decides, and that is LUKS. */
static bool is_luks(const struct words *fields)
{
	static const char *const others[] = {"plain", "swap", "tmp", "tmp=*", "tcrypt*",
		"bitlk", "fvault2", "cipher=*"};
	autowords struct words options = {0};

	words_split(&options, fields->count > 3 ? fields->items[3] : "", ",");
	if (words_contain(&options, "luks"))
		return true;
	for (size_t i = 0; i < options.count; i++)
		for (size_t j = 0; j < LENGTH(others); j++)
			if (text_matches(options.items[i], others[j]))
				return false;
	return true;
}

char *encryption_entry(const struct site *site)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, "etc/crypttab", &text))
		return NULL;
	rest = text.data;
	while ((line = line_next(&rest))) {
		autowords struct words fields = {0};

		words_split(&fields, line, " \t");
		if (fields.count >= 2 && fields.items[0][0] != '#' && is_luks(&fields))
			return memory_copy_text(fields.items[0]);
	}
	return NULL;
}

/* Everything that is below the device, "sys/class/block/dm-1", is on one whose name in the device-mapper begins so. */
static bool is_on(
	const struct site *site, const char *device, const char *kind, unsigned depth)
{
	autofree char *uuid_path = memory_format("%s/dm/uuid", device);
	autofree char *slaves = memory_format("%s/slaves", device);
	autofree char *uuid = NULL;
	autowords struct words names = {0};

	if (file_read_line(site->scope->root_fd, uuid_path, &uuid) == 0 &&
		text_starts(uuid, kind))
		return true;
	if (depth == DEPTH_MAX ||
		file_list(site->scope->root_fd, slaves, true, &names, NULL) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *below = memory_format("%s/%s", slaves, names.items[i]);

		if (!is_on(site, below, kind, depth + 1))
			return false;
	}
	return names.count;
}

/* "sys/class/block/dm-1" of /dev/dm-1 or /dev/mapper/NAME; NULL: there is none now. The caller frees it. */
static char *mapping_of(const struct site *site, const char *node)
{
	autowords struct words paths = {0};

	paths_expand(site, "sys/class/block/dm-*", &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autofree char *name_path = memory_format("%s/dm/name", paths.items[i]);
		autofree char *name = NULL;

		if (text_equal(strrchr(paths.items[i], '/'), strrchr(node, '/')) ||
			(file_read_line(site->scope->root_fd, name_path, &name) == 0 &&
				text_equal(name, strrchr(node, '/') + 1)))
			return memory_copy_text(paths.items[i]);
	}
	return NULL;
}

bool encryption_below(const struct site *site, const char *node)
{
	autofree char *mapping = mapping_of(site, node);

	return !mapping || is_on(site, mapping, "CRYPT-", 0);
}

/* "254:0", the device of what was mounted on / last; NULL when the kernel does not tell. The caller frees it. */
static char *root_device(const struct site *site)
{
	autotext struct text text = {0};
	char *rest, *line, *device = NULL;

	(void)disk_read(site, "proc/self/mountinfo", &text);
	rest = text.data;
	while ((line = line_next(&rest))) {
		autowords struct words fields = {0};

		words_split(&fields, line, " ");
		if (fields.count < 5 || strcmp(fields.items[4], "/") != 0)
			continue;
		free(device);
		device = memory_copy_text(fields.items[2]);
	}
	return device;
}

void encryption_look(struct site *site, const char *value, struct finding *finding)
{
	autofree char *entry = encryption_entry(site);
	autofree char *device = NULL, *path = NULL;

	if (!entry) {
		find(finding, FOUND_WRONG, NULL,
			memory_copy_text("etc/crypttab has no LUKS device"));
		return;
	}
	if (!site->scope->running) {
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("etc/crypttab: %s", entry));
		return;
	}
	device = root_device(site);
	path = memory_format("sys/dev/block/%s", device ? device : "");
	if (!device)
		find(finding, FOUND_UNKNOWN, NULL,
			memory_copy_text("/proc/self/mountinfo names no device of /"));
	else if (is_on(site, path, "CRYPT-LUKS2-", 0))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("/%s is on LUKS2", path));
	else
		find(finding, FOUND_WRONG, memory_copy_text("in the clear"),
			memory_format("/%s, the device of /, is not on LUKS2", path));
}

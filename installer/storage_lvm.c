/* Logical volumes, by LVM's own program. Every call sees the one device it is about: a group of the same name on another disk is none
 * of its business. */
#include "installer/storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/memory.h"

enum { EXTENT_BYTES = 4 << 20, OPTIONS = 6, ARGUMENTS_MAX = 12 };

/* lvm COMMAND --devices DEVICE ARGUMENT...; the text on its standard output is appended when output is not NULL. The nodes in /dev are made by
 * LVM, for no udev runs on a live system. */
static int lvm(const char *command, const char *device, const char *const *arguments,
	struct text *output, struct error *err)
{
	const char *argv[ARGUMENTS_MAX + OPTIONS + 1] = {"lvm", command, "--devices",
		device, "--config", "activation { udev_sync=0 udev_rules=0 }"};

	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
		argv[i + OPTIONS] = arguments[i];
	return command_run(&(struct command){.argv = argv, .output = output}, err);
}

static int add_volume(const char *device, const char *group,
	const struct lvm_volume *volume, struct error *err)
{
	autofree char *extents = memory_format(
		"%llu", (unsigned long long)(volume->size_bytes / EXTENT_BYTES));

	return lvm("lvcreate", device,
		COMMAND("--yes", "--quiet", "--wipesignatures", "y", "--name",
			volume->name, "--extents", extents, group),
		NULL, err);
}

static int activate(
	const char *device, const char *group, const char *how, struct error *err)
{
	return lvm("vgchange", device, COMMAND("--quiet", "--activate", how, group), NULL,
		err);
}

int lvm_make(const char *device, const char *group, const struct lvm_volume *volumes,
	size_t count, struct error *err)
{
	int rc = lvm("pvcreate", device, COMMAND("--yes", "--quiet", device), NULL, err);

	if (rc == 0)
		rc = lvm(
			"vgcreate", device, COMMAND("--quiet", group, device), NULL, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = add_volume(device, group, &volumes[i], err);
	if (rc == 0)
		return 0;
	(void)activate(device, group, "n", NULL); /* what was made so far */
	return error_prefix(err, "making logical volumes on %s", device);
}

int lvm_open(const char *device, const char *group, struct error *err)
{
	return activate(device, group, "y", err) < 0
		       ? error_prefix(err, "opening the logical volumes on %s", device)
		       : 0;
}

int lvm_close(const char *device, const char *group, struct error *err)
{
	return activate(device, group, "n", err) < 0
		       ? error_prefix(err, "closing the logical volumes on %s", device)
		       : 0;
}

char *lvm_uuid(const char *device, const char *group)
{
	autotext struct text output = {0};
	autowords struct words words = {0};

	if (lvm("vgs", device, COMMAND("--noheadings", "--options", "vg_uuid", group),
		    &output, NULL) < 0)
		return NULL;
	words_split(&words, text_string(&output), " \n");
	return words.count == 1 ? memory_copy_text(words.items[0]) : NULL;
}

/* A line is "home 1073741824". */
static bool is_one_of(const char *line, const struct lvm_volume *volumes, size_t count)
{
	autowords struct words words = {0};

	words_split(&words, line, " ");
	for (size_t i = 0; words.count == 2 && i < count; i++)
		if (text_equal(words.items[0], volumes[i].name))
			return strtoull(words.items[1], NULL, 10) ==
			       volumes[i].size_bytes;
	return false;
}

bool lvm_has(const char *device, const char *group, const struct lvm_volume *volumes,
	size_t count)
{
	autofree char *type = fs_type(device);
	autotext struct text output = {0};
	autowords struct words lines = {0};

	if (!text_equal(type, "LVM2_member") ||
		lvm("lvs", device,
			COMMAND("--noheadings", "--nosuffix", "--units", "b", "--options",
				"lv_name,lv_size", group),
			&output, NULL) < 0)
		return false;
	words_split(&lines, text_string(&output), "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (!is_one_of(lines.items[i], volumes, count))
			return false;
	return lines.count == count;
}

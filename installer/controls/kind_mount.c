/* Mount options in /etc/fstab. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char table[] = "etc/fstab";

enum { FIELD_DEVICE, FIELD_POINT, FIELD_TYPE, FIELD_OPTIONS, FIELDS };

static bool split_entry(const char *line, struct words *fields)
{
	if (line[strspn(line, " \t")] != '#')
		words_split(fields, line, " \t");
	return fields->count >= FIELDS;
}

/* The words of a target: mount point, then the type of an entry that may be added. */
static void split_target(const struct control *control, struct words *target)
{
	words_split(target, control->target, " ");
}

/* Options of the entry for a mount point in a table (fstab or /proc/mounts); NULL: none. The caller frees it. */
static char *options_of(const char *text, const char *point)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *line, *options = NULL;

	while ((line = line_next(&rest))) {
		autowords struct words fields = {0};

		if (!split_entry(line, &fields) ||
			strcmp(fields.items[FIELD_POINT], point) != 0)
			continue;
		free(options);
		options = memory_copy_text(fields.items[FIELD_OPTIONS]);
	}
	return options;
}

/* key=value replaces the key's other value, noX and X exclude each other. */
static bool excludes(const char *a, const char *b)
{
	size_t size = strcspn(a, "=");

	if (a[size] && strcspn(b, "=") == size && strncmp(a, b, size) == 0)
		return true;
	return (text_starts(a, "no") && strcmp(a + 2, b) == 0) ||
	       (text_starts(b, "no") && strcmp(b + 2, a) == 0);
}

/* Options with the wanted ones. The caller frees it. */
static char *merge(const char *options, const char *wanted)
{
	autowords struct words old = {0}, new = {0};
	autotext struct text text = {0};

	words_split(&old, options, ",");
	words_split(&new, wanted, ",");
	for (size_t i = 0; i < old.count; i++) {
		bool drop = strcmp(old.items[i], "defaults") == 0 ||
			    words_contain(&new, old.items[i]);

		for (size_t j = 0; j < new.count; j++)
			drop = drop || excludes(new.items[j], old.items[i]);
		if (!drop)
			text_addf(&text, "%s%s", text.size ? "," : "", old.items[i]);
	}
	text_addf(&text, "%s%s", text.size ? "," : "", wanted);
	return text_take(&text);
}

static void add_line(struct text *text, const char *line, const struct words *target,
	const char *wanted)
{
	autowords struct words fields = {0};
	autofree char *options = NULL;

	if (!split_entry(line, &fields) ||
		strcmp(fields.items[FIELD_POINT], target->items[0]) != 0) {
		text_addf(text, "%s\n", line);
		return;
	}
	options = merge(fields.items[FIELD_OPTIONS], wanted);
	for (size_t i = 0; i < fields.count; i++)
		text_addf(text, "%s%s", i ? "\t" : "",
			i == FIELD_OPTIONS ? options : fields.items[i]);
	text_add(text, "\n");
}

/* Does the text hold every wanted option? */
static bool has_options(const char *options, const char *wanted)
{
	autowords struct words have = {0}, want = {0};

	words_split(&have, options, ",");
	words_split(&want, wanted, ",");
	for (size_t i = 0; i < want.count; i++)
		if (!words_contain(&have, want.items[i]))
			return false;
	return true;
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autotext struct text old = {0}, text = {0};
	autowords struct words target = {0};
	autofree char *options = NULL;
	char *rest, *line;
	int rc = disk_load(site, table, &old, err);

	if (rc < 0)
		return rc;
	split_target(control, &target);
	options = options_of(text_string(&old), target.items[0]);
	if (options ? has_options(options, value) : target.count < 2)
		return 0;
	rest = old.data;
	while ((line = line_next(&rest)))
		add_line(&text, line, &target, value);
	if (!options)
		text_addf(&text, "%s\t%s\t%s\t%s\t0\t0\n", target.items[1],
			target.items[0], target.items[1], value);
	return disk_write(site, table, &text, 0, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autotext struct text text = {0};
	autowords struct words target = {0};
	autofree char *options = NULL;

	split_target(control, &target);
	(void)disk_read(site, table, &text);
	options = options_of(text_string(&text), target.items[0]);
	if (options)
		find(finding, has_options(options, value) ? FOUND_RIGHT : FOUND_WRONG,
			memory_copy_text(options),
			memory_format("%s: %s %s", table, target.items[0], options));
	else if (target.count < 2)
		find(finding, FOUND_NOTHING, NULL,
			memory_format(
				"%s is no file system of its own", target.items[0]));
	else
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s has no %s", table, target.items[0]));
}

/* The kernel shows an option it was given in its own spelling only when both differ in more than that. */
static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autotext struct text text = {0};
	autowords struct words target = {0};
	autofree char *options = NULL;

	split_target(control, &target);
	(void)disk_read(site, "proc/self/mounts", &text);
	options = options_of(text_string(&text), target.items[0]);
	if (!options)
		find(finding, site_late(site, table), NULL,
			memory_format("%s is not mounted", target.items[0]));
	else if (has_options(options, value))
		find(finding, FOUND_RIGHT, memory_copy_text(options),
			memory_format(
				"/proc/self/mounts: %s %s", target.items[0], options));
	else
		find(finding, site_late(site, table), memory_copy_text(options),
			memory_format(
				"/proc/self/mounts: %s %s", target.items[0], options));
}

const struct control_kind kind_mount = {
	.name = "mount",
	.place = "etc/fstab",
	.fix = "Restart, or mount it again.",
	.takes_value = true,
	.apply = apply,
	.persisted = persisted,
	.effective = effective,
};

/* One key in a configuration file that others keep, too. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* How a file writes a key and its value. "absent" is for a line that must not stand there at all. */
struct style {
	const char *name, *between, *quote, *separators;
};

static const struct style styles[] = {
	{"words",  " ",   "",   " \t" },
	{"assign", "=",   "",   "="   },
	{"quoted", "=",   "\"", "="   },
	{"equals", " = ", "",   " \t="},
	{"absent", "",    "",   ""    },
};

struct setting {
	struct words words;
	const char *path, *key;
	const struct style *style;
};

static struct setting setting_of(const struct control *control)
{
	struct setting setting = {.style = styles};

	words_split(&setting.words, control->target, " ");
	setting.path = setting.words.items[0];
	setting.key = setting.words.items[1];
	while (strcmp(setting.style->name, setting.words.items[2]) != 0)
		setting.style++;
	return setting;
}

static void setting_free(struct setting *setting)
{
	words_free(&setting->words);
}
#define autosetting __attribute__((cleanup(setting_free)))

static bool must_be_absent(const struct setting *setting)
{
	return *setting->style->separators == '\0';
}

/* A line that sets the key; a comment is none. */
static bool is_line(const struct setting *setting, const char *line)
{
	size_t size = strlen(setting->key);

	line += strspn(line, " \t");
	if (must_be_absent(setting))
		return *line != '#' && strstr(line, setting->key);
	return strncmp(line, setting->key, size) == 0 && line[size] &&
	       strchr(setting->style->separators, line[size]);
}

/* The value on such a line. The caller frees it. */
static char *value_on(const struct setting *setting, const char *line)
{
	const char *value = strstr(line, setting->key) + strlen(setting->key);
	size_t size;

	if (must_be_absent(setting))
		return memory_copy_text(line);
	value += strspn(value, setting->style->separators);
	value += *value == '"';
	size = strcspn(value, "\"");
	while (size && strchr(" \t", value[size - 1]))
		size--;
	return memory_copy_bytes(value, size);
}

static void add_setting(
	struct text *text, const struct setting *setting, const char *value)
{
	text_addf(text, "%s%s%s%s%s\n", setting->key, setting->style->between,
		setting->style->quote, value, setting->style->quote);
}

/* In place of the first line that sets the key, else at the end. */
static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autosetting struct setting setting = setting_of(control);
	autotext struct text old = {0}, text = {0};
	bool done = must_be_absent(&setting);
	char *rest, *line;
	int rc = disk_load(site, setting.path, &old, err);

	if (rc <= 0)
		return rc;
	rest = old.data;
	while ((line = line_next(&rest))) {
		if (!is_line(&setting, line)) {
			text_addf(&text, "%s\n", line);
			continue;
		}
		if (!done)
			add_setting(&text, &setting, value);
		done = true;
	}
	if (!done)
		add_setting(&text, &setting, value);
	return disk_write(site, setting.path, &text, 0, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autosetting struct setting setting = setting_of(control);
	autotext struct text text = {0};
	autofree char *found = NULL;
	char *rest, *line;

	if (!disk_read(site, setting.path, &text)) {
		find(finding, FOUND_NOTHING, NULL,
			memory_format("%s is not there", setting.path));
		return;
	}
	rest = text.data;
	while ((line = line_next(&rest)) && !found)
		if (is_line(&setting, line))
			found = value_on(&setting, line);
	if (must_be_absent(&setting) ? !found : text_equal(found, value))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%s: %s %s", setting.path, setting.key, value));
	else
		find(finding, FOUND_WRONG, memory_copy_text(found),
			memory_format("%s: %s %s", setting.path, setting.key,
				found ? found : "is not set"));
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autosetting struct setting setting = setting_of(control);

	find(finding, FOUND_RIGHT, memory_copy_text(value), NULL);
	reader_doubt(site, setting.path, finding);
}

const struct control_kind kind_setting = {
	.name = "setting",
	.names_file = true,
	.pending = "restart the service that is named",
	.takes_value = true,
	.apply = apply,
	.activate = readers_activate,
	.persisted = persisted,
	.effective = effective,
};

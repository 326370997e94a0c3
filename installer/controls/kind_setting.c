/* One key in a configuration file that others keep, too. */
#include <errno.h>
#include <string.h>
#include <strings.h>

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

/* What a shell reads. */
static bool is_shell(const struct setting *setting)
{
	return strcmp(setting->style->separators, "=") == 0;
}

/* Behind the words that shells allow before an assignment. */
static const char *assignment_on(const char *line)
{
	static const char *const words[] = {"export", "readonly"};

	for (size_t i = 0; i < LENGTH(words); i++) {
		size_t size = strlen(words[i]);

		if (text_starts(line, words[i]) && strchr(" \t", line[size]))
			return line + size + strspn(line + size, " \t");
	}
	return line;
}

/* Behind the key on a line that sets it, or NULL; a comment is none. Shells alone tell capital letters from small ones. */
static const char *behind_key(const struct setting *setting, const char *line)
{
	size_t size = strlen(setting->key);

	line += strspn(line, " \t");
	if (must_be_absent(setting))
		return *line != '#' && strstr(line, setting->key) ? line : NULL;
	if (is_shell(setting))
		line = assignment_on(line);
	if ((is_shell(setting) ? strncmp(line, setting->key, size)
			       : strncasecmp(line, setting->key, size)) != 0 ||
		!line[size] || !strchr(setting->style->separators, line[size]))
		return NULL;
	return line + size;
}

/* The value on such a line. The caller frees it. */
static char *value_on(const struct setting *setting, const char *line)
{
	const char *value = behind_key(setting, line);
	char quote[] = "\"";
	size_t size;

	if (must_be_absent(setting))
		return memory_copy_text(line);
	value += strspn(value, setting->style->separators);
	if (*value == '"' || (*value == '\'' && is_shell(setting)))
		*quote = *value++;
	size = strcspn(value, quote);
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

/* The file with the setting in place of the first line that sets the key, else (add) at its end. */
static void rewrite(const struct setting *setting, char *old, const char *value, bool add,
	struct text *text)
{
	bool done = must_be_absent(setting);
	char *line;

	while ((line = line_next(&old))) {
		if (!behind_key(setting, line)) {
			text_addf(text, "%s\n", line);
			continue;
		}
		if (!done)
			add_setting(text, setting, value);
		done = true;
	}
	if (!done && add)
		add_setting(text, setting, value);
}

/* The first line of a text that sets the key to something else: its number, and what it says, or 0. */
static unsigned line_against(const struct setting *setting, char *rest, const char *value,
	char **found, bool *is_set)
{
	char *line;

	for (unsigned number = 1; (line = line_next(&rest)); number++) {
		autofree char *says =
			behind_key(setting, line) ? value_on(setting, line) : NULL;

		*is_set |= says != NULL;
		if (!says || (!must_be_absent(setting) && text_equal(says, value)))
			continue;
		*found = memory_copy_text(says);
		return number;
	}
	return 0;
}

/* Files that the reader of a file reads after it. */
static void paths_behind(
	const struct site *site, const struct setting *setting, struct words *paths)
{
	static const struct {
		const char *path, *behind;
	} rows[] = {
		{"etc/rc.conf",            "etc/rc.conf.d/*.conf"    },
		{"etc/chrony/chrony.conf", "etc/chrony/conf.d/*.conf"},
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (strcmp(rows[i].path, setting->path) == 0)
			paths_expand(site, rows[i].behind, paths);
}

static int apply_to(struct site *site, const struct setting *setting, const char *path,
	const char *value, bool *changed, struct error *err)
{
	autotext struct text old = {0}, text = {0};
	autofree char *copy = NULL, *found = NULL;
	bool main_file = path == setting->path, is_set = false;
	int rc = disk_load(site, path, &old, err);

	if (rc <= 0)
		return rc;
	copy = memory_copy_text(text_string(&old));
	if (!main_file && !line_against(setting, copy, value, &found, &is_set))
		return 0;
	rewrite(setting, old.data, value, main_file, &text);
	return disk_write(site, path, &text, 0, changed, err);
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autosetting struct setting setting = setting_of(control);
	autowords struct words others = {0};
	int rc = apply_to(site, &setting, setting.path, value, changed, err);

	paths_behind(site, &setting, &others);
	for (size_t i = 0; i < others.count && rc == 0; i++)
		rc = apply_to(site, &setting, others.items[i], value, changed, err);
	return rc;
}

/* Which of several lines counts is for their reader to know, and some have two: all of them must say it. */
static bool find_against(struct site *site, const struct setting *setting,
	const char *path, const char *value, bool *is_set, struct finding *finding)
{
	autotext struct text text = {0};
	char *found = NULL;
	unsigned number;

	if (!disk_read(site, path, &text))
		return false;
	number = line_against(setting, text.data, value, &found, is_set);
	if (number)
		find(finding, FOUND_WRONG, found,
			memory_format("%s:%u: %s %s", path, number, setting->key, found));
	return number;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autosetting struct setting setting = setting_of(control);
	autowords struct words others = {0};
	autotext struct text own = {0};
	bool is_set = must_be_absent(&setting), elsewhere = false;

	if (!disk_view(site, setting.path, &own)) {
		find(finding, FOUND_NOTHING, NULL,
			memory_format("%s is not there", setting.path));
		return;
	}
	if (find_against(site, &setting, setting.path, value, &is_set, finding))
		return;
	paths_behind(site, &setting, &others);
	for (size_t i = 0; i < others.count; i++)
		if (find_against(
			    site, &setting, others.items[i], value, &elsewhere, finding))
			return;
	if (is_set)
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%s: %s %s", setting.path, setting.key, value));
	else
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s: %s is not set", setting.path, setting.key));
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

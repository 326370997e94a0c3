/* What login shells read after a file of ours in /etc/profile.d: the last word counts. */
#include <string.h>
#include <strings.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char folder[] = "etc/profile.d/";

/* As strict is right, too. */
static bool is_umask(const char *says, const char *wanted)
{
	char *end;
	unsigned long mask = strtoul(says, &end, 8), least = strtoul(wanted, NULL, 8);

	return *says && !*end && (mask & least) == least;
}

/* More folders behind those that are there are right. */
static bool is_path(const char *says, const char *wanted)
{
	return strcmp(says, wanted) == 0 || text_starts(says, "$PATH:") ||
	       text_starts(says, "${PATH}:");
}

static bool is_seconds(const char *says, const char *wanted)
{
	uint64_t most, seconds;

	return text_to_u64(wanted, 0, UINT32_MAX, &most) == 0 &&
	       text_to_u64(says, 1, most, &seconds) == 0;
}

static const struct subject {
	const char *name;
	bool is_command; /* otherwise a variable */
	bool (*is_right)(const char *says, const char *wanted);
} subjects[] = {
	{"umask", true,  is_umask  },
	{"PATH",  false, is_path   },
	{"TMOUT", false, is_seconds},
};

/* What a line sets the subject to, or NULL; "" when it takes it away. The caller frees it. */
static char *set_on(const char *line, const struct subject *subject)
{
	autofree char *copy = memory_zero(strlen(line) + 1, 1);
	autowords struct words words = {0};
	size_t size = strlen(subject->name);

	for (char *to = copy; *line; line++)
		if (*line != '"' && *line != '\'')
			*to++ = *line;
	words_split(&words, copy, " \t;&|()");
	for (size_t i = 0; i < words.count && words.items[i][0] != '#'; i++) {
		const char *word = words.items[i];
		bool has_next = i + 1 < words.count;

		if (!subject->is_command && strncmp(word, subject->name, size) == 0 &&
			word[size] == '=')
			return memory_copy_text(word + size + 1);
		if (!subject->is_command && has_next && strcmp(word, "unset") == 0 &&
			strcmp(words.items[i + 1], subject->name) == 0)
			return memory_copy_text("");
		if (subject->is_command && has_next && strcmp(word, subject->name) == 0 &&
			strcmp(words.items[i + 1], "-S") != 0)
			return memory_copy_text(words.items[i + 1]);
	}
	return NULL;
}

/* The same for the first line of a text that does. */
static char *set_in(const char *text, const struct subject *subject)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *line, *says = NULL;

	while (!says && (line = line_next(&rest)))
		says = set_on(line, subject);
	return says;
}

/* Which languages order names otherwise is not known here: what may come later counts. */
static bool may_come_later(const char *name, const char *ours)
{
	return text_ends(name, ".sh") &&
	       (strcmp(name, ours) > 0 || strcasecmp(name, ours) > 0);
}

/* The line of a file that sets the subject otherwise; in /etc/profile only behind what runs the folder. */
static char *line_against(const struct site *site, const char *path, bool is_folders,
	const struct subject *subject, const char *wanted)
{
	autotext struct text text = {0};
	bool counts = is_folders;
	char *rest, *line;

	if (!disk_read(site, path, &text))
		return NULL;
	rest = text.data;
	for (unsigned number = 1; (line = line_next(&rest)); number++) {
		autofree char *says = counts ? set_on(line, subject) : NULL;

		counts |= strstr(line, "/etc/profile.d/") != NULL;
		if (says && !subject->is_right(says, wanted))
			return memory_format(
				"%s:%u: %s", path, number, line + strspn(line, " \t"));
	}
	return NULL;
}

char *profile_against(const struct site *site, const char *path, const char *value)
{
	autowords struct words names = {0};
	char *found = NULL;

	if (!text_starts(path, folder))
		return NULL;
	(void)disk_list(site, "etc/profile.d", &names);
	for (size_t i = 0; i < LENGTH(subjects) && !found; i++) {
		autofree char *wanted = set_in(value, &subjects[i]);

		for (size_t j = 0; wanted && j < names.count && !found; j++) {
			autofree char *other =
				memory_format("%s%s", folder, names.items[j]);

			if (may_come_later(names.items[j], path + strlen(folder)))
				found = line_against(
					site, other, true, &subjects[i], wanted);
		}
		if (wanted && !found)
			found = line_against(
				site, "etc/profile", false, &subjects[i], wanted);
	}
	return found;
}

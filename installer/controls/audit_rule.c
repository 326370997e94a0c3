/* Rules of the audit system as text: made comparable, and told apart by what they do to others. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* "always,exit" and "exit,always" are the same. */
static void add_sorted(struct words *words, const char *option, const char *list)
{
	autowords struct words parts = {0};
	autotext struct text text = {0};

	words_split(&parts, list, ",");
	words_sort(&parts);
	for (size_t i = 0; i < parts.count; i++)
		text_addf(&text, "%s%s", i ? "," : option, parts.items[i]);
	words_add(words, text_string(&text));
}

static void add_calls(struct words *words, const char *list)
{
	autowords struct words calls = {0};

	words_split(&calls, list, ",");
	for (size_t i = 0; i < calls.count; i++)
		if (strcmp(calls.items[i], "all") != 0)
			words_addf(words, "-S %s", calls.items[i]);
}

/* "unset" has as many names as there are ways to write the highest number; rights come in any order. */
static void add_field(struct words *words, const char *field)
{
	static const char *const unset[] = {"=-1", "=4294967295"};
	static const char perm[] = "perm=";

	for (size_t i = 0; i < LENGTH(unset); i++)
		if (text_starts(field, "auid") && text_ends(field, unset[i])) {
			words_addf(words, "%.*s=unset",
				(int)(strlen(field) - strlen(unset[i])), field);
			return;
		}
	if (!text_starts(field, perm)) {
		words_add(words, field);
		return;
	}
	for (const char *right = field + strlen(perm); *right; right++)
		words_addf(words, "%s%c", perm, *right);
}

static void add_option(struct words *words, char option, const char *value)
{
	autofree char *field = NULL;

	if (option == 'a' || option == 'A')
		add_sorted(words, "-a ", value);
	else if (option == 'S')
		add_calls(words, value);
	else if (option == 'F')
		add_field(words, value);
	else if (option == 'k')
		words_add(words, field = memory_format("key=%s", value));
	else
		words_addf(words, "-%c %s", option, value);
}

/* Newer tools spell the calls out that can use a right: where we name none they do not count. */
static void drop_calls(struct words *words)
{
	struct words kept = {0};

	for (size_t i = 0; i < words->count; i++)
		if (!text_starts(words->items[i], "-S "))
			words_add(&kept, words->items[i]);
	words_free(words);
	*words = kept;
}

static void split(const char *rule, struct words *parts)
{
	autowords struct words words = {0};

	words_split(&words, rule, " \t");
	for (size_t i = 0; i < words.count; i++) {
		const char *word = words.items[i];

		if (word[0] != '-' || !word[1])
			words_add(parts, word);
		else if (word[2] || i + 1 == words.count)
			add_option(parts, word[1], word + 2);
		else
			add_option(parts, word[1], words.items[++i]);
	}
}

char *audit_rule_normal(const char *rule)
{
	autowords struct words parts = {0};
	struct text text = {0};

	split(rule, &parts);
	words_sort(&parts);
	for (size_t i = 0; i < parts.count; i++)
		if (text_starts(parts.items[i], "perm=")) {
			drop_calls(&parts);
			break;
		}
	for (size_t i = 0; i < parts.count; i++)
		text_addf(&text, "%s%s", i ? " " : "", parts.items[i]);
	return text.data ? text_take(&text) : memory_copy_text("");
}

bool audit_rule_silences(const char *rule)
{
	static const char *const patterns[] = {"-a never,*", "-a *,never", "-a exclude,*",
		"-a *,exclude", "-e 0", "-d *", "-W *", "-D ?*"};
	autowords struct words parts = {0};

	rule += strspn(rule, " \t");
	if (*rule != '-' || (!strchr("edDW", rule[1]) && !strstr(rule, "never") &&
				    !strstr(rule, "exclude")))
		return false;
	split(rule, &parts);
	for (size_t i = 0; i < parts.count; i++)
		for (size_t j = 0; j < LENGTH(patterns); j++)
			if (text_matches(parts.items[i], patterns[j]))
				return true;
	return false;
}

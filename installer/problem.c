#include "installer/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "installer/base/memory.h"

const char *const severity_names[] = {"error", "warning", "note", NULL};

void problems_add(struct problems *problems, enum severity severity, const char *key,
	unsigned line, unsigned column, const char *format, ...)
{
	struct problem *problem;
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = memory_copy_text(format);
	va_end(args);
	problems->items =
		memory_resize(problems->items, problems->count + 1, sizeof(*problem));
	problem = &problems->items[problems->count++];
	*problem = (struct problem){severity, memory_copy_text(key), line, column, text};
}

bool problems_have_errors(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		if (problems->items[i].severity == SEVERITY_ERROR)
			return true;
	return false;
}

static bool stands_behind(const struct problem *a, const struct problem *b)
{
	return a->line > b->line || (a->line == b->line && a->column > b->column);
}

/* Insertion sort: stable, and the lists are short. */
void problems_sort(struct problems *problems)
{
	for (size_t i = 1; i < problems->count; i++) {
		struct problem moved = problems->items[i];
		size_t at = i;

		for (; at > 0 && stands_behind(&problems->items[at - 1], &moved); at--)
			problems->items[at] = problems->items[at - 1];
		problems->items[at] = moved;
	}
}

void problems_print(const struct problems *problems, const char *file, struct text *to)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->items[i];

		text_addf(to, "%s:", file);
		if (problem->line)
			text_addf(to, "%u:%u:", problem->line, problem->column);
		text_addf(to, " %s: ", severity_names[problem->severity]);
		if (problem->key)
			text_addf(to, "%s: ", problem->key);
		text_addf(to, "%s\n", problem->text);
	}
}

void problems_free(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->items[i].key);
		free(problems->items[i].text);
	}
	free(problems->items);
	*problems = (struct problems){0};
}

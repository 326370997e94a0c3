/* What checking found: every problem, with its place and the way out. Checking never stops at the first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };
extern const char *const severity_names[]; /* "error", "warning", "note", NULL */

struct problem {
	enum severity severity;
	char *key;             /* disk.match.serial, or NULL */
	unsigned line, column; /* 1-based; 0 when it did not come from a file */
	char *text;            /* what is wrong and what a correct value looks like */
};

/* `autoproblems struct problems p = {0};` is ready for use. */
struct problems {
	struct problem *items;
	size_t count;
};

void problems_add(struct problems *problems, enum severity severity, const char *key, unsigned line, unsigned column,
	const char *format, ...) PRINTF(6, 7);
bool problems_have_errors(const struct problems *problems);
void problems_sort(struct problems *problems); /* by line, column, then order of arrival */
/* "FILE:LINE:COL: severity: key: text", one per line. */
void problems_print(const struct problems *problems, const char *file, struct text *to);
void problems_free(struct problems *problems);
#define autoproblems __attribute__((cleanup(problems_free)))

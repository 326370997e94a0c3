/* Small programs that hold secrets for libraries: their first word names what they do, and nothing of them is swapped or dumped. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "installer/base/error.h"

struct verb {
	const char *name;
	int arguments; /* behind the name */
	int (*run)(char **arguments, struct error *err);
};

/* Run the one that argv names: the exit code of the program, 0 or 1, and then why goes to a line of its own with before in front; -1: it names
 * none. SIGALRM ends it after so many seconds, unless run switches that off. */
int verbs_run(const struct verb *verbs, size_t count, unsigned seconds, FILE *why, const char *before, int argc, char **argv);

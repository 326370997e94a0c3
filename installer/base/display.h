/* The ways the wizard can be shown: --ui, jefe.ui= and the key that changes between them take these names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/error.h"

struct display {
	const char *name;
	const char *program; /* in libexec */
	bool thin;           /* its variant for slow lines */
	bool moves_cursor;   /* needs a terminal that can */
};

extern const struct display
	displays[]; /* in the order the key goes through; ends with a name of NULL */

const struct display *display_find(
	const char *name); /* NULL: there is none of this name */
const struct display *display_after(
	const char *name); /* the next that is installed, round and round */
char *display_names(
	void) CHECKED; /* "ncurses, newt, thin and line"; the caller frees it */

/* Path of its program: beside the running one, as in a build tree, else in libexec. The caller frees it. -ENOENT: not installed. */
int display_program(
	const struct display *display, char **path, struct error *err) CHECKED;

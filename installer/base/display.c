#include "installer/base/display.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"

const struct display displays[] = {
	{"ncurses",  "ui-ncurses", false, true},
	{"newt",     "ui-newt", false, true},
	{"thin",          "ui-ncurses", true, true},
	{"line","ui-line", false, false},
	{0     },
};

const struct display *display_find(const char *name)
{
	for (const struct display *display = displays; name && display->name; display++)
		if (strcmp(display->name, name) == 0)
			return display;
	return NULL;
}

const struct display *display_after(const char *name)
{
	const struct display *start = display_find(name);
	const struct display *next = start ? start : displays;

	do {
		autofree char *path = NULL;

		next = next[1].name ? next + 1 : displays;
		if (display_program(next, &path, NULL) == 0)
			return next;
	} while (next != start && start);
	return start;
}

char *display_names(void)
{
	struct text names = {0};

	for (const struct display *display = displays; display->name; display++)
		text_addf(&names, "%s%s",
			display == displays ? ""
			: display[1].name   ? ", "
					    : " and ",
			display->name);
	return text_take(&names);
}

int display_program(const struct display *display, char **path, struct error *err)
{
	char self[4096];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[size < 0 ? 0 : size] = '\0';
	slash = strrchr(self, '/');
	*path = memory_format(
		"%.*s/%s", slash ? (int)(slash - self) : 0, self, display->program);
	if (access(*path, X_OK) == 0)
		return 0;
	free(*path);
	*path = memory_format("%s/%s", PKGLIBEXECDIR, display->program);
	if (access(*path, X_OK) == 0)
		return 0;
	free(*path);
	*path = NULL;
	return error_set(err, -ENOENT, "the front end \"%s\" is not installed here",
		display->name);
}

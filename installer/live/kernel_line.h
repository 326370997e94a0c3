/* What the kernel line asks of the live system. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"

/* `autokernelline struct kernel_line line = {0};` is ready for use. A value that was not given is NULL. */
struct kernel_line {
	char *answers;            /* jefe.answers= */
	char *ui;                 /* jefe.ui= */
	char *lang;               /* jefe.lang= */
	char *remote;             /* jefe.remote=: where SSH keys are that let in */
	char *term;               /* TERM=: terminal type of serial consoles */
	bool automatic;           /* jefe.auto=yes, never together with recover */
	bool recover;             /* jefe.recover=yes */
	bool poweroff_on_failure; /* jefe.onfail=poweroff */
};

/* The last of equal arguments wins, as with the kernel; double quotes keep spaces together. */
void kernel_line_parse(const char *text, struct kernel_line *line);
int kernel_line_read(
	struct kernel_line *line, struct error *err) CHECKED; /* /proc/cmdline */
void kernel_line_free(struct kernel_line *line);
#define autokernelline __attribute__((cleanup(kernel_line_free)))

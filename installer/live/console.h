/* What a console of the live system shows. */
#pragma once

#include <stdbool.h>

#include "installer/base/display.h"
#include "installer/base/error.h"
#include "installer/live/kernel_line.h"

enum console_view {
	CONSOLE_WIZARD, /* on the display that was chosen */
	CONSOLE_ASK,    /* a serial line: one key decides which display */
	CONSOLE_ATTACH, /* an installation runs: watch it */
	CONSOLE_SHELL, /* the unattended installation is over: nothing starts by itself */
	CONSOLE_RECOVER, /* an installed system is to be repaired: the same */
};

struct console_facts {
	bool virtual_terminal; /* tty1 … in contrast to a serial line */
	const char *term;      /* terminal type in use */
	const char *answer;    /* display that was chosen here before, or NULL */
	bool engine_runs;
};

/* Decide; touches nothing. *display is what WIZARD shows. */
enum console_view console_choose(const struct kernel_line *line,
	const struct console_facts *facts, const struct display **display);

bool console_is_virtual(const char *tty); /* "tty1", not "ttyS0" */
/* TERM for a console: linux, or vt220 unless the kernel line says better. */
const char *console_term(const struct kernel_line *line, const char *tty);

/* Take /dev/TTY as the controlling terminal and standard streams, in a sane line discipline; sets TERM, LANG, HOME and PATH. */
int console_open(const char *tty, const char *term, struct error *err) CHECKED;
/* Show the question and wait without limit for one of the keys; lower case. What was typed before does not count.
 * -EPIPE when the terminal is gone. */
int console_ask(const char *question, const char *keys, struct error *err) CHECKED;

/* Never returns on success: this process becomes what the console shows. tty is a name below /dev. */
int console_run(const char *tty, struct error *err) CHECKED;
/* The same for a console that only ever offers a shell. */
int console_run_shell(const char *tty, struct error *err) CHECKED;

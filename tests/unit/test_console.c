#include "installer/live/console.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* One row per situation: what decides and what must come of it. */
static void the_view_follows_from_the_situation(void **state)
{
	const struct {
		const char *ui, *answer, *term;
		bool automatic, virtual_terminal, engine_runs;
		enum console_view view;
		const char *display;
	} cases[] = {
		{NULL,      NULL,   "linux", false, true,  false, CONSOLE_WIZARD, "ncurses"},
		{NULL,      NULL,   "vt220", false, false, false, CONSOLE_ASK,    "ncurses"},
		{NULL,      NULL,   "dumb",  false, false, false, CONSOLE_WIZARD, "line"   },
		{"line",    NULL,   "linux", false, true,  false, CONSOLE_WIZARD, "line"   },
		{"line",    NULL,   "vt220", false, false, false, CONSOLE_WIZARD, "line"   },
		{"newt",    NULL,   "linux", false, true,  false, CONSOLE_WIZARD, "newt"   },
		{"newt",    NULL,   "vt220", false, false, false, CONSOLE_WIZARD, "newt"   },
		{"thin",    NULL,   "vt220", false, false, false, CONSOLE_WIZARD, "thin"   },
		{"ncurses", NULL,   "vt220", false, false, false, CONSOLE_WIZARD,
                 "ncurses"								 },
		{"ncurses", NULL,   "dumb",  false, false, false, CONSOLE_WIZARD, "line"   },
		{"gtk",     NULL,   "vt220", false, false, false, CONSOLE_ASK,    "ncurses"},
		{"gtk",     NULL,   "linux", false, true,  false, CONSOLE_WIZARD, "ncurses"},
		{NULL,      "thin", "vt220", false, false, false, CONSOLE_WIZARD, "thin"   },
		{"gtk",     "line", "vt220", false, false, false, CONSOLE_WIZARD, "line"   },
		{NULL,      NULL,   "vt220", false, false, true,  CONSOLE_ATTACH, NULL     },
		{NULL,      NULL,   "linux", true,  true,  false, CONSOLE_SHELL,  NULL     },
		{"line",    NULL,   "vt220", true,  false, false, CONSOLE_SHELL,  NULL     },
		{NULL,      NULL,   "vt220", true,  false, true,  CONSOLE_ATTACH, NULL     },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernel_line line = {.ui = memory_copy_text(cases[i].ui),
			.automatic = cases[i].automatic};
		struct console_facts facts = {
			.virtual_terminal = cases[i].virtual_terminal,
			.term = cases[i].term,
			.answer = cases[i].answer,
			.engine_runs = cases[i].engine_runs};
		const struct display *display = NULL;

		if (console_choose(&line, &facts, &display) != cases[i].view)
			fail_msg("case %zu", i);
		if (cases[i].display && strcmp(display->name, cases[i].display) != 0)
			fail_msg("case %zu shows %s", i, display->name);
		free(line.ui);
	}
}

static void recovery_starts_nothing_but_shows_what_runs(void **state)
{
	struct kernel_line line = {.recover = true, .ui = (char[]){"line"}};
	struct console_facts facts = {.virtual_terminal = true, .term = "linux"};
	const struct display *display = NULL;

	(void)state;
	assert_int_equal(console_choose(&line, &facts, &display), CONSOLE_RECOVER);
	facts.engine_runs = true;
	assert_int_equal(console_choose(&line, &facts, &display), CONSOLE_ATTACH);
}

static void serial_lines_are_vt220_unless_told(void **state)
{
	struct kernel_line silent = {0}, told = {.term = (char[]){"xterm-256color"}};

	(void)state;
	assert_true(console_is_virtual("tty1"));
	assert_false(console_is_virtual("ttyS0"));
	assert_false(console_is_virtual("hvc0"));
	assert_string_equal(console_term(&silent, "ttyS0"), "vt220");
	assert_string_equal(console_term(&told, "ttyS0"), "xterm-256color");
	assert_string_equal(console_term(&told, "tty1"), "linux");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_view_follows_from_the_situation),
		cmocka_unit_test(recovery_starts_nothing_but_shows_what_runs),
		cmocka_unit_test(serial_lines_are_vt220_unless_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

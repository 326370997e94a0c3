#include "installer/live/console.h"

#include "tests/unit/unit.h"

/* One row per situation: what decides and what must come of it. */
static void the_view_follows_from_the_situation(void **state)
{
	const struct {
		struct kernel_line line;
		struct console_facts facts;
		enum console_view view;
	} cases[] = {
		{{0},					 {.virtual_terminal = true, .term = "linux"}, CONSOLE_WIZARD},
		{{0},					 {.term = "vt220"},                           CONSOLE_ASK   },
		{{0},					 {.term = "dumb"},                            CONSOLE_LINE  },
		{{.ui = (char[]){"line"}},                    {.virtual_terminal = true, .term = "linux"},
                 CONSOLE_LINE											    },
		{{.ui = (char[]){"line"}},                    {.term = "vt220"},                           CONSOLE_LINE  },
		{{.ui = (char[]){"ncurses"}},                 {.term = "vt220"},                           CONSOLE_WIZARD},
		{{.ui = (char[]){"ncurses"}},                 {.term = "dumb"},                            CONSOLE_LINE  },
		{{.ui = (char[]){"gtk"}},                     {.term = "vt220"},                           CONSOLE_ASK   },
		{{0},					 {.term = "vt220", .engine_runs = true},      CONSOLE_ATTACH},
		{{.automatic = true},                         {.virtual_terminal = true, .term = "linux"},
                 CONSOLE_SHELL											   },
		{{.automatic = true, .ui = (char[]){"line"}}, {.term = "vt220"},
                 CONSOLE_SHELL											   },
		{{.automatic = true},                         {.term = "vt220", .engine_runs = true},
                 CONSOLE_ATTACH											  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (console_choose(&cases[i].line, &cases[i].facts) != cases[i].view)
			fail_msg("case %zu", i);
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
		cmocka_unit_test(serial_lines_are_vt220_unless_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

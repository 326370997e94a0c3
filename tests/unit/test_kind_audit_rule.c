#include "tests/unit/look.h"

static const struct control settings = {.id = "audit.test",
	.kind = &kind_audit_rule}; /* no target: not rules with a key */

/* The shortest option stands beside one that is longer than all of it: nothing behind its end is read. */
static void settings_are_found_in_the_status(void **state)
{
	static const struct {
		const char *says, *value;
		enum found found;
	} cases[] = {
		{"enabled 1\nbacklog_limit 8192\nbacklog_wait_time 60000\n",
                 "-b 8192\n--backlog_wait_time 60000",                                        FOUND_RIGHT},
		{"enabled 1\nbacklog_limit 64\n",                            "-e 1\n-b 8192", FOUND_WRONG},
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_int_equal(look_told(&kind_audit_rule, &settings, cases[i].value,
					 PROGRAM_AUDIT_STATUS, cases[i].says),
			cases[i].found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			settings_are_found_in_the_status, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

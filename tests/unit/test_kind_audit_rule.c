#include "tests/unit/look.h"

static const struct control settings = {.id = "audit.test",
	.kind = &kind_audit_rule}; /* no target: not rules with a key */

/* The shortest option stands beside one that is longer than all of it: nothing behind its end is read. */
static void settings_are_found_in_the_status(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(
		look_told(&kind_audit_rule, &settings,
			"-b 8192\n--backlog_wait_time 60000", PROGRAM_AUDIT_STATUS,
			"enabled 1\nbacklog_limit 8192\nbacklog_wait_time 60000\n"),
		FOUND_RIGHT);
	assert_int_equal(look_told(&kind_audit_rule, &settings, "-e 1\n-b 8192",
				 PROGRAM_AUDIT_STATUS, "enabled 1\nbacklog_limit 64\n"),
		FOUND_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			settings_are_found_in_the_status, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

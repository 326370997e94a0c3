#include "tests/unit/look.h"

static void what_must_not_be_there_goes(void **state)
{
	const struct control *trust = control_named("userland.trust_files");
	autofree char *wrong = NULL, *right = NULL;

	(void)state;
	put("home/ana/.rhosts", "+ +\n");
	put("home/ana/.profile", "x\n");
	assert_int_equal(look(&kind_absent, trust, "absent", &wrong), FOUND_WRONG);
	assert_string_equal(wrong, "there: home/ana/.rhosts");
	apply(LEVEL_BASELINE, NULL, "");
	assert_int_equal(look(&kind_absent, trust, "absent", &right), FOUND_RIGHT);
	assert_true(file_exists(root, "home/ana/.profile"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_must_not_be_there_goes, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

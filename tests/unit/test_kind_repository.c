#include "tests/unit/look.h"

static enum found look_for(const char *id)
{
	const struct control *control = control_named(id);
	autofree char *evidence = NULL;

	return look(&kind_repository, control, "none", &evidence);
}

static void weak_lines_are_named_and_comments_are_not(void **state)
{
	(void)state;
	put("etc/apk/repositories",
		"https://a.example/alpine/v3.19/main\n# http://a.example/alpine/edge/main\n");
	assert_int_equal(look_for("userland.repositories_signed"), FOUND_NOTHING);
	assert_int_equal(look_for("userland.repositories_encrypted"), FOUND_RIGHT);
	assert_int_equal(look_for("userland.repositories_stable"), FOUND_RIGHT);
	put("etc/apk/repositories", "https://a.example/alpine/edge/testing\n");
	assert_int_equal(look_for("userland.repositories_stable"), FOUND_WRONG);
	assert_int_equal(look_for("userland.repositories_encrypted"), FOUND_RIGHT);
	put("etc/apk/repositories.d/own", "http://b.example/v3.19/main\n");
	assert_int_equal(look_for("userland.repositories_encrypted"), FOUND_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			weak_lines_are_named_and_comments_are_not, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

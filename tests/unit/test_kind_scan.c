#include "tests/unit/look.h"

static const struct control *open_files(void)
{
	return control_named("userland.world_writable");
}

static void files_that_everybody_may_write_are_named(void **state)
{
	autofree char *right = NULL, *file = NULL, *folder = NULL;

	(void)state;
	put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
	put("srv/data", "x");
	put("tmp/x", "x");
	assert_int_equal(fchmodat(root, "tmp", 01777, 0), 0);
	assert_int_equal(look(&kind_scan, open_files(), "none", &right),
		geteuid() ? FOUND_UNKNOWN : FOUND_RIGHT);
	assert_int_equal(fchmodat(root, "srv/data", 0666, 0), 0);
	assert_int_equal(look(&kind_scan, open_files(), "none", &file), FOUND_WRONG);
	assert_string_equal(file, "writable by everybody: /srv/data");
	assert_int_equal(fchmodat(root, "srv/data", 0644, 0), 0);
	assert_int_equal(fchmodat(root, "srv", 0777, 0), 0);
	assert_int_equal(look(&kind_scan, open_files(), "none", &folder), FOUND_WRONG);
	assert_string_equal(folder, "writable by everybody: /srv");
}

static void files_of_nobody_are_named(void **state)
{
	const struct control *unowned = control_named("userland.unowned");
	autofree char *users = memory_format(
		"me:x:%u:%u::/:/bin/sh\n", (unsigned)geteuid(), (unsigned)getegid());
	autofree char *groups = memory_format("me:x:%u:\n", (unsigned)getegid());
	autofree char *right = NULL, *wrong = NULL;

	(void)state;
	put("etc/passwd", users);
	put("etc/group", groups);
	assert_int_equal(look(&kind_scan, unowned, "none", &right),
		geteuid() ? FOUND_UNKNOWN : FOUND_RIGHT);
	put("etc/passwd", "somebody:x:4711:0::/:/bin/sh\n");
	assert_int_equal(look(&kind_scan, unowned, "none", &wrong), FOUND_WRONG);
	assert_non_null(strstr(wrong, "/etc/passwd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			files_that_everybody_may_write_are_named, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			files_of_nobody_are_named, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

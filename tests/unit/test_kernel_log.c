#include "tests/unit/look.h"

static const char *const wanted[] = {"spectre_bhi=on", "nosmt=force"};

static bool ignores(const char *argument)
{
	const struct control_scope scope = {.root_fd = root, .running = true};
	autosite struct site site = {.scope = &scope};

	return kernel_ignores(&site, argument);
}

static void the_log_tells_what_the_kernel_does_not_know(void **state)
{
	(void)state;
	assert_false(ignores(wanted[0]));
	put("dev/kmsg",
		"6,1,0,-;Command line: root=1 spectre_bhi=on nosmt=force\n"
		"5,2,0,-;Unknown kernel command line parameters \"erst vmscape=force spectre_bhi=on\", will be passed to user space.\n");
	assert_true(ignores(wanted[0]));
	assert_true(ignores("erst"));
	assert_false(ignores(wanted[1]));
	assert_false(ignores("spectre_bhi"));
}

static void init_remembers_when_the_log_has_forgotten(void **state)
{
	static const char environment[] = "HOME=/\0spectre_bhi=on\0TERM=linux";
	struct error err = {0};

	(void)state;
	put("dev/kmsg", "6,900,0,-;eth0: link is up\n");
	put("proc/1/cmdline", "/sbin/init");
	assert_done(file_write(root, "proc/1/environ", environment, sizeof(environment),
			    0600, &err),
		&err);
	assert_true(ignores(wanted[0]));
	assert_false(ignores(wanted[1]));
}

static void an_inert_argument_never_passes(void **state)
{
	const struct control *bhi = control_named("kernel.bhi");

	(void)state;
	put("etc/jefelinux/cmdline", "spectre_bhi=on\n");
	put("proc/cmdline", "root=1 spectre_bhi=on\n");
	assert_int_equal(look_effective(&kind_argument, bhi, wanted[0]), FOUND_RIGHT);
	put("dev/kmsg",
		"5,2,0,-;Unknown kernel command line parameters \"spectre_bhi=on\", will be passed to user space.\n");
	assert_int_equal(
		look_effective(&kind_argument, bhi, wanted[0]), FOUND_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_log_tells_what_the_kernel_does_not_know, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			init_remembers_when_the_log_has_forgotten, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			an_inert_argument_never_passes, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/look.h"

static void every_file_of_a_pattern_counts(void **state)
{
	const struct control *guard = control_named("kernel.usb_guard");

	(void)state;
	assert_int_equal(look_effective(&kind_late, guard, "0"), FOUND_NOTHING);
	put("sys/bus/usb/devices/usb1/authorized_default", "0\n");
	put("sys/bus/usb/devices/1-0:1.0/authorized", "1\n");
	assert_int_equal(look_effective(&kind_late, guard, "0"), FOUND_RIGHT);
	put("sys/bus/usb/devices/usb2/authorized_default", "1\n");
	assert_int_equal(look_effective(&kind_late, guard, "0"), FOUND_WRONG);
}

static void what_was_wanted_after_the_start_waits_for_the_next(void **state)
{
	const struct control *control = control_named("kernel.modules_disabled");

	(void)state;
	put("proc/sys/kernel/modules_disabled", "0\n");
	put("etc/jefelinux/late", "/proc/sys/kernel/modules_disabled 1\n");
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	assert_int_equal(look_effective(&kind_late, control, "1"), FOUND_WRONG);
	put("proc/stat", "cpu 0\nbtime 1\n");
	assert_int_equal(look_effective(&kind_late, control, "1"), FOUND_PENDING);
}

static void the_file_of_the_service_says_it(void **state)
{
	const struct control *control = control_named("kernel.modules_disabled");
	autofree char *nothing = NULL, *evidence = NULL;

	(void)state;
	assert_int_equal(look(&kind_late, control, "1", &nothing), FOUND_WRONG);
	put("etc/jefelinux/late", "/proc/sys/kernel/modules_disabled 1\n");
	assert_int_equal(look(&kind_late, control, "1", &evidence), FOUND_RIGHT);
}

static void take_note(void *context, const char *line)
{
	text_addf(context, "%s\n", line);
}

static void what_nobody_wants_any_more_is_told(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy before = {.level = LEVEL_PARANOID};
	const struct policy policy = {.level = LEVEL_BASELINE, .before = &before};
	struct error err = {0};

	(void)state;
	for (int digit = '0'; digit <= '1'; digit++) {
		const char text[] = {(char)digit, '\n', '\0'};
		autotext struct text notes = {0};
		autosite struct site site = {.scope = &scope,
			.policy = &policy,
			.note = take_note,
			.context = &notes};

		put("proc/sys/kernel/modules_disabled", text);
		assert_done(kind_late.activate(&site, &err), &err);
		assert_string_equal(text_string(&notes),
			digit == '0'
				? ""
				: "/proc/sys/kernel/modules_disabled = 1 stays set until the next start\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_file_of_a_pattern_counts, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_was_wanted_after_the_start_waits_for_the_next, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			the_file_of_the_service_says_it, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_nobody_wants_any_more_is_told, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

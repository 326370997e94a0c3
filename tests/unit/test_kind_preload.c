#include "tests/unit/look.h"

static char *wanted_here(const char *id)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	const struct policy policy = {.level = LEVEL_PARANOID};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct error err = {0};

	assert_done(site_open(&site, &err), &err);
	return site_wanted(&site, control_named(id));
}

static void modules_that_the_kernel_lacks_are_left_out(void **state)
{
	autofree char *all = wanted_here("kernel.preload_late"), *some = NULL;

	(void)state;
	assert_true(text_starts(all, "vfat nls_cp437 "));
	put("lib/modules/6.6.14-0-lts/modules.dep",
		"kernel/drivers/hid/hid-generic.ko.gz: kernel/drivers/hid/hid.ko.gz\nkernel/fs/fat/vfat.ko.gz:\n");
	put("lib/modules/6.6.14-0-lts/modules.builtin", "kernel/drivers/block/loop.ko\n");
	some = wanted_here("kernel.preload_late");
	assert_string_equal(some, "vfat loop hid_generic");
}

static void what_is_loaded_or_built_in_is_there(void **state)
{
	const struct control *control = control_named("kernel.preload_late");

	(void)state;
	put("sys/module/vfat/refcnt", "0\n");
	assert_int_equal(look_effective(&kind_preload, control, "vfat"), FOUND_RIGHT);
	assert_int_equal(
		look_effective(&kind_preload, control, "vfat hid-generic"), FOUND_WRONG);
	put("sys/module/hid_generic/refcnt", "0\n");
	assert_int_equal(
		look_effective(&kind_preload, control, "vfat hid-generic"), FOUND_RIGHT);
}

/* What one control blocks no other may want loaded. */
static void nothing_is_both_blocked_and_loaded(void **state)
{
	autowords struct words loaded = {0};

	(void)state;
	for (const struct control *const *at = controls; *at; at++)
		for (size_t level = 0; level < LENGTH((*at)->values); level++)
			if ((*at)->kind == &kind_preload && (*at)->values[level])
				words_split(&loaded, (*at)->values[level], " ");
	assert_true(loaded.count > 20);
	for (const struct control *const *at = controls; *at; at++) {
		autowords struct words blocked = {0};

		if ((*at)->kind == &kind_module)
			words_split(&blocked, (*at)->target, " ");
		for (size_t i = 0; i < blocked.count; i++)
			if (words_contain(&loaded, blocked.items[i]))
				fail_msg("%s blocks %s", (*at)->id, blocked.items[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			modules_that_the_kernel_lacks_are_left_out, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			what_is_loaded_or_built_in_is_there, tree_make, tree_close),
		cmocka_unit_test(nothing_is_both_blocked_and_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

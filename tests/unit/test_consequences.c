#include "screens/consequences.h"

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static struct wizard *wizard_on(const char *machine_name)
{
	autofree char *path = memory_format("%s/tests/cases/machines/%s.json",
		getenv("top_srcdir") ? getenv("top_srcdir") : ".", machine_name);
	struct machine *machine = NULL;
	struct error err = {0};

	assert_done(machine_load_file(path, &machine, &err), &err);
	return wizard_new(answers_new(), machine);
}

/* What is said about a control when it is wanted with this value. */
static void assert_said(
	const char *machine, const char *id, const char *wanted, const char *expected)
{
	struct wizard *wizard = wizard_on(machine);
	struct page *page = page_new();
	const char *got = consequence_of_value(page, wizard, control_named(id), wanted);

	if (!expected)
		assert_null(got);
	if (expected && (!got || !strstr(got, expected)))
		fail_msg("%s: \"%s\"", id, got ? got : "nothing");
	page_free(page);
	wizard_free(wizard);
}

static void every_control_of_the_table_exists(void **state)
{
	size_t count = 0;

	(void)state;
	for (; consequence_control(count); count++)
		if (!control_named(consequence_control(count)))
			fail_msg("there is no control %s", consequence_control(count));
	assert_true(count > 5);
}

static void threads_are_lost_only_where_they_share_a_core(void **state)
{
	(void)state;
	assert_said("laptop-windows", "kernel.smt", "nosmt=force", "4 of the 8");
	assert_said("laptop-windows", "kernel.smt", "auto", NULL);
	assert_said("vm-bios", "kernel.smt", "nosmt=force", NULL);
}

static void disks_that_vanish_are_named(void **state)
{
	(void)state;
	assert_said("usb-live", "kernel.usb_storage", "blocked", "USB disk");
	assert_said("vm-bios", "kernel.usb_storage", "blocked", NULL);
	assert_said("usb-live", "kernel.usb_guard", "on", "Logitech");
	assert_said("vm-bios", "kernel.usb_guard", "on", NULL);
}

static void what_is_off_breaks_nothing(void **state)
{
	(void)state;
	assert_said("usb-live", "kernel.usb_storage", NULL, NULL);
}

static void a_way_in_is_missed(void **state)
{
	struct wizard *wizard = wizard_on("vm-bios");
	struct page *page = page_new();
	const struct control *control = control_named("auth.ssh_keys_only");
	struct error err = {0};

	(void)state;
	assert_non_null(consequence_of_value(page, wizard, control, "on"));
	assert_done(
		answers_set(wizard->answers, "users.0.ssh_keys",
			"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrtlO1kTHm0nTDNIwWAJ8dbMOnvWNbzFsFmnRcp1qVt a",
			&err),
		&err);
	assert_null(consequence_of_value(page, wizard, control, "on"));
	page_free(page);
	wizard_free(wizard);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_control_of_the_table_exists),
		cmocka_unit_test(threads_are_lost_only_where_they_share_a_core),
		cmocka_unit_test(disks_that_vanish_are_named),
		cmocka_unit_test(what_is_off_breaks_nothing),
		cmocka_unit_test(a_way_in_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/controls/controls.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static enum truth facts[FACT_COUNT];

static void look(void)
{
	const struct control_scope scope = {
		.root_fd = root, .running = true, .distro = distro_named("debian")};

	memset(facts, 0, sizeof(facts));
	facts_of_system(&scope, facts);
}

static void what_no_file_tells_is_unknown(void **state)
{
	(void)state;
	look();
	assert_int_equal(facts[FACT_ADMIN_KEY], TRUTH_UNKNOWN);
	assert_int_equal(facts[FACT_USB_KEYBOARD], TRUTH_UNKNOWN);
}

static void keyboards_are_counted(void **state)
{
	static const char keyboard[] =
		"I: Bus=0003 Vendor=0001\nN: Name=\"Keyboard\"\nB: EV=120013\n\n";
	static const char mouse[] =
		"I: Bus=0003 Vendor=0002\nN: Name=\"Mouse\"\nB: EV=17\n\n";
	autofree char *one = memory_format("%s%s", mouse, keyboard);
	autofree char *two = memory_format("%s%s", keyboard, one);

	(void)state;
	put("proc/bus/input/devices", "");
	look();
	assert_int_equal(facts[FACT_USB_KEYBOARD], TRUTH_NO);
	put("proc/bus/input/devices", mouse);
	look();
	assert_int_equal(facts[FACT_USB_KEYBOARD], TRUTH_NO);
	put("proc/bus/input/devices", one);
	look();
	assert_int_equal(facts[FACT_USB_KEYBOARD], TRUTH_YES);
	put("proc/bus/input/devices", two);
	look();
	assert_int_equal(facts[FACT_USB_KEYBOARD], TRUTH_NO);
}

static void keys_of_administrators_count(void **state)
{
	(void)state;
	put("etc/group", "root:x:0:\nsudo:x:27:ana\nusers:x:100:bob\n");
	put("etc/passwd",
		"ana:x:1000:1000::/home/ana:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n");
	put("home/bob/.ssh/authorized_keys", "ssh-ed25519 AAAA bob\n");
	look();
	assert_int_equal(facts[FACT_ADMIN_KEY], TRUTH_NO);
	put("home/ana/.ssh/authorized_keys", "\n# ssh-ed25519 AAAA old\n");
	look();
	assert_int_equal(facts[FACT_ADMIN_KEY], TRUTH_NO);
	put("home/ana/.ssh/authorized_keys", "# new\nssh-ed25519 AAAA ana\n");
	look();
	assert_int_equal(facts[FACT_ADMIN_KEY], TRUTH_YES);
	put("etc/group", "sudo:x:27:\n");
	look();
	assert_int_equal(facts[FACT_ADMIN_KEY], TRUTH_NO);
	put("etc/ssh/sshd_config.d/50-keys.conf",
		"AuthorizedKeysCommand /usr/bin/keys\n");
	look();
	assert_int_equal(facts[FACT_ADMIN_KEY], TRUTH_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_no_file_tells_is_unknown, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			keyboards_are_counted, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			keys_of_administrators_count, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	answers_add_user(wizard->answers)->name = memory_copy_text("bob");
	answers_add_user(wizard->answers)->name = memory_copy_text("eva");
	assert_non_null(
		strstr(consequence_of_value(page, wizard, control, "on"), ": bob, eva."));
	page_free(page);
	wizard_free(wizard);
}

static void what_the_network_needs_is_missed(void **state)
{
	static const struct {
		const char *key, *value, *list, *said;
	} rows[] = {
		{"network.dns",   "192.0.2.53",      "53/udp",         NULL             },
		{"network.proxy", "http://p:3128",   "443/tcp",        "3128/tcp"       },
		{"network.proxy", "http://p:3128",   "3128/tcp",       NULL             },
		{"network.dns",   "192.0.2.53",      "443/tcp",        "192.0.2.53"     },
		{"time.nts",      "true",            "53/udp 123/udp", "4460/tcp"       },
		{"time.nts",      "true",            "4460/tcp",       NULL             },
		{"time.servers",  "ntp.example.org", "53/udp",         "ntp.example.org"},
		{"time.servers",  "ntp.example.org", "123/udp",        NULL             },
	};
	const struct control *control = control_named("network.output_list");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct wizard *wizard = wizard_on("vm-bios");
		struct page *page = page_new();
		struct error err = {0};
		const char *got;

		assert_done(
			answers_set(wizard->answers, rows[i].key, rows[i].value, &err),
			&err);
		got = consequence_of_value(page, wizard, control, rows[i].list);
		if (!got != !rows[i].said || (got && !strstr(got, rows[i].said)))
			fail_msg("row %zu: \"%s\"", i, got ? got : "nothing");
		page_free(page);
		wizard_free(wizard);
	}
	assert_said("vm-bios", "network.output_list", "443/tcp", NULL);
}

static void an_announced_address_is_missed(void **state)
{
	const char *const addresses[] = {"192.0.2.7", "2001:db8::7"};
	const struct control *control = control_named("network.router_advertisements");

	(void)state;
	for (size_t i = 0; i < LENGTH(addresses); i++) {
		struct wizard *wizard = wizard_on("no-disk");
		struct page *page = page_new();
		const char *got;

		assert_true(wizard->machine->port_count > 0);
		words_add(&wizard->machine->ports[0].addresses, addresses[i]);
		got = consequence_of_value(page, wizard, control, "0");
		assert_int_equal(got && strstr(got, addresses[i]), i == 1);
		page_free(page);
		wizard_free(wizard);
	}
}

static void the_boot_chain_is_missed(void **state)
{
	(void)state;
	assert_said("laptop-windows", "boot.secure_boot", "on", "Secure Boot is on");
	assert_said("vm-uefi", "boot.secure_boot", "on", NULL);
	assert_said("vm-bios", "boot.rescue_shell", "jefe.rescue=no", "ttyS0");
	assert_said("vm-uefi", "boot.rescue_shell", "jefe.rescue=no", NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_control_of_the_table_exists),
		cmocka_unit_test(threads_are_lost_only_where_they_share_a_core),
		cmocka_unit_test(disks_that_vanish_are_named),
		cmocka_unit_test(what_is_off_breaks_nothing),
		cmocka_unit_test(a_way_in_is_missed),
		cmocka_unit_test(what_the_network_needs_is_missed),
		cmocka_unit_test(an_announced_address_is_missed),
		cmocka_unit_test(the_boot_chain_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

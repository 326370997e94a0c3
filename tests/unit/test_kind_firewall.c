#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

#include "installer/controls/kinds.h"

static void rules_of(enum ssh_server ssh, const char *id, const char *value)
{
	struct control_setting setting = {memory_copy_text(id), memory_copy_text(value)};
	struct policy policy = {.level = LEVEL_HARDENED,
		.ssh = ssh,
		.settings = &setting,
		.setting_count = 1};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian")};
	struct error err = {0};

	put("var/lib/dpkg/status", "Package: nftables\nStatus: install ok installed\n");
	put("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
	put("etc/shadow", "root:*:19000:0:99999:7:::\n");
	assert_done(controls_apply(&scope, &policy, NULL, NULL, &err), &err);
	free(setting.id);
	free(setting.value);
}

static void rules_with(const char *id, const char *value)
{
	rules_of(SSH_OPENSSH, id, value);
}

static void the_ssh_port_is_open_for_a_server_alone(void **state)
{
	static const char *const sources[] = {"on", "off"};

	(void)state;
	for (enum ssh_server ssh = SSH_OPENSSH; ssh <= SSH_NONE; ssh++)
		for (size_t i = 0; i < LENGTH(sources); i++) {
			autofree char *rules = NULL;

			rules_of(ssh, "network.ssh_sources", sources[i]);
			rules = content("etc/jefelinux/firewall.nft");
			assert_int_equal(
				strstr(rules, "tcp dport 22 ") != NULL, ssh != SSH_NONE);
			assert_non_null(
				strstr(rules, "\tudp sport 67 udp dport 68 accept"));
		}
}

static void lists_take_their_words(void **state)
{
	autofree char *rules = NULL;

	(void)state;
	rules_with("network.open_ports", "443/tcp 51820/udp 6000-6010/tcp");
	rules = content("etc/jefelinux/firewall.nft");
	assert_non_null(strstr(rules, "\t\ttcp dport { 443, 6000-6010 } ct state new"));
	assert_non_null(strstr(rules, "\t\tudp dport { 51820 } ct state new"));
	assert_null(strstr(rules, "%"));
}

static void an_empty_list_leaves_no_line(void **state)
{
	autofree char *rules = NULL;

	(void)state;
	rules_with("network.ssh_sources", "192.0.2.0/24");
	rules = content("etc/jefelinux/firewall.nft");
	assert_non_null(strstr(rules, "tcp dport 22 ip saddr { 192.0.2.0/24 } ct"));
	assert_null(strstr(rules, "tcp dport 22 ip6 saddr"));
	assert_null(strstr(rules, "\ttcp dport 22 ct state new accept"));
	assert_null(strstr(rules, "comment \"open\""));
}

static void values_are_checked(void **state)
{
	static const struct {
		const char *id, *value;
		bool right;
	} rows[] = {
		{"network.open_ports",  "none",                    true },
		{"network.open_ports",  "443/tcp,53/udp",          true },
		{"network.open_ports",  "1-65535/tcp",             true },
		{"network.open_ports",  "443",                     false},
		{"network.open_ports",  "0/tcp",                   false},
		{"network.open_ports",  "65536/tcp",               false},
		{"network.open_ports",  "10-9/tcp",                false},
		{"network.open_ports",  "10-/tcp",                 false},
		{"network.open_ports",  "443/tcp } accept",        false},
		{"network.ssh_sources", "192.0.2.7 2001:db8::/32", true },
		{"network.ssh_sources", "192.0.2.7/33",            false},
		{"network.ssh_sources", "example.org",             false},
		{"network.ssh_limit",   "20",                      false},
		{"network.output_list", "53/udp",                  true },
		{"network.output_list", "192.0.2.7",               false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		autotext struct text why = {0};
		const struct control *control = control_named(rows[i].id);

		assert_int_equal(
			kind_firewall.valid(control, rows[i].value, &why), rows[i].right);
		assert_int_equal(why.size == 0, rows[i].right);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(lists_take_their_words),
		TEST(the_ssh_port_is_open_for_a_server_alone),
		TEST(an_empty_list_leaves_no_line),
		TEST(values_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

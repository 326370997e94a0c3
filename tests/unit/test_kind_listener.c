#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

#include "installer/controls/kinds.h"

#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue\n"

/* What is found with these ports open; the evidence is the caller's. */
static enum found look_with(enum ssh_server ssh, const char *open, char **evidence)
{
	const struct control *control = control_named("network.listeners");
	struct control_setting setting = {
		memory_copy_text("network.open_ports"), memory_copy_text(open)};
	const struct policy policy = {.level = LEVEL_BASELINE,
		.ssh = ssh,
		.settings = &setting,
		.setting_count = 1};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian"), .running = true};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	kind_listener.effective(&site, control, "listed", &finding);
	found = finding.found;
	*evidence = finding.evidence;
	finding.evidence = NULL;
	finding_clear(&finding);
	free(setting.id);
	free(setting.value);
	return found;
}

static enum found look(const char *open, char **evidence)
{
	return look_with(SSH_OPENSSH, open, evidence);
}

static void without_an_ssh_server_nothing_listens_on_its_port(void **state)
{
	(void)state;
	put("proc/net/tcp", HEAD "   0: 00000000:0016 00000000:0000 0A 0:0\n");
	for (enum ssh_server ssh = SSH_OPENSSH; ssh <= SSH_NONE; ssh++) {
		autofree char *evidence = NULL;

		assert_int_equal(look_with(ssh, "none", &evidence),
			ssh == SSH_NONE ? FOUND_WRONG : FOUND_RIGHT);
		if (ssh == SSH_NONE)
			assert_string_equal(evidence, "/proc/net: not listed: 22/tcp");
	}
}

static void listeners_are_listed_or_local(void **state)
{
	autofree char *right = NULL, *wrong = NULL, *again = NULL;

	(void)state;
	/* 22 everywhere, 631 on 127.0.0.1, a connection from 8080, 68/udp, and ntp as a connected client */
	put("proc/net/tcp", HEAD "   0: 00000000:0016 00000000:0000 0A 0:0\n"
				 "   1: 0100007F:0277 00000000:0000 0A 0:0\n"
				 "   2: 0200000A:1F90 0300000A:0016 01 0:0\n");
	put("proc/net/udp", HEAD "   0: 00000000:0044 00000000:0000 07 0:0\n"
				 "   1: 0200000A:9C40 0300000A:007B 01 0:0\n");
	put("proc/net/tcp6",
		HEAD "   0: 00000000000000000000000001000000:0277 0:0 0A 0:0\n"
		     "   1: 0000000000000000FFFF00000100007F:0050 0:0 0A 0:0\n");
	assert_int_equal(look("none", &right), FOUND_RIGHT);
	put("proc/net/tcp6",
		HEAD "   0: 00000000000000000000000000000000:01BB 0:0 0A 0:0\n");
	put("proc/net/udp6",
		HEAD "   0: 00000000000000000000000000000000:14E9 0:0 07 0:0\n");
	assert_int_equal(look("400-500/tcp", &wrong), FOUND_WRONG);
	assert_string_equal(wrong, "/proc/net: not listed: 5353/udp");
	assert_int_equal(look("5353/udp 443/udp", &again), FOUND_WRONG);
	assert_string_equal(again, "/proc/net: not listed: 443/tcp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			listeners_are_listed_or_local, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			without_an_ssh_server_nothing_listens_on_its_port, tree_make,
			tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

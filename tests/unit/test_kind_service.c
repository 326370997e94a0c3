#include "tests/unit/look.h"

/* A service that no machine has, so that none runs. */
static const struct control service = {
	.id = "audit.test", .kind = &kind_service, .target = "jefe-test default"};

static enum found differs(const char *value)
{
	return look_effective(&kind_service, &service, value);
}

static void link_service(void)
{
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	assert_int_equal(mkdirat(root, "etc/runlevels", 0755), 0);
	assert_int_equal(mkdirat(root, "etc/runlevels/default", 0755), 0);
	assert_int_equal(symlinkat("/etc/init.d/jefe-test", root,
				 "etc/runlevels/default/jefe-test"),
		0);
}

static void not_there_yet_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(differs("on"), FOUND_UNKNOWN);
	assert_int_equal(differs("off"), FOUND_RIGHT);
}

static void turned_on_since_the_start_is_pending(void **state)
{
	(void)state;
	put("run/openrc/softlevel", "default\n");
	put("proc/stat", "cpu 0\nbtime 1\n");
	assert_int_equal(differs("on"), FOUND_WRONG);
	link_service();
	assert_int_equal(differs("on"), FOUND_PENDING);
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	assert_int_equal(differs("on"), FOUND_WRONG);
}

/* Turned on since the start or not: what was started and is gone is told, with the way out. */
static void a_dead_daemon_is_no_pending_one(void **state)
{
	struct finding finding = {0};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	struct site site = {.scope = &scope};

	(void)state;
	put("run/openrc/softlevel", "default\n");
	put("run/openrc/started/jefe-test", "");
	put("proc/stat", "cpu 0\nbtime 1\n");
	put("etc/runlevels/default/jefe-test", "");
	assert_int_equal(differs("on"), FOUND_RIGHT);
	put("run/openrc/daemons/jefe-test/001",
		"exec=/sbin/test\npidfile=/run/test.pid\n");
	kind_service.effective(&site, &service, "on", &finding);
	assert_int_equal(finding.found, FOUND_WRONG);
	assert_string_equal(finding.value, "dead");
	assert_string_equal(finding.evidence,
		"jefe-test was started and is dead: no process runs /sbin/test (/run/test.pid); start it: rc-service jefe-test restart");
	assert_int_equal(differs("off"), FOUND_RIGHT);
	finding_clear(&finding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			not_there_yet_is_unknown, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			turned_on_since_the_start_is_pending, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_dead_daemon_is_no_pending_one, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

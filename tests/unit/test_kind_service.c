#include <errno.h>

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

static const char *dead = "";
static struct words running;
static struct text actions;

static void look_at_running(int root_fd, const char *name, struct daemon *daemon)
{
	(void)root_fd;
	*daemon = (struct daemon){.life = words_contain(&running, name) ? SERVICE_RUNS
					  : strcmp(name, dead) == 0     ? SERVICE_DEAD
								    : SERVICE_STOPPED};
}

static int act(const char *name, const char *action, struct error *err)
{
	text_addf(&actions, "%s%s %s", actions.size ? ", " : "", action, name);
	return strcmp(name, "jefe-tinyssh") == 0
		       ? error_set(err, -EIO, "it does not want to")
		       : 0;
}

/* What is stopped and started on a machine where this runs, when that is the server of the policy. */
static int activate(const char *runs, enum ssh_server ssh, struct error *err)
{
	struct distro distro = *distro_named("debian");
	const struct control_scope scope = {
		.root_fd = root, .distro = &distro, .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE, .ssh = ssh};
	autosite struct site site = {.scope = &scope, .policy = &policy};

	distro.service_look = look_at_running;
	distro.service_action = act;
	words_free(&running);
	text_free(&actions);
	words_split(&running, runs, " ");
	put("var/lib/dpkg/status",
		"Package: openssh-server\nStatus: install ok installed\n\n"
		"Package: dropbear-bin\nStatus: install ok installed\n\n"
		"Package: tinysshd\nStatus: install ok installed\n\n"
		"Package: ucspi-tcp-ipv6\nStatus: install ok installed\n\n");
	return kind_service.activate(&site, err);
}

static void another_ssh_server_answers_at_once(void **state)
{
	struct error err = {0};

	(void)state;
	assert_done(activate("ssh", SSH_DROPBEAR, &err), &err);
	assert_string_equal(text_string(&actions), "stop ssh, start jefe-dropbear");
	assert_done(activate("jefe-dropbear", SSH_OPENSSH, &err), &err);
	assert_string_equal(text_string(&actions), "stop jefe-dropbear, start ssh");
	assert_done(activate("jefe-dropbear", SSH_NONE, &err), &err);
	assert_string_equal(text_string(&actions), "stop jefe-dropbear");
	assert_done(activate("ssh chrony", SSH_OPENSSH, &err), &err);
	assert_string_equal(text_string(&actions), "");
}

static void a_dead_server_is_left_to_the_audit(void **state)
{
	struct error err = {0};

	(void)state;
	dead = "ssh";
	assert_done(activate("", SSH_OPENSSH, &err), &err);
	assert_string_equal(text_string(&actions), "");
	assert_done(activate("", SSH_DROPBEAR, &err), &err);
	assert_string_equal(text_string(&actions), "start jefe-dropbear");
	dead = "";
}

static void a_server_that_does_not_start_is_an_error(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(activate("ssh", SSH_TINYSSH, &err), -EIO);
	assert_string_equal(err.text, "starting jefe-tinyssh: it does not want to");
	words_free(&running);
	text_free(&actions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			another_ssh_server_answers_at_once, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_dead_server_is_left_to_the_audit, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_server_that_does_not_start_is_an_error, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			not_there_yet_is_unknown, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			turned_on_since_the_start_is_pending, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_dead_daemon_is_no_pending_one, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

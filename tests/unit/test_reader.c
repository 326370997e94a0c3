#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/look.h"

enum { LONG_AGO = 600 };

/* auditd with a number, started so many seconds ago on a machine that runs for ten minutes. */
static void auditd_runs(unsigned long pid, long long seconds_ago)
{
	autofree char *exe = memory_format("proc/%lu/exe", pid);
	autofree char *stat_path = memory_format("proc/%lu/stat", pid);
	autofree char *number = memory_format("%lu\n", pid);
	autofree char *stat = memory_format(
		"%lu (a) S (b) S 1 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 %lld 5 5\n", pid,
		(LONG_AGO - seconds_ago) * sysconf(_SC_CLK_TCK));
	autofree char *boot =
		memory_format("cpu 0\nbtime %lld\n", (long long)time(NULL) - LONG_AGO);
	const struct timespec then[2] = {{.tv_sec = time(NULL) - seconds_ago},
		{.tv_sec = time(NULL) - seconds_ago}};
	struct error err = {0};

	put("proc/stat", boot);
	put(stat_path, stat);
	put("sbin/auditd", "elf");
	assert_done(file_link(root, "/sbin/auditd", exe, &err), &err);
	put("run/auditd.pid", number);
	assert_int_equal(utimensat(root, "run/auditd.pid", then, 0), 0);
	put("run/openrc/started/auditd", "");
	put("run/openrc/daemons/auditd/001",
		"exec=/sbin/auditd\npidfile=/run/auditd.pid\n");
}

static enum found look_at(const char *id, char **evidence)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	const struct control *control = control_named(id);
	struct finding finding = {0};
	enum found found;

	control->kind->effective(&site, control, "8", &finding);
	found = finding.found;
	if (evidence)
		*evidence = memory_copy_text(finding.evidence ? finding.evidence : "");
	finding_clear(&finding);
	return found;
}

static void a_change_waits_for_the_daemon(void **state)
{
	autofree char *evidence = NULL;

	(void)state;
	put("etc/audit/auditd.conf", "num_logs = 8\n");
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_RIGHT);
	auditd_runs(412, 60);
	assert_int_equal(look_at("audit.log_count", &evidence), FOUND_PENDING);
	assert_string_equal(evidence,
		"auditd (process 412) has not read etc/audit/auditd.conf since it changed: rc-service auditd restart");
	/* A restart: another process. */
	auditd_runs(413, 0);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_RIGHT);
	/* What no daemon goes by does not wait for one. */
	put("etc/login.defs", "UMASK 077\n");
	assert_int_equal(look_at("userland.umask_logins", NULL), FOUND_RIGHT);
}

static void one_audit_asks_once(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	struct memo *memo = memo_new();
	autosite struct site site = {.scope = &scope, .policy = &policy, .memo = memo};
	struct finding first = {0}, second = {0};

	(void)state;
	put("etc/audit/auditd.conf", "num_logs = 8\n");
	auditd_runs(412, 60);
	reader_doubt(&site, "etc/audit/auditd.conf", &first);
	assert_int_equal(first.found, FOUND_PENDING);
	auditd_runs(413, 0);
	reader_doubt(&site, "etc/audit/auditd.conf", &second);
	assert_int_equal(second.found, FOUND_PENDING);
	assert_string_equal(second.evidence, first.evidence);
	finding_clear(&first);
	finding_clear(&second);
	site.memo = NULL;
	memo_free(memo);
}

static void a_dead_daemon_has_nothing_old(void **state)
{
	(void)state;
	put("etc/audit/auditd.conf", "num_logs = 8\n");
	auditd_runs(412, 60);
	assert_int_equal(unlinkat(root, "proc/412/exe", 0), 0);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_RIGHT);
}

/* Told once, then the file changes again; and the number of who was told goes to a process that was not. */
static void only_who_was_told_has_read_it(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	autosite struct site site = {.scope = &scope};
	const struct timespec later[2] = {
		{.tv_sec = time(NULL) + 60}, {.tv_sec = time(NULL) + 60}};

	(void)state;
	put("etc/audit/auditd.conf", "num_logs = 8\n");
	auditd_runs(412, 60);
	reader_told(&site, "auditd", 412);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_RIGHT);
	auditd_runs(412, 30);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_PENDING);
	/* OpenSSH starts anew in the same process and writes the file with its number. */
	assert_int_equal(utimensat(root, "run/auditd.pid", later, 0), 0);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_RIGHT);
}

/* This program's child stands for auditd: it ends of SIGHUP, and the mark says that it was told. */
static void who_can_is_told(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	autosite struct site site = {.scope = &scope};
	struct error err = {0};
	pid_t child = fork();
	int status = 0;

	(void)state;
	if (child == 0) {
		(void)signal(SIGHUP, SIG_DFL);
		(void)alarm(20); /* should nobody tell it */
		(void)pause();
		_exit(0);
	}
	put("etc/audit/auditd.conf", "num_logs = 8\n");
	auditd_runs((unsigned long)child, 60);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_PENDING);
	assert_done(kind_setting.activate(&site, &err), &err);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	assert_int_equal(look_at("audit.log_count", NULL), FOUND_RIGHT);
}

static void every_file_of_the_server_counts(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	autosite struct site site = {.scope = &scope};
	struct finding finding = {0};
	struct error err = {0};

	(void)state;
	auditd_runs(412, 60);
	put("run/openrc/started/sshd", "");
	put("run/openrc/daemons/sshd/001",
		"exec=/sbin/auditd\npidfile=/run/auditd.pid\n");
	find(&finding, FOUND_RIGHT, NULL, NULL);
	reader_doubt(&site, "etc/ssh/sshd_config", &finding);
	assert_int_equal(finding.found, FOUND_RIGHT);
	put("etc/ssh/sshd_config.d/10-jefe.conf", "PermitRootLogin no\n");
	reader_doubt(&site, "etc/ssh/sshd_config", &finding);
	assert_int_equal(finding.found, FOUND_PENDING);
	/* A file that is gone left its folder changed. */
	assert_done(file_remove(root, "etc/ssh/sshd_config.d/10-jefe.conf", &err), &err);
	find(&finding, FOUND_RIGHT, NULL, NULL);
	reader_doubt(&site, "etc/ssh/sshd_config", &finding);
	assert_int_equal(finding.found, FOUND_PENDING);
	finding_clear(&finding);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(a_change_waits_for_the_daemon),
		TEST(one_audit_asks_once),
		TEST(a_dead_daemon_has_nothing_old),
		TEST(only_who_was_told_has_read_it),
		TEST(who_can_is_told),
		TEST(every_file_of_the_server_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

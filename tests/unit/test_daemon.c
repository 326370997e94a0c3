#include <errno.h>

#include "installer/distro/distro.h"
#include "tests/unit/process.h"

static enum service_life life_on(
	const char *distro, const char *service, unsigned long pid)
{
	autodaemon struct daemon daemon = {0};

	distro_named(distro)->service_look(root, service, &daemon);
	assert_int_equal(daemon.pid, pid);
	return daemon.life;
}

static void started(const char *service)
{
	autofree char *path = memory_format("run/openrc/started/%s", service);

	put(path, "");
}

/* As start-stop-daemon of the service manager notes it. */
static void noted(const char *service, const char *text)
{
	autofree char *path = memory_format("run/openrc/daemons/%s/001", service);

	started(service);
	put(path, text);
}

static void a_service_without_a_daemon_runs_when_it_was_started(void **state)
{
	(void)state;
	assert_int_equal(life_on("alpine", "apparmor", 0), SERVICE_STOPPED);
	started("apparmor");
	assert_int_equal(life_on("alpine", "apparmor", 0), SERVICE_RUNS);
	assert_int_equal(life_on("debian", "apparmor", 0), SERVICE_RUNS);
}

static void a_killed_daemon_is_dead(void **state)
{
	autodaemon struct daemon daemon = {0};

	(void)state;
	noted("auditd", "exec=/sbin/auditd\npidfile=/run/auditd.pid\n");
	put("sbin/auditd", "elf");
	assert_int_equal(life_on("alpine", "auditd", 0), SERVICE_DEAD);
	put("run/auditd.pid", "412\n");
	assert_int_equal(life_on("alpine", "auditd", 0), SERVICE_DEAD);
	PROGRAM(412, "/sbin/auditd", "/sbin/auditd");
	assert_int_equal(life_on("alpine", "auditd", 412), SERVICE_RUNS);
	distro_named("alpine")->service_look(root, "auditd", &daemon);
	assert_string_equal(daemon.program, "/sbin/auditd");
	assert_string_equal(daemon.pid_file, "/run/auditd.pid");
	put("run/auditd.pid", "-1\n");
	assert_int_equal(life_on("alpine", "auditd", 0), SERVICE_DEAD);
}

/* The number went to another program, or to a process that has ended and was not collected yet. */
static void a_number_that_was_given_again_is_dead(void **state)
{
	(void)state;
	noted("chronyd", "exec=/usr/sbin/chronyd\npidfile=/run/chrony/chronyd.pid\n");
	put("run/chrony/chronyd.pid", "  500 \n");
	PROGRAM(500, "/usr/bin/vi", "vi\0/usr/sbin/chronyd");
	put("usr/sbin/chronyd", "elf");
	assert_int_equal(life_on("alpine", "chronyd", 0), SERVICE_DEAD);
	PROGRAM(500, "/usr/sbin/chronyd", "chronyd");
	assert_int_equal(life_on("alpine", "chronyd", 500), SERVICE_RUNS);
	assert_int_equal(unlinkat(root, "proc/500/exe", 0), 0);
	assert_int_equal(life_on("alpine", "chronyd", 0), SERVICE_DEAD);
}

static void a_container_has_no_daemon_of_the_system(void **state)
{
	static const char *const names[] = {"pid", "mnt"};
	struct error err = {0};

	(void)state;
	noted("crond", "exec=/usr/sbin/cron\npidfile=\n");
	put("usr/sbin/cron", "elf");
	PROGRAM(1, "/sbin/init", "init");
	PROGRAM(600, "/usr/sbin/cron", "cron");
	for (size_t i = 0; i < LENGTH(names); i++) {
		autofree char *first = memory_format("proc/1/ns/%s", names[i]);
		autofree char *own = memory_format("proc/600/ns/%s", names[i]);

		put("proc/1/ns/x", "");
		put("proc/600/ns/x", "");
		assert_done(file_link(root, "x:[1]", first, &err), &err);
		assert_done(file_link(root, "x:[1]", own, &err), &err);
		assert_int_equal(life_on("alpine", "crond", 600), SERVICE_RUNS);
		assert_done(file_link(root, "x:[2]", own, &err), &err);
		assert_int_equal(life_on("alpine", "crond", 0), SERVICE_DEAD);
		assert_done(file_link(root, "x:[1]", own, &err), &err);
	}
}

/* Names that lead to one file, and files that an upgrade replaced under the running program. */
static void a_program_has_several_names(void **state)
{
	struct error err = {0};

	(void)state;
	noted("cron", "exec=/sbin/cron\npidfile=/run/crond.pid\n");
	put("usr/sbin/cron", "elf");
	assert_done(file_link(root, "usr/sbin", "sbin", &err), &err);
	put("run/crond.pid", "7\n");
	PROGRAM(7, "/usr/sbin/cron", "cron");
	assert_int_equal(life_on("debian", "cron", 7), SERVICE_RUNS);
	PROGRAM(7, "/usr/sbin/cron (deleted)", "cron");
	assert_int_equal(life_on("debian", "cron", 7), SERVICE_RUNS);
	PROGRAM(7, "/usr/sbin/other (deleted)", "cron");
	assert_int_equal(life_on("debian", "cron", 0), SERVICE_DEAD);
}

/* What a wrapper starts stands among its arguments; BusyBox is many programs, and an interpreter is none. */
static void wrappers_busybox_and_scripts_are_what_they_run(void **state)
{
	struct error err = {0};

	(void)state;
	put("bin/busybox", "elf");
	put("usr/libexec/wrapper", "#!/bin/sh\n");
	put("sbin/x", "");
	assert_done(file_link(root, "/bin/busybox", "sbin/syslogd", &err), &err);
	noted("syslog", "exec=/usr/libexec/wrapper\nargv_0=/usr/libexec/wrapper\n"
			"argv_1=/sbin/syslogd\nargv_2=-n\npidfile=\n");
	PROGRAM(20, "/bin/busybox", "/bin/ash");
	assert_int_equal(life_on("alpine", "syslog", 0), SERVICE_DEAD);
	PROGRAM(21, "/bin/busybox", "/sbin/syslogd\0-n");
	assert_int_equal(life_on("alpine", "syslog", 21), SERVICE_RUNS);
	put("usr/bin/fail2ban-server", "#!/usr/bin/python3\n");
	noted("jefe-bans", "exec=/usr/bin/fail2ban-server\npidfile=/run/jefe-bans.pid\n");
	put("run/jefe-bans.pid", "22\n");
	PROGRAM(22, "/usr/bin/python3.11", "/usr/bin/python3\0/srv/other.py");
	assert_int_equal(life_on("debian", "jefe-bans", 0), SERVICE_DEAD);
	PROGRAM(22, "/usr/bin/python3.11",
		"/usr/bin/python3\0/usr/bin/fail2ban-server\0-f");
	assert_int_equal(life_on("debian", "jefe-bans", 22), SERVICE_RUNS);
}

/* The supervisor lives on when its child does not. */
static void of_a_supervised_service_the_child_counts(void **state)
{
	(void)state;
	noted("docker", "exec=/usr/bin/dockerd\npidfile=/run/supervise-docker.pid\n");
	put("usr/bin/dockerd", "elf");
	put("run/supervise-docker.pid", "30\n");
	put("run/openrc/options/docker/child_pid", "31");
	PROGRAM(30, "/sbin/supervise-daemon", "supervise-daemon");
	assert_int_equal(life_on("alpine", "docker", 0), SERVICE_DEAD);
	PROGRAM(31, "/usr/bin/dockerd", "dockerd");
	assert_int_equal(life_on("alpine", "docker", 31), SERVICE_RUNS);
}

/* Debian's start-stop-daemon notes nothing: the script's variables count, and of scripts without such the distribution's table. */
static void what_notes_no_daemon_is_found_too(void **state)
{
	(void)state;
	started("auditd");
	put("sbin/auditd", "elf");
	assert_int_equal(life_on("debian", "auditd", 0), SERVICE_DEAD);
	put("run/auditd.pid", "40\n");
	PROGRAM(40, "/sbin/auditd", "auditd");
	assert_int_equal(life_on("debian", "auditd", 40), SERVICE_RUNS);
	put("run/openrc/options/auditd/command", "/sbin/auditd");
	put("run/openrc/options/auditd/pidfile", "/run/other.pid");
	assert_int_equal(life_on("debian", "auditd", 0), SERVICE_DEAD);
	put("run/other.pid", "40\n");
	assert_int_equal(life_on("debian", "auditd", 40), SERVICE_RUNS);
}

static void of_several_daemons_all_must_live(void **state)
{
	(void)state;
	noted("two", "exec=/sbin/one\npidfile=/run/one.pid\n");
	put("run/openrc/daemons/two/002", "exec=/sbin/two\npidfile=/run/two.pid\n");
	put("run/one.pid", "50\n");
	put("run/two.pid", "51\n");
	PROGRAM(50, "/sbin/one", "one");
	assert_int_equal(life_on("alpine", "two", 0), SERVICE_DEAD);
	PROGRAM(51, "/sbin/two", "two");
	assert_int_equal(life_on("alpine", "two", 51), SERVICE_RUNS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(a_service_without_a_daemon_runs_when_it_was_started),
		TEST(a_killed_daemon_is_dead),
		TEST(a_number_that_was_given_again_is_dead),
		TEST(a_container_has_no_daemon_of_the_system),
		TEST(a_program_has_several_names),
		TEST(wrappers_busybox_and_scripts_are_what_they_run),
		TEST(of_a_supervised_service_the_child_counts),
		TEST(what_notes_no_daemon_is_found_too),
		TEST(of_several_daemons_all_must_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/look.h"
#include "tests/unit/process.h"

static const char names[] = "hardened_malloc scudo";

static const struct control *allocator(void)
{
	return control_named("userland.allocator");
}

static enum found look_on(const char *distro, bool running)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named(distro), .running = running};
	const struct policy policy = {.level = LEVEL_HARDENED};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	if (running)
		kind_allocator.effective(&site, allocator(), names, &finding);
	else
		kind_allocator.persisted(&site, allocator(), names, &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

static void set_on(const char *distro, bool on)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named(distro)};
	const struct policy policy = {.level = LEVEL_HARDENED};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct error err = {0};
	bool changed = false;

	assert_done(on ? kind_allocator.apply(&site, allocator(), names, &changed, &err)
		       : kind_allocator.withdraw(&site, allocator(), &changed, &err),
		&err);
}

static void glibc_reads_one_file(void **state)
{
	(void)state;
	put("etc/ld.so.preload", "/usr/lib/of-the-operator.so\n");
	assert_int_equal(look_on("debian", false), FOUND_UNAVAILABLE);
	set_on("debian", true);
	assert_file("etc/ld.so.preload", "/usr/lib/of-the-operator.so\n");
	put("usr/lib/jefelinux/libscudo.so", "x");
	assert_int_equal(look_on("debian", false), FOUND_WRONG);
	set_on("debian", true);
	set_on("debian", true);
	assert_file("etc/ld.so.preload",
		"/usr/lib/jefelinux/libscudo.so\n/usr/lib/of-the-operator.so\n");
	assert_int_equal(look_on("debian", false), FOUND_RIGHT);
	put("usr/lib/jefelinux/libscudo-options.so", "x");
	assert_int_equal(look_on("debian", false), FOUND_WRONG);
	set_on("debian", true);
	assert_file("etc/ld.so.preload",
		"/usr/lib/jefelinux/libscudo.so /usr/lib/jefelinux/libscudo-options.so\n/usr/lib/of-the-operator.so\n");
	assert_int_equal(look_on("debian", false), FOUND_RIGHT);
	assert_int_equal(unlinkat(root, "usr/lib/jefelinux/libscudo-options.so", 0), 0);
	put("usr/lib/libhardened_malloc.so/libhardened_malloc.so", "x");
	assert_int_equal(look_on("debian", false), FOUND_WRONG);
	set_on("debian", true);
	assert_file("etc/ld.so.preload",
		"/usr/lib/libhardened_malloc.so/libhardened_malloc.so\n/usr/lib/of-the-operator.so\n");
	set_on("debian", false);
	assert_file("etc/ld.so.preload", "/usr/lib/of-the-operator.so\n");
}

static void musl_is_told_service_by_service(void **state)
{
	(void)state;
	put("usr/lib/libscudo.so", "x");
	put("etc/init.d/sshd", "x");
	put("etc/conf.d/sshd", "key_types_to_generate=\"ed25519\"\n");
	put("etc/init.d/jefe-dropbear", "x");
	set_on("alpine", true);
	assert_file("etc/conf.d/jefe-dropbear",
		"export LD_PRELOAD=/usr/lib/libscudo.so # jefe-setup: hardened allocator\n");
	assert_file("etc/conf.d/sshd",
		"export LD_PRELOAD=/usr/lib/libscudo.so # jefe-setup: hardened allocator\n"
		"key_types_to_generate=\"ed25519\"\n");
	assert_file("etc/profile.d/jefe-allocator.sh",
		"export LD_PRELOAD=/usr/lib/libscudo.so # jefe-setup: hardened allocator\n");
	assert_false(file_exists(root, "etc/conf.d/chronyd"));
	assert_false(file_exists(root, "etc/ld.so.preload"));
	assert_int_equal(look_on("alpine", false), FOUND_RIGHT);
	put("usr/lib/jefelinux/libscudo-options.so", "x");
	set_on("alpine", true);
	assert_file("etc/profile.d/jefe-allocator.sh",
		"export LD_PRELOAD=/usr/lib/libscudo.so:/usr/lib/jefelinux/libscudo-options.so # jefe-setup: hardened allocator\n");
	set_on("alpine", false);
	assert_file("etc/conf.d/sshd", "key_types_to_generate=\"ed25519\"\n");
	assert_false(file_exists(root, "etc/profile.d/jefe-allocator.sh"));
	assert_false(file_exists(root, "etc/conf.d/jefe-dropbear"));
}

/* Processes as /proc shows them: what counts is what they have in their memory. Other processes can only be looked at by root. */
static void running_programs_must_have_it(void **state)
{
	(void)state;
	put("usr/lib/jefelinux/libscudo.so", "x");
	put("etc/ld.so.preload", "/usr/lib/jefelinux/libscudo.so\n");
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	put("proc/7/comm", "sshd\n");
	put("proc/7/maps",
		"7f00-7f01 r-xp 0 fe:01 12 /usr/lib/jefelinux/libscudo.so\n7f02-7f03 r-xp 0 fe:01 13 /usr/lib/libc.so.6\n");
	put("proc/8/comm", "static\n");
	put("proc/8/maps", "0040-0041 r-xp 0 fe:01 14 /usr/bin/static\n");
	put("proc/9/maps", "");
	if (geteuid() != 0) {
		assert_int_equal(look_on("debian", true), FOUND_UNKNOWN);
		return;
	}
	assert_int_equal(look_on("debian", true), FOUND_RIGHT);
	put("proc/10/comm", "cron\n");
	put("proc/10/maps", "7f02-7f03 r-xp 0 fe:01 13 /usr/lib/libc.so.6\n");
	assert_int_equal(look_on("debian", true), FOUND_WRONG);
	put("proc/stat", "cpu 0\nbtime 1\n");
	assert_int_equal(look_on("debian", true), FOUND_PENDING);
}

/* A program on musl's side that has the system's own allocator. */
static void plain(unsigned long pid, const char *executable, const char *arguments,
	size_t size, unsigned parent)
{
	autofree char *path = memory_format("proc/%lu/", pid);
	autofree char *comm = memory_format("%scomm", path);
	autofree char *maps = memory_format("%smaps", path);
	autofree char *stat = memory_format("%sstat", path);
	autofree char *line =
		memory_format("%lu (a) b) S %u 1 1 0 -1 4194560 0 0\n", pid, parent);

	program(pid, executable, arguments, size);
	put(comm, strrchr(executable, '/') + 1);
	put(maps, "7f02-7f03 r-xp 0 fe:01 13 /lib/ld-musl-x86_64.so.1\n");
	put(stat, line);
}
#define PLAIN(pid, executable, arguments, parent)                                        \
	plain(pid, executable, arguments, sizeof(arguments), parent)

static void a_plain_process_is_wrong(
	unsigned long pid, const char *executable, const char *arguments, size_t size)
{
	autofree char *folder = memory_format("proc/%lu/stat", pid);

	plain(pid, executable, arguments, size, 1);
	if (look_on("alpine", true) != FOUND_WRONG)
		fail_msg("%s is not missed", executable);
	assert_int_equal(unlinkat(root, folder, 0), 0);
	assert_int_equal(look_on("alpine", true), FOUND_RIGHT);
}

static void on_musl_those_that_were_told_must_have_it(void **state)
{
	static const char server[] = "/usr/bin/python3.12\0/usr/bin/fail2ban-server";

	(void)state;
	put("usr/lib/libscudo.so", "x");
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	put("proc/7/maps", "7f00-7f01 r-xp 0 fe:01 12 /usr/lib/libscudo.so\n");
	put("etc/init.d/sshd", "x");
	put("etc/init.d/jefe-tinyssh", "x");
	put("etc/init.d/jefe-bans", "x");
	set_on("alpine", true);
	if (geteuid() != 0)
		return;
	PLAIN(20, "/usr/bin/dockerd", "dockerd", 1);
	PLAIN(21, "/usr/sbin/jefe-setup", "jefe-setup", 1);
	PLAIN(22, "/usr/bin/python3.12", "python3\0/srv/application.py", 1);
	PLAIN(23, "/bin/busybox", "/sbin/syslogd", 1);
	PLAIN(24, "/usr/sbin/chronyd", "chronyd", 1); /* has no script: not told */
	PLAIN(25, "/usr/sbin/sshd", "sshd", 900);
	assert_int_equal(look_on("alpine", true), FOUND_RIGHT);
	a_plain_process_is_wrong(30, "/usr/sbin/sshd", "sshd", sizeof("sshd"));
	a_plain_process_is_wrong(
		31, "/usr/bin/tcpserver", "tcpserver", sizeof("tcpserver"));
	a_plain_process_is_wrong(32, "/usr/bin/python3.12", server, sizeof(server));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			glibc_reads_one_file, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			musl_is_told_service_by_service, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			running_programs_must_have_it, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			on_musl_those_that_were_told_must_have_it, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

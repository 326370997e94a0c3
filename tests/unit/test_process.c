#include "installer/controls/process.h"

#include <errno.h>

#include "tests/unit/process.h"

static void socket_of(unsigned long pid, unsigned descriptor, const char *target)
{
	autofree char *folder = memory_format("proc/%lu/fd", pid);
	autofree char *path = memory_format("%s/%u", folder, descriptor);
	struct error err = {0};

	assert_done(file_make_dirs(root, folder, 0755, &err), &err);
	assert_done(file_link(root, target, path, &err), &err);
}

/* "" without such a process, "none" when it has no label. */
static const char *label_of(const struct processes *processes, const char *name)
{
	for (size_t i = 0; i < processes->count; i++)
		if (strcmp(processes->items[i].name, name) == 0)
			return processes->items[i].label ? processes->items[i].label
							 : "none";
	return "";
}

static void programs_have_the_name_of_what_they_run(void **state)
{
	static const char *const names[] = {
		"sshd", "syslogd", "klogd", "fail2ban-server", "busybox"};
	autoprocesses struct processes processes = {0};
	struct error err = {0};

	(void)state;
	PROGRAM(10, "/usr/sbin/sshd", "sshd: /usr/sbin/sshd [listener] 0 of 10");
	PROGRAM(11, "/usr/bin/busybox", "/bin/busybox\0syslogd\0-n");
	PROGRAM(12, "/bin/busybox", "/sbin/klogd\0-n");
	PROGRAM(13, "/usr/bin/python3.11",
		"/usr/bin/python3\0-O\0/usr/bin/fail2ban-server\0-xf");
	PROGRAM(14, "/bin/busybox", "-ash");
	put("proc/15/cmdline", ""); /* a kernel thread has no executable */
	put("proc/uptime", "1 1\n");
	assert_done(processes_read(root, &processes, &err), &err);
	assert_int_equal(processes.count, LENGTH(names));
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_string_equal(label_of(&processes, names[i]), "none");
}

static void labels_are_the_kernels(void **state)
{
	autoprocesses struct processes processes = {0};
	struct error err = {0};

	(void)state;
	PROGRAM(10, "/usr/sbin/sshd", "sshd");
	PROGRAM(11, "/usr/sbin/cron", "cron");
	PROGRAM(12, "/usr/sbin/nginx", "nginx");
	put("proc/10/attr/current", "wrong\n");
	put("proc/10/attr/apparmor/current", "jefe-sshd (enforce)\n");
	put("proc/11/attr/current", "unconfined\n");
	assert_done(processes_read(root, &processes, &err), &err);
	assert_string_equal(label_of(&processes, "sshd"), "jefe-sshd (enforce)");
	assert_string_equal(label_of(&processes, "cron"), "unconfined");
	assert_string_equal(label_of(&processes, "nginx"), "none");
}

static const char tcp[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 700 1 0 100 0 0 10 0\n"
	"   1: 0100007F:0016 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 701 1 0 100 0 0 10 0\n";
static const char udp6[] =
	"  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
	"  9: 00000000000000000000000000000000:0143 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 702 2 0 0\n";

static void listeners_are_joined_with_their_processes(void **state)
{
	autoprocesses struct processes processes = {0};
	autolisteners struct listeners listeners = {0};
	struct error err = {0};

	(void)state;
	PROGRAM(10, "/usr/sbin/sshd", "sshd");
	PROGRAM(11, "/usr/sbin/chronyd", "chronyd");
	put("proc/net/tcp", tcp);
	put("proc/net/udp6", udp6);
	socket_of(10, 3, "socket:[700]");
	socket_of(10, 4, "socket:[701]");
	socket_of(10, 5, "/dev/null");
	socket_of(11, 5, "socket:[702]");
	assert_done(processes_read(root, &processes, &err), &err);
	assert_done(listeners_read(root, &processes, &listeners, &err), &err);
	assert_int_equal(listeners.count, 2);
	assert_int_equal(listeners.items[0].pid, 10);
	assert_int_equal(listeners.items[0].port, 22);
	assert_string_equal(listeners.items[0].protocol, "tcp");
	assert_int_equal(listeners.items[1].pid, 11);
	assert_int_equal(listeners.items[1].port, 323);
	assert_string_equal(listeners.items[1].protocol, "udp6");
}

static void without_processes_there_is_an_error(void **state)
{
	autoprocesses struct processes processes = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(processes_read(root, &processes, &err), -ENOENT);
	assert_true(text_starts(err.text, "listing processes: "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(programs_have_the_name_of_what_they_run),
		TEST(labels_are_the_kernels),
		TEST(listeners_are_joined_with_their_processes),
		TEST(without_processes_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/health.h"

#include "tests/unit/tree.h"

static const char table[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n"
	"   1: 0100007F:0016 0100007F:9000 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n";

static void add_process(const char *number, const char *program, const char *file)
{
	autofree char *comm = memory_format("proc/%s/comm", number);
	autofree char *line = memory_format("%s\n", program);
	autofree char *folder = memory_format("proc/%s/fd", number);
	autofree char *link = memory_format("proc/%s/fd/3", number);
	struct error err = {0};

	put(comm, line);
	assert_done(file_make_dirs(root, folder, 0755, &err), &err);
	assert_done(file_link(root, file, link, &err), &err);
}

static void want(const char *service)
{
	autofree char *script = memory_format("etc/init.d/%s", service);
	struct error err = {0};

	put(script, "");
	assert_done(
		distro_named("debian")->set_service(root, service, "default", true, &err),
		&err);
}

static const char *missing(void)
{
	return health_missing(root, distro_named("debian"));
}

static void a_wanted_ssh_server_listens(void **state)
{
	(void)state;
	put("proc/net/tcp6", table);
	add_process("7", "getty", "/dev/tty1");
	want("ssh");
	assert_non_null(strstr(missing(), "SSH"));
	add_process("8", "sshd", "socket:[4712]"); /* a connection */
	add_process("9", "nc", "socket:[4711]");   /* somebody else */
	assert_non_null(strstr(missing(), "SSH"));
	add_process("10", "sshd", "socket:[4711]");
	assert_null(missing());
}

/* A login prompt and another server do not stand for the one that was chosen. */
static void the_chosen_server_listens(void **state)
{
	static const struct {
		const char *service, *program, *name;
	} rows[] = {
		{"jefe-dropbear", "dropbear",  "Dropbear"},
		{"jefe-tinyssh",  "tcpserver", "TinySSH" },
	};

	(void)state;
	put("proc/net/tcp", table);
	add_process("7", "getty", "/dev/tty1");
	add_process("8", "sshd", "socket:[4711]");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		want(rows[i].service);
		assert_non_null(missing());
		assert_non_null(strstr(missing(), rows[i].name));
		add_process(i ? "10" : "9", rows[i].program, "socket:[4711]");
		assert_null(missing());
	}
}

static void without_one_a_login_prompt_will_do(void **state)
{
	(void)state;
	add_process("self", "getty", "/dev/tty1");
	assert_non_null(strstr(missing(), "login"));
	add_process("11", "getty", "/dev/tty1");
	assert_null(missing());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_wanted_ssh_server_listens, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			the_chosen_server_listens, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			without_one_a_login_prompt_will_do, tree_make, tree_close),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/daemon.h"

#define HEAD "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"

static const char info[] = HEAD
	"{\"LiveRestoreEnabled\": true, \"LoggingDriver\": \"json-file\", "
	"\"SecurityOptions\": [\"name=apparmor\", \"name=seccomp,profile=builtin\", \"name=cgroupns\"], "
	"\"RegistryConfig\": {\"InsecureRegistryCIDRs\": [\"127.0.0.0/8\", \"10.0.0.0/8\"]}}";
static const char strict_info[] = HEAD
	"{\"SecurityOptions\": [\"name=seccomp,profile=/etc/own.json\", \"name=userns\", \"name=no-new-privileges\"]}";
static const char bridge[] = HEAD
	"{\"Options\": {\"com.docker.network.bridge.enable_icc\": \"true\", \"com.docker.network.bridge.host_binding_ipv4\": \"0.0.0.0\"}}";
static const char no_bridge[] = "HTTP/1.0 404 Not Found\r\n\r\n";

struct row {
	const char *member, *value;
	enum engine_word word;
};

static void check(const char *first, const char *second, const struct row *rows)
{
	const char *const answers[] = {first, second, NULL};
	struct engine engine = {0};
	struct error err = {0};

	daemon_start(answers);
	for (const struct row *row = rows; row->member; row++)
		if (engine_setting(root, &engine, row->member, row->value) != row->word)
			fail_msg("%s: %s", row->member, row->value);
	daemon_stop();
	assert_done(file_remove(root, "run/docker.sock", &err), &err);
	engine_free(&engine);
}

static void its_own_word_counts(void **state)
{
	static const struct row rows[] = {
		{"live-restore",        "true",      ENGINE_AGREES },
		{"live-restore",        "false",     ENGINE_DIFFERS},
		{"log-driver",          "json-file", ENGINE_AGREES },
		{"log-driver",          "none",      ENGINE_DIFFERS},
		{"icc",                 "false",     ENGINE_DIFFERS},
		{"ip",                  "127.0.0.1", ENGINE_DIFFERS},
		{"no-new-privileges",   "true",      ENGINE_SILENT },
		{"seccomp-profile",     "absent",    ENGINE_AGREES },
		{"userns-remap",        "default",   ENGINE_DIFFERS},
		{"userns-remap",        "absent",    ENGINE_AGREES },
		{"insecure-registries", "absent",    ENGINE_DIFFERS},
		{"log-opts",            "{}",        ENGINE_SILENT },
		{NULL,                  NULL,        ENGINE_SILENT },
	};
	static const struct row strict_rows[] = {
		{"live-restore",        "true",          ENGINE_SILENT },
		{"icc",                 "false",         ENGINE_SILENT },
		{"no-new-privileges",   "true",          ENGINE_AGREES },
		{"no-new-privileges",   "false",         ENGINE_DIFFERS},
		{"seccomp-profile",     "absent",        ENGINE_DIFFERS},
		{"seccomp-profile",     "/etc/own.json", ENGINE_AGREES },
		{"userns-remap",        "default",       ENGINE_AGREES },
		{"insecure-registries", "absent",        ENGINE_SILENT },
		{NULL,                  NULL,            ENGINE_SILENT },
	};

	(void)state;
	check(info, bridge, rows);
	check(strict_info, no_bridge, strict_rows);
}

static enum found look(const char *id, const char *first, const char *second)
{
	const char *const answers[] = {first, second, NULL};
	const struct control *control = control_named(id);
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian"), .running = true};
	autosite struct site site = {.scope = &scope};
	struct finding finding = {0};
	struct error err = {0};
	enum found found;

	daemon_start(answers);
	kind_json.effective(&site, control, control->values[control->level], &finding);
	daemon_stop();
	assert_done(file_remove(root, "run/docker.sock", &err), &err);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

/* dockerd of a machine that started in 1970 goes by a file of today. */
static void a_changed_file_is_pending_until_the_engine_agrees(void **state)
{
	struct error err = {0};

	(void)state;
	/* Nobody would have to start it again: its command line says otherwise. */
	assert_int_equal(look("container.bridge", info, bridge), FOUND_WRONG);
	put("proc/stat", "cpu 0\nbtime 1\n");
	put("proc/9/stat",
		"9 (dockerd) S 1 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 1000 5 5\n");
	put("usr/sbin/dockerd", "elf");
	assert_done(file_link(root, "/usr/sbin/dockerd", "proc/9/exe", &err), &err);
	put("run/openrc/started/docker", "");
	put("run/openrc/options/docker/command", "/usr/sbin/dockerd");
	put("etc/docker/daemon.json", "{}\n");
	assert_int_equal(look("container.bridge", info, bridge), FOUND_PENDING);
	assert_int_equal(look("container.live_restore", info, bridge), FOUND_RIGHT);
	assert_int_equal(
		look("container.no_new_privileges", info, bridge), FOUND_PENDING);
	assert_int_equal(
		look("container.no_new_privileges", strict_info, bridge), FOUND_RIGHT);
	assert_int_equal(look("container.log_limits", info, bridge), FOUND_PENDING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(its_own_word_counts),
		TEST(a_changed_file_is_pending_until_the_engine_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

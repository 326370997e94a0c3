#include "installer/controls/engine.h"

#include <errno.h>

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/daemon.h"
#include "tests/unit/process.h"

#define HEAD "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define ID   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char list[] = HEAD
	"[{\"Id\": \"" ID
	"\", \"Names\": [\"/x\"], \"Ports\": [{\"PrivatePort\": 80, \"PublicPort\": 8080, \"Type\": \"tcp\"}, "
	"{\"PrivatePort\": 81, \"Type\": \"tcp\"}]}]";
static const char harmless[] = HEAD
	"{\"Name\": \"/web\", \"State\": {\"Pid\": 77}, \"Mounts\": [{\"Type\": \"volume\", \"Source\": \"/var/lib/docker/volumes/x/_data\"}, "
	"{\"Type\": \"bind\", \"Source\": \"/srv/etc\"}], \"HostConfig\": {\"Privileged\": false, \"NetworkMode\": \"bridge\", "
	"\"PidMode\": \"\", \"CapAdd\": null, \"Memory\": 1048576, \"PidsLimit\": 100, \"SecurityOpt\": null}}";
static const char bad[] = HEAD
	"{\"Name\": \"/evil\\u001b[31m\", \"State\": {\"Pid\": 78}, \"Mounts\": [{\"Type\": \"bind\", \"Source\": \"/var/run/docker.sock\"}, "
	"{\"Type\": \"bind\", \"Source\": \"/etc/ssh\"}], \"HostConfig\": {\"Privileged\": true, \"NetworkMode\": \"host\", "
	"\"PidMode\": \"host\", \"CapAdd\": [\"SYS_ADMIN\", 7], \"Memory\": 0, \"PidsLimit\": null, \"Devices\": [{}], "
	"\"SecurityOpt\": [\"seccomp=unconfined\", \"apparmor=docker-default\"]}}";

static struct engine ask(const char *first, const char *second)
{
	const char *const answers[] = {first, second, NULL};
	struct engine engine = {0};

	daemon_start(answers);
	engine_ask(root, &engine);
	daemon_stop();
	assert_done(file_remove(root, "run/docker.sock", NULL), &engine.why);
	return engine;
}

static void a_harmless_container_has_no_fault(void **state)
{
	struct engine engine;

	(void)state;
	put("proc/77/attr/apparmor/current", "docker-default (enforce)\n");
	engine = ask(list, harmless);
	assert_done(engine.code, &engine.why);
	assert_int_equal(engine.count, 1);
	assert_int_equal(engine.published.count, 1);
	assert_string_equal(engine.published.items[0], "8080/tcp");
	for (size_t i = 0; i < FAULT_COUNT; i++)
		assert_string_equal(text_string(&engine.faults[i]), "");
	engine_free(&engine);
}

static void every_fault_is_named(void **state)
{
	struct engine engine;

	(void)state;
	put("proc/78/attr/apparmor/current", "unconfined\n");
	engine = ask(list, bad);
	assert_done(engine.code, &engine.why);
	assert_string_equal(text_string(&engine.faults[FAULT_ISOLATION]),
		"evil?[31m: privileged, network of the host, processes of the host, the host's /var/run/docker.sock, "
		"the host's /etc/ssh, capability SYS_ADMIN, devices of the host");
	assert_string_equal(text_string(&engine.faults[FAULT_CONFINEMENT]),
		"evil?[31m: runs unconfined, no system call filter");
	assert_string_equal(text_string(&engine.faults[FAULT_LIMITS]),
		"evil?[31m: no memory limit, no limit of processes");
	engine_free(&engine);
}

/* The engine's word that there is a profile is not enough. */
static void another_profile_than_asked_for_is_named(void **state)
{
	static const struct {
		const char *label, *fault;
	} rows[] = {
		{"docker-default (enforce)\n",  ""                                      },
		{"docker-default (complain)\n", "web: runs in docker-default (complain)"},
		{"jefe-containerd (enforce)\n", "web: runs in jefe-containerd (enforce)"},
		{"docker (enforce)\n",          "web: runs in docker (enforce)"         },
	};
	static const char asked[] = HEAD
		"{\"Name\": \"/web\", \"AppArmorProfile\": \"docker-default\", \"State\": {\"Pid\": 77}, \"HostConfig\": {}}";

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct engine engine;

		put("proc/77/attr/apparmor/current", rows[i].label);
		engine = ask(list, asked);
		assert_string_equal(
			text_string(&engine.faults[FAULT_CONFINEMENT]), rows[i].fault);
		engine_free(&engine);
	}
}

/* What was asked for is one thing, what the kernel holds the first process to is another. */
static void the_kernels_word_about_the_first_process_counts(void **state)
{
	static const struct {
		const char *options, *status, *confinement, *gain;
	} rows[] = {
		{"[]",							   "NoNewPrivs:\t1\nSeccomp:\t2\n", "",                                     ""},
		{"[]",							   "NoNewPrivs:\t1\nSeccomp:\t0\n", "web: no system call filter",           ""},
		{"[\"no-new-privileges=false\"]",
                 "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n",                                            "",
                 "web: no_new_privs is off"														 },
		{"[\"seccomp={\\\"defaultAction\\\":\\\"SCMP_ACT_ALLOW\\\"}\"]",
                 "NoNewPrivs:\t1\nSeccomp:\t2\n",								 "web: a system call filter of its own", ""},
		{"[\"seccomp=builtin\"]",                                        "NoNewPrivs:\t1\nSeccomp:\t2\n", "",                                     ""},
		{"[\"seccomp=unconfined\"]",                                     "",                              "web: no system call filter",           ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		autofree char *answer = memory_format(HEAD
			"{\"Name\": \"/web\", \"State\": {\"Pid\": 77}, \"HostConfig\": {\"SecurityOpt\": %s}}",
			rows[i].options);
		autofree char *status = memory_format("Name:\tweb\n%s", rows[i].status);
		struct engine engine;

		put("proc/77/status", status);
		engine = ask(list, answer);
		assert_string_equal(text_string(&engine.faults[FAULT_CONFINEMENT]),
			rows[i].confinement);
		assert_string_equal(
			text_string(&engine.faults[FAULT_GAIN]), rows[i].gain);
		engine_free(&engine);
	}
}

static void strange_answers_are_errors(void **state)
{
	static const struct {
		const char *first, *second;
		int code;
	} rows[] = {
		{HEAD "{",                       NULL,                        -EINVAL},
		{HEAD "[{\"Id\": \"../../x\"}]", NULL,                        -EPROTO},
		{HEAD "[{\"Id\": 5}]",           NULL,                        -EPROTO},
		{list,			   HEAD "{}",                   -EPROTO},
		{list,			   HEAD "{\"HostConfig\": []}", -EPROTO},
		{list,			   "HTTP/1.0 500 Oops\r\n\r\n", -EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct engine engine = ask(rows[i].first, rows[i].second);

		assert_int_equal(engine.code, rows[i].code);
		assert_true(*engine.why.text);
		engine_free(&engine);
	}
}

static enum found look(const char *target, struct site *site)
{
	const struct control control = {.kind = &kind_container, .target = target};
	struct finding finding = {0};
	enum found found;

	kind_container.effective(site, &control, "kept", &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

/* The catalogue's row: rights that containers may gain are a fault as long as the policy wants that they do not. */
static void rights_that_the_policy_allows_are_no_fault(void **state)
{
	const struct control *control = control_named("container.confinement");
	struct control_setting off = {
		(char[]){"container.no_new_privileges"}, (char[]){"off"}};
	struct policy policy = {.level = LEVEL_BASELINE, .settings = &off};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian"), .running = true};
	struct site site = {.scope = &scope, .policy = &policy};

	(void)state;
	put("proc/77/attr/apparmor/current", "docker-default (enforce)\n");
	put("proc/77/status", "Name:\tweb\nNoNewPrivs:\t0\nSeccomp:\t2\n");
	site.engine = ask(list, harmless);
	assert_int_equal(look(control->target, &site), FOUND_WRONG);
	policy.setting_count = 1;
	assert_int_equal(look(control->target, &site), FOUND_RIGHT);
	site_close(&site);
}

static void controls_ask_once(void **state)
{
	static const char *const answers[] = {list, bad, NULL};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian"), .running = true};
	struct site none = {.scope = &scope}, site = {.scope = &scope};

	(void)state;
	assert_int_equal(look("isolation", &none), FOUND_NOTHING);
	daemon_start(answers);
	assert_int_equal(look("isolation", &site), FOUND_WRONG);
	daemon_stop();
	assert_int_equal(look("limits", &site), FOUND_WRONG);
	assert_int_equal(look("confinement", &site), FOUND_WRONG);
	site_close(&none);
	site_close(&site);
}

static void put_link(unsigned long pid, const char *kind, const char *target)
{
	autofree char *path = memory_format("proc/%lu/ns/%s", pid, kind);
	autofree char *folder = memory_format("proc/%lu/ns", pid);
	struct error err = {0};

	assert_done(file_make_dirs(root, folder, 0755, &err), &err);
	assert_done(file_link(root, target, path, &err), &err);
}

/* A container's first process; its namespaces are its own but for the network, when host_network. */
static void put_container(unsigned long pid, unsigned long parent, const char *group,
	const char *users, const char *rest, bool host_network)
{
	static const char *const kinds[] = {"mnt", "pid", "net", "ipc", "uts"};
	autofree char *folder = memory_format("proc/%lu/", pid);
	autofree char *cgroup = memory_format("%scgroup", folder);
	autofree char *map = memory_format("%suid_map", folder);
	autofree char *status_path = memory_format("%sstatus", folder);
	autofree char *status =
		memory_format("Name:\tsleep\nPPid:\t%lu\n%s", parent, rest);

	program(pid, "/bin/sleep", "sleep", sizeof("sleep"));
	put(cgroup, group);
	put(map, users);
	put(status_path, status);
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		autofree char *target = memory_format("%s:[%lu]", kinds[i],
			host_network && strcmp(kinds[i], "net") == 0 ? 1 : pid);

		put_link(pid, kinds[i], target);
	}
}

static void put_machine(void)
{
	static const char *const kinds[] = {"mnt", "pid", "net", "ipc", "uts"};

	PROGRAM(1, "/sbin/init", "init");
	put("proc/1/status", "Name:\tinit\nPPid:\t0\nCapBnd:\t000001ffffffffff\n");
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		autofree char *target = memory_format("%s:[1]", kinds[i]);

		put_link(1, kinds[i], target);
	}
	PROGRAM(50, "/usr/bin/conmon", "conmon");
	PROGRAM(60, "/usr/bin/containerd-shim-runc-v2", "containerd-shim-runc-v2");
}

#define OURS   "         0          0 4294967295\n"
#define BOUND  "CapEff:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\n"
#define UNHELD "CapEff:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\n"

static struct engine look_around(void)
{
	struct engine engine = {0};

	engine_ask(root, &engine);
	assert_int_equal(engine.code, -ENOENT);
	return engine;
}

static void containers_of_others_are_found(void **state)
{
	struct engine engine;

	(void)state;
	put_machine();
	put_container(51, 50, "0::/libpod_parent/libpod-" ID "\n", OURS, UNHELD, true);
	put("proc/51/attr/apparmor/current", "unconfined\n");
	put("sys/fs/cgroup/libpod_parent/libpod-" ID "/memory.max", "max\n");
	put("sys/fs/cgroup/libpod_parent/libpod-" ID "/pids.max", "2048\n");
	put_container(61, 60, "0::/default/web\n", OURS, BOUND, false);
	put("proc/61/attr/apparmor/current", "cri-containerd.apparmor.d (enforce)\n");
	engine = look_around();
	assert_int_equal(engine.count, 2);
	assert_string_equal(text_string(&engine.faults[FAULT_ISOLATION]),
		"0123456789ab: privileged, network of the host");
	assert_string_equal(text_string(&engine.faults[FAULT_CONFINEMENT]),
		"0123456789ab: runs unconfined, no system call filter");
	assert_string_equal(text_string(&engine.faults[FAULT_GAIN]),
		"0123456789ab: no_new_privs is off");
	assert_string_equal(text_string(&engine.faults[FAULT_LIMITS]),
		"0123456789ab: no memory limit");
	engine_free(&engine);
}

/* A user's container, what a container starts, and a sandbox of something else. */
static void others_are_no_containers_that_may_too_much(void **state)
{
	struct engine engine;

	(void)state;
	put_machine();
	put_container(52, 50, "0::/user/libpod-x.scope\n", "0 1000 1\n1 100000 65536\n",
		"CapEff:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t2\n", true);
	put("proc/52/attr/apparmor/current", "unconfined\n");
	put_container(53, 52, "0::/user/libpod-x.scope\n", OURS, UNHELD, true);
	put_container(70, 1, "0::/\n", OURS, UNHELD, true);
	engine = look_around();
	assert_int_equal(engine.count, 1);
	for (size_t i = 0; i < FAULT_COUNT; i++)
		assert_string_equal(text_string(&engine.faults[i]), "");
	engine_free(&engine);
}

static void what_the_engine_told_counts_once(void **state)
{
	struct engine engine;

	(void)state;
	put_machine();
	put_container(77, 60, "0::/docker/" ID "\n", OURS, BOUND, false);
	put("proc/77/attr/apparmor/current", "docker-default (enforce)\n");
	engine = ask(list, harmless);
	assert_int_equal(engine.count, 1);
	engine_free(&engine);
}

static void without_an_engine_containers_are_judged(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian"), .running = true};
	struct site bad_one = {.scope = &scope}, good = {.scope = &scope};

	(void)state;
	put_machine();
	put_container(61, 60, "0::/default/web\n", OURS, BOUND, false);
	assert_int_equal(look("isolation", &good), FOUND_RIGHT);
	put_container(51, 50, "0::/libpod-" ID "\n", OURS, UNHELD, false);
	assert_int_equal(look("isolation", &bad_one), FOUND_WRONG);
	site_close(&bad_one);
	site_close(&good);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(a_harmless_container_has_no_fault),
		TEST(every_fault_is_named),
		TEST(another_profile_than_asked_for_is_named),
		TEST(the_kernels_word_about_the_first_process_counts),
		TEST(strange_answers_are_errors),
		TEST(rights_that_the_policy_allows_are_no_fault),
		TEST(controls_ask_once),
		TEST(containers_of_others_are_found),
		TEST(others_are_no_containers_that_may_too_much),
		TEST(what_the_engine_told_counts_once),
		TEST(without_an_engine_containers_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

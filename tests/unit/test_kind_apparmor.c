#include <errno.h>

#include "installer/controls/kinds.h"
#include "installer/controls/profiles.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static const struct control sshd = {
	.kind = &kind_apparmor, .target = "jefe-sshd /usr/sbin/sshd !usr.sbin.sshd"};
static const struct control apps = {
	.kind = &kind_apparmor, .target = "jefe-app-example +abstractions/jefe-app"};
static const struct control everybody = {.kind = &kind_exposure};
static const struct control engines = {
	.kind = &kind_exposure, .target = "dockerd containerd"};

static const struct policy policy = {.level = LEVEL_BASELINE};
static struct control_scope scope;
static struct site site;

static int make(void **state)
{
	int rc = tree_make(state);

	scope = (struct control_scope){
		.root_fd = root, .distro = distro_named("debian"), .running = true};
	site = (struct site){.scope = &scope, .policy = &policy};
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	return rc;
}

static int close_all(void **state)
{
	site_close(&site);
	return tree_close(state);
}

static bool apply(const struct control *control, const char *value)
{
	struct error err = {0};
	bool changed = false;

	assert_done(kind_apparmor.apply(&site, control, value, &changed, &err), &err);
	return changed;
}

static bool withdraw(const struct control *control)
{
	struct error err = {0};
	bool changed = false;

	assert_done(kind_apparmor.withdraw(&site, control, &changed, &err), &err);
	return changed;
}

static enum found on_disk(const struct control *control, const char *value)
{
	struct finding finding = {0};
	enum found found;

	kind_apparmor.persisted(&site, control, value, &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

static enum found in_force(
	const struct control *control, const char *value, char **evidence)
{
	struct finding finding = {0};
	enum found found;

	processes_free(&site.processes);
	site.processes = (struct processes){0};
	control->kind->effective(&site, control, value, &finding);
	found = finding.found;
	if (evidence) {
		*evidence = finding.evidence;
		finding.evidence = NULL;
	}
	finding_clear(&finding);
	return found;
}

static void run(unsigned long pid, const char *executable, const char *label)
{
	autofree char *link = memory_format("proc/%lu/exe", pid);
	autofree char *current = memory_format("proc/%lu/attr/current", pid);
	struct error err = {0};

	put(current, label);
	assert_done(file_link(root, executable, link, &err), &err);
}

static void absent_programs_need_no_profile(void **state)
{
	(void)state;
	assert_false(apply(&sshd, "enforce"));
	assert_false(file_exists(root, "etc/apparmor.d/jefe-sshd"));
	assert_int_equal(on_disk(&sshd, "enforce"), FOUND_NOTHING);
}

static void the_mode_is_in_the_flags(void **state)
{
	autofree char *enforced = NULL, *complaining = NULL;

	(void)state;
	put("usr/sbin/sshd", "");
	assert_true(apply(&sshd, "complain"));
	assert_false(apply(&sshd, "complain"));
	complaining = content("etc/apparmor.d/jefe-sshd");
	assert_non_null(strstr(complaining, " flags=(complain,attach_disconnected) {\n"));
	assert_int_equal(on_disk(&sshd, "complain"), FOUND_RIGHT);
	assert_int_equal(on_disk(&sshd, "enforce"), FOUND_WRONG);
	assert_true(apply(&sshd, "enforce"));
	enforced = content("etc/apparmor.d/jefe-sshd");
	assert_non_null(strstr(enforced, " flags=(attach_disconnected) {\n"));
	assert_int_equal(on_disk(&sshd, "enforce"), FOUND_RIGHT);
	put("etc/apparmor.d/jefe-sshd", "profile jefe-sshd { file, }\n");
	assert_int_equal(on_disk(&sshd, "enforce"), FOUND_WRONG);
}

static void other_modes_are_refused(void **state)
{
	autotext struct text why_not = {0};

	(void)state;
	assert_true(kind_apparmor.valid(&sshd, "enforce", &why_not));
	assert_true(kind_apparmor.valid(&sshd, "complain", &why_not));
	assert_false(kind_apparmor.valid(&sshd, "audit", &why_not));
	assert_string_equal(
		text_string(&why_not), "\"audit\" is neither enforce nor complain");
}

static void a_rival_profile_is_disabled_and_comes_back(void **state)
{
	(void)state;
	put("usr/sbin/sshd", "");
	apply(&sshd, "enforce");
	assert_false(file_exists(root, "etc/apparmor.d/disable"));
	put("etc/apparmor.d/usr.sbin.sshd", "/usr/sbin/sshd { file, }\n");
	assert_int_equal(on_disk(&sshd, "enforce"), FOUND_WRONG);
	assert_true(apply(&sshd, "enforce"));
	assert_true(file_exists(root, "etc/apparmor.d/disable/usr.sbin.sshd"));
	assert_int_equal(on_disk(&sshd, "enforce"), FOUND_RIGHT);
	assert_true(withdraw(&sshd));
	assert_false(file_exists(root, "etc/apparmor.d/disable/usr.sbin.sshd"));
	assert_false(file_exists(root, "etc/apparmor.d/jefe-sshd"));
}

static void what_the_operator_wrote_stays(void **state)
{
	(void)state;
	put("etc/apparmor.d/jefe-sshd", "profile jefe-sshd { file, }\n");
	assert_false(withdraw(&sshd));
	assert_file("etc/apparmor.d/jefe-sshd", "profile jefe-sshd { file, }\n");
}

static void the_pattern_brings_its_abstraction(void **state)
{
	(void)state;
	assert_true(apply(&apps, "enforce"));
	assert_true(file_exists(root, "etc/apparmor.d/abstractions/jefe-app"));
	assert_int_equal(on_disk(&apps, "enforce"), FOUND_RIGHT);
	assert_true(withdraw(&apps));
	assert_false(file_exists(root, "etc/apparmor.d/abstractions/jefe-app"));
}

static void only_confined_processes_count(void **state)
{
	autofree char *evidence = NULL, *confined = NULL;

	(void)state;
	put("usr/sbin/sshd", "");
	put("proc/uptime", "1 1\n");
	apply(&sshd, "enforce");
	assert_int_equal(in_force(&sshd, "enforce", NULL), FOUND_WRONG);
	put("sys/kernel/security/apparmor/profiles",
		"x (enforce)\njefe-sshd (complain)\n");
	assert_int_equal(in_force(&sshd, "enforce", NULL), FOUND_WRONG);
	put("sys/kernel/security/apparmor/profiles",
		"x (enforce)\njefe-sshd (enforce)\n");
	assert_int_equal(in_force(&sshd, "enforce", NULL), FOUND_RIGHT);
	run(10, "/usr/sbin/sshd", "jefe-sshd (enforce)\n");
	run(11, "/usr/sbin/cron", "unconfined\n");
	assert_int_equal(in_force(&sshd, "enforce", &confined), FOUND_RIGHT);
	assert_string_equal(confined, "1 process of sshd in jefe-sshd (enforce)");
	run(12, "/usr/sbin/sshd", "unconfined\n");
	assert_int_equal(in_force(&sshd, "enforce", &evidence), FOUND_WRONG);
	assert_string_equal(evidence, "sshd, process 12: unconfined");
	put("proc/stat", "cpu 0\nbtime 1\n");
	assert_int_equal(in_force(&sshd, "enforce", NULL), FOUND_PENDING);
}

static const char tcp[] = "  sl  local_address rem_address   st\n"
			  "   0: 00000000:0016 00000000:0000 0A 0:0 0:0 0 0 0 700 1\n"
			  "   1: 00000000:0947 00000000:0000 0A 0:0 0:0 0 0 0 701 1\n";

static void unconfined_listeners_are_named(void **state)
{
	autofree char *evidence = NULL, *engine = NULL;
	struct error err = {0};

	(void)state;
	put("proc/net/tcp", tcp);
	run(10, "/usr/sbin/sshd", "jefe-sshd (complain)\n");
	put("proc/10/fd/x", "");
	assert_done(file_link(root, "socket:[700]", "proc/10/fd/3", &err), &err);
	assert_int_equal(in_force(&everybody, "confined", NULL), FOUND_RIGHT);
	assert_int_equal(in_force(&engines, "none", NULL), FOUND_RIGHT);
	run(11, "/usr/sbin/dockerd", "unconfined\n");
	put("proc/11/fd/x", "");
	assert_done(file_link(root, "socket:[701]", "proc/11/fd/3", &err), &err);
	assert_int_equal(in_force(&everybody, "confined", &evidence), FOUND_WRONG);
	assert_string_equal(
		evidence, "listens unconfined: dockerd (process 11, tcp 2375)");
	assert_int_equal(in_force(&engines, "none", &engine), FOUND_WRONG);
	assert_string_equal(engine, "listens: dockerd (process 11, tcp 2375)");
}

/* Sessions of the server of before still run in it. */
static void the_profile_of_another_ssh_server_stays_loaded(void **state)
{
	struct error err = {0};

	(void)state;
	put("var/lib/dpkg/status", "");
	put("sys/kernel/security/apparmor/.remove", "");
	put("sys/kernel/security/apparmor/profiles", "jefe-dropbear (enforce)\n");
	assert_done(kind_apparmor.activate(&site, &err), &err);
	assert_file("sys/kernel/security/apparmor/.remove", "");
	put("sys/kernel/security/apparmor/profiles", "jefe-app-example (enforce)\n");
	assert_done(kind_apparmor.activate(&site, &err), &err);
	assert_file("sys/kernel/security/apparmor/.remove", "jefe-app-example");
}

static void every_profile_of_the_catalogue_is_compiled_in(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const struct control *const *control = controls; *control; control++) {
		autowords struct words target = {0};
		const struct profile_file *file = profile_files;

		if ((*control)->kind != &kind_apparmor)
			continue;
		count++;
		words_split(&target, (*control)->target, " ");
		while (file->name && strcmp(file->name, target.items[0]) != 0)
			file++;
		assert_non_null(file->name);
	}
	assert_true(count >= 9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, close_all)
	const struct CMUnitTest tests[] = {
		TEST(absent_programs_need_no_profile),
		TEST(the_mode_is_in_the_flags),
		TEST(other_modes_are_refused),
		TEST(a_rival_profile_is_disabled_and_comes_back),
		TEST(what_the_operator_wrote_stays),
		TEST(the_pattern_brings_its_abstraction),
		TEST(only_confined_processes_count),
		TEST(unconfined_listeners_are_named),
		TEST(the_profile_of_another_ssh_server_stays_loaded),
		TEST(every_profile_of_the_catalogue_is_compiled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/look.h"

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
	set_on("alpine", true);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			glibc_reads_one_file, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			musl_is_told_service_by_service, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			running_programs_must_have_it, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

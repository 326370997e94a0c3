#include <sys/xattr.h>

#include "tests/unit/look.h"

static void privileges_go_and_come_back(void **state)
{
	autofree char *row = memory_format(
		"04755:%u:%u /usr/bin/su\n", (unsigned)geteuid(), (unsigned)getegid());

	(void)state;
	put("usr/bin/su", "x");
	put("usr/bin/doas", "x");
	put("usr/share/tool", "x");
	assert_int_equal(fchmodat(root, "usr/bin/su", 04755, 0), 0);
	assert_int_equal(fchmodat(root, "usr/bin/doas", 04755, 0), 0);
	apply(LEVEL_HARDENED, NULL, "");
	apply(LEVEL_HARDENED, NULL, "");
	assert_int_equal(mode_of("usr/bin/su"), 0755);
	assert_int_equal(mode_of("usr/bin/doas"), 04755);
	assert_file("var/lib/jefelinux/setuid.db", row);
	apply(LEVEL_HARDENED, "userland.setuid", "/usr/bin/su");
	assert_int_equal(mode_of("usr/bin/su"), 04755);
	assert_int_equal(mode_of("usr/bin/doas"), 0755);
	apply(LEVEL_BASELINE, NULL, "");
	assert_int_equal(mode_of("usr/bin/doas"), 04755);
	assert_file("var/lib/jefelinux/setuid.db", "");
}

/* A file system, or a user, that cannot have capabilities has nothing to lose them from. */
static void capabilities_go_and_come_back(void **state)
{
	static const unsigned char raw[20] = {1, 0, 0, 2, 0, 0x20};
	unsigned char now[sizeof(raw)];
	autoclose int fd = -1;

	(void)state;
	put("usr/bin/capture", "x");
	put("usr/bin/ping", "x");
	assert_int_equal(fchmodat(root, "usr/bin/capture", 0755, 0), 0);
	fd = file_open(root, "usr/bin/capture", O_RDONLY, 0, NULL);
	if (fsetxattr(fd, "security.capability", raw, sizeof(raw), 0) < 0)
		return;
	apply(LEVEL_HARDENED, NULL, "");
	assert_true(fgetxattr(fd, "security.capability", now, sizeof(now)) < 0);
	assert_file("var/lib/jefelinux/capabilities.db",
		"0100000200200000000000000000000000000000 /usr/bin/capture\n");
	apply(LEVEL_HARDENED, "userland.capabilities", "off");
	assert_int_equal(
		fgetxattr(fd, "security.capability", now, sizeof(now)), sizeof(now));
	assert_memory_equal(now, raw, sizeof(raw));
}

static void what_a_package_brings_back_is_taken_again(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	const struct policy policy = {.level = LEVEL_HARDENED};
	const struct control *setuid = control_named("userland.setuid");
	autofree char *wrong = NULL, *right = NULL;
	struct error err = {0};

	(void)state;
	put("usr/bin/su", "x");
	apply(LEVEL_HARDENED, NULL, "");
	assert_int_equal(mode_of("etc/apk/commit_hooks.d/jefe-packages"), 0755);
	assert_int_equal(fchmodat(root, "usr/bin/su", 04755, 0), 0);
	put("etc/sysctl.d/99-zz-jefe.conf", "# the operator's\n");
	assert_int_equal(look(&kind_setuid, setuid, "none", &wrong), FOUND_WRONG);
	assert_string_equal(wrong, "privileged: /usr/bin/su");
	assert_done(controls_reapply(&scope, &policy, NULL, NULL, &err), &err);
	assert_int_equal(look(&kind_setuid, setuid, "none", &right), FOUND_RIGHT);
	assert_file("etc/sysctl.d/99-zz-jefe.conf", "# the operator's\n");
	assert_done(file_remove(root, "etc/sysctl.d/99-zz-jefe.conf", &err), &err);
	apply(LEVEL_BASELINE, "userland.package_hook", "off");
	assert_false(file_exists(root, "etc/apk/commit_hooks.d/jefe-packages"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			privileges_go_and_come_back, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			capabilities_go_and_come_back, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_a_package_brings_back_is_taken_again, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

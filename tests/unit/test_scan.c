#include <sys/stat.h>

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static void set_mode(const char *path, mode_t mode)
{
	put(path, "x");
	assert_int_equal(fchmodat(root, path, mode, 0), 0);
}

static void one_walk_serves_all_rules(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian")};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};
	autofree char *row = memory_format(
		"04755:%u:%u /usr/bin/su", (unsigned)geteuid(), (unsigned)getegid());
	const struct scan *scan;

	(void)state;
	put("etc/passwd", "root:x:4711:0::/root:/bin/sh\n");
	set_mode("srv/open", 0666);
	set_mode("usr/share/open", 0666);
	set_mode("usr/bin/su", 04755);
	set_mode("srv/su", 04755);
	set_mode("usr/share/su", 04755);
	scan = site_scan(&site);
	assert_int_equal(scan->found[SCAN_OPEN].count, 1);
	assert_string_equal(scan->found[SCAN_OPEN].items[0], "/srv/open");
	assert_int_equal(scan->found[SCAN_SETUID].count, 1);
	assert_string_equal(scan->found[SCAN_SETUID].items[0], row);
	assert_true(words_contain(&scan->found[SCAN_UNOWNED], "/etc/passwd"));
	set_mode("srv/later", 0666);
	assert_int_equal(site_scan(&site)->found[SCAN_OPEN].count, 1);
}

static void a_thorough_look_goes_into_data_of_packages(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian"), .thorough = true};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};
	const struct scan *scan;

	(void)state;
	set_mode("usr/share/open", 0666);
	set_mode("usr/share/su", 04755);
	set_mode("var/lib/dpkg/info/open", 0666);
	set_mode("var/lib/docker/open", 0666);
	assert_int_equal(fchmodat(root, "var/lib/docker", 0777, 0), 0);
	scan = site_scan(&site);
	assert_int_equal(scan->found[SCAN_OPEN].count, 2);
	assert_string_equal(scan->found[SCAN_OPEN].items[0], "/usr/share/open");
	assert_string_equal(scan->found[SCAN_OPEN].items[1], "/var/lib/dpkg/info/open");
	assert_int_equal(scan->found[SCAN_SETUID].count, 0);
}

/* More names than are shown, and than one reading of a folder gives. */
static void large_folders_are_read_to_their_end(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		autofree char *path =
			memory_format("usr/bin/%03u-with-a-name-of-some-length", i);

		set_mode(path, 04755);
	}
	assert_int_equal(site_scan(&site)->found[SCAN_SETUID].count, 1000);
	assert_int_equal(site_scan(&site)->looked, 1002);
}

static void programs_are_looked_at_anew(void **state)
{
	const struct control_scope scope = {.root_fd = root};
	autosite struct site site = {.scope = &scope};
	autoscan struct scan first = {0}, second = {0};

	(void)state;
	set_mode("usr/bin/su", 04755);
	scan_programs(&site, SCAN_SETUID, &first);
	assert_int_equal(first.found[SCAN_SETUID].count, 1);
	set_mode("bin/su", 02755);
	scan_programs(&site, SCAN_SETUID, &second);
	assert_int_equal(second.found[SCAN_SETUID].count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_walk_serves_all_rules, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_thorough_look_goes_into_data_of_packages, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			large_folders_are_read_to_their_end, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			programs_are_looked_at_anew, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

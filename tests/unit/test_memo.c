#include <errno.h>

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static unsigned asked;

static const char *const databases[] = {"var/packages", NULL};

static bool is_installed(const struct text *database, const char *package)
{
	(void)database;
	asked++;
	return strcmp(package, "nftables") == 0;
}

static void a_file_is_read_once(void **state)
{
	const struct control_scope scope = {.root_fd = root};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};
	autotext struct text first = {0}, second = {0}, third = {0};

	(void)state;
	put("etc/hosts", "one\n");
	text_add(&first, "\n");
	assert_true(disk_read(&site, "etc/hosts", &first));
	put("etc/hosts", "two\n");
	assert_true(disk_read(&site, "etc/hosts", &second));
	assert_string_equal(first.data, "\none\n");
	assert_string_equal(second.data, "one\n");
	assert_false(disk_read(&site, "etc/none", &third));
	put("etc/none", "");
	assert_false(disk_read(&site, "etc/none", &third));
	assert_int_equal(third.size, 0);
}

static void without_a_memo_it_is_read_again(void **state)
{
	const struct control_scope scope = {.root_fd = root};
	autosite struct site site = {.scope = &scope};
	autotext struct text first = {0}, second = {0};

	(void)state;
	put("etc/hosts", "one\n");
	assert_true(disk_read(&site, "etc/hosts", &first));
	put("etc/hosts", "two\n");
	assert_true(disk_read(&site, "etc/hosts", &second));
	assert_string_equal(second.data, "two\n");
}

static void a_package_is_asked_for_once(void **state)
{
	const struct distro distro = {
		.package_databases = databases, .package_in = is_installed};
	const struct control_scope scope = {.root_fd = root, .distro = &distro};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};

	(void)state;
	put("var/packages", "");
	for (int i = 0; i < 3; i++) {
		assert_true(site_package(&site, "nftables"));
		assert_false(site_package(&site, "auditd"));
	}
	assert_int_equal(asked, 2);
}

static void only_missing_rights_are_remembered(void **state)
{
	const struct control_scope scope = {.root_fd = root};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};
	autofree char *none = NULL, *denied = NULL, *again = NULL;

	(void)state;
	site_denied(&site, "etc/none", -ENOENT);
	site_denied(&site, "etc/hosts", 0);
	none = site_take_denied(&site);
	assert_null(none);
	site_denied(&site, "etc/shadow", -EACCES);
	site_denied(&site, "etc/gshadow", -EPERM);
	denied = site_take_denied(&site);
	assert_string_equal(denied, "etc/shadow");
	again = site_take_denied(&site);
	assert_null(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_is_read_once, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			without_a_memo_it_is_read_again, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_package_is_asked_for_once, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			only_missing_rights_are_remembered, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

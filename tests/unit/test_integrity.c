#include "installer/integrity.h"

#include <errno.h>

#include "tests/unit/tree.h"

static void list(struct text *text)
{
	struct error err = {0};

	assert_done(integrity_list(root, text, &err), &err);
}

static void every_kind_of_change_is_told(void **state)
{
	autotext struct text before = {0}, after = {0};
	autowords struct words found = {0};
	struct error err = {0};

	(void)state;
	put("etc/same", "x");
	put("etc/other", "x");
	put("etc/mode", "x");
	put("etc/gone", "x");
	put("etc/deep/er/file", "x");
	put("boot/kernel", "1");
	put("usr/bin/plain", "x");
	put("usr/bin/raised", "x");
	assert_done(file_link(root, "../init.d/a", "etc/link", &err), &err);
	list(&before);
	put("etc/other", "y");
	put("etc/new", "x");
	put("etc/deep/er/file", "X");
	put("boot/kernel", "2");
	put("usr/bin/plain", "y");
	put("etc/resolv.conf", "nameserver 192.0.2.1\n");
	assert_int_equal(fchmodat(root, "etc/mode", 0666, 0), 0);
	assert_int_equal(fchmodat(root, "usr/bin/raised", 04755, 0), 0);
	assert_int_equal(unlinkat(root, "etc/gone", 0), 0);
	assert_done(file_link(root, "../init.d/b", "etc/link", &err), &err);
	list(&after);
	integrity_compare(text_string(&before), text_string(&after), &found);
	words_sort(&found);
	assert_int_equal(found.count, 8);
	assert_string_equal(found.items[0], "changed /boot/kernel");
	assert_string_equal(found.items[1], "changed /etc/deep/er/file");
	assert_string_equal(found.items[2], "changed /etc/link");
	assert_string_equal(found.items[3], "changed /etc/mode");
	assert_string_equal(found.items[4], "changed /etc/other");
	assert_string_equal(found.items[5], "gone /etc/gone");
	assert_string_equal(found.items[6], "new /etc/new");
	assert_string_equal(found.items[7], "new /usr/bin/raised");
}

static void the_list_is_kept_for_root_alone(void **state)
{
	autotext struct text saved = {0}, loaded = {0};
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(integrity_load(root, &loaded, &err), -ENOENT);
	put("etc/file", "x");
	list(&saved);
	assert_done(integrity_save(root, &saved, &err), &err);
	assert_done(integrity_load(root, &loaded, &err), &err);
	assert_string_equal(text_string(&loaded), text_string(&saved));
	assert_int_equal(fstatat(root, "var/lib/jefelinux/integrity", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(every_kind_of_change_is_told),
		TEST(the_list_is_kept_for_root_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/controls/change.h"

#include <errno.h>
#include <sys/xattr.h>

#include "tests/unit/tree.h"

static struct change *begin(const char *what)
{
	struct change *change = NULL;
	struct error err = {0};

	assert_done(change_begin(root, what, &change, &err), &err);
	return change;
}

static void write_text(const char *path, const char *text)
{
	struct error err = {0};

	assert_done(file_write(root, path, text, strlen(text), 0644, &err), &err);
}

static bool is_there(const char *path)
{
	struct stat st;

	return fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void assert_link(const char *path, const char *target)
{
	char found[100] = "";

	assert_true(readlinkat(root, path, found, sizeof(found) - 1) > 0);
	assert_string_equal(found, target);
}

/* One of everything that a change can do. */
static void touch_everything(void)
{
	struct error err = {0};

	write_text("/etc/kept", "new\n");
	write_text("etc/kept", "newer\n");
	assert_done(file_make_dirs(root, "etc/made/deep", 0755, &err), &err);
	write_text("etc/made/deep/file", "x");
	assert_done(file_remove(root, "etc/gone", &err), &err);
	assert_done(file_remove(root, "etc/on", &err), &err);
	assert_done(file_link(root, "/etc/other", "etc/off", &err), &err);
	assert_done(
		file_set_mode(root, "bin/su", 0755, (uid_t)-1, (gid_t)-1, &err), &err);
}

static void put_everything(void)
{
	struct error err = {0};

	put("etc/kept", "old\n");
	put("etc/gone", "was here\n");
	put("bin/su", "program");
	put("var/lib/jefelinux/answers.yaml", "");
	assert_int_equal(fchmodat(root, "etc/kept", 0640, 0), 0);
	assert_int_equal(fchmodat(root, "bin/su", 04755, 0), 0);
	assert_done(file_link(root, "/etc/service", "etc/on", &err), &err);
}

static void assert_as_before(void)
{
	assert_file("etc/kept", "old\n");
	assert_int_equal(mode_of("etc/kept"), 0640);
	assert_file("etc/gone", "was here\n");
	assert_link("etc/on", "/etc/service");
	assert_int_equal(mode_of("bin/su"), 04755);
	assert_false(is_there("etc/off"));
	assert_false(is_there("etc/made"));
}

static void a_failed_change_leaves_what_was_there(void **state)
{
	struct change *change;
	struct last_change last;
	struct error err = {0};

	(void)state;
	put_everything();
	change = begin("level hardened");
	touch_everything();
	assert_done(change_drop(change, &err), &err);
	assert_as_before();
	assert_int_equal(change_last(root, &last, &err), -ENOENT);
	last_change_free(&last);
}

static void changes_are_taken_back_one_by_one(void **state)
{
	autolastchange struct last_change last = {0};
	struct change *change;
	struct error err = {0};

	(void)state;
	put_everything();
	change = begin("first");
	touch_everything();
	assert_done(change_keep(change, &err), &err);
	change = begin("second");
	write_text("etc/kept", "third\n");
	assert_done(change_keep(change, &err), &err);
	change = begin("nothing");
	assert_done(change_keep(change, &err), &err);
	assert_int_equal(mode_of("var/lib/jefelinux/changes"), 0700);
	assert_int_equal(mode_of("var/lib/jefelinux/changes/0001"), 0700);
	assert_int_equal(mode_of("var/lib/jefelinux/changes/0001/record"), 0600);
	assert_done(change_last(root, &last, &err), &err);
	assert_string_equal(last.what, "second");
	assert_false(last.interrupted);
	assert_int_equal(last.edited.count, 0);
	assert_int_equal(last.paths.count, 1);
	assert_done(change_undo(root, NULL, &err), &err);
	assert_file("etc/kept", "newer\n");
	assert_done(change_undo(root, NULL, &err), &err);
	assert_as_before();
	assert_int_equal(change_undo(root, NULL, &err), -ENOENT);
}

static void assert_as_after(void)
{
	assert_file("etc/kept", "newer\n");
	assert_file("etc/made/deep/file", "x");
	assert_int_equal(mode_of("etc/made/deep"), 0755);
	assert_false(is_there("etc/gone"));
	assert_false(is_there("etc/on"));
	assert_link("etc/off", "/etc/other");
	assert_int_equal(mode_of("bin/su"), 0755);
}

static void begin_and_touch_everything(void)
{
	struct change *change;
	struct error err = {0};

	put_everything();
	put("proc/sys/kernel/number", "1\n");
	change = begin("first");
	touch_everything();
	assert_done(file_changes(root, "proc/sys/kernel/number", false, &err), &err);
	write_text("proc/sys/kernel/number", "2\n");
	assert_done(change_keep(change, &err), &err);
}

static void an_undoing_that_nobody_confirms_is_taken_back(void **state)
{
	autolastchange struct last_change last = {0}, first = {0};
	struct error err = {0};

	(void)state;
	begin_and_touch_everything();
	assert_int_equal(change_newest(root), 1);
	assert_done(change_undo_unconfirmed(root, NULL, &err), &err);
	assert_as_before();
	assert_file("proc/sys/kernel/number", "1\n");
	assert_int_equal(change_newest(root), 2);
	assert_done(change_last(root, &last, &err), &err);
	assert_int_equal(last.edited.count, 0);
	for (size_t i = 0; i < last.paths.count; i++)
		assert_null(strstr(last.paths.items[i], "jefelinux/changes"));
	assert_done(change_undo(root, NULL, &err), &err);
	assert_as_after();
	assert_file("proc/sys/kernel/number", "2\n");
	/* and the first change can be taken back as ever */
	assert_done(change_last(root, &first, &err), &err);
	assert_string_equal(first.what, "first");
	assert_int_equal(first.edited.count, 0);
	assert_done(change_undo(root, NULL, &err), &err);
	assert_as_before();
	assert_int_equal(change_newest(root), 0);
}

static void a_confirmed_undoing_is_no_change(void **state)
{
	struct error err = {0};

	(void)state;
	begin_and_touch_everything();
	assert_done(change_settle(root, &err), &err);
	assert_int_equal(change_newest(root), 1);
	assert_done(change_undo_unconfirmed(root, NULL, &err), &err);
	assert_done(change_settle(root, &err), &err);
	assert_as_before();
	assert_int_equal(change_newest(root), 0);
}

/* The first change that is kept knows what was there before all of them. */
static void values_of_the_kernel_are_known_from_before_all_changes(void **state)
{
	static const char path[] = "proc/sys/net/ipv4/ping_group_range";
	autolastchange struct last_change last = {0};
	autofree char *value = NULL;
	struct error err = {0};

	(void)state;
	put(path, "1\t0\n");
	for (int digit = '2'; digit < '4'; digit++) {
		struct change *change = begin("range");
		const char text[] = {(char)digit, '\t', '0', '\n', '\0'};

		assert_done(file_changes(root, path, false, &err), &err);
		put(path, text);
		assert_done(change_keep(change, &err), &err);
	}
	value = change_kernel_value(root, path);
	assert_string_equal(value, "1 0");
	assert_null(change_kernel_value(root, "proc/sys/kernel/other"));
	put(path, "9\t0\n"); /* not an edit that stands against taking back */
	assert_done(change_last(root, &last, &err), &err);
	assert_int_equal(last.edited.count, 0);
	assert_done(change_undo(root, NULL, &err), &err);
	assert_file(path, "2 0\n");
}

static void what_others_changed_since_is_known(void **state)
{
	autolastchange struct last_change last = {0};
	struct change *change;
	struct error err = {0};

	(void)state;
	put_everything();
	change = begin("first");
	touch_everything();
	assert_done(change_keep(change, &err), &err);
	write_text("etc/kept", "by hand\n");
	write_text("etc/gone", "again\n");
	assert_done(change_last(root, &last, &err), &err);
	assert_int_equal(last.edited.count, 2);
	assert_true(words_contain(&last.edited, "etc/kept"));
	assert_true(words_contain(&last.edited, "etc/gone"));
	assert_done(change_undo(root, &last.edited, &err), &err);
	assert_file("etc/kept", "by hand\n");
	assert_file("etc/gone", "again\n");
	assert_int_equal(mode_of("bin/su"), 04755);
	assert_false(is_there("etc/made"));
}

static void file_capabilities_come_back(void **state)
{
	/* cap_net_raw+ep */
	static const unsigned char had[] = {
		1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	unsigned char value[sizeof(had)] = {0};
	struct change *change;
	struct error err = {0};
	int fd;

	(void)state;
	put_everything();
	fd = openat(root, "bin/su", O_RDONLY);
	if (fsetxattr(fd, "security.capability", had, sizeof(had), 0) == 0) {
		change = begin("capabilities");
		assert_done(file_changes(root, "bin/su", true, &err), &err);
		assert_int_equal(fremovexattr(fd, "security.capability"), 0);
		assert_done(change_drop(change, &err), &err);
		assert_int_equal(
			fgetxattr(fd, "security.capability", value, sizeof(value)),
			sizeof(had));
		assert_memory_equal(value, had, sizeof(had));
	}
	(void)close(fd);
	assert_int_equal(mode_of("bin/su"), 04755);
}

/* As after a power cut: the record has no end. */
static void an_interrupted_change_is_taken_back(void **state)
{
	autolastchange struct last_change last = {0};
	struct change *change, *second = NULL;
	struct error err = {0};
	autofree char *record = NULL;

	(void)state;
	put_everything();
	change = begin("cut");
	touch_everything();
	assert_int_equal(change_begin(root, "another", &second, &err), -EBUSY);
	assert_non_null(strstr(err.text, "another jefe-setup harden"));
	record = content("var/lib/jefelinux/changes/0001/record");
	assert_done(change_keep(change, &err), &err);
	write_text("var/lib/jefelinux/changes/0001/record", record);
	assert_int_equal(change_begin(root, "another", &second, &err), -EEXIST);
	assert_done(change_last(root, &last, &err), &err);
	assert_true(last.interrupted);
	assert_done(change_undo(root, NULL, &err), &err);
	assert_as_before();
}

static void only_some_changes_are_kept(void **state)
{
	autowords struct words names = {0};
	struct error err = {0};

	(void)state;
	put("etc/kept", "0\n");
	for (int i = 1; i <= 25; i++) {
		struct change *change = begin("one of many");
		autofree char *text = memory_format("%d\n", i);

		write_text("etc/kept", text);
		assert_done(change_keep(change, &err), &err);
	}
	assert_done(
		file_list(root, "var/lib/jefelinux/changes", false, &names, &err), &err);
	assert_int_equal(names.count, 20 + 1);
	assert_done(change_undo(root, NULL, &err), &err);
	assert_file("etc/kept", "24\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_failed_change_leaves_what_was_there, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			changes_are_taken_back_one_by_one, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			an_undoing_that_nobody_confirms_is_taken_back, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			a_confirmed_undoing_is_no_change, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			values_of_the_kernel_are_known_from_before_all_changes, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			what_others_changed_since_is_known, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			an_interrupted_change_is_taken_back, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			file_capabilities_come_back, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			only_some_changes_are_kept, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

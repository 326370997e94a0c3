#include "installer/bootenv.h"

#include <errno.h>

#include "tests/unit/tree.h"

static const char header[] = "# GRUB Environment Block\n";

/* The block holds these lines, and is padded to its size. */
static void assert_block(const char *lines)
{
	autofree char *block = content(BOOTENV_PATH);
	size_t size = strlen(header) + strlen(lines);

	assert_int_equal(strlen(block), 1024);
	assert_memory_equal(block, header, strlen(header));
	assert_memory_equal(block + strlen(header), lines, strlen(lines));
	assert_int_equal(strspn(block + size, "#"), 1024 - size);
}

static void set(const char *name, const char *value)
{
	struct error err = {0};

	assert_done(bootenv_set(root, name, value, &err), &err);
}

static void assert_get(const char *name, const char *wanted)
{
	struct error err = {0};
	autofree char *value = NULL;

	assert_done(bootenv_get(root, name, &value, &err), &err);
	assert_true(text_equal(value, wanted));
}

static ino_t block_inode(void)
{
	struct stat st;

	assert_int_equal(fstatat(root, BOOTENV_PATH, &st, 0), 0);
	return st.st_ino;
}

static void a_block_is_made_and_written_over(void **state)
{
	ino_t inode;

	(void)state;
	assert_get("jefe_tries", NULL);
	set("jefe_tries", "0");
	assert_block("jefe_tries=0\n");
	assert_int_equal(mode_of(BOOTENV_PATH), 0600);
	inode = block_inode();
	set("jefe_tries", "2");
	assert_block("jefe_tries=2\n");
	assert_int_equal(block_inode(), inode);
	assert_get("jefe_tries", "2");
}

static void other_variables_stay(void **state)
{
	(void)state;
	set("next_entry", "3");
	set("jefe_tries", "1");
	set("jefe", "x=y");
	assert_block("next_entry=3\njefe_tries=1\njefe=x=y\n");
	assert_get("jefe", "x=y");
	set("jefe_tries", NULL);
	assert_block("next_entry=3\njefe=x=y\n");
	assert_get("jefe_tries", NULL);
	set("nothing", NULL);
	assert_block("next_entry=3\njefe=x=y\n");
}

static void what_is_no_block_is_replaced(void **state)
{
	autotext struct text big = {0};

	(void)state;
	put("boot/grub/grubenv", "jefe_tries=7\n");
	assert_get("jefe_tries", NULL);
	set("jefe_tries", "0");
	assert_block("jefe_tries=0\n");
	text_add(&big, header);
	while (big.size < 2000)
		text_add(&big, "#");
	put("boot/grub/grubenv", big.data);
	set("jefe_tries", "1");
	assert_block("jefe_tries=1\n");
}

static void what_does_not_fit_is_refused(void **state)
{
	autotext struct text value = {0};
	struct error err = {0};

	(void)state;
	set("jefe_tries", "1");
	while (value.size < 1000)
		text_add(&value, "x");
	assert_int_equal(bootenv_set(root, "long", value.data, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "boot/grub/grubenv"));
	assert_block("jefe_tries=1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_block_is_made_and_written_over, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			other_variables_stay, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_is_no_block_is_replaced, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_does_not_fit_is_refused, tree_make, tree_close),
	};

	return cmocka_run_group_tests_name("bootenv", tests, NULL, NULL);
}

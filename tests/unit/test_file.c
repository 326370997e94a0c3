#include "installer/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

static int make_root(void **state)
{
	*state = memory_zero(1, sizeof(struct temporary));
	return temporary_make(*state);
}

static int free_root(void **state)
{
	temporary_remove(*state);
	free(*state);
	return 0;
}

static void writing_replaces_at_once(void **state)
{
	int root = ((struct temporary *)*state)->fd;
	struct error err = {0};
	autotext struct text text = {0};
	autowords struct words names = {0};
	struct stat st;

	assert_done(file_make_dirs(root, "/etc/jefe/deep", 0750, &err), &err);
	assert_done(file_write(root, "/etc/jefe/deep/a", "one", 3, 0600, &err), &err);
	assert_done(file_write(root, "etc/jefe/deep/a", "two!", 4, 0640, &err), &err);
	assert_done(file_read(root, "etc/jefe/deep/a", 100, &text, &err), &err);
	assert_string_equal(text.data, "two!");
	assert_int_equal(fstatat(root, "etc/jefe/deep/a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(fstatat(root, "etc/jefe", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_done(file_list(root, "etc/jefe/deep", false, &names, &err), &err);
	assert_int_equal(names.count, 1);
}

static void links_stay_below_the_root(void **state)
{
	int root = ((struct temporary *)*state)->fd;
	struct error err = {0};
	autotext struct text text = {0};

	assert_done(file_make_dirs(root, "/inside", 0755, &err), &err);
	assert_done(file_write(root, "/inside/passwd", "ours", 4, 0644, &err), &err);
	assert_done(file_link(root, "/inside", "/absolute", &err), &err);
	assert_done(file_link(root, "../../../../../../etc", "/inside/up", &err), &err);
	assert_done(file_read(root, "/absolute/passwd", 100, &text, &err), &err);
	assert_string_equal(text.data, "ours");
	assert_false(file_exists(root, "/inside/up/hostname"));
	assert_false(file_exists(root, "../../../etc/passwd"));
}

static void errors_name_the_path(void **state)
{
	int root = ((struct temporary *)*state)->fd;
	struct error err = {0};
	autotext struct text text = {0};

	assert_int_equal(file_read(root, "/no/such", 10, &text, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such"));
	assert_done(file_write(root, "/big", "0123456789", 10, 0644, &err), &err);
	assert_int_equal(file_read(root, "/big", 9, &text, &err), -EFBIG);
	assert_int_equal(file_write(root, "/none/x", "", 0, 0644, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/none"));
}

/* Memory is not had for what is too large anyway. */
static void the_limit_holds_for_huge_files(void **state)
{
	int root = ((struct temporary *)*state)->fd;
	autoclose int fd = openat(root, "huge", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct error err = {0};
	autotext struct text text = {0};

	assert_int_equal(ftruncate(fd, (off_t)1 << 36), 0);
	assert_int_equal(file_read(root, "/huge", 64 << 10, &text, &err), -EFBIG);
	assert_non_null(strstr(err.text, "/huge: larger than 65536 bytes"));
	assert_true(text.capacity < 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing_replaces_at_once),
		cmocka_unit_test(links_stay_below_the_root),
		cmocka_unit_test(errors_name_the_path),
		cmocka_unit_test(the_limit_holds_for_huge_files),
	};

	return cmocka_run_group_tests(tests, make_root, free_root);
}

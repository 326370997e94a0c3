#include "installer/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static int make_dir(void **state)
{
	char *dir = memory_copy_text("/tmp/jefe-test-journal-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? 0 : -1;
}

static int free_dir(void **state)
{
	static const char *const files[] = {"events", "result", "engine.lock"};
	autofree char *dir = *state;

	for (size_t i = 0; i < LENGTH(files); i++) {
		autofree char *path = memory_format("%s/%s", dir, files[i]);

		(void)unlink(path);
	}
	return rmdir(dir);
}

static void only_one_engine_at_a_time(void **state)
{
	const char *dir = *state;
	autofree char *pid = memory_format("process %ld", (long)getpid());
	struct journal first, second;
	struct error err = {0};

	assert_int_equal(journal_engine(dir), 0);
	assert_done(journal_open(dir, &first, &err), &err);
	assert_int_equal(journal_engine(dir), getpid());
	assert_int_equal(journal_open(dir, &second, &err), -EBUSY);
	assert_non_null(strstr(err.text, pid));
	assert_int_equal(second.dir_fd, -1);
	journal_close(&first);
	assert_int_equal(journal_engine(dir), 0);
	assert_done(journal_open(dir, &second, &err), &err);
	journal_close(&second);
}

static void a_new_run_starts_afresh(void **state)
{
	const char *dir = *state;
	autotext struct text result = {0}, events = {0};
	struct journal journal;
	struct error err = {0};

	assert_done(journal_open(dir, &journal, &err), &err);
	assert_done(file_write_all(journal.events_fd, "old\n", 4, &err), &err);
	assert_done(journal_result(&journal, "jefe: install done", &err), &err);
	assert_done(file_read(journal.dir_fd, "result", 100, &result, &err), &err);
	assert_string_equal(result.data, "jefe: install done\n");
	journal_close(&journal);
	assert_done(journal_open(dir, &journal, &err), &err);
	assert_false(file_exists(journal.dir_fd, "result"));
	assert_done(file_read(journal.dir_fd, "events", 100, &events, &err), &err);
	assert_int_equal(events.size, 0);
	journal_close(&journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_engine_at_a_time),
		cmocka_unit_test(a_new_run_starts_afresh),
	};

	return cmocka_run_group_tests(tests, make_dir, free_dir);
}

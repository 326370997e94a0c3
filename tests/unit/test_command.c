#include "installer/base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static void collect(void *context, const char *line)
{
	words_add(context, line);
}

static void output_and_input(void **state)
{
	autotext struct text out = {0};
	struct error err = {0};
	struct command cat = {.argv = COMMAND("cat"), .input = "a\nb", .output = &out};

	(void)state;
	assert_done(command_run(&cat, &err), &err);
	assert_string_equal(out.data, "a\nb");
}

static void a_caller_needs_no_standard_streams(void **state)
{
	autotext struct text out = {0};
	struct error err = {0};
	struct command cat = {.argv = COMMAND("cat"), .input = "a", .output = &out};
	int kept[3], rc;

	(void)state;
	for (int fd = 0; fd < 3; fd++)
		kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	rc = command_run(&cat, &err);
	for (int fd = 0; fd < 3; fd++) {
		(void)dup2(kept[fd], fd);
		(void)close(kept[fd]);
	}
	assert_done(rc, &err);
	assert_string_equal(text_string(&out), "a");
}

static void lines_come_one_by_one(void **state)
{
	autowords struct words lines = {0};
	struct error err = {0};
	struct command sh = {
		.argv = COMMAND("sh", "-c", "echo one; echo two >&2; printf three"),
		.line = collect,
		.context = &lines};

	(void)state;
	assert_done(command_run(&sh, &err), &err);
	assert_int_equal(lines.count, 3);
	assert_true(words_contain(&lines, "two"));
	assert_true(words_contain(&lines, "three"));
}

static void failures_say_why(void **state)
{
	struct error err = {0};
	struct command fails = {
		.argv = COMMAND("sh", "-c", "echo the disk is gone >&2; exit 3")};
	struct command missing = {.argv = COMMAND("no-such-program-here")};
	struct command slow = {.argv = COMMAND("sleep", "30"), .timeout_seconds = 1};

	(void)state;
	assert_int_equal(command_run(&fails, &err), -ECHILD);
	assert_string_equal(err.text, "sh ended with status 3: the disk is gone");
	assert_int_equal(command_run(&missing, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-program-here"));
	assert_int_equal(command_run(&slow, &err), -ETIMEDOUT);
}

static void secrets_travel_by_pipe(void **state)
{
	autosecret struct secret *secret = secret_new();
	autotext struct text out = {0};
	struct error err = {0};
	struct command cat = {.argv = COMMAND("cat"), .secret = secret, .output = &out};

	(void)state;
	assert_done(secret_append(secret, "open sesame", 11, &err), &err);
	assert_done(command_run(&cat, &err), &err);
	assert_string_equal(out.data, "open sesame");
}

static void secrets_come_back(void **state)
{
	autosecret struct secret *secret = secret_new(), *answer = secret_new();
	autowords struct words lines = {0};
	struct error err = {0};
	struct command cat = {.argv = COMMAND("sh", "-c", "echo touch >&2; cat"),
		.secret = secret,
		.answer = answer,
		.line = collect,
		.context = &lines};
	struct command many = {.argv = COMMAND("cat", "/dev/zero"), .answer = answer};

	(void)state;
	assert_done(secret_append(secret, "open sesame", 11, &err), &err);
	assert_done(command_run(&cat, &err), &err);
	assert_true(secret_equal(secret, answer));
	assert_int_equal(lines.count, 1);
	assert_int_equal(command_run(&many, &err), -EFBIG);
	words_free(&lines);
}

static void environment_is_ours(void **state)
{
	autotext struct text out = {0};
	struct error err = {0};
	struct command env = {.argv = COMMAND("env"), .output = &out};

	(void)state;
	assert_done(command_run(&env, &err), &err);
	assert_string_equal(out.data,
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\nTZ=UTC\nHOME=/\nTERM=dumb\n");
}

static void one_that_goes_on_writes_to_its_files(void **state)
{
	struct command sh = {
		.argv = COMMAND("sh", "-c", "echo out; echo why >&2; exit 3")};
	struct error err = {0};
	int ends[2], how = 0, status = 0;
	char said[16] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = command_spawn(&sh, ends[1], ends[1], &err);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], said, sizeof(said) - 1), 8);
	assert_string_equal(said, "out\nwhy\n");
	assert_done(command_end("sh", how, "why", &status, &err), &err);
	assert_int_equal(status, 3);
	assert_string_equal(err.text, "sh ended with status 3: why");
	(void)close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_goes_on_writes_to_its_files),
		cmocka_unit_test(output_and_input),
		cmocka_unit_test(a_caller_needs_no_standard_streams),
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(failures_say_why),
		cmocka_unit_test(secrets_travel_by_pipe),
		cmocka_unit_test(secrets_come_back),
		cmocka_unit_test(environment_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "screens/follow.h"

#include "installer/base/memory.h"
#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

enum { MIB = 1024 * 1024 };

static void event(struct text *lines, double seconds, const char *rest)
{
	text_addf(lines, "{\"ms\":%.0f,\"id\":\"x\",\"steps\":3,%s}\n", seconds * 1000,
		rest);
}

static void progress(struct text *lines, double seconds, unsigned done)
{
	autofree char *rest = memory_format(
		"\"event\":\"progress\",\"step\":2,\"done\":%llu,\"total\":%llu",
		(unsigned long long)done * MIB, 1000ULL * MIB);

	event(lines, seconds, rest);
}

/* A first step that was there already, a second of 80 in 100, and a last one. */
static void begin(struct text *lines, const char *first_state)
{
	autofree char *end = memory_format(
		"\"event\":\"step_end\",\"step\":1,\"state\":\"%s\"", first_state);

	event(lines, 0,
		"\"event\":\"step_begin\",\"step\":1,\"title\":\"One\",\"weight\":10000,\"weight_total\":100000");
	event(lines, 4, end);
	event(lines, 4,
		"\"event\":\"step_begin\",\"step\":2,\"title\":\"Two\",\"weight\":80000,\"weight_total\":100000");
}

static void follow_lines(struct follow *follow, struct text *lines)
{
	struct temporary root;
	struct error err = {0};
	autofree char *path = NULL;

	assert_true(temporary_make(&root) >= 0);
	assert_done(file_write(root.fd, "events", lines->data, lines->size, 0600, &err),
		&err);
	path = memory_format("%s/events", root.path);
	follow_start(follow, path, false, &(struct words){0});
	while (follow_poll(follow))
		;
	temporary_remove(&root);
	text_free(lines);
}

static void assert_near(double value, double wanted)
{
	assert_true(value > wanted * 0.99 - 0.01 && value < wanted * 1.01 + 0.01);
}

static void the_speed_is_that_of_the_last_seconds(void **state)
{
	struct follow follow = {0};
	struct text lines = {0};

	(void)state;
	begin(&lines, "done");
	progress(&lines, 4, 0);
	progress(&lines, 5, 100);
	for (unsigned i = 1; i <= 10; i++)
		progress(&lines, 10 + i, 100 + 5 * i);
	follow_lines(&follow, &lines);
	assert_near(follow_speed(&follow, 20), 5.0 * MIB);
	assert_near(follow_speed(&follow, 25), 2.5 * MIB); /* it stands still */
	assert_near(follow_speed(&follow, 40), 0);
	follow_free(&follow);
}

static void what_is_left_is_judged_by_what_was_worked(void **state)
{
	struct follow follow = {0};
	struct text lines = {0};

	(void)state;
	begin(&lines, "done");
	progress(&lines, 12, 50);
	follow_lines(&follow, &lines);
	assert_near(follow_remaining(&follow, 14), 86); /* 14 of 100 in 14 s */
	follow_free(&follow);

	begin(&lines, "skipped"); /* worth nothing: it took no time */
	progress(&lines, 12, 50);
	follow_lines(&follow, &lines);
	assert_true(follow_remaining(&follow, 14) < 0); /* 4 of 100 are too little */
	follow_free(&follow);

	begin(&lines, "done");
	progress(&lines, 5, 50);
	follow_lines(&follow, &lines);
	assert_true(follow_remaining(&follow, 6) < 0); /* too early */
	follow_free(&follow);
}

static void what_takes_much_longer_is_called_slow(void **state)
{
	struct follow follow = {0};
	struct text lines = {0};

	(void)state;
	begin(&lines, "done");
	progress(&lines, 14, 50); /* 100 s in all */
	progress(&lines, 30, 200);
	follow_lines(&follow, &lines);
	assert_near(follow.planned, 100);
	assert_false(follow_is_slow(&follow, 30));
	assert_true(follow_is_slow(&follow, 60)); /* 26 of 100 in a minute */
	follow_free(&follow);
}

static void the_audit_is_kept_and_logged(void **state)
{
	struct follow follow = {0};
	struct text lines = {0};

	(void)state;
	begin(&lines, "done");
	event(&lines, 5,
		"\"event\":\"audit\",\"done\":207,\"total\":208,\"text\":\"audit: hardened\"");
	follow_lines(&follow, &lines);
	assert_int_equal(follow.audit_passed, 207);
	assert_int_equal(follow.audit_applicable, 208);
	assert_non_null(strstr(text_string(&follow.log), "audit: hardened"));
	follow_free(&follow);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_speed_is_that_of_the_last_seconds),
		cmocka_unit_test(what_is_left_is_judged_by_what_was_worked),
		cmocka_unit_test(what_takes_much_longer_is_called_slow),
		cmocka_unit_test(the_audit_is_kept_and_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

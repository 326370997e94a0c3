/* The runner with steps that only write down what happened. */
#include "installer/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

enum { STEPS = 4 };

/* What the steps and events did, as words; the run's target string carries it to the steps. */
struct story {
	struct text log;
	int fail_at, stop_at; /* index, or -1 */
	unsigned done;        /* steps the disk proves, from the first */
	int next;
	volatile int stop;
};

static struct story *story_of(const struct run *run)
{
	return (struct story *)(uintptr_t)run->target;
}

static int give_back(void *argument, struct error *err)
{
	(void)err;
	text_add(argument, "back ");
	return 0;
}

static int fake_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	struct story *story = story_of(run);
	int index = story->next++;

	(void)recipe;
	text_addf(&story->log, "run%d ", index);
	releases_push(run->releases, "giving back", give_back, &story->log);
	if (index == story->stop_at)
		story->stop = 1;
	return index == story->fail_at ? error_set(err, -EIO, "broke") : 0;
}

static int fake_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	struct story *story = story_of(run);

	(void)recipe;
	(void)err;
	text_addf(&story->log, "check%d ", story->next);
	if ((unsigned)story->next >= story->done)
		return 0;
	story->next++;
	return 1;
}

static void hear(void *context, const struct event *event)
{
	struct story *story = context;

	if (event->kind == EVENT_FAILED)
		text_addf(&story->log, "FAILED[%s][%s] ", event->text, event->state);
	if (event->kind == EVENT_DONE)
		text_add(&story->log, "DONE ");
}

static const struct step_ops plain = {.id = "plain", .run = fake_run};
static const struct step_ops checked = {
	.id = "checked", .check = fake_check, .run = fake_run};

/* Step 0 always runs and writes nothing; 1 and 2 write. */
static int play(struct story *story, bool resume, struct error *err)
{
	char name[] = "vdx", title[] = "Do it";
	const struct disk disk = {.name = name};
	struct step steps[STEPS] = {
		{.ops = &plain,   .title = title, .weight = 1   },
		{.ops = &checked, .title = title, .weight = 1,    .writes = true},
		{.ops = &checked,               .title = title,               .weight = 1, .writes = true},
		{.ops = &plain, .title = title,               .weight = 1                }
        };
	const struct plan plan = {
		.recipe = {.disk = &disk}, .disks = name, .steps = steps, .count = STEPS};
	struct run run = {.plan = &plan,
		.events = events_new(),
		.releases = releases_new(),
		.target = (const char *)story,
		.resume = resume,
		.stop = &story->stop};
	int rc;

	events_add_call(run.events, hear, story);
	rc = run_plan(&run, err);
	events_free(run.events);
	releases_free(run.releases);
	return rc;
}

static void everything_in_order(void **state)
{
	struct story story = {.fail_at = -1, .stop_at = -1};
	struct error err = {0};

	(void)state;
	assert_done(play(&story, false, &err), &err);
	assert_string_equal(
		story.log.data, "run0 run1 run2 run3 back back back back DONE ");
	text_free(&story.log);
}

static void failure_before_writing_says_so(void **state)
{
	struct story story = {.fail_at = 0, .stop_at = -1};
	struct error err = {0};

	(void)state;
	assert_int_equal(play(&story, false, &err), -EIO);
	assert_string_equal(story.log.data,
		"run0 back FAILED[Do it: broke][nothing was written to vdx] ");
	text_free(&story.log);
}

static void failure_after_writing_says_so(void **state)
{
	struct story story = {.fail_at = 2, .stop_at = -1};
	struct error err = {0};

	(void)state;
	assert_int_equal(play(&story, false, &err), -EIO);
	assert_non_null(strstr(
		story.log.data, "run0 run1 run2 back back back FAILED[Do it: broke]"));
	assert_non_null(strstr(story.log.data, "vdx is unusable until installed again"));
	text_free(&story.log);
}

static void stopping_waits_for_the_end_of_a_step(void **state)
{
	struct story story = {.fail_at = -1, .stop_at = 1};
	struct error err = {0};

	(void)state;
	assert_int_equal(play(&story, false, &err), -ECANCELED);
	assert_non_null(
		strstr(story.log.data, "run0 run1 back back FAILED[stopped on request]"));
	text_free(&story.log);
}

static void resuming_skips_what_is_proven(void **state)
{
	struct story story = {.fail_at = -1, .stop_at = -1, .done = 2};
	struct error err = {0};

	(void)state;
	assert_done(play(&story, true, &err), &err);
	assert_string_equal(
		story.log.data, "run0 check1 check2 run2 run3 back back back DONE ");
	text_free(&story.log);
}

/* A later step's proof is worth nothing when an earlier step ran again. */
static void resuming_stops_asking_after_a_gap(void **state)
{
	struct story story = {.fail_at = -1, .stop_at = -1, .done = 1};
	struct error err = {0};

	(void)state;
	assert_done(play(&story, true, &err), &err);
	assert_string_equal(
		story.log.data, "run0 check1 run1 run2 run3 back back back back DONE ");
	text_free(&story.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_in_order),
		cmocka_unit_test(failure_before_writing_says_so),
		cmocka_unit_test(failure_after_writing_says_so),
		cmocka_unit_test(stopping_waits_for_the_end_of_a_step),
		cmocka_unit_test(resuming_skips_what_is_proven),
		cmocka_unit_test(resuming_stops_asking_after_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

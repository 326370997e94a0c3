#include "installer/event.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void lines_are_read_back(void **state)
{
	const struct event event = {.kind = EVENT_STEP_BEGIN,
		.time = 12.345,
		.step = 3,
		.steps = 15,
		.id = "partition",
		.title = "Partition \"vda\"",
		.weight = 0.5,
		.weight_total = 68.25};
	autofree char *line = event_format(&event), *memory = NULL;
	struct event back = {0};
	struct error err = {0};

	(void)state;
	assert_null(strchr(line, '\n'));
	assert_done(event_parse(line, &back, &memory, &err), &err);
	assert_int_equal(back.kind, EVENT_STEP_BEGIN);
	assert_int_equal(back.step, 3);
	assert_int_equal(back.steps, 15);
	assert_string_equal(back.id, "partition");
	assert_string_equal(back.title, "Partition \"vda\"");
	assert_null(back.text);
	assert_true(back.time > 12.344 && back.time < 12.346);
	assert_true(back.weight > 0.499 && back.weight_total > 68.24);
}

static void foreign_bytes_become_text(void **state)
{
	const struct event event = {.kind = EVENT_NOTE,
		.text = "\x1b[2Jumlaut \xc3\xa4, broken \xc3(, cut \xe2\x82"};
	autofree char *line = event_format(&event), *memory = NULL;
	struct event back = {0};
	struct error err = {0};

	(void)state;
	assert_done(event_parse(line, &back, &memory, &err), &err);
	assert_string_equal(back.text, "?[2Jumlaut \xc3\xa4, broken ?(, cut ??");
}

static void other_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"", "jefe: install done", "{\"event\":\"party\"}", "{\"ms\":1}", "[1]"};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		autofree char *memory = NULL;
		struct event event = {0};
		struct error err = {0};

		assert_true(event_parse(lines[i], &event, &memory, &err) < 0);
		assert_true(err.text[0]);
	}
}

struct seen {
	unsigned count[EVENT_DONE + 1];
	unsigned last_step;
	char last_id[32];
};

static void see(void *context, const struct event *event)
{
	struct seen *seen = context;

	seen->count[event->kind]++;
	seen->last_step = event->step;
	(void)snprintf(
		seen->last_id, sizeof(seen->last_id), "%s", event->id ? event->id : "");
}

static void notes_belong_to_the_running_step(void **state)
{
	struct events *events = events_new();
	struct seen seen = {0};

	(void)state;
	events_add_call(events, see, &seen);
	events_emit(events,
		&(struct event){
			.kind = EVENT_STEP_BEGIN, .step = 4, .steps = 9, .id = "wipe"});
	events_note(events, "%d signatures", 3);
	assert_int_equal(seen.count[EVENT_NOTE], 1);
	assert_int_equal(seen.last_step, 4);
	assert_string_equal(seen.last_id, "wipe");
	events_free(events);
}

static void progress_is_rationed_but_ends(void **state)
{
	struct events *events = events_new();
	struct seen seen = {0};

	(void)state;
	events_add_call(events, see, &seen);
	for (uint64_t done = 0; done <= 10000; done++)
		events_progress(events, done, 10000);
	assert_in_range(seen.count[EVENT_PROGRESS], 2, 20);
	events_free(events);
}

static void lost_readers_are_dropped(void **state)
{
	struct events *events = events_new();
	struct seen seen = {0};
	int gone[2], kept[2];
	char bytes[4096];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(gone), 0);
	assert_int_equal(pipe(kept), 0);
	(void)close(gone[0]);
	events_add_fd(events, gone[1]);
	events_add_fd(events, kept[1]);
	events_add_call(events, see, &seen);
	events_note(events, "one");
	events_note(events, "two");
	(void)close(kept[1]);
	assert_int_equal(seen.count[EVENT_NOTE], 2);
	assert_true(read(kept[0], bytes, sizeof(bytes)) > 20);
	(void)close(kept[0]);
	(void)close(gone[1]);
	events_free(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_back),
		cmocka_unit_test(foreign_bytes_become_text),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(notes_belong_to_the_running_step),
		cmocka_unit_test(progress_is_rationed_but_ends),
		cmocka_unit_test(lost_readers_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

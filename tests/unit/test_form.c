#include "tui/form.h"

#include <errno.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* Three steps, a sub-screen, a hub and a gate, over a few values. */
struct values {
	char *name;
	bool extra;
	struct secret *first, *second;
	unsigned started;
};

static void build_one(struct page *page, void *context)
{
	const struct values *values = context;

	page_add(page, ITEM_TEXT, "name", "Name")->value = values->name;
	page_add(page, ITEM_BOOL, "extra", "Extra")->value =
		values->extra ? "true" : "false";
	if (values->extra)
		(void)page_add(page, ITEM_ACTION, "sub", "More");
}

static int set_one(void *context, const char *id, const char *value, struct error *err)
{
	struct values *values = context;

	if (text_equal(id, "extra")) {
		values->extra = text_equal(value, "true");
		return 0;
	}
	if (strlen(value) < 3)
		return error_set(err, -EINVAL, "at least 3 letters");
	free(values->name);
	values->name = memory_copy_text(value);
	return 0;
}

static void act_one(struct form *form, const char *id, const char *row)
{
	(void)id;
	(void)row;
	form_open(form, "sub");
}

static void build_two(struct page *page, void *context)
{
	const struct values *values = context;
	struct item *item = page_add(page, ITEM_SECRET, "first", "Secret");

	item->secret = values->first;
	item = page_add(page, ITEM_SECRET, "second", "Again");
	item->secret = values->second;
	item->confirms = values->first;
}

static void build_nothing(struct page *page, void *context)
{
	(void)context;
	(void)page_note(page, TONE_NORMAL, "nothing");
}

static void build_gate(struct page *page, void *context)
{
	(void)context;
	page_add(page, ITEM_CONFIRM, "confirm", "Type vda")->expected = "vda";
}

static int leave_gate(void *context, const char **at, struct error *err)
{
	(void)at;
	(void)err;
	((struct values *)context)->started++;
	return 0;
}

static const struct screen one = {.id = "one",
	.title = "One",
	.kind = SCREEN_STEP,
	.build = build_one,
	.set = set_one,
	.act = act_one};
static const struct screen sub = {
	.id = "sub", .title = "Sub", .kind = SCREEN_SUB, .build = build_nothing};
/* Opened by a SUB, which has no parent of its own. */
static const struct screen deep = {
	.id = "deep", .title = "Deep", .kind = SCREEN_SUB, .build = build_nothing};
static const struct screen two = {
	.id = "two", .title = "Two", .kind = SCREEN_STEP, .build = build_two};
static const struct screen hub = {
	.id = "hub", .title = "Hub", .kind = SCREEN_HUB, .build = build_nothing};
static const struct screen gate = {.id = "gate",
	.title = "Gate",
	.kind = SCREEN_GATE,
	.build = build_gate,
	.leave = leave_gate};
static const struct screen end = {
	.id = "end", .title = "End", .kind = SCREEN_RUN, .build = build_nothing};
static const struct screen *const screens[] = {
	&one, &sub, &deep, &two, &hub, &gate, &end, NULL};

struct fixture {
	struct values values;
	struct form *form;
};

static int make(void **state)
{
	struct fixture *fixture = memory_zero(1, sizeof(*fixture));

	fixture->values.first = secret_new();
	fixture->values.second = secret_new();
	fixture->form = form_new(screens, &fixture->values);
	form_guard(fixture->form, 0);
	*state = fixture;
	return 0;
}

static int discard(void **state)
{
	struct fixture *fixture = *state;

	form_free(fixture->form);
	secret_free(fixture->values.first);
	secret_free(fixture->values.second);
	free(fixture->values.name);
	free(fixture);
	return 0;
}

static void send(
	struct form *form, enum input_kind kind, const char *id, const char *text)
{
	form_input(form, &(struct input){.kind = kind, .id = id, .text = text});
}

static const struct item *shown(struct form *form, const char *id)
{
	return page_item(form_view(form)->page, id);
}

static void back_keeps_a_draft_that_is_not_valid(void **state)
{
	struct fixture *fixture = *state;
	struct form *form = fixture->form;

	send(form, INPUT_SET, "name", "abc");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "two");
	send(form, INPUT_BACK, NULL, NULL);
	send(form, INPUT_SET, "name", "x");
	assert_string_equal(fixture->values.name, "abc");
	assert_string_equal(shown(form, "name")->value, "x");
	assert_null(shown(form, "name")->error);
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "one");
	assert_string_equal(shown(form, "name")->error, "at least 3 letters");
	send(form, INPUT_GOTO, "two", NULL);
	send(form, INPUT_BACK, NULL, NULL);
	assert_string_equal(shown(form, "name")->value, "x");
	assert_int_equal(form_problems(form), 1);
	assert_string_equal(form_first_problem(form), "one");
}

static void first_invalid_item_gets_the_focus(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	send(form, INPUT_FOCUS, "extra", NULL);
	send(form, INPUT_SET, "name", "no");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "one");
	assert_int_equal(form_view(form)->focus, 0);
	assert_int_equal(form_view(form)->steps[0].problems, 1);
}

static void a_choice_changes_what_is_visible(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	assert_null(shown(form, "sub"));
	send(form, INPUT_SET, "extra", "true");
	assert_non_null(shown(form, "sub"));
	send(form, INPUT_SET, "extra", "perhaps");
	assert_string_equal(shown(form, "extra")->value, "true");
}

static void sub_screens_return_to_their_opener(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	send(form, INPUT_SET, "extra", "true");
	send(form, INPUT_ACT, "sub", NULL);
	assert_string_equal(form_view(form)->screen, "sub");
	assert_int_equal(form_view(form)->step_now, 0);
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "one");
}

static void secrets_must_agree(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	send(form, INPUT_GOTO, "two", NULL);
	send(form, INPUT_SET, "first", "correct horse");
	send(form, INPUT_SET, "second", "correct house");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "two");
	assert_non_null(shown(form, "second")->error);
	form_input(form, &(struct input){.kind = INPUT_CUT, .id = "second", .row = 9});
	send(form, INPUT_ADD, "second", "orse");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "hub");
}

static void the_hub_opens_and_is_returned_to(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	send(form, INPUT_SET, "name", "abc");
	send(form, INPUT_REVIEW, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "hub");
	send(form, INPUT_GOTO, "one", NULL);
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "hub");
	send(form, INPUT_GOTO, "gate", NULL);
	assert_string_equal(form_view(form)->screen, "hub");
}

static void the_gate_opens_only_for_the_exact_word(void **state)
{
	struct fixture *fixture = *state;
	struct form *form = fixture->form;
	unsigned flushes;

	send(form, INPUT_REVIEW, NULL, NULL);
	flushes = form_view(form)->flushes;
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "gate");
	assert_int_equal(form_view(form)->flushes, flushes + 1);
	send(form, INPUT_SET, "confirm", "vdb");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_int_equal(fixture->values.started, 0);
	send(form, INPUT_SET, "confirm", " vda ");
	send(form, INPUT_BACK, NULL, NULL);
	send(form, INPUT_NEXT, NULL, NULL);
	send(form, INPUT_NEXT, NULL, NULL); /* what was typed before is gone */
	assert_int_equal(fixture->values.started, 0);
	send(form, INPUT_SET, "confirm", " vda ");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_int_equal(fixture->values.started, 1);
	assert_string_equal(form_view(form)->screen, "end");
	send(form, INPUT_BACK, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "end");
}

static void the_gate_is_deaf_at_first(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	form_guard(form, 60000);
	send(form, INPUT_REVIEW, NULL, NULL);
	send(form, INPUT_NEXT, NULL, NULL);
	send(form, INPUT_SET, "confirm", "vda");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "gate");
	assert_null(shown(form, "confirm")->value);
	send(form, INPUT_BACK, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "hub");
}

static void pasted_control_bytes_are_left_out(void **state)
{
	struct fixture *fixture = *state;

	send(fixture->form, INPUT_SET, "name", "a\033[31mb\x7f\tc");
	assert_string_equal(fixture->values.name, "a[31mbc");
}

static void help_closes_with_any_input(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;

	send(form, INPUT_HELP, NULL, NULL);
	assert_non_null(form_view(form)->help);
	send(form, INPUT_NEXT, NULL, NULL);
	assert_null(form_view(form)->help);
	assert_string_equal(form_view(form)->screen, "one");
}

static void handing_over_keeps_place_and_drafts(void **state)
{
	struct fixture *fixture = *state;
	struct form *form = fixture->form;

	form_put_draft(form, "one", "name", "x");
	form_resume(form, "two", "second", 0);
	assert_string_equal(form_view(form)->screen, "two");
	assert_int_equal(form_view(form)->focus, 1);
	send(form, INPUT_BACK, NULL, NULL);
	assert_string_equal(shown(form, "name")->value, "x");
}

struct places {
	struct form *form;
	struct text list;
};

static void note_place(void *context, const char *screen, const char *focus, size_t row)
{
	struct places *places = context;

	text_addf(&places->list, "%s:%s ", screen, focus ? focus : "");
	form_resume(places->form, screen, focus, row);
}

static void handing_over_keeps_what_is_open_and_the_way_back(void **state)
{
	struct fixture *fixture = *state;
	struct form *form = fixture->form;
	struct places places = {.form = form_new(screens, &fixture->values)};

	send(form, INPUT_SET, "extra", "true");
	form_open(form, "hub");
	send(form, INPUT_GOTO, "one", NULL);
	send(form, INPUT_FOCUS, "sub", NULL);
	send(form, INPUT_ACT, "sub", NULL);
	assert_string_equal(form_view(form)->screen, "sub");
	form_each_open(form, note_place, &places);
	assert_string_equal(text_string(&places.list), "hub: one:sub sub: ");
	form = places.form;
	assert_string_equal(form_view(form)->screen, "sub");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "one");
	assert_int_equal(form_view(form)->focus, 2);
	send(form, INPUT_SET, "name", "ana");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "hub");
	text_free(&places.list);
	form_free(form);
}

static void note_draft(
	void *context, const char *screen, const char *id, const char *text)
{
	text_addf(&((struct places *)context)->list, "%s/%s=%s", screen, id, text);
}

static void what_is_a_value_is_no_draft_to_hand_over(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;
	struct places places = {.form = form_new(screens, form_context(form))};

	send(form, INPUT_SET, "name", "ana");
	form_each_draft(form, note_draft, &places);
	assert_int_equal(places.list.size, 0);
	send(form, INPUT_SET, "name", "a");
	form_each_draft(form, note_draft, &places);
	assert_string_equal(text_string(&places.list), "one/name=a");
	text_free(&places.list);
	form_free(places.form);
}

static void drafts_move_with_what_they_are_of(void **state)
{
	struct form *form = ((struct fixture *)*state)->form;
	struct places places = {.form = form};

	send(form, INPUT_SET, "name", "a");
	form_move_drafts(form, "na", "old.na");
	form_each_draft(form, note_draft, &places);
	assert_string_equal(text_string(&places.list), "one/old.name=a");
	text_free(&places.list);
	form_move_drafts(form, "na", NULL);
	assert_int_equal(form_problems(form), 1);
	form_move_drafts(form, "old.", NULL);
	assert_int_equal(form_problems(form), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			back_keeps_a_draft_that_is_not_valid, make, discard),
		cmocka_unit_test_setup_teardown(
			first_invalid_item_gets_the_focus, make, discard),
		cmocka_unit_test_setup_teardown(
			a_choice_changes_what_is_visible, make, discard),
		cmocka_unit_test_setup_teardown(
			sub_screens_return_to_their_opener, make, discard),
		cmocka_unit_test_setup_teardown(secrets_must_agree, make, discard),
		cmocka_unit_test_setup_teardown(
			the_hub_opens_and_is_returned_to, make, discard),
		cmocka_unit_test_setup_teardown(
			the_gate_opens_only_for_the_exact_word, make, discard),
		cmocka_unit_test_setup_teardown(the_gate_is_deaf_at_first, make, discard),
		cmocka_unit_test_setup_teardown(
			pasted_control_bytes_are_left_out, make, discard),
		cmocka_unit_test_setup_teardown(
			help_closes_with_any_input, make, discard),
		cmocka_unit_test_setup_teardown(
			handing_over_keeps_place_and_drafts, make, discard),
		cmocka_unit_test_setup_teardown(
			handing_over_keeps_what_is_open_and_the_way_back, make, discard),
		cmocka_unit_test_setup_teardown(
			what_is_a_value_is_no_draft_to_hand_over, make, discard),
		cmocka_unit_test_setup_teardown(
			drafts_move_with_what_they_are_of, make, discard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

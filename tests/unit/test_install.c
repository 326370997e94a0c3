/* The end of an installation: with all there may be to say, nothing of it has to be scrolled to on the usual terminal. */
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "screens/wizard.h"
#include "tests/unit/unit.h"
#include "tui/layout.h"

#define FINGERPRINT "SHA256:nv1Vn7Ofg+GxRVkVch0VCCrAOtUorunjCJwq175lnyU"

enum { ROWS = 24, COLS = 80 };

static struct wizard *wizard_at_the_end(void)
{
	struct wizard *wizard =
		wizard_new(answers_new(), memory_zero(1, sizeof(struct machine)));
	struct follow *follow = &wizard->follow;

	assert_int_equal(answers_set(wizard->answers, "users.0.name", "ana", NULL), 0);
	assert_int_equal(
		answers_set(wizard->answers, "network.method", "static", NULL), 0);
	assert_int_equal(
		answers_set(wizard->answers, "network.address", "192.0.2.10/24", NULL),
		0);
	follow->plan_id = memory_copy_text("7f3c91a2");
	follow->host_key = memory_copy_text(FINGERPRINT);
	follow->unlock_key = memory_copy_text(FINGERPRINT);
	return wizard;
}

/* All rows of the page; scrolls: there is more above or below. */
static char *shown(struct form *form, bool *scrolls)
{
	struct pane pane = {0};
	autocanvas struct canvas *canvas =
		layout_draw(form_view(form), &pane, ROWS, COLS);
	struct text text = {0};

	*scrolls = false;
	for (int row = 0; row < ROWS; row++) {
		autofree char *line = canvas_text(canvas, row, 0, COLS, GLYPHS_ASCII);

		text_addf(&text, "%s\n", line);
	}
	for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
		*scrolls = *scrolls || canvas->cells[i].code == GLYPH_DOWN ||
			   canvas->cells[i].code == GLYPH_UP;
	return text_take(&text);
}

static void all_of_the_end_is_seen_at_once(void **state)
{
	(void)state;
	for (uint64_t passed = 206; passed <= 208; passed += 2) {
		struct wizard *wizard = wizard_at_the_end();
		struct form *form = form_new(wizard_screens, wizard);
		autofree char *text = NULL;
		bool scrolls;

		wizard->wants_recovery = true;
		wizard->follow.audit_passed = passed;
		wizard->follow.audit_applicable = 208;
		form_open(form, "done");
		text = shown(form, &scrolls);
		assert_false(scrolls);
		assert_non_null(strstr(text, "ana at 192.0.2.10 "));
		assert_non_null(strstr(text, "plan 7f3c91a2"));
		assert_non_null(strstr(text, "Keep the recovery key"));
		assert_non_null(strstr(text, "[ Shell ]"));
		assert_true((strstr(text, "what is missing") != NULL) == (passed < 208));
		form_free(form);
		wizard_free(wizard);
	}
}

/* Each fingerprint has a picture of its own. */
static void both_keys_have_their_picture(void **state)
{
	static const char *const screens[] = {"host-key-code", "unlock-key-code"};
	struct wizard *wizard = wizard_at_the_end();
	struct form *form = form_new(wizard_screens, wizard);

	(void)state;
	free(wizard->follow.unlock_key);
	wizard->follow.unlock_key = memory_copy_text("SHA256:other");
	form_open(form, "done");
	form_open(form, "host-key");
	for (size_t i = 0; i < LENGTH(screens); i++) {
		const struct view *view;

		form_input(form, &(struct input){.kind = INPUT_ACT, .id = screens[i]});
		view = form_view(form);
		assert_string_equal(view->screen, screens[i]);
		assert_int_equal(view->page->items[0]->type, ITEM_QR);
		assert_string_equal(
			view->page->items[0]->value, i ? "SHA256:other" : FINGERPRINT);
		form_input(form, &(struct input){.kind = INPUT_BACK});
		assert_string_equal(form_view(form)->screen, "host-key");
	}
	form_free(form);
	wizard_free(wizard);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_the_end_is_seen_at_once),
		cmocka_unit_test(both_keys_have_their_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

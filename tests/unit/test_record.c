#include "tui/record.h"

#include "installer/base/memory.h"
#include "tests/unit/unit.h"
#include "tui/picture.h"

static struct secret *secret_of(const char *text)
{
	struct secret *secret = secret_new();
	struct error err = {0};

	assert_done(secret_append(secret, text, strlen(text), &err), &err);
	return secret;
}

/* A page with a secret that is typed, one that is shown, one as a code, and an uncovered one with the focus. */
static void secrets_are_not_drawn(void **state)
{
	static const enum item_type types[] = {ITEM_SECRET, ITEM_FACT, ITEM_QR};
	struct page *page = page_new();
	autosecret struct secret *secret = secret_of("correct horse");
	struct view view = {.product = "JefeLinux", .title = "Disk", .page = page};
	const struct pane pane = {.reveal = true, .blocks = true, .caret = 13};
	autocanvas struct canvas *canvas = NULL;
	autotext struct text text = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(types); i++) {
		struct item *item = page_add(
			page, types[i], page_format(page, "item%zu", i), "Label");

		item->secret = secret;
		item->value = types[i] == ITEM_FACT ? secret_bytes(secret) : NULL;
	}
	canvas = record_canvas(&view, &pane, 24, 80);
	picture_text(canvas, &text);
	assert_non_null(strstr(text.data, "Label"));
	assert_non_null(strstr(text.data, "******"));
	assert_null(strstr(text.data, "*******")); /* nor how long it is */
	assert_non_null(strstr(text.data, "(not recorded)"));
	assert_null(strstr(text.data, "horse"));
	assert_string_equal(secret_bytes(page->items[1]->secret), "correct horse");
	page_free(page);
}

static void a_canvas_becomes_a_picture(void **state)
{
	autocanvas struct canvas *canvas = canvas_new(2, 12);
	struct area area = {.canvas = canvas, .rows = 2, .cols = 12};
	autotext struct text text = {0}, svg = {0}, row = {0};
	struct theme theme;

	(void)state;
	theme_default(&theme);
	(void)area_put(&area, 1, 2, -1, ROLE_DANGER, "a<b & c");
	picture_text(canvas, &text);
	assert_string_equal(text.data, "\n  a<b & c\n");
	picture_svg(canvas, &theme, &svg);
	assert_non_null(strstr(svg.data, "x=\"18\" y=\"33\" textLength=\"63\""));
	assert_non_null(strstr(svg.data, "a&lt;b\302\240&amp;\302\240c</text>"));
	picture_ansi(canvas, 1, &theme, &row);
	assert_true(text_starts(row.data, "\033[2;1H\033[0"));
	assert_non_null(strstr(row.data, "ma<b & c\033[0"));
}

static void colours_are_those_of_terminals(void **state)
{
	(void)state;
	assert_int_equal(picture_rgb(3), 0xaa5500);
	assert_int_equal(picture_rgb(15), 0xffffff);
	assert_int_equal(picture_rgb(16), 0x000000);
	assert_int_equal(picture_rgb(24), 0x005f87);
	assert_int_equal(picture_rgb(231), 0xffffff);
	assert_int_equal(picture_rgb(234), 0x1c1c1c);
	assert_int_equal(picture_rgb(-1), 0x000000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_not_drawn),
		cmocka_unit_test(a_canvas_becomes_a_picture),
		cmocka_unit_test(colours_are_those_of_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

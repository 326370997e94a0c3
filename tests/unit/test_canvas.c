#include "tui/canvas.h"

#include <locale.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void broken_utf8_takes_one_byte(void **state)
{
	uint32_t code;

	(void)state;
	assert_int_equal(utf8_next("a", &code), 1);
	assert_int_equal(utf8_next("\303\244", &code), 2);
	assert_int_equal(code, 0xe4);
	assert_int_equal(utf8_next("\342\202\254", &code), 3);
	assert_int_equal(code, 0x20ac);
	assert_int_equal(utf8_next("\303", &code), 1);
	assert_int_equal(code, 0xfffd);
	assert_int_equal(utf8_next("\303a", &code), 1);
	assert_int_equal(utf8_next("\377", &code), 1);
	assert_int_equal(utf8_next("\355\240\200", &code), 3); /* a surrogate */
	assert_int_equal(code, 0xfffd);
}

static void text_wraps_at_spaces(void **state)
{
	size_t skip;

	(void)state;
	assert_int_equal(text_wrap("one two three", 8, &skip), 7);
	assert_int_equal(skip, 1);
	assert_int_equal(text_wrap("one\ntwo", 8, &skip), 3);
	assert_int_equal(skip, 1);
	assert_int_equal(text_wrap("unbreakable", 5, &skip), 5);
	assert_int_equal(skip, 0);
	assert_int_equal(text_wrap("AAAA-BBBB-CCCC", 11, &skip), 10);
	assert_int_equal(skip, 0);
	assert_int_equal(text_wrap("", 5, &skip), 0);
	assert_int_equal(text_lines("one two three", 8), 2);
	assert_int_equal(text_lines("", 8), 1);
	assert_int_equal(text_lines("abc", 0), 3);
	assert_int_equal(text_lines("\n\n", 8), 2);
}

static void text_that_does_not_fit_is_marked(void **state)
{
	autocanvas struct canvas *canvas = canvas_new(2, 6);
	struct area area = {.canvas = canvas, .rows = 2, .cols = 6};

	(void)state;
	assert_int_equal(area_put(&area, 0, 0, -1, ROLE_VALUE, "abcdefgh"), 6);
	assert_int_equal(canvas->cells[3].code, 'd');
	assert_int_equal(canvas->cells[4].code, '.');
	assert_int_equal(canvas->cells[5].code, '.');
	assert_int_equal(area_put(&area, 1, 4, -1, ROLE_VALUE, "ab"), 2);
	assert_int_equal(canvas->cells[11].code, 'b');
}

/* Whatever is asked for, nothing is written outside the area. */
static void an_area_is_a_fence(void **state)
{
	autocanvas struct canvas *canvas = canvas_new(4, 4);
	struct area area = {
		.canvas = canvas, .row = 1, .col = 1, .rows = 2, .cols = 2, .above = 1};

	(void)state;
	for (int row = -3; row < 6; row++)
		area_fill(&area, row, -2, 9, ROLE_FOCUS, '#');
	for (int i = 0; i < 16; i++) {
		bool inside = i % 4 >= 1 && i % 4 <= 2 && i / 4 >= 1 && i / 4 <= 2;

		assert_int_equal(canvas->cells[i].code, inside ? '#' : ' ');
	}
	assert_false(area_shows(&area, 0));
	assert_true(area_shows(&area, 2));
}

/* The console font has 256 shapes; these are among them. */
static void console_glyphs_are_in_code_page_437(void **state)
{
	static const uint32_t drawn[] = {0x2500, 0x2502, 0x252c, 0x2534, 0x250c, 0x2510,
		0x2514, 0x2518, 0x25ba, 0x2022, 0x2588, 0x2591, 0x25b2, 0x25bc, 0x2580,
		0x2584};

	(void)state;
	for (uint32_t glyph = GLYPH_FIRST; glyph < GLYPH_LAST; glyph++) {
		uint32_t code = glyph_code(GLYPHS_CP437, glyph);
		bool known = code < 0x7f;

		for (size_t i = 0; i < LENGTH(drawn); i++)
			known |= drawn[i] == code;
		assert_true(known);
		assert_in_range(glyph_code(GLYPHS_ASCII, glyph), ' ', '~');
		assert_int_equal(code_width(glyph_code(GLYPHS_UTF8, glyph)), 1);
		assert_not_in_range(glyph_code(GLYPHS_UTF8, glyph), 0x2800, 0x28ff);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_utf8_takes_one_byte),
		cmocka_unit_test(text_wraps_at_spaces),
		cmocka_unit_test(text_that_does_not_fit_is_marked),
		cmocka_unit_test(an_area_is_a_fence),
		cmocka_unit_test(console_glyphs_are_in_code_page_437),
	};

	(void)setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

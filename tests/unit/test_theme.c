#include "tui/theme.h"

#include <errno.h>
#include <math.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tests/unit/unit.h"

struct rgb {
	unsigned char red, green, blue;
};

/* The standard console palette; xterm's cube and greys above it. Bold text in one of the first eight is its bright form. */
static struct rgb colour(short number)
{
	static const struct rgb vga[] = {
		{0,   0,   0  },
                {170, 0,   0  },
                {0,   170, 0  },
                {170, 85,  0  },
                {0,   0,   170},
		{170, 0,   170},
                {0,   170, 170},
                {170, 170, 170},
                {85,  85,  85 },
		{255, 85,  85 },
                {85,  255, 85 },
                {255, 255, 85 },
                {85,  85,  255},
		{255, 85,  255},
                {85,  255, 255},
                {255, 255, 255}
        };
	static const unsigned char cube[] = {0, 95, 135, 175, 215, 255};

	if (number < 16)
		return vga[number];
	if (number < 232)
		return (struct rgb){cube[(number - 16) / 36], cube[(number - 16) / 6 % 6],
			cube[(number - 16) % 6]};
	return (struct rgb){(unsigned char)(8 + (number - 232) * 10),
		(unsigned char)(8 + (number - 232) * 10),
		(unsigned char)(8 + (number - 232) * 10)};
}

static double part(unsigned char value)
{
	double share = value / 255.0;

	return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(struct rgb rgb)
{
	return 0.2126 * part(rgb.red) + 0.7152 * part(rgb.green) +
	       0.0722 * part(rgb.blue);
}

static double ratio(int text, int ground)
{
	double a = luminance(colour((short)text));
	double b = luminance(colour((short)ground));

	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* Some terminals with 16 colours show bold text in its bright form, others do not. */
static double contrast(struct style style, enum depth depth)
{
	int text = style.text < 0 ? 7 : style.text;
	int ground = style.ground < 0 ? 0 : style.ground;
	double plain = ratio(text, ground), bright = plain;

	if (text < 8 && style.attributes & STYLE_BOLD)
		bright = ratio(text + 8, ground);
	return depth == DEPTH_16 && plain < bright ? plain : bright;
}

static const char *const themes[] = {
	"braille", "default", "high-contrast", "light", "mono", "thin"};

static void load(const char *name, struct theme *theme)
{
	autofree char *path = memory_format("%s/themes/%s.theme",
		getenv("top_srcdir") ? getenv("top_srcdir") : ".", name);
	struct error err = {0};

	assert_done(theme_load("", path, theme, &err), &err);
}

static void text_can_be_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(themes); i++) {
		struct theme theme;

		load(themes[i], &theme);
		for (size_t role = 0; role < ROLE_COUNT; role++)
			for (size_t depth = DEPTH_8; depth < DEPTH_COUNT; depth++) {
				bool is_line =
					role == ROLE_BORDER || role == ROLE_METER_OFF;
				double least = is_line ? 3.0
					       : strcmp(themes[i], "high-contrast") == 0
						       ? 7.0
						       : 4.5;
				double got = contrast(
					theme.styles[role][depth], (enum depth)depth);

				if (got < least)
					fail_msg(
						"%s: %s at depth %zu: contrast %.2f, needed %.1f",
						themes[i], role_names[role], depth, got,
						least);
			}
	}
}

/* Who sees no colours must see the focus all the same: that of a field by its label, as another look of the field costs its whole width with
 * every move. */
static void focus_differs_by_more_than_colour(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(themes); i++) {
		struct theme theme;

		load(themes[i], &theme);
		assert_int_not_equal(theme.styles[ROLE_FOCUS][DEPTH_MONO].attributes,
			theme.styles[ROLE_VALUE][DEPTH_MONO].attributes);
		assert_int_not_equal(theme.styles[ROLE_STRONG][DEPTH_MONO].attributes,
			theme.styles[ROLE_LABEL][DEPTH_MONO].attributes);
	}
}

static void a_typing_error_names_its_line(void **state)
{
	struct theme theme;
	struct error err = {0};

	(void)state;
	theme_default(&theme);
	assert_int_equal(
		theme_read("# x\nfocs mono=bold\n", "my.theme", &theme, &err), -EINVAL);
	assert_string_equal(
		err.text, "my.theme:2: unknown role \"focs\" (did you mean \"focus\"?)");
	assert_int_equal(
		theme_read("focus c8=white\n", "my.theme", &theme, &err), -EINVAL);
	assert_int_equal(
		theme_read("focus c8=white/blac\n", "my.theme", &theme, &err), -EINVAL);
	assert_int_equal(
		theme_read("focus c16=16/0\n", "my.theme", &theme, &err), -EINVAL);
	assert_int_equal(
		theme_read("glyphs braille\n", "my.theme", &theme, &err), -EINVAL);
	assert_int_equal(
		theme_read("glyphs ascii\nframe double\n", "my.theme", &theme, &err),
		-EINVAL);
	assert_non_null(
		strstr(err.text, "my.theme:2: \"double\" is not one of lines, none"));
	assert_int_equal(
		theme_read("focus c256=300/16\n", "my.theme", &theme, &err), -EINVAL);
}

static void sixteen_colours_follow_eight(void **state)
{
	struct theme theme;
	struct error err = {0};

	(void)state;
	theme_default(&theme);
	assert_int_equal(theme.styles[ROLE_DANGER][DEPTH_16].text, 9);
	assert_done(theme_read("danger c8=red/white\n", "my.theme", &theme, &err), &err);
	assert_int_equal(theme.styles[ROLE_DANGER][DEPTH_16].text, 1);
	assert_done(theme_read("danger c16=12/white c8=red/white\n", "my.theme", &theme,
			    &err),
		&err);
	assert_int_equal(theme.styles[ROLE_DANGER][DEPTH_16].text, 12);
	assert_int_equal(theme.styles[ROLE_DANGER][DEPTH_8].text, 1);
}

/* A list of themes that a new one is not in would not be checked. */
static void all_themes_are_looked_at(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	autoclose int dir = file_open_root(top, NULL);
	autowords struct words names = {0};
	struct error err = {0};
	size_t count = 0;

	(void)state;
	assert_done(file_list(dir, "themes", false, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++)
		count += text_ends(names.items[i], ".theme");
	assert_int_equal(count, LENGTH(themes));
}

static void a_missing_theme_leaves_the_default(void **state)
{
	struct theme theme, standard;
	struct error err = {0};

	(void)state;
	theme_default(&standard);
	assert_int_equal(theme_load("/nonexistent", "nothing", &theme, &err), -ENOENT);
	assert_memory_equal(&theme, &standard, sizeof(theme));
	assert_int_equal(theme.styles[ROLE_FOCUS][DEPTH_8].ground, 6);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_can_be_read),
		cmocka_unit_test(focus_differs_by_more_than_colour),
		cmocka_unit_test(a_typing_error_names_its_line),
		cmocka_unit_test(sixteen_colours_follow_eight),
		cmocka_unit_test(all_themes_are_looked_at),
		cmocka_unit_test(a_missing_theme_leaves_the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tui/keys.h"

#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void type(struct keys *keys, const char *bytes)
{
	size_t room;
	char *to = keys_room(keys, &room);

	assert_true(strlen(bytes) <= room);
	memcpy(to, bytes, strlen(bytes));
	keys->size += strlen(bytes);
}

static void sequences_of_all_terminals_are_known(void **state)
{
	const struct {
		const char *bytes;
		enum press_kind kind;
		unsigned number;
		const char *text;
	} cases[] = {
		{"\033[A",           PRESS_UP,        0,  ""                },
		{"\033OA",           PRESS_UP,        0,  ""                },
		{"\033[B",           PRESS_DOWN,      0,  ""                },
		{"\033OC",           PRESS_RIGHT,     0,  ""                },
		{"\033[D",           PRESS_LEFT,      0,  ""                },
		{"\033[H",           PRESS_HOME,      0,  ""                },
		{"\033[1~",          PRESS_HOME,      0,  ""                },
		{"\033[7~",          PRESS_HOME,      0,  ""                },
		{"\033[4~",          PRESS_END,       0,  ""                },
		{"\033OF",           PRESS_END,       0,  ""                },
		{"\033[3~",          PRESS_DELETE,    0,  ""                },
		{"\033[5~",          PRESS_PAGE_UP,   0,  ""                },
		{"\033[6~",          PRESS_PAGE_DOWN, 0,  ""                },
		{"\033[Z",           PRESS_BACKTAB,   0,  ""                },
		{"\033[[A",          PRESS_FUNCTION,  1,  ""                },
		{"\033[[E",          PRESS_FUNCTION,  5,  ""                },
		{"\033OP",           PRESS_FUNCTION,  1,  ""                },
		{"\033[11~",         PRESS_FUNCTION,  1,  ""                },
		{"\033[15~",         PRESS_FUNCTION,  5,  ""                },
		{"\033[17~",         PRESS_FUNCTION,  6,  ""                },
		{"\033[21~",         PRESS_FUNCTION,  10, ""                },
		{"\033[24~",         PRESS_FUNCTION,  12, ""                },
		{"\033[1;5A",        PRESS_UP,        0,  ""                },
		{"\033[200~",        PRESS_NONE,      0,  ""                },
		{"\033Op",           PRESS_TEXT,      0,  "0"               },
		{"\033Oy",           PRESS_TEXT,      0,  "9"               },
		{"\033On",           PRESS_TEXT,      0,  "."               },
		{"\033OM",           PRESS_ENTER,     0,  ""                },
		{"\r",               PRESS_ENTER,     0,  ""                },
		{"\n",               PRESS_ENTER,     0,  ""                },
		{"\t",               PRESS_TAB,       0,  ""                },
		{"\177",             PRESS_BACKSPACE, 0,  ""                },
		{"\016",             PRESS_CONTROL,   0,  "N"               },
		{"\026",             PRESS_CONTROL,   0,  "V"               },
		{"a",                PRESS_TEXT,      0,  "a"               },
		{"\303\251",         PRESS_TEXT,      0,  "\303\251"        },
		{"\360\237\230\200", PRESS_TEXT,      0,  "\360\237\230\200"},
		{"\377",             PRESS_NONE,      0,  ""                },
		{"\302\200",         PRESS_NONE,      0,  ""                },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct keys keys = {0};
		struct press press = {0};

		type(&keys, cases[i].bytes);
		assert_true(keys_take(&keys, false, &press));
		if (press.kind != cases[i].kind || press.number != cases[i].number ||
			strcmp(press.text, cases[i].text) != 0 || keys.size != 0)
			fail_msg("case %zu: kind %d number %u text %s, %zu left", i,
				(int)press.kind, press.number, press.text, keys.size);
	}
}

/* A slow line may cut a sequence anywhere. */
static void a_sequence_in_pieces_is_waited_for(void **state)
{
	static const char *const sequences[] = {
		"\033[21~", "\033OA", "\033[[E", "\342\202\254"};

	(void)state;
	for (size_t i = 0; i < LENGTH(sequences); i++) {
		struct keys keys = {0};
		struct press press = {0};

		for (const char *c = sequences[i]; *c; c++) {
			assert_false(keys_take(&keys, false, &press));
			type(&keys, (const char[]){*c, '\0'});
		}
		assert_true(keys_take(&keys, false, &press));
		assert_int_not_equal(press.kind, PRESS_NONE);
		assert_int_not_equal(press.kind, PRESS_ESCAPE);
		assert_int_equal(keys.size, 0);
	}
}

static void escape_alone_is_a_key_when_nothing_follows(void **state)
{
	struct keys keys = {0};
	struct press press = {0};

	(void)state;
	type(&keys, "\033");
	assert_false(keys_take(&keys, false, &press));
	assert_true(keys_take(&keys, true, &press));
	assert_int_equal(press.kind, PRESS_ESCAPE);
	type(&keys, "\033x");
	assert_true(keys_take(&keys, false, &press));
	assert_int_equal(press.kind, PRESS_ESCAPE);
	assert_true(keys_take(&keys, false, &press));
	assert_string_equal(press.text, "x");
	type(&keys, "\033[12");
	assert_false(keys_take(&keys, false, &press));
	assert_true(keys_take(&keys, true, &press));
	assert_int_equal(press.kind, PRESS_NONE);
	assert_false(keys_take(&keys, true, &press));
}

/* No end of a sequence ever comes: room is made all the same. */
static void garbage_does_not_fill_the_buffer(void **state)
{
	struct keys keys = {0};
	struct press press = {0};
	size_t room;
	char *to = keys_room(&keys, &room);

	(void)state;
	memset(to, ';', room);
	to[0] = '\033';
	to[1] = '[';
	keys.size += room;
	assert_true(keys_take(&keys, false, &press));
	assert_int_equal(press.kind, PRESS_NONE);
	assert_int_equal(keys.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_of_all_terminals_are_known),
		cmocka_unit_test(a_sequence_in_pieces_is_waited_for),
		cmocka_unit_test(escape_alone_is_a_key_when_nothing_follows),
		cmocka_unit_test(garbage_does_not_fill_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

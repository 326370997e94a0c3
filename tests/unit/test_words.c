#include "screens/words.h"

#include <string.h>

#include "tests/unit/unit.h"

static void words_differ_and_move_on_no_keyboard(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const char *word = words_word((unsigned char)i);

		assert_in_range(strlen(word), 3, 8);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwx"), strlen(word));
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(word, words_word((unsigned char)k));
	}
}

static void a_suggestion_has_its_words(void **state)
{
	autosecret struct secret *first = secret_new();
	autosecret struct secret *second = secret_new();
	struct error err = {0};
	unsigned spaces = 0;

	(void)state;
	assert_done(words_suggest(first, &err), &err);
	assert_done(words_suggest(second, &err), &err);
	for (const char *c = secret_bytes(first); *c; c++)
		spaces += *c == ' ';
	assert_int_equal(spaces, SUGGESTED_WORDS - 1);
	assert_false(secret_equal(first, second));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_differ_and_move_on_no_keyboard),
		cmocka_unit_test(a_suggestion_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

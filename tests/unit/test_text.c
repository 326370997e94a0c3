#include "installer/base/text.h"

#include <errno.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void sizes_round_trip(void **state)
{
	static const char *const exact[] = {
		"0", "1", "1023", "1K", "512M", "20G", "3T", "1500", NULL};

	(void)state;
	for (const char *const *text = exact; *text; text++) {
		uint64_t size = 1;
		autofree char *back = NULL;

		assert_int_equal(text_to_size(*text, &size), 0);
		back = text_from_size(size);
		assert_string_equal(back, *text);
	}
}

static void bad_sizes_are_refused(void **state)
{
	uint64_t size = 7;

	(void)state;
	assert_int_equal(text_to_size("", &size), -EINVAL);
	assert_int_equal(text_to_size("M", &size), -EINVAL);
	assert_int_equal(text_to_size("-1M", &size), -EINVAL);
	assert_int_equal(text_to_size("1 G", &size), -EINVAL);
	assert_int_equal(text_to_size("99999999999T", &size), -ERANGE);
	assert_int_equal(size, 7);
}

static void nearest_finds_typing_errors(void **state)
{
	static const char *const keys[] = {"users", "disk", "hardening", "system", NULL};

	(void)state;
	assert_string_equal(text_nearest("usres", keys), "users");
	assert_string_equal(text_nearest("hardning", keys), "hardening");
	assert_null(text_nearest("zzzz", keys));
	assert_null(text_nearest("", keys));
}

static void words_split_and_sort(void **state)
{
	autowords struct words words = {0};

	(void)state;
	words_split(&words, "  b a,,c ", " ,");
	words_sort(&words);
	assert_int_equal(words.count, 3);
	assert_string_equal(words.items[0], "a");
	assert_string_equal(words.items[2], "c");
	assert_null(words.items[3]);
	assert_true(words_contain(&words, "b"));
	assert_false(words_contain(&words, "d"));
}

static void human_sizes(void **state)
{
	autofree char *small = text_human_size(512);
	autofree char *big = text_human_size(UINT64_C(20) << 30);

	(void)state;
	assert_string_equal(small, "512 B");
	assert_string_equal(big, "20.0 GiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_round_trip),
		cmocka_unit_test(bad_sizes_are_refused),
		cmocka_unit_test(nearest_finds_typing_errors),
		cmocka_unit_test(words_split_and_sort),
		cmocka_unit_test(human_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/timezone.h"

#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* Where there is no database every name is taken. */
static bool have_database(void)
{
	return !timezone_known("No/Where");
}

static void names_are_sorted_zones(void **state)
{
	autowords struct words names = {0};

	(void)state;
	timezone_names(&names);
	if (!have_database())
		return;
	assert_true(words_contain(&names, "UTC"));
	assert_true(words_contain(&names, "America/Argentina/Buenos_Aires"));
	assert_false(words_contain(&names, "posixrules"));
	for (size_t i = 0; i < names.count; i++) {
		assert_true(timezone_known(names.items[i]));
		if (i)
			assert_true(strcmp(names.items[i - 1], names.items[i]) < 0);
	}
}

static void the_nearest_name_is_told(void **state)
{
	autofree char *nearest = timezone_nearest("Europe/Berlim");

	(void)state;
	if (have_database())
		assert_string_equal(nearest, "Europe/Berlin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_sorted_zones),
		cmocka_unit_test(the_nearest_name_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/base/language.h"

#include <stdlib.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tests/unit/unit.h"

/* As in jefe-setup, whatever the locale. */
static void nothing_is_translated_before_it_is_opened(void **state)
{
	static const char text[] = "Welcome";

	(void)state;
	(void)setenv("LANGUAGE", "de", 1);
	assert_ptr_equal(language_text(text), text);
	assert_string_equal(P_("%zu part", "%zu parts", 1), "%zu part");
	assert_string_equal(P_("%zu part", "%zu parts", 0), "%zu parts");
	assert_ptr_equal(language_now(), languages);
	(void)unsetenv("LANGUAGE");
}

static void languages_are_found_by_their_code(void **state)
{
	autofree char *codes = language_codes();

	(void)state;
	assert_string_equal(language_find("de")->name, "Deutsch");
	assert_ptr_equal(language_find("en"), languages);
	assert_null(language_find("xx"));
	assert_null(language_find(NULL));
	assert_true(text_starts(codes, "en, de"));
}

static void english_needs_no_catalogue(void **state)
{
	(void)state;
	assert_true(language_available(languages));
	(void)setenv("LANGUAGE", "xx", 1);
	(void)setenv("LC_ALL", "C", 1);
	language_open("xx", false);
	assert_ptr_equal(language_now(), languages);
	assert_string_equal(getenv("LANGUAGE"), "en");
	assert_string_equal(_(""), "");
	assert_string_equal(_("Welcome"), "Welcome");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_translated_before_it_is_opened),
		cmocka_unit_test(languages_are_found_by_their_code),
		cmocka_unit_test(english_needs_no_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

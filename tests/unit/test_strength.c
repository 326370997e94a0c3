#include "screens/strength.h"

#include <string.h>

#include "tests/unit/unit.h"

static enum strength of(const char *text)
{
	autosecret struct secret *secret = secret_new();
	struct error err = {0};

	assert_done(secret_append(secret, text, strlen(text), &err), &err);
	return strength_of(secret);
}

static void length_counts_more_than_signs(void **state)
{
	(void)state;
	assert_int_equal(of(""), STRENGTH_EMPTY);
	assert_int_equal(of("password"), STRENGTH_WEAK);
	assert_int_equal(of("aaaaaaaaaaaaaaaaaaaaaaaa"), STRENGTH_WEAK);
	assert_int_equal(of("abcdefghijklmnopqrstuvwx"), STRENGTH_WEAK);
	assert_int_equal(of("Tr0ub4dor&3"), STRENGTH_FAIR);
	assert_in_range(
		of("correct horse battery staple"), STRENGTH_GOOD, STRENGTH_STRONG);
	assert_int_equal(of("correct horse battery staple lamp"), STRENGTH_STRONG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_counts_more_than_signs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tui/qr.h"

#include "tests/unit/unit.h"

/* The three corners with their squares, without which no camera finds the code. */
static void corners_are_there(void **state)
{
	unsigned char *modules = NULL;
	int side = qr_make("DEMX-KEYS-ARE2-SAFE-WHEN-THEY-STAY-HERE", &modules);

	(void)state;
	if (side == 0)
		return; /* without libqrencode there are no codes: the text has to do */
	assert_true(side >= 21 && side <= 29);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(modules[i], 1);
		assert_int_equal(modules[side - 1 - i], 1);
		assert_int_equal(modules[(side - 1) * side + i], 1);
	}
	assert_int_equal(modules[side + 1], 0);
	qr_free(modules, side);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(corners_are_there)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

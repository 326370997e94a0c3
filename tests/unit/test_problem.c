#include "installer/problem.h"

#include "tests/unit/unit.h"

static void problems_are_printed_in_the_order_of_the_file(void **state)
{
	autoproblems struct problems problems = {0};
	autotext struct text text = {0};

	(void)state;
	problems_add(&problems, SEVERITY_NOTE, "b", 3, 5, "third");
	problems_add(&problems, SEVERITY_WARNING, "a.b", 3, 1, "second, %d", 2);
	problems_add(&problems, SEVERITY_NOTE, NULL, 3, 5, "fourth");
	problems_add(&problems, SEVERITY_WARNING, "x", 0, 0, "first");
	assert_false(problems_have_errors(&problems));
	problems_add(&problems, SEVERITY_ERROR, "c", 4, 1, "fifth");
	assert_true(problems_have_errors(&problems));
	problems_sort(&problems);
	problems_print(&problems, "f.yaml", &text);
	assert_string_equal(text.data, "f.yaml: warning: x: first\n"
				       "f.yaml:3:1: warning: a.b: second, 2\n"
				       "f.yaml:3:5: note: b: third\n"
				       "f.yaml:3:5: note: fourth\n"
				       "f.yaml:4:1: error: c: fifth\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems_are_printed_in_the_order_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The answer file reader: what it accepts can be written and read again, and is then the same. */
#define FUZZ_CORPUS "answers"
#include "tests/fuzz/harness.h"

#include "installer/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoproblems struct problems problems = {0};
	autoproblems struct problems again = {0};
	autoanswers struct answers *answers =
		answers_read((const char *)data, size, &problems);
	autofree char *first = answers_write(answers);
	autoanswers struct answers *copy = answers_read(first, strlen(first), &again);
	autofree char *second = answers_write(copy);
	bool accepted = !problems_have_errors(&problems);

	answers_check(answers, NULL, true, &problems);
	fuzz_require(
		!accepted || again.count == 0, "what was accepted is accepted again");
	fuzz_require(!accepted || text_equal(first, second),
		"what was written is read as it was");
	return 0;
}

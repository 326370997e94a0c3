/* The reader of captured machines: what it accepts is saved and loaded as it was, and can be checked against. */
#define FUZZ_CORPUS "machine"
#include "tests/fuzz/harness.h"

#include "installer/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *json = memory_copy_bytes((const char *)data, size);
	automachine struct machine *machine = NULL;
	automachine struct machine *copy = NULL;
	autoanswers struct answers *answers = answers_new();
	autoproblems struct problems problems = {0};
	struct error err = {0};
	autofree char *first = NULL;
	autofree char *second = NULL;

	if (machine_load(json, "input", &machine, &err) < 0)
		return 0;
	first = machine_save(machine);
	fuzz_require(machine_load(first, "saved", &copy, &err) == 0,
		"what was saved can be loaded");
	second = machine_save(copy);
	fuzz_require(text_equal(first, second), "what was saved is loaded as it was");
	answers_check(answers, machine, true, &problems);
	return 0;
}

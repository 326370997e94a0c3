#include "installer/cli/inputs.h"

#include <stdio.h>

int inputs_read(const char *answers_path, const char *machine_path, struct inputs *inputs,
	struct error *err)
{
	int rc = machine_path ? machine_load_file(machine_path, &inputs->machine, err)
			      : machine_probe(&inputs->machine, err);

	return rc < 0 ? rc
		      : answers_read_file(
				answers_path, &inputs->answers, &inputs->problems, err);
}

bool inputs_readable(const struct inputs *inputs)
{
	return inputs->problems.count != 1 || inputs->problems.items[0].key ||
	       inputs->problems.items[0].severity != SEVERITY_ERROR;
}

void inputs_print_problems(struct inputs *inputs, const char *answers_path)
{
	autotext struct text text = {0};

	problems_sort(&inputs->problems);
	problems_print(&inputs->problems, answers_path, &text);
	(void)fputs(text_string(&text), stderr);
}

void inputs_free(struct inputs *inputs)
{
	answers_free(inputs->answers);
	machine_free(inputs->machine);
	problems_free(&inputs->problems);
}

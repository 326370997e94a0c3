/* What most commands start from: an answer file, a machine, and what is wrong with them. */
#pragma once

#include "installer/answers.h"
#include "installer/machine.h"
#include "installer/problem.h"

struct inputs {
	struct answers *answers;
	struct machine *machine;
	struct problems problems;
};

/* Read both; machine_path NULL: the running machine. Only what cannot be read at all is an error, the rest are problems. */
int inputs_read(const char *answers_path, const char *machine_path, struct inputs *inputs, struct error *err) CHECKED;
/* false: the file is no YAML at all, and what else could be said would be about defaults. */
bool inputs_readable(const struct inputs *inputs);
/* All problems on stderr, sorted. */
void inputs_print_problems(struct inputs *inputs, const char *answers_path);
void inputs_free(struct inputs *inputs);
#define autoinputs __attribute__((cleanup(inputs_free)))

/* Plans of recovery: their operations in order, and the ones that only tell, copy or run a program. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/recover/operation.h"

struct operation *recover_plan_add(
	struct recover_plan *plan, const struct operation_ops *ops)
{
	struct operation *operation;

	plan->operations = memory_resize(
		plan->operations, plan->count + 1, sizeof(*plan->operations));
	operation = &plan->operations[plan->count++];
	*operation = (struct operation){.ops = ops};
	return operation;
}

void recover_plan_free(struct recover_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct operation *operation = &plan->operations[i];

		free(operation->from);
		free(operation->to);
		free(operation->type);
		free(operation->options);
		words_free(&operation->argv);
	}
	free(plan->operations);
	*plan = (struct recover_plan){0};
}

char *recover_plan_text(const struct recover_plan *plan)
{
	struct text text = {0};

	for (size_t i = 0; i < plan->count; i++)
		plan->operations[i].ops->describe(&plan->operations[i], &text);
	return text.data ? text_take(&text) : memory_copy_text("");
}

bool recover_plan_opens(const struct recover_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->operations[i].ops->opens)
			return true;
	return false;
}

const char *recover_plan_chooses(const struct recover_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->operations[i].ops->chooses)
			return plan->operations[i].ops->chooses;
	return NULL;
}

int recover_plan_run(
	struct recover *recover, struct recover_plan *plan, struct error *err)
{
	struct error detail = {0};
	int rc = 0, released;

	recover->releases = releases_new();
	for (size_t i = 0; rc == 0 && i < plan->count; i++)
		rc = plan->operations[i].ops->run(&plan->operations[i], recover, err);
	if (rc == 0 && plan->keeps)
		releases_keep(recover->releases);
	released = releases_run(recover->releases, &detail);
	releases_free(recover->releases);
	recover->releases = NULL;
	if (released < 0 && rc < 0)
		events_warn(recover->events, "%s", detail.text);
	return rc < 0 || released == 0 ? rc : error_set(err, released, "%s", detail.text);
}

static void note_line(void *context, const char *line)
{
	events_note(context, "%s", line);
}

/* Says something. */

static void tell_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "%s\n", operation->from);
}

static int tell_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	(void)err;
	events_note(recover->events, "%s", operation->from);
	return 0;
}

const struct operation_ops operation_tell = {.describe = tell_describe, .run = tell_run};

/* Runs a program. */

static void program_describe(const struct operation *operation, struct text *to)
{
	text_add(to, "run");
	for (size_t i = 0; i < operation->argv.count; i++)
		text_addf(to, " %s", operation->argv.items[i]);
	text_add(to, "\n");
}

static int program_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	const char *name = operation->argv.items[0];
	int status = 0;
	int rc = command_status(
		&(struct command){.argv = (const char *const *)operation->argv.items,
			.line = note_line,
			.context = recover->events},
		&status, err);

	if (rc < 0 || status <= operation->worst)
		return rc;
	return error_set(err, -ECHILD, "%s ended with status %d", name, status);
}

const struct operation_ops operation_program = {
	.describe = program_describe, .run = program_run};

/* Copies a file out of the system. */

static void copy_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "copy %s/%s to %s/%s\n", RECOVER_DIR, operation->from,
		operation->to, operation->from);
}

static int copy_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	autofree char *path = memory_copy_text(operation->from);
	autoclose int from = file_open_root(RECOVER_DIR, err);
	autoclose int to = from < 0 ? from : file_open_root(operation->to, err);
	int rc = to < 0 ? to : file_make_dirs(to, dirname(path), 0700, err);

	(void)recover;
	if (rc == 0)
		rc = file_copy(from, operation->from, to, operation->from, err);
	return rc < 0 ? error_prefix(err, "copying %s", operation->from) : 0;
}

const struct operation_ops operation_copy = {.describe = copy_describe, .run = copy_run};

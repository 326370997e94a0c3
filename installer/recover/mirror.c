/* The arrays of a system on two disks, which are opened with those of its disks that are there. */
#include "installer/base/memory.h"
#include "installer/recover/operation.h"
#include "installer/storage.h"

static void open_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "open the mirror %s as %s\n", operation->from, operation->to);
}

static int close_opened(void *argument, struct error *err)
{
	const struct operation *operation = argument;

	return md_close(operation->to, err);
}

static int open_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = md_open(operation->to, operation->from, err);

	if (rc < 0)
		return rc;
	releases_push(recover->releases, "closing the mirror", close_opened, operation);
	if (!md_is_whole(operation->to))
		events_warn(recover->events, "%s lacks a disk", operation->to);
	return 0;
}

const struct operation_ops operation_mirror_open = {
	.describe = open_describe, .run = open_run};

static void close_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "close the mirror %s\n", operation->from);
}

static int close_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	(void)recover;
	return md_close(operation->from, err);
}

const struct operation_ops operation_mirror_close = {
	.describe = close_describe, .run = close_run};

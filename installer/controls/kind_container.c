/* Containers that run: nothing to apply, the engine tells how they were made and the kernel how they are confined. */
#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char *const fault_names[FAULT_COUNT] = {
	[FAULT_ISOLATION] = "isolation",
	[FAULT_CONFINEMENT] = "confinement",
	[FAULT_LIMITS] = "limits",
};

static enum fault fault_of(const struct control *control)
{
	unsigned fault = 0;

	while (fault < FAULT_COUNT - 1 &&
		strcmp(fault_names[fault], control->target) != 0)
		fault++;
	return (enum fault)fault;
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	struct engine *engine = &site->engine;
	const struct text *faults = &engine->faults[fault_of(control)];

	engine_ask(site->scope->root_fd, engine);
	if (engine->code == -ENOENT || engine->code == -ECONNREFUSED)
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("the container engine does not run"));
	else if (engine->code < 0)
		find(finding, FOUND_UNKNOWN, NULL, memory_copy_text(engine->why.text));
	else if (faults->size)
		find(finding, FOUND_WRONG, memory_copy_text(faults->data),
			memory_copy_text(faults->data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%zu containers", engine->count));
}

const struct control_kind kind_container = {
	.name = "container",
	.place = "run/docker.sock",
	.fix = "Make the container anew without what is named.",
	.persisted = running_persisted,
	.effective = effective,
};

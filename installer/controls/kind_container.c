/* Containers that run: nothing to apply, Docker's engine tells how its own were made and the kernel how all are confined. */
#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char *const fault_names[FAULT_COUNT] = {
	[FAULT_ISOLATION] = "isolation",
	[FAULT_CONFINEMENT] = "confinement",
	[FAULT_GAIN] = "gain",
	[FAULT_LIMITS] = "limits",
};

/* A word of the target: a fault, or "FAULT/CONTROL". */
static enum fault fault_of(const char *word)
{
	size_t size = strcspn(word, "/");
	unsigned fault = 0;

	while (fault < FAULT_COUNT - 1 &&
		(strlen(fault_names[fault]) != size ||
			strncmp(fault_names[fault], word, size) != 0))
		fault++;
	return (enum fault)fault;
}

/* Where the policy does not want that control, such a fault is none. */
static bool counts(const struct site *site, const char *word)
{
	const char *id = strchr(word, '/');

	return !id || control_wanted(control_named(id + 1), site->policy);
}

static void collect(
	const struct site *site, const struct control *control, struct text *faults)
{
	autowords struct words words = {0};

	words_split(&words, control->target, " ");
	for (size_t i = 0; i < words.count; i++) {
		const struct text *found = &site->engine.faults[fault_of(words.items[i])];

		if (found->size && counts(site, words.items[i]))
			text_addf(faults, "%s%s", faults->size ? "; " : "", found->data);
	}
}

/* No engine answers: what runs is not its own. */
static bool is_silent(const struct engine *engine)
{
	return engine->code == -ENOENT || engine->code == -ECONNREFUSED;
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	struct engine *engine = &site->engine;
	autotext struct text faults = {0};

	engine_ask(site->scope->root_fd, engine);
	collect(site, control, &faults);
	if (faults.size)
		find(finding, FOUND_WRONG, memory_copy_text(faults.data),
			memory_copy_text(faults.data));
	else if (!is_silent(engine) && engine->code < 0)
		find(finding, FOUND_UNKNOWN, NULL, memory_copy_text(engine->why.text));
	else if (is_silent(engine) && !engine->count)
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("no container engine runs"));
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

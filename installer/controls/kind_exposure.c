/* Who waits for connections: nothing to apply, only the running system can tell. */
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/controls/process.h"

static const struct process *process_of(
	const struct processes *processes, unsigned long pid)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->items[i].pid == pid)
			return &processes->items[i];
	return NULL;
}

/* The engine itself holds the ports that its containers publish. */
static bool is_published(struct site *site, const struct listener *listener)
{
	autofree char *port = memory_format("%u/tcp", listener->port);

	engine_ask(site->scope->root_fd, &site->engine);
	return words_contain(&site->engine.published, port);
}

/* Confined is who has a profile, whatever its mode. */
static bool is_offender(struct site *site, const struct control *control,
	const struct listener *listener, const struct process *process)
{
	autowords struct words names = {0};

	if (!control->target)
		return !process->label || strcmp(process->label, "unconfined") == 0;
	words_split(&names, control->target, " ");
	return text_starts(listener->protocol, "tcp") &&
	       words_contain(&names, process->name) && !is_published(site, listener);
}

static void add_offender(struct text *offenders, const struct listener *listener,
	const struct process *process)
{
	autofree char *entry = memory_format("%s (process %lu, %s %u)", process->name,
		process->pid, listener->protocol, listener->port);

	if (!strstr(text_string(offenders), entry))
		text_addf(offenders, "%s%s", offenders->size ? ", " : "", entry);
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const struct processes *processes = site_processes(site);
	autolisteners struct listeners listeners = {0};
	autotext struct text offenders = {0};
	struct error err = {0};

	if (geteuid() != 0) {
		find(finding, FOUND_UNKNOWN, NULL,
			memory_copy_text("sockets of others are shown to root only"));
		return;
	}
	if (listeners_read(site->scope->root_fd, processes, &listeners, &err) < 0) {
		find(finding, FOUND_UNKNOWN, NULL, memory_copy_text(err.text));
		return;
	}
	for (size_t i = 0; i < listeners.count; i++) {
		const struct process *process =
			process_of(processes, listeners.items[i].pid);

		if (process && is_offender(site, control, &listeners.items[i], process))
			add_offender(&offenders, &listeners.items[i], process);
	}
	if (offenders.size)
		find(finding, FOUND_WRONG, memory_copy_text(offenders.data),
			memory_format("%s: %s",
				control->target ? "listens" : "listens unconfined",
				offenders.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%zu listening sockets", listeners.count));
}

const struct control_kind kind_exposure = {
	.name = "exposure",
	.place = "proc/net",
	.fix = "Confine or stop the program that is named.",
	.persisted = running_persisted,
	.effective = effective,
};

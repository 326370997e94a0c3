/* Containers that no engine's socket tells of, such as Podman's and those of containerd itself: found among the processes, by who
 * started them; what they may is the kernel's word. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/engine.h"
#include "installer/controls/process.h"

enum { SHOWN_SIZE = 12, LINE_MAX_BYTES = 64 << 10 };

/* Does the process have the same namespace of this kind as process 1? */
static bool shares(int root_fd, unsigned long pid, const char *kind)
{
	autofree char *path = memory_format("proc/%lu/ns/%s", pid, kind);
	autofree char *first_path = memory_format("proc/1/ns/%s", kind);
	autofree char *own = file_read_link(root_fd, path);
	autofree char *first = file_read_link(root_fd, first_path);

	return text_equal(own, first);
}

/* Programs that stay as the parent of a container's first process. */
static bool is_keeper(const struct process *process)
{
	return text_matches(process->name, "conmon*") ||
	       text_matches(process->name, "containerd-shim*");
}

static bool is_first_of_container(int root_fd, const struct processes *processes,
	const struct process *process, const struct words *known)
{
	autofree char *parent = process_status(root_fd, process->pid, "PPid");
	autofree char *number = memory_format("%lu", process->pid);
	unsigned long pid = parent ? strtoul(parent, NULL, 10) : 0;

	if (words_contain(known, number) || is_keeper(process) ||
		shares(root_fd, process->pid, "mnt"))
		return false;
	for (size_t i = 0; pid && i < processes->count; i++)
		if (processes->items[i].pid == pid)
			return is_keeper(&processes->items[i]);
	return false;
}

/* Its control group from "0::/libpod_parent/libpod-ID", or NULL. */
static char *group_of(int root_fd, unsigned long pid)
{
	autofree char *path = memory_format("proc/%lu/cgroup", pid);
	autotext struct text text = {0};
	const char *at;

	if (file_read(root_fd, path, LINE_MAX_BYTES, &text, NULL) < 0)
		return NULL;
	at = strstr(text_string(&text), "0::/");
	return at ? memory_copy_bytes(at + 3, strcspn(at + 3, "\n")) : NULL;
}

/* What people know it by: the last part of the group without what engines put around it, short when it is an id. */
static char *name_of(const char *group, unsigned long pid)
{
	static const char *const starts[] = {"libpod-", "docker-", "cri-containerd-"};
	const char *name = group ? strrchr(group, '/') + 1 : "";
	size_t size;

	for (size_t i = 0; i < LENGTH(starts); i++)
		if (text_starts(name, starts[i]))
			name += strlen(starts[i]);
	size = strcspn(name, ".");
	if (size == 64 && strspn(name, "0123456789abcdef") == size)
		size = SHOWN_SIZE;
	return size ? memory_copy_bytes(name, size) : memory_format("process %lu", pid);
}

/* Users of the container are those of the machine: root in it is root. */
static bool has_our_users(int root_fd, unsigned long pid)
{
	autofree char *path = memory_format("proc/%lu/uid_map", pid);
	autofree char *line = NULL;
	autowords struct words fields = {0};

	if (file_read_line(root_fd, path, &line) < 0)
		return false;
	words_split(&fields, line, " \t");
	return fields.count == 3 && strcmp(fields.items[0], "0") == 0 &&
	       strcmp(fields.items[1], "0") == 0;
}

static uint64_t capabilities(int root_fd, unsigned long pid, const char *set)
{
	autofree char *value = process_status(root_fd, pid, set);

	return value ? strtoull(value, NULL, 16) : 0;
}

static void find_isolation(int root_fd, unsigned long pid, struct text *faults)
{
	static const struct {
		const char *kind, *fault;
	} rows[] = {
		{"net", "network of the host"      },
		{"pid", "processes of the host"    },
		{"ipc", "shared memory of the host"},
		{"uts", "host name of the host"    },
	};
	uint64_t all = capabilities(root_fd, 1, "CapBnd");

	if (all && (capabilities(root_fd, pid, "CapEff") & all) == all)
		engine_add(faults, "privileged");
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (shares(root_fd, pid, rows[i].kind))
			engine_add(faults, rows[i].fault);
}

/* A limit that stands at "max" is none. */
static void find_limit(int root_fd, const char *group, const char *file,
	const char *fault, struct text *faults)
{
	autofree char *path = memory_format("sys/fs/cgroup%s/%s", group, file);
	autofree char *value = NULL;

	if (file_read_line(root_fd, path, &value) == 0 && strcmp(value, "max") == 0)
		engine_add(faults, fault);
}

/* Who is root in a container of an ordinary user is that user: there only the filter and the limits count. */
static void take(int root_fd, unsigned long pid, struct engine *engine)
{
	autofree char *group = group_of(root_fd, pid);
	autofree char *name = name_of(group, pid);
	autofree char *label = process_label(root_fd, pid);
	autofree char *filter = process_status(root_fd, pid, "Seccomp");
	autofree char *kept = process_status(root_fd, pid, "NoNewPrivs");
	struct text faults[FAULT_COUNT] = {0};

	if (has_our_users(root_fd, pid)) {
		find_isolation(root_fd, pid, &faults[FAULT_ISOLATION]);
		engine_add_profile(&faults[FAULT_CONFINEMENT], label, NULL);
		if (text_equal(kept, "0"))
			engine_add(&faults[FAULT_GAIN], "no_new_privs is off");
	}
	if (text_equal(filter, "0"))
		engine_add(&faults[FAULT_CONFINEMENT], "no system call filter");
	if (group) {
		find_limit(root_fd, group, "memory.max", "no memory limit",
			&faults[FAULT_LIMITS]);
		find_limit(root_fd, group, "pids.max", "no limit of processes",
			&faults[FAULT_LIMITS]);
	}
	engine_take(engine, name, faults);
}

void engine_find(int root_fd, const struct words *known, struct engine *engine)
{
	autoprocesses struct processes processes = {0};

	if (processes_read(root_fd, &processes, NULL) < 0)
		return; /* without /proc nothing runs */
	for (size_t i = 0; i < processes.count; i++)
		if (is_first_of_container(
			    root_fd, &processes, &processes.items[i], known))
			take(root_fd, processes.items[i].pid, engine);
}

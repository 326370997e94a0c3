#include "installer/controls/process.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { TABLE_MAX = 4 << 20, LINE_MAX_BYTES = 64 << 10 };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Programs that stand for others; what they run is the first argument that is no option. */
static bool is_stand_in(const char *program)
{
	static const char *const patterns[] = {
		"busybox", "python3*", "node", "nodejs", "perl", "sh", "dash", "bash"};

	for (size_t i = 0; i < LENGTH(patterns); i++)
		if (text_matches(program, patterns[i]))
			return true;
	return false;
}

/* Arguments of a process with newlines for NULs. */
static void read_arguments(int root_fd, unsigned long pid, struct words *arguments)
{
	autofree char *path = memory_format("proc/%lu/cmdline", pid);
	autotext struct text text = {0};

	if (file_read(root_fd, path, LINE_MAX_BYTES, &text, NULL) < 0)
		return;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\0')
			text.data[i] = '\n';
	words_split(arguments, text_string(&text), "\n");
}

char *process_program(int root_fd, unsigned long pid, const char *executable)
{
	const char *program = base_name(executable);
	autowords struct words arguments = {0};
	size_t at = 0;

	if (is_stand_in(program)) {
		read_arguments(root_fd, pid, &arguments);
		if (arguments.count && is_stand_in(base_name(arguments.items[0])))
			at++;
		while (at < arguments.count && arguments.items[at][0] == '-')
			at++;
		if (at < arguments.count)
			program = base_name(arguments.items[at]);
	}
	return memory_copy_bytes(program, strcspn(program, " "));
}

char *process_label(int root_fd, unsigned long pid)
{
	static const char *const attributes[] = {"attr/apparmor/current", "attr/current"};
	char *label = NULL;

	for (size_t i = 0; i < LENGTH(attributes) && !label; i++) {
		autofree char *path = memory_format("proc/%lu/%s", pid, attributes[i]);

		if (file_read_line(root_fd, path, &label) < 0)
			label = NULL;
	}
	return label;
}

char *process_status(int root_fd, unsigned long pid, const char *name)
{
	autofree char *path = memory_format("proc/%lu/status", pid);
	autofree char *start = memory_format("\n%s:", name);
	autotext struct text text = {0};
	const char *value;

	if (file_read(root_fd, path, LINE_MAX_BYTES, &text, NULL) < 0)
		return NULL;
	value = text_find(&text, start);
	if (!value)
		return NULL;
	value += strlen(start);
	value += strspn(value, " \t");
	return memory_copy_bytes(value, strcspn(value, "\n"));
}

/* The 22nd field; the second, in brackets, is the program's own and may hold anything. */
bool process_start(int root_fd, unsigned long pid, uint64_t *ticks)
{
	enum { AFTER_NAME = 22 - 3 };
	autofree char *path = memory_format("proc/%lu/stat", pid);
	autofree char *line = NULL;
	autowords struct words fields = {0};
	const char *end;

	if (file_read_line(root_fd, path, &line) < 0)
		return false;
	end = strrchr(line, ')');
	words_split(&fields, end ? end + 1 : "", " ");
	return fields.count > AFTER_NAME &&
	       text_to_u64(fields.items[AFTER_NAME], 0, UINT64_MAX, ticks) == 0;
}

static void process_add(struct processes *processes, int root_fd, unsigned long pid)
{
	autofree char *path = memory_format("proc/%lu/exe", pid);
	autofree char *executable = file_read_link(root_fd, path);

	if (!executable)
		return;
	processes->items = memory_resize(
		processes->items, processes->count + 1, sizeof(*processes->items));
	processes->items[processes->count++] = (struct process){.pid = pid,
		.name = process_program(root_fd, pid, executable),
		.label = process_label(root_fd, pid)};
}

int processes_read(int root_fd, struct processes *processes, struct error *err)
{
	autowords struct words names = {0};
	int rc = file_list(root_fd, "proc", false, &names, err);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		if (isdigit((unsigned char)names.items[i][0]))
			process_add(
				processes, root_fd, strtoul(names.items[i], NULL, 10));
	return rc < 0 ? error_prefix(err, "listing processes") : 0;
}

void processes_free(struct processes *processes)
{
	for (size_t i = 0; i < processes->count; i++) {
		free(processes->items[i].name);
		free(processes->items[i].label);
	}
	free(processes->items);
}

/* A socket of /proc/net: its inode is the target of a link in /proc/PID/fd. */
struct socket {
	struct listener listener;
	unsigned long inode;
};
struct sockets {
	struct socket *items;
	size_t count;
};

/* "  0: 0100007F:0016 00000000:0000 0A …": local and remote address with ports in hexadecimal, state; the tenth field is the inode. */
static void socket_add(struct sockets *sockets, const char *line, const char *protocol,
	const char *state)
{
	autowords struct words fields = {0};
	const char *port;

	words_split(&fields, line, " ");
	if (fields.count < 10 || strcmp(fields.items[3], state) != 0)
		return;
	port = strchr(fields.items[1], ':');
	if (!port)
		return;
	sockets->items = memory_resize(
		sockets->items, sockets->count + 1, sizeof(*sockets->items));
	sockets->items[sockets->count++] = (struct socket){
		.listener = {.protocol = protocol,
			     .port = (unsigned)strtoul(port + 1, NULL, 16)},
		.inode = strtoul(fields.items[9], NULL, 10)
        };
}

static int sockets_read(int root_fd, struct sockets *sockets, struct error *err)
{
	static const struct {
		const char *protocol, *state;
	} tables[] = {
		{"tcp",  "0A"},
                {"tcp6", "0A"},
                {"udp",  "07"},
                {"udp6", "07"}
        };

	for (size_t i = 0; i < LENGTH(tables); i++) {
		autofree char *path = memory_format("proc/net/%s", tables[i].protocol);
		autotext struct text text = {0};
		autowords struct words lines = {0};
		int rc = file_exists(root_fd, path)
				 ? file_read(root_fd, path, TABLE_MAX, &text, err)
				 : 0;

		if (rc < 0)
			return error_prefix(err, "listing sockets");
		words_split(&lines, text_string(&text), "\n");
		for (size_t j = 1; j < lines.count; j++)
			socket_add(sockets, lines.items[j], tables[i].protocol,
				tables[i].state);
	}
	return 0;
}

static const struct socket *socket_find(const struct sockets *sockets, const char *target)
{
	static const char start[] = "socket:[";
	unsigned long inode;

	if (!target || !text_starts(target, start))
		return NULL;
	inode = strtoul(target + strlen(start), NULL, 10);
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->items[i].inode == inode)
			return &sockets->items[i];
	return NULL;
}

static void listener_add(
	struct listeners *listeners, const struct socket *socket, unsigned long pid)
{
	listeners->items = memory_resize(
		listeners->items, listeners->count + 1, sizeof(*listeners->items));
	listeners->items[listeners->count] = socket->listener;
	listeners->items[listeners->count++].pid = pid;
}

static void take_listeners(int root_fd, unsigned long pid, const struct sockets *sockets,
	struct listeners *listeners)
{
	autofree char *folder = memory_format("proc/%lu/fd", pid);
	autowords struct words names = {0};

	if (file_list(root_fd, folder, true, &names, NULL) < 0)
		return; /* it has ended */
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_format("%s/%s", folder, names.items[i]);
		autofree char *target = file_read_link(root_fd, path);
		const struct socket *socket = socket_find(sockets, target);

		if (socket)
			listener_add(listeners, socket, pid);
	}
}

int listeners_read(int root_fd, const struct processes *processes,
	struct listeners *listeners, struct error *err)
{
	struct sockets sockets = {0};
	int rc = sockets_read(root_fd, &sockets, err);

	for (size_t i = 0; rc == 0 && i < processes->count; i++)
		take_listeners(root_fd, processes->items[i].pid, &sockets, listeners);
	free(sockets.items);
	return rc;
}

void listeners_free(struct listeners *listeners)
{
	free(listeners->items);
}

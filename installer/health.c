#include "installer/health.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { TABLE_MAX = 4 << 20 };

/* The services of which one is chosen as SSH server, and what waits for connections when it runs. */
static const struct ssh_server_row {
	const char *service, *program, *missing;
} ssh_servers[] = {
	{"ssh-server",    "sshd",      "the SSH server (OpenSSH) does not listen" },
	{"jefe-dropbear", "dropbear",  "the SSH server (Dropbear) does not listen"},
	{"jefe-tinyssh",  "tcpserver", "the SSH server (TinySSH) does not listen" },
};
static const char *const login_programs[] = {"getty", "agetty", "login", NULL};

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

/* Numbers of the processes that run one of the programs. */
static void find_processes(
	int root_fd, const char *const *programs, struct words *processes)
{
	autowords struct words names = {0};

	if (file_list(root_fd, "proc", true, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_format("proc/%s/comm", names.items[i]);
		autofree char *comm = NULL;

		if (strspn(names.items[i], "0123456789") == strlen(names.items[i]) &&
			file_read_line(root_fd, path, &comm) == 0 &&
			is_one_of(comm, programs))
			words_add(processes, names.items[i]);
	}
}

/* "socket:[INODE]" of every TCP socket that listens. */
static void find_listeners(int root_fd, const char *path, struct words *sockets)
{
	enum { STATE = 3, INODE = 9 };
	autotext struct text table = {0};
	autowords struct words lines = {0};

	if (file_read(root_fd, path, TABLE_MAX, &table, NULL) < 0)
		return;
	words_split(&lines, text_string(&table), "\n");
	for (size_t i = 1; i < lines.count; i++) {
		autowords struct words columns = {0};

		words_split(&columns, lines.items[i], " ");
		if (columns.count > INODE && strcmp(columns.items[STATE], "0A") == 0)
			words_addf(sockets, "socket:[%s]", columns.items[INODE]);
	}
}

static bool holds_one_of(int root_fd, const char *process, const struct words *sockets)
{
	autofree char *path = memory_format("proc/%s/fd", process);
	autoclose int folder = file_open(root_fd, path, O_RDONLY | O_DIRECTORY, 0, NULL);
	autowords struct words names = {0};

	if (folder < 0 || file_list(root_fd, path, true, &names, NULL) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++) {
		char target[PATH_MAX] = "";
		ssize_t size =
			readlinkat(folder, names.items[i], target, sizeof(target) - 1);

		if (size > 0 && words_contain(sockets, target))
			return true;
	}
	return false;
}

static bool program_listens(int root_fd, const char *program)
{
	const char *const programs[] = {program, NULL};
	autowords struct words processes = {0}, sockets = {0};

	find_processes(root_fd, programs, &processes);
	find_listeners(root_fd, "proc/net/tcp", &sockets);
	find_listeners(root_fd, "proc/net/tcp6", &sockets);
	for (size_t i = 0; i < processes.count; i++)
		if (holds_one_of(root_fd, processes.items[i], &sockets))
			return true;
	return false;
}

static bool login_prompts(int root_fd)
{
	autowords struct words processes = {0};

	find_processes(root_fd, login_programs, &processes);
	return processes.count > 0;
}

static bool is_wanted(
	int root_fd, const struct distro *distro, const struct ssh_server_row *server)
{
	const char *own = distro_service(distro, server->service);

	return distro->service_state(root_fd, own ? own : server->service, "default") ==
	       SERVICE_ON;
}

const char *health_missing(int root_fd, const struct distro *distro)
{
	bool wanted = false;

	for (size_t i = 0; i < LENGTH(ssh_servers); i++) {
		if (!is_wanted(root_fd, distro, &ssh_servers[i]))
			continue;
		if (!program_listens(root_fd, ssh_servers[i].program))
			return ssh_servers[i].missing;
		wanted = true;
	}
	return wanted || login_prompts(root_fd) ? NULL : "no login prompt waits";
}

/* Does the process live that a service started? Asked of /proc below a root, never of what the service said when it started. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

enum { ARGUMENTS_MAX = 64 << 10 };

static const char deleted[] = " (deleted)";

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Do both paths lead to one file below the root? */
static bool is_same_file(int root_fd, const char *a, const char *b)
{
	autoclose int fd_a = file_open(root_fd, a, O_PATH, 0, NULL);
	autoclose int fd_b = file_open(root_fd, b, O_PATH, 0, NULL);
	struct stat st_a, st_b;

	return fd_a >= 0 && fd_b >= 0 && fstat(fd_a, &st_a) == 0 &&
	       fstat(fd_b, &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
	       st_a.st_ino == st_b.st_ino;
}

static bool is_script(int root_fd, const char *path)
{
	autoclose int fd = file_open(root_fd, path, O_RDONLY, 0, NULL);
	char start[2];

	return fd >= 0 && read(fd, start, sizeof(start)) == sizeof(start) &&
	       memcmp(start, "#!", sizeof(start)) == 0;
}

static void read_arguments(int root_fd, const char *pid, struct words *arguments)
{
	autofree char *path = memory_format("proc/%s/cmdline", pid);
	autotext struct text text = {0};

	if (file_read(root_fd, path, ARGUMENTS_MAX, &text, NULL) < 0)
		return;
	for (size_t at = 0; at < text.size; at += strlen(text.data + at) + 1)
		words_add(arguments, text.data + at);
}

/* A program that is many has the name of the one it is among its first arguments: /bin/busybox syslogd. */
static bool is_called(const struct words *arguments, const char *name)
{
	for (size_t i = 0; i < arguments->count && i < 2; i++)
		if (strcmp(base_name(arguments->items[i]), name) == 0)
			return true;
	return false;
}

/* Is a program, or the interpreter of that script, what the process runs? An upgrade may have replaced its file meanwhile. */
static bool runs(
	int root_fd, const char *pid, const char *executable, const char *program)
{
	autofree char *path = memory_copy_bytes(executable,
		strlen(executable) -
			(text_ends(executable, deleted) ? strlen(deleted) : 0));
	autowords struct words arguments = {0};

	if (*program != '/')
		return false;
	if (is_same_file(root_fd, path, program) || strcmp(path, program) == 0) {
		if (strcmp(base_name(path), base_name(program)) == 0)
			return true;
		read_arguments(root_fd, pid, &arguments);
		return is_called(&arguments, base_name(program));
	}
	if (!is_script(root_fd, program))
		return false;
	read_arguments(root_fd, pid, &arguments);
	return words_contain(&arguments, program);
}

/* A process in a container is none of the system's, even with the same path: it has other names for processes or files than init. */
static bool is_of_the_system(int root_fd, const char *pid)
{
	static const char *const names[] = {"pid", "mnt"};

	for (size_t i = 0; i < LENGTH(names); i++) {
		autofree char *first_path = memory_format("proc/1/ns/%s", names[i]);
		autofree char *path = memory_format("proc/%s/ns/%s", pid, names[i]);
		autofree char *first = file_read_link(root_fd, first_path);
		autofree char *own = file_read_link(root_fd, path);

		if (first && !text_equal(first, own))
			return false;
	}
	return true;
}

/* What one process is to a service that started these programs. */
static enum service_life life_of(
	int root_fd, const char *pid, const struct words *programs)
{
	autofree char *path = memory_format("proc/%s/exe", pid);
	autofree char *executable = file_read_link(root_fd, path);

	if (!executable)
		return errno == EACCES || errno == EPERM ? SERVICE_UNSEEN : SERVICE_DEAD;
	if (!is_of_the_system(root_fd, pid))
		return SERVICE_DEAD;
	if (!programs->count)
		return SERVICE_RUNS;
	for (size_t i = 0; i < programs->count; i++)
		if (runs(root_fd, pid, executable, programs->items[i]))
			return SERVICE_RUNS;
	return SERVICE_DEAD;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static void take(enum service_life life, const char *pid, struct daemon *daemon)
{
	daemon->life = life;
	daemon->pid = life == SERVICE_DEAD ? 0 : strtoul(pid, NULL, 10);
}

/* Without a file that tells its number any process counts that runs the program. */
static void search(int root_fd, const struct words *programs, struct daemon *daemon)
{
	autowords struct words names = {0};
	bool unseen = false;

	if (file_list(root_fd, "proc", true, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		enum service_life life =
			is_number(names.items[i])
				? life_of(root_fd, names.items[i], programs)
				: SERVICE_DEAD;

		unseen = unseen || life == SERVICE_UNSEEN;
		if (life != SERVICE_RUNS)
			continue;
		take(life, names.items[i], daemon);
		return;
	}
	daemon->life = unseen ? SERVICE_UNSEEN : SERVICE_DEAD;
}

void daemon_look(int root_fd, const struct words *programs, const char *pid_file,
	struct daemon *daemon)
{
	autofree char *line = NULL;
	autowords struct words numbers = {0};
	int code;

	daemon->life = SERVICE_DEAD;
	daemon->pid = 0;
	if (!pid_file) {
		search(root_fd, programs, daemon);
		return;
	}
	code = file_read_line(root_fd, pid_file, &line);
	if (code == -EACCES || code == -EPERM)
		daemon->life = SERVICE_UNSEEN;
	words_split(&numbers, code < 0 ? "" : line, " \t");
	if (numbers.count && is_number(numbers.items[0]))
		take(life_of(root_fd, numbers.items[0], programs), numbers.items[0],
			daemon);
}

void daemon_free(struct daemon *daemon)
{
	free(daemon->program);
	free(daemon->pid_file);
	*daemon = (struct daemon){0};
}

/* OpenRC's services: a runlevel is a directory of links to /etc/init.d. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

static bool is_linked(int root_fd, const char *path)
{
	autoclose int fd = file_open(root_fd, path, O_PATH | O_NOFOLLOW, 0, NULL);

	return fd >= 0;
}

enum service_state openrc_state(int root_fd, const char *service, const char *runlevel)
{
	autofree char *script = memory_format("etc/init.d/%s", service);
	autofree char *link = memory_format("etc/runlevels/%s/%s", runlevel, service);

	if (!file_exists(root_fd, script))
		return SERVICE_MISSING;
	return is_linked(root_fd, link) ? SERVICE_ON : SERVICE_OFF;
}

int openrc_set(int root_fd, const char *service, const char *runlevel, bool on,
	struct error *err)
{
	autofree char *script = memory_format("/etc/init.d/%s", service);
	autofree char *directory = memory_format("etc/runlevels/%s", runlevel);
	autofree char *link = memory_format("%s/%s", directory, service);

	if (!on)
		return file_remove(root_fd, link, err);
	if (!file_exists(root_fd, script))
		return error_set(
			err, -ENOENT, "turning on %s: there is no %s", service, script);
	if (file_make_dirs(root_fd, directory, 0755, err) < 0)
		return error_prefix(err, "turning on %s", service);
	return file_link(root_fd, script, link, err);
}

int openrc_action(const char *service, const char *action, struct error *err)
{
	return command_run(&(struct command){.argv = COMMAND("rc-service", "--quiet",
						     service, action),
				   .timeout_seconds = 120},
		err);
}

static bool is_started(int root_fd, const char *service)
{
	/* The service that asks is itself still starting. */
	static const char *const states[] = {"run/openrc/started", "run/openrc/starting"};
	bool started = false;

	for (size_t i = 0; i < LENGTH(states); i++) {
		autofree char *path = memory_format("%s/%s", states[i], service);

		started = started || is_linked(root_fd, path);
	}
	return started;
}

/* What a service noted about a daemon that it started. */
struct note {
	struct words
		programs; /* what it may be that runs: of a wrapper, what it starts */
	char *pid_file;
};

static void note_free(struct note *note)
{
	words_free(&note->programs);
	free(note->pid_file);
}
#define autonote __attribute__((cleanup(note_free)))

/* "exec=/usr/libexec/wrapper", "argv_2=/sbin/daemon", "pidfile=/run/daemon.pid"; what is not known has no value. */
static void note_read(int root_fd, const char *path, struct note *note)
{
	autotext struct text text = {0};
	autowords struct words lines = {0};

	if (file_read(root_fd, path, 64U << 10, &text, NULL) < 0)
		return;
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *value = strchr(lines.items[i], '=');

		if (!value || value[1] != '/')
			continue;
		if (text_starts(lines.items[i], "exec=") ||
			text_starts(lines.items[i], "argv_"))
			words_add(&note->programs, value + 1);
		else if (text_starts(lines.items[i], "pidfile=") && !note->pid_file)
			note->pid_file = memory_copy_text(value + 1);
	}
}

/* The value that a service keeps under a name, or NULL. The caller frees it. */
static char *option(int root_fd, const char *service, const char *name)
{
	autofree char *path = memory_format("run/openrc/options/%s/%s", service, name);
	char *value = NULL;

	return file_read_line(root_fd, path, &value) < 0 ? NULL : value;
}

static void look(int root_fd, const struct note *note, struct daemon *daemon)
{
	daemon_free(daemon);
	daemon_look(root_fd, &note->programs, note->pid_file, daemon);
	daemon->program = memory_copy_text(
		note->programs.count ? note->programs.items[0] : "its program");
	if (note->pid_file)
		daemon->pid_file = memory_copy_text(note->pid_file);
}

/* All that it started must live. A supervisor's own number stands in the file that it names; its child's is an option. */
static bool look_at_noted(int root_fd, const char *service, struct daemon *daemon)
{
	autofree char *folder = memory_format("run/openrc/daemons/%s", service);
	autofree char *child_file =
		memory_format("run/openrc/options/%s/child_pid", service);
	autowords struct words names = {0};
	bool supervised = file_exists(root_fd, child_file), found = false;

	if (file_list(root_fd, folder, true, &names, NULL) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_format("%s/%s", folder, names.items[i]);
		autonote struct note note = {0};

		note_read(root_fd, path, &note);
		if (supervised) {
			free(note.pid_file);
			note.pid_file = memory_copy_text(child_file);
		}
		if (!note.programs.count && !note.pid_file)
			continue;
		found = true;
		look(root_fd, &note, daemon);
		if (daemon->life != SERVICE_RUNS)
			break;
	}
	return found;
}

/* Where another start-stop-daemon than the service manager's own starts it, the script's variables are all that is noted. */
static bool look_at_options(int root_fd, const char *service, struct daemon *daemon)
{
	autofree char *command = option(root_fd, service, "command");
	autonote struct note note = {.pid_file = option(root_fd, service, "pidfile")};

	if (!command)
		return false;
	words_split(&note.programs, command, " ");
	look(root_fd, &note, daemon);
	return true;
}

static void look_at_row(int root_fd, const char *service, const struct daemon_row *row,
	struct daemon *daemon)
{
	autonote struct note note = {0};

	while (row && row->service && strcmp(row->service, service) != 0)
		row++;
	if (!row || !row->service)
		return;
	words_add(&note.programs, row->program);
	if (row->pid_file)
		note.pid_file = memory_copy_text(row->pid_file);
	look(root_fd, &note, daemon);
}

void openrc_look(int root_fd, const char *service, const struct daemon_row *rows,
	struct daemon *daemon)
{
	*daemon = (struct daemon){0};
	if (!is_started(root_fd, service))
		return;
	daemon->life = SERVICE_RUNS;
	if (!look_at_noted(root_fd, service, daemon) &&
		!look_at_options(root_fd, service, daemon))
		look_at_row(root_fd, service, rows, daemon);
}

bool openrc_all_started(int root_fd)
{
	autofree char *level = NULL;

	return file_read_line(root_fd, "run/openrc/softlevel", &level) == 0 &&
	       strcmp(level, "default") == 0 &&
	       !file_exists(root_fd, "run/openrc/rc.starting");
}

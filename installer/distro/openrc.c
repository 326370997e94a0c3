/* OpenRC's services: a runlevel is a directory of links to /etc/init.d. */
#include <errno.h>
#include <fcntl.h>
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

bool openrc_running(const char *service)
{
	/* The service that asks is itself still starting. */
	static const char *const states[] = {
		"/run/openrc/started", "/run/openrc/starting"};
	bool running = false;
	autoclose int root = file_open_root("/", NULL);

	for (size_t i = 0; i < LENGTH(states) && root >= 0; i++) {
		autofree char *path = memory_format("%s/%s", states[i], service);

		running = running || is_linked(root, path);
	}
	return running;
}

bool openrc_all_started(int root_fd)
{
	autofree char *level = NULL;

	return file_read_line(root_fd, "run/openrc/softlevel", &level) == 0 &&
	       strcmp(level, "default") == 0 &&
	       !file_exists(root_fd, "run/openrc/rc.starting");
}

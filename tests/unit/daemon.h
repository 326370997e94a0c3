/* A daemon on a Unix socket below the test's tree: a process of its own that gives each question the next of the answers. */
#pragma once

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "tests/unit/tree.h"

static pid_t daemon_pid;

static inline void daemon_serve(int listener, const char *const *answers)
{
	for (; *answers; answers++) {
		int fd = accept(listener, NULL, NULL);
		char question[1024];

		if (fd < 0 || read(fd, question, sizeof(question)) <= 0 ||
			file_write_all(fd, *answers, strlen(*answers), NULL) < 0)
			_exit(1);
		(void)close(fd);
	}
	(void)pause(); /* with the listener open: further questions wait */
	_exit(0);
}

/* answers end with NULL; afterwards nobody answers. */
static inline void daemon_start(const char *const *answers)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	put("run/x", "");
	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		"/proc/self/fd/%d/run/docker.sock", root);
	assert_int_equal(
		bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	daemon_pid = fork();
	if (daemon_pid == 0)
		daemon_serve(listener, answers);
	assert_true(daemon_pid > 0);
	assert_int_equal(close(listener), 0);
}

static inline void daemon_stop(void)
{
	assert_int_equal(kill(daemon_pid, SIGKILL), 0);
	assert_int_equal(waitpid(daemon_pid, NULL, 0), daemon_pid);
}

#include "installer/base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

static const char *const directories[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL};

bool command_exists(int root_fd, const char *program)
{
	autoclose int root =
		root_fd == AT_FDCWD ? file_open_root("/", NULL) : dup(root_fd);

	for (const char *const *dir = directories; *dir; dir++) {
		autofree char *path = memory_format("%s/%s", *dir, program);

		if (file_exists(root, path))
			return true;
	}
	return false;
}

/* What travels between the parent and one child. */
struct child {
	const struct command *command;
	pid_t pid;
	int input, output, errors; /* our ends of the pipes; -1 when closed */
	size_t sent;               /* bytes of input written so far */
	struct text pending[2];    /* unfinished lines of output and errors */
	char last[300];            /* last line of standard error */
	struct timespec deadline;
};

static void child_exec(const struct command *command, const int pipes[3])
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C",
		    zone[] = "TZ=UTC", home[] = "HOME=/", term[] = "TERM=dumb";
	char *environment[] = {path, locale, zone, home, term, NULL};
	sigset_t none;
	int above[3];

	/* A caller without standard streams has pipes among 0 to 2: none may be overwritten, and none stay close-on-exec. */
	for (int fd = 0; fd < 3; fd++)
		above[fd] = fcntl(pipes[fd], F_DUPFD_CLOEXEC, 3);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(above[fd], fd) < 0)
			_exit(126);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)setpgid(0, 0);
	if (command->ends_with_us)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (command->root_fd > 0 && (fchdir(command->root_fd) < 0 || chroot(".") < 0))
		_exit(126);
	if (command->root_fd > 0 && chdir("/") < 0)
		_exit(126);
	for (const char *const *dir = directories; *dir; dir++) {
		char program[512];

		if (snprintf(program, sizeof(program), "%s/%s", *dir, command->argv[0]) >=
			(int)sizeof(program))
			_exit(127);
		(void)execve(command->argv[0][0] == '/' ? command->argv[0] : program,
			(char *const *)(uintptr_t)command->argv, environment);
	}
	_exit(127);
}

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			(void)close(pair[i]);
}

static bool has_input(const struct command *command)
{
	return command->secret || command->input;
}

static int child_start(struct child *child, struct error *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, errors[2] = {-1, -1};
	const char *name = child->command->argv[0];
	int code = 0;

	in[0] = has_input(child->command) ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
	if ((has_input(child->command) && pipe2(in, O_CLOEXEC) < 0) ||
		pipe2(out, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
		code = -errno;
	if (code == 0)
		child->pid = fork();
	if (code == 0 && child->pid < 0)
		code = -errno;
	if (code == 0 && child->pid == 0)
		child_exec(child->command, (int[]){in[0], out[1], errors[1]});
	if (code < 0) {
		close_pair(in);
		close_pair(out);
		close_pair(errors);
		return error_errno(err, code, "starting %s", name);
	}
	close_pair((int[]){in[0], out[1]});
	(void)close(errors[1]);
	child->input = in[1];
	child->output = out[0];
	child->errors = errors[0];
	if (child->input >= 0)
		(void)fcntl(child->input, F_SETFL, O_NONBLOCK);
	return 0;
}

pid_t command_spawn(
	const struct command *command, int output, int errors, struct error *err)
{
	autoclose int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t pid = fork();

	if (pid < 0)
		return error_errno(err, -errno, "starting %s", command->argv[0]);
	if (pid == 0)
		child_exec(command, (int[]){nothing, output, errors});
	(void)setpgid(pid, pid); /* whoever of the two is first */
	return pid;
}

static void take_line(struct child *child, const char *line, bool is_error)
{
	if (is_error && *line)
		(void)snprintf(child->last, sizeof(child->last), "%s", line);
	if (child->command->line)
		child->command->line(child->command->context, line);
}

static void take_lines(
	struct child *child, struct text *pending, bool is_error, bool at_end)
{
	char *start = pending->data;
	char *newline;

	while (start && (newline = memchr(start, '\n',
				 pending->size - (size_t)(start - pending->data)))) {
		*newline = '\0';
		take_line(child, start, is_error);
		start = newline + 1;
	}
	if (start && start != pending->data) {
		pending->size -= (size_t)(start - pending->data);
		memmove(pending->data, start, pending->size + 1);
	}
	if (at_end && pending->size) {
		take_line(child, text_string(pending), is_error);
		pending->size = 0;
	}
}

/* Read once. 1: more may come, 0: end, negative: error. */
static int take_output(struct child *child, bool is_error, struct error *err)
{
	int *fd = is_error ? &child->errors : &child->output;
	bool keep = !is_error && child->command->output;
	struct secret *answer = is_error ? NULL : child->command->answer;
	struct text *to = keep ? child->command->output : &child->pending[is_error];
	size_t limit =
		child->command->output_limit ? child->command->output_limit : 1 << 20;
	char chunk[8192];
	ssize_t got = read(*fd, chunk, sizeof(chunk));
	int rc = 0;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN
			       ? 1
			       : error_errno(err, -errno, "reading from %s",
					 child->command->argv[0]);
	if (answer) {
		rc = secret_append(answer, chunk, (size_t)got, err);
		explicit_bzero(chunk, sizeof(chunk));
	} else {
		text_add_bytes(to, chunk, (size_t)got);
	}
	if (rc == 0 && to->size > limit)
		rc = error_set(err, -EFBIG, "%s wrote more than %zu bytes",
			child->command->argv[0], limit);
	if (rc < 0)
		return rc;
	if (!keep && !answer)
		take_lines(child, to, is_error, got == 0);
	if (got == 0) {
		(void)close(*fd);
		*fd = -1;
	}
	return got > 0;
}

static void give_input(struct child *child)
{
	const struct command *command = child->command;
	const char *bytes =
		command->secret ? secret_bytes(command->secret) : command->input;
	size_t size =
		command->secret ? secret_size(command->secret) : strlen(command->input);
	ssize_t put = write(child->input, bytes + child->sent, size - child->sent);

	if (put < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	child->sent += put > 0 ? (size_t)put : 0;
	if (put < 0 || child->sent == size) {
		(void)close(child->input);
		child->input = -1;
	}
}

static int milliseconds_left(const struct child *child)
{
	struct timespec now;
	long long left;

	if (!child->command->timeout_seconds)
		return -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	left = (child->deadline.tv_sec - now.tv_sec) * 1000LL +
	       (child->deadline.tv_nsec - now.tv_nsec) / 1000000;
	return left > 0 ? (int)left : 0;
}

static int child_talk(struct child *child, struct error *err)
{
	while (child->output >= 0 || child->errors >= 0) {
		struct pollfd fds[3] = {
			{.fd = child->output, .events = POLLIN },
			{.fd = child->errors, .events = POLLIN },
			{.fd = child->input,  .events = POLLOUT}
                };
		int ready = poll(fds, 3, milliseconds_left(child));
		int rc = 1;

		if (ready < 0 && errno != EINTR)
			return error_errno(
				err, -errno, "waiting for %s", child->command->argv[0]);
		if (ready == 0)
			return error_set(err, -ETIMEDOUT, "%s did not end within %u s",
				child->command->argv[0], child->command->timeout_seconds);
		if (ready > 0 && fds[0].revents)
			rc = take_output(child, false, err);
		if (rc >= 0 && ready > 0 && fds[1].revents)
			rc = take_output(child, true, err);
		if (rc < 0)
			return rc;
		if (ready > 0 && fds[2].revents)
			give_input(child);
	}
	return 0;
}

/* SIGPIPE from a child that closed its input must not end us; the old action comes back afterwards. */
static int child_run(struct child *child, int *wait_status, struct error *err)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	int rc;

	(void)sigaction(SIGPIPE, &ignore, &old);
	rc = child_talk(child, err);
	if (rc < 0)
		(void)kill(-child->pid, SIGKILL);
	for (int i = 0; i < 3; i++) {
		int fd = (int[]){child->input, child->output, child->errors}[i];

		if (fd >= 0)
			(void)close(fd);
	}
	while (waitpid(child->pid, wait_status, 0) < 0)
		if (errno != EINTR)
			rc = rc < 0 ? rc
				    : error_errno(err, -errno, "waiting for %s",
					      child->command->argv[0]);
	(void)sigaction(SIGPIPE, &old, NULL);
	return rc;
}

int command_end(const char *name, int wait_status, const char *last, int *status,
	struct error *err)
{
	if (WIFSIGNALED(wait_status))
		return error_set(err, -EINTR, "%s was ended by signal %d%s%s", name,
			WTERMSIG(wait_status), *last ? ": " : "", last);
	*status = WEXITSTATUS(wait_status);
	if (*status == 127 && !*last)
		return error_set(err, -ENOENT, "%s: no such program", name);
	if (*status && err)
		(void)error_set(err, -ECHILD, "%s ended with status %d%s%s", name,
			*status, *last ? ": " : "", last);
	return 0;
}

int command_status(const struct command *command, int *status, struct error *err)
{
	struct child child = {
		.command = command, .input = -1, .output = -1, .errors = -1};
	int wait_status = 0;
	int rc;

	(void)clock_gettime(CLOCK_MONOTONIC, &child.deadline);
	child.deadline.tv_sec += command->timeout_seconds;
	rc = child_start(&child, err);
	if (rc == 0)
		rc = child_run(&child, &wait_status, err);
	text_free(&child.pending[0]);
	text_free(&child.pending[1]);
	if (rc < 0)
		return rc;
	return command_end(command->argv[0], wait_status, child.last, status, err);
}

int command_run(const struct command *command, struct error *err)
{
	struct error detail = {0};
	int status = 0;
	int rc = command_status(command, &status, &detail);

	if (rc == 0 && status == 0)
		return 0;
	return error_set(err, rc < 0 ? rc : -ECHILD, "%s", detail.text);
}

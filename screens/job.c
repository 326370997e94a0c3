#include "screens/job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/memory.h"

enum { BYTES_MAX = 4 << 20, LAST_MAX = 300 };

static time_t now(void)
{
	struct timespec time = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static void forget(struct job *job)
{
	(void)close(job->output);
	(void)close(job->errors);
	*job = (struct job){0};
}

int job_start(struct job *job, const char *const *argv, unsigned limit, struct error *err)
{
	const struct command command = {.argv = argv};
	pid_t pid;

	job_stop(job);
	*job = (struct job){.output = memfd_create("output", MFD_CLOEXEC),
		.errors = memfd_create("errors", MFD_CLOEXEC),
		.limit = limit,
		.began = now()};
	if (job->output < 0 || job->errors < 0)
		pid = error_errno(err, -errno, "making files in memory for %s", argv[0]);
	else
		pid = command_spawn(&command, job->output, job->errors, err);
	if (pid < 0)
		forget(job);
	else
		job->pid = pid;
	return pid < 0 ? (int)pid : 0;
}

void job_stop(struct job *job)
{
	if (job->pid <= 0)
		return;
	(void)kill(-job->pid, SIGKILL);
	while (waitpid(job->pid, NULL, 0) < 0 && errno == EINTR)
		;
	forget(job);
}

unsigned job_seconds(const struct job *job)
{
	return (unsigned)(now() - job->began);
}

void job_await(const struct job *job, int milliseconds)
{
	autoclose int process = (int)syscall(SYS_pidfd_open, job->pid, 0);
	struct pollfd ended = {.fd = process, .events = POLLIN};

	(void)poll(&ended, 1, milliseconds);
}

static int read_all(int fd, struct text *text)
{
	char chunk[8192];
	ssize_t got;

	while ((got = pread(fd, chunk, sizeof(chunk), (off_t)text->size)) > 0)
		text_add_bytes(text, chunk, (size_t)got);
	return got < 0 ? -errno : 0;
}

static int check_size(const struct job *job, const char *name, struct error *err)
{
	struct stat written[2] = {0};

	if (fstat(job->output, &written[0]) < 0 || fstat(job->errors, &written[1]) < 0)
		return error_errno(err, -errno, "reading from %s", name);
	return written[0].st_size > BYTES_MAX || written[1].st_size > BYTES_MAX
		       ? error_set(err, -EFBIG, "%s wrote more than %d bytes", name,
				 BYTES_MAX)
		       : 0;
}

/* The last line that is not empty, but rather that of an error. */
static void last_line(const struct text *text, char *last)
{
	autowords struct words lines = {0};

	words_split(&lines, text_string(text), "\n");
	*last = '\0';
	for (size_t i = 0; i < lines.count && !strstr(last, ": error: "); i++)
		(void)snprintf(last, LAST_MAX, "%s", lines.items[i]);
}

int job_take(struct job *job, const char *name, struct text *output, int *status,
	struct error *err)
{
	autotext struct text errors = {0};
	char last[LAST_MAX];
	int how = 0;
	int rc = check_size(job, name, err);
	pid_t ended = rc < 0 ? 0 : waitpid(job->pid, &how, WNOHANG);

	if (rc == 0 && ended == 0 && job_seconds(job) < job->limit)
		return -EINPROGRESS;
	if (rc == 0 && ended == 0)
		rc = error_set(
			err, -ETIMEDOUT, "%s did not end within %u s", name, job->limit);
	if (rc < 0) {
		job_stop(job);
		return rc;
	}
	if (ended < 0)
		rc = error_errno(err, -errno, "waiting for %s", name);
	if (rc == 0 &&
		(read_all(job->output, output) < 0 || read_all(job->errors, &errors) < 0))
		rc = error_errno(err, -EIO, "reading from %s", name);
	last_line(&errors, last);
	forget(job);
	return rc < 0 ? rc : command_end(name, how, last, status, err);
}

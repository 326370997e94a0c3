/* The reading side of the unattended log. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/live/unattended.h"

enum { POLLS_PER_SECOND = 5 };

static void pause_a_moment(void)
{
	(void)nanosleep(
		&(struct timespec){.tv_nsec = 1000000000L / POLLS_PER_SECOND}, NULL);
}

/* The log once its writer has begun: the first line is written after the lock is taken. */
static int open_begun(unsigned seconds, struct error *err)
{
	for (unsigned polls = 0; polls <= seconds * POLLS_PER_SECOND; polls++) {
		int log = open(UNATTENDED_LOG, O_RDONLY | O_CLOEXEC);
		struct stat status;

		if (log >= 0 && fstat(log, &status) == 0 && status.st_size > 0)
			return log;
		if (log >= 0)
			(void)close(log);
		pause_a_moment();
	}
	return error_set(err, -ETIMEDOUT,
		"nothing began to write " UNATTENDED_LOG " within %u s", seconds);
}

static int copy_new(int from, int to, struct error *err)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(from, chunk, sizeof(chunk))) > 0)
		if (file_write_all(to, chunk, (size_t)got, err) < 0)
			return err->code;
	return got < 0 ? error_errno(err, -errno, "reading " UNATTENDED_LOG) : 0;
}

int unattended_follow(int fd, unsigned seconds, struct error *err)
{
	autoclose int log = open_begun(seconds, err);
	bool ended = false;

	if (log < 0)
		return log;
	while (!ended) {
		ended = flock(log, LOCK_SH | LOCK_NB) == 0;
		if (copy_new(log, fd, err) < 0)
			return err->code;
		if (!ended)
			pause_a_moment();
	}
	return 0;
}

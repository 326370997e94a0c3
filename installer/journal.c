#include "installer/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

static pid_t locked_by(int dir_fd)
{
	autofree char *line = NULL;
	uint64_t pid = 0;

	if (file_read_line(dir_fd, "engine.lock", &line) < 0 ||
		text_to_u64(line, 1, INT32_MAX, &pid) < 0)
		return 0;
	return (pid_t)pid;
}

/* The lock is flock(2), so it goes away with the process however that ends; the number in it is for people. */
static int take_lock(struct journal *journal, struct error *err)
{
	autofree char *line = memory_format("%ld\n", (long)getpid());
	int fd = file_open(journal->dir_fd, "engine.lock", O_RDWR | O_CREAT, 0600, err);

	if (fd < 0)
		return fd;
	journal->lock_fd = fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, -EBUSY,
			"an installation is running already (process %ld); watch it with `jefe-setup attach`",
			(long)locked_by(journal->dir_fd));
	if (ftruncate(fd, 0) < 0)
		return error_errno(err, -errno, "writing engine.lock");
	return file_write_all(fd, line, strlen(line), err);
}

static int open_files(const char *dir, struct journal *journal, struct error *err)
{
	int rc;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return error_errno(err, -errno, "making %s", dir);
	journal->dir_fd = file_open_root(dir, err);
	rc = journal->dir_fd < 0 ? journal->dir_fd : take_lock(journal, err);
	if (rc == 0)
		rc = file_remove(journal->dir_fd, "result", err);
	if (rc < 0)
		return rc;
	rc = file_open(journal->dir_fd, "events", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
		0644, err);
	journal->events_fd = rc;
	return rc < 0 ? rc : 0;
}

int journal_open(const char *dir, struct journal *journal, struct error *err)
{
	int rc;

	*journal = (struct journal){.dir_fd = -1, .lock_fd = -1, .events_fd = -1};
	journal->events_path = memory_format("%s/events", dir);
	rc = open_files(dir, journal, err);
	if (rc < 0)
		journal_close(journal);
	return rc;
}

int journal_result(const struct journal *journal, const char *line, struct error *err)
{
	autofree char *text = memory_format("%s\n", line);

	return file_write(journal->dir_fd, "result", text, strlen(text), 0644, err);
}

void journal_close(struct journal *journal)
{
	const int fds[] = {journal->events_fd, journal->lock_fd, journal->dir_fd};

	for (size_t i = 0; i < LENGTH(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	free(journal->events_path);
	*journal = (struct journal){.dir_fd = -1, .lock_fd = -1, .events_fd = -1};
}

pid_t journal_engine(const char *dir)
{
	autofree char *path = memory_format("%s/engine.lock", dir);
	autoclose int dir_fd = file_open_root(dir, NULL);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (dir_fd < 0 || fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0)
		return 0;
	return locked_by(dir_fd);
}

/* A program that a page waits for without standing still: started, looked at now and then, and stopped. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

struct job {
	pid_t pid;          /* 0: none runs */
	int output, errors; /* files in memory that it writes to */
	unsigned limit;     /* seconds that it may take */
	time_t began;       /* of the clock that only goes forward */
};

/* One that runs is stopped first. */
int job_start(struct job *job, const char *const *argv, unsigned limit,
	struct error *err) CHECKED;
/* Kill it and its children in the same process group. */
void job_stop(struct job *job);
unsigned job_seconds(const struct job *job); /* how long it runs */
/* Sleep until it has ended, or the milliseconds are over. */
void job_await(const struct job *job, int milliseconds);
/* -EINPROGRESS: it still runs. Otherwise it is over, as command_status() says it: 0, what it wrote is output and status how it ended. name: for errors. */
int job_take(struct job *job, const char *name, struct text *output, int *status,
	struct error *err) CHECKED;

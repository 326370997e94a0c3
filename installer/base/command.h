/* The one way this program starts another one: argv, no shell, output taken line by line. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"

struct command {
	const char *const *argv;    /* argv[0] is looked up in the fixed PATH /usr/sbin:/usr/bin:/sbin:/bin */
	int root_fd;                /* chroot there first; 0 or negative: no chroot */
	const char *input;          /* text for standard input, or NULL: /dev/null */
	const struct secret *secret; /* instead of input: bytes that must not lie in ordinary memory */
	struct text *output;        /* standard output is appended here, or NULL */
	struct secret *answer;      /* instead of output: what must not lie in ordinary memory */
	/* Each line of standard error (and of standard output when neither takes it), without its newline; may be NULL. */
	void (*line)(void *context, const char *line);
	void *context;
	unsigned timeout_seconds; /* 0: none. Afterwards the child's process group is killed: -ETIMEDOUT */
	unsigned output_limit;    /* bytes kept of output; 0: 1 MiB. More is -EFBIG */
	bool ends_with_us;        /* whatever ends this program kills it, too */
};

/* Run to the end. 0 when the status is 0. Otherwise a negative errno and a message that holds the program's name, its status
 * or signal, and the last line it wrote to standard error: -ENOENT not found, -ECHILD a status other than 0.
 * The environment is only PATH, LC_ALL=C, TZ=UTC, HOME=/ and TERM=dumb. */
int command_run(const struct command *command, struct error *err) CHECKED;

/* The exit status of the last form: as command_run, but a status other than 0 is stored, not an error. */
int command_status(const struct command *command, int *status, struct error *err) CHECKED;

/* Start it and go on: what it writes goes to the two descriptors, and of command only argv, root_fd and ends_with_us count. It leads a
 * process group of its own. Its process id, or a negative errno. */
pid_t command_spawn(const struct command *command, int output, int errors, struct error *err) CHECKED;
/* What waitpid() told about the program name, with the last line it wrote to standard error, as command_status says it. */
int command_end(const char *name, int wait_status, const char *last, int *status, struct error *err) CHECKED;

/* Shorthand: COMMAND("sync", "-f", path) is an argv for the call it stands in. */
#define COMMAND(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Is there an executable of this name on the fixed PATH below root_fd (AT_FDCWD: here)? */
bool command_exists(int root_fd, const char *program);

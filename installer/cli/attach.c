/* jefe-setup attach: watches the running installation from another terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/journal.h"
#include "installer/live/report.h"

enum { POLL_MS = 250 };

/* What is being watched. */
struct watch {
	int fd;
	struct text pending; /* bytes behind the last complete line */
	struct report report;
	enum event_kind last;
};

static void show_line(struct watch *watch, const char *line)
{
	struct event event = {0};
	struct error err = {0};
	autofree char *memory = NULL;
	autotext struct text text = {0};

	if (event_parse(line, &event, &memory, &err) < 0)
		return;
	watch->last = event.kind;
	if (event.kind == EVENT_FAILED)
		text_addf(&text, "jefe: install failed: %s\n",
			event.text ? event.text : "");
	report_event(&watch->report, &event, &text);
	if (event.kind == EVENT_DONE)
		text_add(&text, "jefe: install done\n");
	(void)fputs(text_string(&text), stdout);
	(void)fflush(stdout);
}

static void show_lines(struct watch *watch)
{
	char *start = watch->pending.data, *newline;
	size_t left;

	while (start && (newline = strchr(start, '\n'))) {
		*newline = '\0';
		show_line(watch, start);
		start = newline + 1;
	}
	left = start ? strlen(start) : 0;
	if (left && start != watch->pending.data)
		memmove(watch->pending.data, start, left + 1);
	watch->pending.size = left;
}

/* Bytes that were new. */
static ssize_t take_new(struct watch *watch)
{
	char chunk[8192];
	ssize_t got = read(watch->fd, chunk, sizeof(chunk));

	if (got > 0) {
		text_add_bytes(&watch->pending, chunk, (size_t)got);
		show_lines(watch);
	}
	return got;
}

static int follow(struct watch *watch)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

	for (;;) {
		pid_t engine = journal_engine(RUN_DIR);

		while (take_new(watch) > 0)
			;
		if (watch->last == EVENT_DONE)
			return EXIT_DONE;
		if (watch->last == EVENT_FAILED)
			return EXIT_PROBLEMS;
		if (!engine) {
			(void)fprintf(stderr,
				"jefe-setup attach: the installation ended without a result\n");
			return EXIT_PROBLEMS;
		}
		(void)nanosleep(&pause, NULL);
	}
}

int cli_attach(int argc, char **argv)
{
	struct watch watch = {.last = EVENT_PLAN};
	struct error err = {0};
	int code;

	(void)argv;
	if (argc != 1)
		return cli_usage("attach", "takes no arguments");
	watch.fd = open(RUN_DIR "/events", O_RDONLY | O_CLOEXEC);
	if (watch.fd < 0) {
		(void)error_errno(
			&err, -errno, "no installation is running: " RUN_DIR "/events");
		return cli_fail("attach", EXIT_PROBLEMS, &err);
	}
	code = follow(&watch);
	text_free(&watch.pending);
	(void)close(watch.fd);
	return code;
}

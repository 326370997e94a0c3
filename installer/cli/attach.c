/* jefe-setup attach: watches the running installation from another terminal, and hands it to the wizard there when asked. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/journal.h"
#include "installer/live/report.h"

enum { POLL_MS = 250 };
enum wish { WISH_WATCH, WISH_TAKE_OVER, WISH_STOP };

/* What is being watched. */
struct watch {
	int fd;
	struct text pending; /* bytes behind the last complete line */
	struct report report;
	enum event_kind last;
	int keyboard; /* -1: nobody is there */
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

/* Lines, not keys: the terminal's modes stay as they are, however this program ends. */
static enum wish wait_for_wish(struct watch *watch)
{
	struct pollfd typed = {.fd = watch->keyboard, .events = POLLIN};
	char line[80];
	ssize_t got;

	if (poll(&typed, 1, POLL_MS) <= 0)
		return WISH_WATCH;
	got = read(watch->keyboard, line, sizeof(line));
	if (got <= 0)
		watch->keyboard = -1;
	if (got <= 0 || (line[0] != 'w' && line[0] != 'q'))
		return WISH_WATCH;
	return line[0] == 'w' ? WISH_TAKE_OVER : WISH_STOP;
}

/* The wizard finds the running installation by itself; the answers are for another attempt, should this one fail. */
static int take_over(void)
{
	static const char answers[] = RUN_DIR "/answers.yaml";
	const char *argv[] = {"jefe-setup", "wizard", "--answers", answers, NULL};
	struct error err = {0};

	if (access(answers, R_OK) < 0)
		argv[2] = NULL;
	(void)execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	(void)error_errno(&err, -errno, "starting the wizard");
	return cli_fail("attach", EXIT_PROBLEMS, &err);
}

static int follow(struct watch *watch)
{
	for (;;) {
		enum wish wish;
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
		wish = wait_for_wish(watch);
		if (wish == WISH_TAKE_OVER)
			return take_over();
		if (wish == WISH_STOP)
			return EXIT_DONE;
	}
}

int cli_attach(int argc, char **argv)
{
	struct watch watch = {.last = EVENT_PLAN, .keyboard = -1};
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
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		watch.keyboard = STDIN_FILENO;
		(void)puts(
			"Watching. w and Enter: take over with the wizard; q and Enter: stop watching, the installation goes on.");
	}
	code = follow(&watch);
	text_free(&watch.pending);
	(void)close(watch.fd);
	return code;
}

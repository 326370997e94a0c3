#include "installer/live/unattended.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/answers.h"
#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/event.h"
#include "installer/live/fetch.h"
#include "installer/live/kernel_line.h"
#include "installer/live/report.h"
#include "installer/live/source.h"

enum { PATIENCE_AUTOMATIC = 10, PAUSE_BEFORE_REBOOT = 3 };

struct unattended {
	struct kernel_line line;
	struct report report;
	char *failure;  /* what the engine said went wrong */
	bool formatted; /* the EFI system partition on the disk is this run's */
	int log;
};

/* Lines of programs may hold anything; a terminal that shows them must not obey it. */
static void say_bytes(const struct unattended *run, struct text *text)
{
	struct error lost = {0}; /* nobody to tell that the log cannot be written */

	for (size_t i = 0; i < text->size; i++)
		if ((unsigned char)text->data[i] < ' ' && text->data[i] != '\n')
			text->data[i] = ' ';
	if (text->size)
		(void)!file_write_all(run->log, text->data, text->size, &lost);
}

static void PRINTF(2, 3) say(const struct unattended *run, const char *format, ...)
{
	autotext struct text line = {0};
	autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	text_addf(&line, "%s\n", message ? message : format);
	say_bytes(run, &line);
}

static int open_log(struct error *err)
{
	int fd = -1;
	autoclose int root = file_open_root("/", err);

	if (root < 0 || file_make_dirs(root, "/run/jefe", 0700, err) < 0)
		return err->code;
	fd = file_open(
		root, UNATTENDED_LOG, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600, err);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int code = -errno;

		(void)close(fd);
		return error_errno(err, code, "locking " UNATTENDED_LOG);
	}
	return fd;
}

/* Which source counts. An automatic run gives a slow stick time to appear before it takes the embedded copy. */
static int choose(
	const struct kernel_line *line, struct source *source, struct error *err)
{
	autofree char *device = NULL;
	struct source_facts facts = {.embedded = fetch_has_embedded()};
	struct error absent = {0};

	if (!line->answers)
		facts.partition = fetch_device(ANSWERS_LABEL,
					  line->automatic ? PATIENCE_AUTOMATIC : 0,
					  &device, &absent) == 0;
	return source_choose(line, &facts, source, err);
}

/* 1: UNATTENDED_ANSWERS holds the answers; 0: there are none. */
static int find_answers(const struct unattended *run, struct error *err)
{
	autosource struct source source = {0};
	autotext struct text yaml = {0};
	autofree char *name = NULL;
	autoclose int root = file_open_root("/", err);
	int rc = root < 0 ? root : choose(&run->line, &source, err);

	if (rc < 0)
		return rc;
	if (source.kind == SOURCE_NONE) {
		say(run,
			"Answers: none found (no jefe.answers=, no partition " ANSWERS_LABEL
			", none on the medium)");
		return 0;
	}
	name = source_describe(&source);
	say(run, "Answers: %s%s", name,
		source.asked ? " (asked for by jefe.answers=)" : "");
	rc = fetch_source(&source, &yaml, err);
	if (rc == 0)
		rc = file_write(
			root, UNATTENDED_ANSWERS, yaml.data, yaml.size, 0600, err);
	return rc < 0 ? rc : 1;
}

static void take_line(void *context, const char *line)
{
	struct unattended *run = context;
	autotext struct text text = {0};
	autofree char *memory = NULL;
	struct event event = {0};
	struct error not_event = {0};

	if (line[0] == '{' && event_parse(line, &event, &memory, &not_event) == 0) {
		report_event(&run->report, &event, &text);
		if (event.kind == EVENT_FAILED && !run->failure)
			run->failure = memory_copy_text(event.text);
		run->formatted =
			run->formatted ||
			(event.kind == EVENT_STEP_END && text_equal(event.id, "format"));
	} else {
		text_addf(&text, "%s\n", line);
	}
	say_bytes(run, &text);
}

/* The engine is a process of its own, as for the wizard: one path. */
static int install(struct unattended *run, struct error *err)
{
	struct command engine = {
		.argv = COMMAND(
			"jefe-setup", "install", UNATTENDED_ANSWERS, "--events", "1"),
		.line = take_line,
		.context = run,
	};

	if (command_run(&engine, err) == 0)
		return 0;
	return run->failure ? error_set(err, err->code, "%s", run->failure) : err->code;
}

static void save_logs(const struct unattended *run)
{
	static const char *const logs[] = {
		UNATTENDED_LOG, "/run/jefe/events", "/run/jefe/result", NULL};
	autofree char *where = NULL;
	struct error err = {0};

	if (fetch_save_logs(logs, run->formatted, &where, &err) == 0)
		say(run, "Logs: %s", where);
	else
		say(run, "Logs: only in /run/jefe (%s)", err.text);
}

static enum finish finish_asked(void)
{
	autoproblems struct problems problems = {0};
	autoanswers struct answers *answers = NULL;
	struct error err = {0};

	if (answers_read_file(UNATTENDED_ANSWERS, &answers, &problems, &err) < 0)
		return FINISH_STAY;
	return answers->finish;
}

/* Nothing of the live system needs an orderly shutdown: its disks are released and synced, its root is in memory. */
static int leave(const struct unattended *run, enum finish finish, struct error *err)
{
	if (finish == FINISH_STAY)
		return 0;
	say(run, finish == FINISH_REBOOT ? "Rebooting in %d s" : "Powering off in %d s",
		PAUSE_BEFORE_REBOOT);
	(void)sleep(PAUSE_BEFORE_REBOOT);
	sync();
	if (reboot(finish == FINISH_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF) < 0)
		return error_errno(err, -errno, "leaving the live system");
	return 0;
}

static int install_automatically(struct unattended *run, int found, struct error *err)
{
	struct error left = {0};

	if (found == 0)
		found = error_set(
			err, -ENOENT, "jefe.auto=yes, but there are no answers");
	if (found < 0 || install(run, err) < 0) {
		say(run, "jefe: install failed: %s", err->text);
		save_logs(run);
		if (leave(run,
			    run->line.poweroff_on_failure ? FINISH_POWEROFF : FINISH_STAY,
			    &left) < 0)
			say(run, "%s", left.text);
		return err->code;
	}
	say(run, "jefe: install done");
	return leave(run, finish_asked(), err);
}

int unattended_run(struct error *err)
{
	struct unattended run = {0};
	autoclose int log = open_log(err);
	int rc = log < 0 ? log : kernel_line_read(&run.line, err);

	if (rc == 0) {
		run.log = log;
		rc = find_answers(&run, err);
		if (run.line.automatic)
			rc = install_automatically(&run, rc, err);
		else if (rc < 0)
			say(&run, "Answers not used: %s", err->text);
	}
	kernel_line_free(&run.line);
	free(run.failure);
	return rc < 0 ? rc : 0;
}

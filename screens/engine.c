#include "screens/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/journal.h"
#include "screens/answers_file.h"
#include "screens/recovery.h"

enum { SECRETS_OF_DISK = 4, LOG_MAX = 1 << 20 };

/* A secret on its way to the engine: where its source stands in the answers, and the pipe. */
struct passage {
	struct secret_source *source;
	struct secret_source before;
	int read_end;
};

struct passages {
	struct passage *items;
	size_t count;
};

static int passage_open(struct passages *passages, const struct secret *secret,
	struct secret_source *source, struct error *err)
{
	struct passage *passage;
	int pipe_fds[2];
	int rc;

	if (!secret_size(secret))
		return 0;
	passage = &passages->items[passages->count];
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "%s", _("making a pipe for a secret"));
	/* Secrets are smaller than a pipe's buffer: writing does not wait for the reader. */
	rc = secret_write(secret, pipe_fds[1], err);
	(void)close(pipe_fds[1]);
	*passage = (struct passage){
		.source = source, .before = *source, .read_end = pipe_fds[0]};
	passages->count++;
	*source = (struct secret_source){.origin = SECRET_FD, .fd = pipe_fds[0]};
	return rc;
}

static void close_passages(struct passages *passages)
{
	for (size_t i = 0; i < passages->count; i++) {
		*passages->items[i].source = passages->items[i].before;
		(void)close(passages->items[i].read_end);
	}
	free(passages->items);
}

static int open_for_disk(
	struct wizard *wizard, struct passages *passages, struct error *err)
{
	struct answers *answers = wizard->answers;
	int rc = 0;

	if (answers->disk.passphrase.origin != SECRET_FILE &&
		answers->disk.passphrase.origin != SECRET_LITERAL)
		rc = passage_open(
			passages, wizard->passphrase, &answers->disk.passphrase, err);
	if (rc == 0 && wizard->wants_recovery)
		rc = passage_open(
			passages, wizard->recovery_key, &answers->disk.recovery_key, err);
	if (rc == 0 && answers->disk.us_passphrase.origin == SECRET_PROMPT)
		rc = passage_open(passages, wizard->us_passphrase,
			&answers->disk.us_passphrase, err);
	if (rc == 0 && answers->disk.fido2_unlock &&
		answers->disk.fido2_pin.origin != SECRET_FILE &&
		answers->disk.fido2_pin.origin != SECRET_LITERAL)
		rc = passage_open(
			passages, wizard->fido2_pin, &answers->disk.fido2_pin, err);
	return rc;
}

static int open_passages(
	struct wizard *wizard, struct passages *passages, struct error *err)
{
	struct answers *answers = wizard->answers;
	int rc = 0;

	passages->items = memory_zero(
		SECRETS_OF_DISK + answers->user_count, sizeof(*passages->items));
	if (answers->disk.encryption != ENCRYPTION_NONE)
		rc = open_for_disk(wizard, passages, err);
	for (size_t i = 0; rc == 0 && i < answers->user_count; i++)
		if (answers->users[i].password.origin == SECRET_PROMPT)
			rc = passage_open(passages, wizard->accounts[i].password,
				&answers->users[i].password, err);
	return rc;
}

/* What an earlier run said is kept as events.1, events.2 … */
static int keep_events(int dir, struct error *err)
{
	for (unsigned i = 1; file_exists(dir, "events"); i++) {
		autofree char *name = memory_format("events.%u", i);
		int rc = file_exists(dir, name) ? 0 : file_move(dir, "events", name, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int write_answers(const struct wizard *wizard, struct error *err)
{
	autofree char *yaml = answers_write(wizard->answers);
	autoclose int dir = -1;

	if (mkdir(wizard->run_dir, 0755) < 0 && errno != EEXIST)
		return error_errno(err, -errno, _("making %s"), wizard->run_dir);
	dir = file_open_root(wizard->run_dir, err);
	if (dir < 0)
		return dir;
	if (keep_events(dir, err) < 0)
		return err->code;
	return file_write(dir, "answers.yaml", yaml, strlen(yaml), 0600, err);
}

/* The engine inherits the secrets' pipes and nothing else. */
static void keep_open(const struct passages *passages)
{
	(void)syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < passages->count; i++)
		(void)fcntl(passages->items[i].read_end, F_SETFD, 0);
}

static void engine_exec(const char *const *argv, const struct passages *passages, int log)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C",
		    zone[] = "TZ=UTC", home[] = "HOME=/";
	char *environment[] = {path, locale, zone, home, NULL};
	autoclose int nothing = open("/dev/null", O_RDONLY);
	sigset_t none;

	(void)setsid();
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGHUP, SIG_IGN);
	keep_open(passages);
	if (dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	(void)execve(argv[0], (char *const *)(uintptr_t)argv, environment);
	(void)dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int engine_fork(struct wizard *wizard, const char *const *argv,
	const struct passages *passages, struct error *err)
{
	autofree char *log_path = memory_format("%s/engine.log", wizard->run_dir);
	autoclose int log =
		open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (log < 0)
		return error_errno(err, -errno, _("making %s"), log_path);
	wizard->engine = fork();
	if (wizard->engine == 0)
		engine_exec(argv, passages, log);
	return wizard->engine < 0 ? error_errno(err, -errno, _("starting %s"), argv[0])
				  : 0;
}

static int start(
	struct wizard *wizard, const struct passages *passages, struct error *err)
{
	autofree char *answers = memory_format("%s/answers.yaml", wizard->run_dir);
	autofree char *events = memory_format("%s/events", wizard->run_dir);
	const char *argv[] = {wizard->setup, "install", answers, NULL};
	int rc = engine_fork(wizard, argv, passages, err);

	if (rc == 0)
		follow_start(&wizard->follow, events, false, &wizard->preview.titles);
	return rc;
}

int engine_run(struct wizard *wizard, const struct words *words, struct error *err)
{
	static const struct passages none;

	if (mkdir(wizard->run_dir, 0755) < 0 && errno != EEXIST)
		return error_errno(err, -errno, _("making %s"), wizard->run_dir);
	return engine_fork(wizard, (const char *const *)words->items, &none, err);
}

bool engine_ended(struct wizard *wizard, int *status)
{
	int how = 0;

	if (!wizard->engine || waitpid(wizard->engine, &how, WNOHANG) != wizard->engine)
		return false;
	wizard->engine = 0;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128;
	return true;
}

void engine_log(const struct wizard *wizard, struct text *log)
{
	autoclose int dir = file_open_root(wizard->run_dir, NULL);

	text_free(log);
	if (dir >= 0)
		(void)!file_read(dir, "engine.log", LOG_MAX, log, NULL);
}

int engine_start(struct wizard *wizard, struct error *err)
{
	struct passages passages = {0};
	int rc;

	if (wizard->plan_only)
		return error_set(err, -EPERM, "%s", _("This only plans."));
	if (wizard->demo) {
		autofree char *script =
			memory_format("%s/demo/install.events", wizard->data_dir);

		follow_start(&wizard->follow, script, true, &wizard->preview.titles);
		wizard->follow.plan_id = memory_copy_text(wizard->preview.id);
		return 0;
	}
	wizard->answers->disk.erase = ERASE_MATCHED;
	rc = open_passages(wizard, &passages, err);
	if (rc == 0)
		rc = write_answers(wizard, err);
	if (rc == 0)
		rc = start(wizard, &passages, err);
	close_passages(&passages);
	wizard->answers->disk.erase = ERASE_NONE;
	return rc;
}

/* The file after "install" among these arguments, each with its zero byte; NULL: none. */
static const char *answers_argument(const struct text *arguments)
{
	static const char *const with_value[] = {
		"--machine", "--payload", "--keys", "--events"};
	bool installs = false, is_value = false;

	for (size_t at = 0; at < arguments->size;) {
		const char *word = arguments->data + at;
		bool takes_value = false;

		for (size_t i = 0; i < LENGTH(with_value); i++)
			takes_value |= text_equal(word, with_value[i]);
		if (installs && !is_value && *word != '-')
			return word;
		is_value = installs && takes_value;
		installs |= text_equal(word, "install");
		at += strlen(word) + 1;
	}
	return NULL;
}

/* The answers the running engine was given: of its command line, which is the only thing that cannot be of an earlier run. */
static int running_answers(pid_t engine, struct answers **answers, struct error *err)
{
	autofree char *proc = memory_format("/proc/%ld", (long)engine);
	autofree char *path = NULL;
	autoproblems struct problems problems = {0};
	autotext struct text arguments = {0};
	autoclose int dir = file_open_root(proc, err);
	const char *file;

	if (dir < 0 || file_read(dir, "cmdline", LOG_MAX, &arguments, err) < 0)
		return err->code;
	file = answers_argument(&arguments);
	if (!file)
		return error_set(err, -ENOENT, "%s",
			_("the answers of the running installation were not found"));
	path = memory_format("%s%s%s", proc, *file == '/' ? "/root" : "/cwd/", file);
	return answers_read_file(path, answers, &problems, err);
}

/* Secrets that went to it through pipes or a prompt are gone. */
static int take_answers(struct wizard *wizard, pid_t engine, struct error *err)
{
	struct answers *answers = NULL;
	int rc = running_answers(engine, &answers, err);

	if (rc < 0 || !answers)
		return rc;
	answers_file_adopt(answers);
	wizard_take_answers(wizard, answers);
	return answers->disk.recovery_key.origin == SECRET_PROMPT
		       ? recovery_want(wizard, true, err)
		       : 0;
}

bool engine_attach(struct wizard *wizard, struct error *err)
{
	autofree char *events = memory_format("%s/events", wizard->run_dir);
	pid_t engine = wizard->demo ? 0 : journal_engine(wizard->run_dir);

	if (engine == 0)
		return false;
	(void)!take_answers(wizard, engine, err);
	follow_start(&wizard->follow, events, false, &(struct words){0});
	while (follow_poll(&wizard->follow))
		;
	follow_backdate(&wizard->follow);
	return true;
}

static void last_words(const struct wizard *wizard, int status, struct error *err)
{
	autoclose int dir = file_open_root(wizard->run_dir, NULL);
	autotext struct text text = {0};
	autowords struct words lines = {0};

	if (dir >= 0 && file_read(dir, "engine.log", LOG_MAX, &text, NULL) == 0)
		words_split(&lines, text_string(&text), "\n");
	if (lines.count)
		(void)error_set(err, -ECHILD, "%s", lines.items[lines.count - 1]);
	else
		(void)error_set(err, -ECHILD,
			_("the installation ended unexpectedly (status %d)"), status);
}

bool engine_died(struct wizard *wizard, struct error *err)
{
	int status = 0;

	if (wizard->demo || wizard->follow.finished)
		return false;
	if (wizard->engine == 0) {
		if (journal_engine(wizard->run_dir) != 0 || follow_poll(&wizard->follow))
			return false;
		(void)error_set(err, -ECHILD, "%s",
			_("the installation that was running ended without a word"));
		return !wizard->follow.finished;
	}
	if (waitpid(wizard->engine, &status, WNOHANG) != wizard->engine)
		return false;
	wizard->engine = 0;
	while (follow_poll(&wizard->follow))
		;
	if (wizard->follow.finished)
		return false;
	last_words(wizard, status, err);
	return true;
}

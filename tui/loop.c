/* The event loop: show, wait, change; and the shell in between. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "installer/base/kernel_log.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/frontend.h"
#include "tui/record.h"
#include "tui/script.h"

enum { TICK_MS = 250, HURRY_MS = 20, USUAL_ROWS = 24, USUAL_COLS = 80 };
enum { NOT_STARTED = 127 }; /* as shells say it */

/* A front end with the terminal in its hands, and what it took away for that. */
struct stage {
	struct form *form;
	const struct frontend *frontend;
	const struct terminal *terminal;
	void *state;
	int level; /* of kernel messages, -1: left alone */
};

static void quieten(struct stage *stage)
{
	stage->level = stage->frontend->fills_screen ? kernel_log_level() : -1;
	if (stage->level <= KERNEL_LOG_QUIET || kernel_log_set(KERNEL_LOG_QUIET) < 0)
		stage->level = -1; /* what somebody else lowered, they raise again */
}

static void let_speak(const struct stage *stage)
{
	if (stage->level >= 0)
		(void)kernel_log_set(stage->level);
}

static void program_exec(const struct terminal *terminal, const struct words *words)
{
	static char name[] = "/bin/sh", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		    prompt[] = "PS1=jefe# ";
	autofree char *term =
		memory_format("TERM=%s", terminal->type ? terminal->type : "dumb");
	char home[] = "HOME=/root";
	char *const shell[] = {name, NULL};
	char *const *argv = words->count ? words->items : shell;
	char *const environment[] = {path, home, prompt, term, NULL};
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpgid(0, 0);
	(void)signal(SIGTTOU, SIG_IGN);
	(void)tcsetpgrp(terminal->in, getpid());
	(void)signal(SIGTTOU, SIG_DFL);
	environ = (char **)(uintptr_t)environment; /* by its PATH, not by ours */
	(void)execvp(argv[0], argv);
	_exit(NOT_STARTED);
}

static void say_here(struct stage *stage, const char *text)
{
	if (write(stage->terminal->out, text, strlen(text)) < 0)
		form_say(stage->form, TONE_WARNING, "%s",
			_("The terminal does not take output."));
}

static void say_not_started(struct stage *stage, const char *program)
{
	autofree char *text =
		memory_format(_("\nThe program %s cannot be started.\n"), program);

	say_here(stage, text);
}

/* Until a line was typed, or the input ended. */
static void wait_for_enter(const struct stage *stage)
{
	char byte = 0;

	(void)tcflush(stage->terminal->in, TCIFLUSH);
	while (byte != '\n' && read(stage->terminal->in, &byte, 1) == 1)
		;
}

/* What a program said has to be read before the display covers it; a shell was left by its own end. */
static void give_program(struct stage *stage, const struct words *words)
{
	pid_t pid;
	const struct terminal *terminal = stage->terminal;
	int status = 0;

	if (!isatty(terminal->in)) {
		form_say(stage->form, TONE_WARNING, "%s",
			_("Only a terminal can be handed over; this is none."));
		return;
	}
	stage->frontend->suspend(stage->state);
	let_speak(stage);
	if (!words->count)
		say_here(stage, _("\nType \"exit\" to return to the installer.\n"));
	pid = fork();
	if (pid == 0)
		program_exec(terminal, words);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)signal(SIGTTOU, SIG_IGN);
	(void)tcsetpgrp(terminal->in, getpgrp());
	(void)signal(SIGTTOU, SIG_DFL);
	if (words->count) {
		if (pid < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED))
			say_not_started(stage, words->items[0]);
		say_here(stage, _("\nPress Enter to go back.\n"));
		wait_for_enter(stage);
	}
	quieten(stage);
	stage->frontend->resume(stage->state);
}

/* A key of a person ends the script: the wizard goes on from here as they operate it. */
static void take_over(struct form *form, struct script *script, const struct input *input)
{
	if (input->kind == INPUT_SAY || input->kind == INPUT_RESIZE)
		return;
	script_end(script);
	form_input(form, &(struct input){.kind = INPUT_CAPTION});
}

static int play(struct stage *stage, struct script *script, struct input *input,
	struct error *err)
{
	int rc;

	if (form_deaf(stage->form))
		return 0;
	rc = script_next(
		script, form_view(stage->form), stage->terminal->out, input, err);
	if (rc > 0 && stage->frontend->played)
		stage->frontend->played(stage->state, input);
	return rc;
}

/* 1: something may have changed; 0: nothing; negative: the end. */
static int take_input(struct stage *stage, struct error *err)
{
	struct script *script = stage->terminal->script;
	bool plays = script && !script_ended(script);
	autowords struct words program = {0};
	struct input input = {0};
	int rc = stage->frontend->read(stage->state, &input,
		plays && script_hurries(script) ? HURRY_MS : TICK_MS);

	if (plays && rc > 0)
		take_over(stage->form, script, &input);
	if (plays && rc == 0)
		rc = play(stage, script, &input, err);
	if (rc <= 0)
		return rc;
	form_input(stage->form, &input);
	if (form_wants_program(stage->form, &program)) {
		give_program(stage, &program);
		form_refresh(
			stage->form); /* the program may have changed what the page shows */
	}
	return 1;
}

static int explain_end(int rc, struct error *err)
{
	if (rc == -EPIPE)
		return error_set(err, rc, "%s", _("the input ended"));
	if (rc == -EINTR)
		return error_set(err, rc, "%s", _("told to end"));
	return rc < 0 && !err->code
		       ? error_errno(err, rc, "%s", _("reading from the terminal"))
		       : rc;
}

/* A display that fills no screen is recorded as one of the usual size would show the same. */
static void show(const struct stage *stage)
{
	static const struct pane plain;
	const struct view *view = form_view(stage->form);

	stage->frontend->show(stage->state, view);
	if (!stage->frontend->fills_screen)
		recorder_frame(
			stage->terminal->recorder, view, &plain, USUAL_ROWS, USUAL_COLS);
}

int loop_run(struct form *form, const struct frontend *frontend,
	const struct terminal *terminal, struct error *err)
{
	struct stage stage = {.form = form, .frontend = frontend, .terminal = terminal};
	int status;
	int rc = frontend->open(&stage.state, terminal, err);

	if (rc < 0)
		return rc;
	quieten(&stage);
	show(&stage);
	while (!form_ended(form, &status) && !form_switch_to(form)) {
		rc = take_input(&stage, err);
		if (rc < 0)
			break;
		if (form_tick(form) || rc > 0)
			show(&stage);
	}
	frontend->close(stage.state);
	let_speak(&stage);
	return explain_end(rc < 0 ? rc : 0, err);
}

int terminal_signal(const struct terminal *terminal)
{
	struct signalfd_siginfo info = {0};

	if (terminal->signals < 0 ||
		read(terminal->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

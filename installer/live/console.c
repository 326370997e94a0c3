#include "installer/live/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "installer/journal.h"
#include "installer/live/unattended.h"

enum { WRITER_PATIENCE = 15 };

#define PROGRAM "/usr/sbin/jefe-setup"

bool console_is_virtual(const char *tty)
{
	return text_starts(tty, "tty") && tty[3] >= '0' && tty[3] <= '9';
}

const char *console_term(const struct kernel_line *line, const char *tty)
{
	if (console_is_virtual(tty))
		return "linux";
	return line->term && *line->term ? line->term : "vt220";
}

enum console_view console_choose(
	const struct kernel_line *line, const struct console_facts *facts)
{
	if (facts->engine_runs)
		return CONSOLE_ATTACH;
	if (line->automatic)
		return CONSOLE_SHELL;
	if (text_equal(facts->term, "dumb") || text_equal(line->ui, "line"))
		return CONSOLE_LINE;
	if (facts->virtual_terminal || text_equal(line->ui, "ncurses"))
		return CONSOLE_WIZARD;
	return CONSOLE_ASK;
}

static void say(const char *text)
{
	struct error lost = {0}; /* a terminal that is gone is found when a key is read */

	(void)!file_write_all(STDOUT_FILENO, text, strlen(text), &lost);
}

static int become(const char *const *argv, struct error *err)
{
	(void)execv(argv[0], (char *const *)(uintptr_t)argv);
	return error_errno(err, -errno, "starting %s", argv[0]);
}

static int become_shell(struct error *err)
{
	say("Type exit to come back.\n");
	return become((const char *const[]){"/bin/sh", "-l", NULL}, err);
}

static int become_wizard(const char *ui, struct error *err)
{
	const char *argv[] = {
		PROGRAM, "wizard", "--ui", ui, "--answers", UNATTENDED_ANSWERS, NULL};

	if (access(UNATTENDED_ANSWERS, R_OK) < 0)
		argv[4] = NULL;
	return become(argv, err);
}

static int ask_front_end(struct error *err)
{
	int key = console_ask(
		"\nHow do you want to install?\n"
		"  1: line mode, one question after the other; any terminal, slow lines, speech.\n"
		"  2: full screen; needs a terminal program that understands vt220.\n"
		"Press 1 or 2: ",
		"12", err);

	if (key < 0)
		return key;
	say(key == '1' ? "1\n" : "2\n");
	return become_wizard(key == '1' ? "line" : "ncurses", err);
}

static int show(enum console_view view, struct error *err)
{
	switch (view) {
	case CONSOLE_WIZARD:
		return become_wizard("ncurses", err);
	case CONSOLE_LINE:
		return become_wizard("line", err);
	case CONSOLE_ASK:
		return ask_front_end(err);
	case CONSOLE_ATTACH:
		return become((const char *const[]){PROGRAM, "attach", NULL}, err);
	case CONSOLE_SHELL:
		break;
	}
	return become_shell(err);
}

/* The first time a console starts the wizard comes by itself; afterwards somebody left it and wants to be asked. */
static bool is_first_start(const char *tty)
{
	autofree char *mark = memory_format("/run/jefe/console.%s", tty);
	autoclose int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd >= 0;
}

/* The key: s, or Enter for what the view offers. */
static int ask_again(enum console_view view, struct error *err)
{
	static const char over[] =
		"\nPress Enter for a shell. The log is " UNATTENDED_LOG ".\n";
	static const char running[] =
		"\nAn installation is running. Press Enter to watch it, s for a shell.\n";
	static const char idle[] =
		"\nJefeLinux: press Enter to start the installer, s for a shell.\n";

	if (view == CONSOLE_SHELL)
		return console_ask(over, "\r\n", err);
	return console_ask(view == CONSOLE_ATTACH ? running : idle, "s\r\n", err);
}

int console_run_shell(const char *tty, struct error *err)
{
	struct kernel_line line = {0};
	int key = console_open(tty, console_term(&line, tty), err);

	if (key == 0)
		key = console_ask("\nPress Enter for a root shell.\n", "\r\n", err);
	return key < 0 ? key : become_shell(err);
}

int console_run(const char *tty, struct error *err)
{
	autokernelline struct kernel_line line = {0};
	struct console_facts facts = {.virtual_terminal = console_is_virtual(tty)};
	struct error silence = {0};
	enum console_view view;
	bool first = is_first_start(tty);
	int key = 0;

	if (kernel_line_read(&line, err) < 0)
		return err->code;
	facts.term = console_term(&line, tty);
	if (console_open(tty, facts.term, err) < 0)
		return err->code;
	if (first && unattended_follow(STDOUT_FILENO, WRITER_PATIENCE, &silence) < 0 &&
		line.automatic)
		say(silence.text);
	facts.engine_runs = journal_engine(RUN_DIR) != 0;
	view = console_choose(&line, &facts);
	if (!first || view == CONSOLE_SHELL)
		key = ask_again(view, err);
	if (key < 0)
		return key;
	return key == 's' ? become_shell(err) : show(view, err);
}

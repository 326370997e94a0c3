#include "installer/live/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/display.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "installer/journal.h"
#include "installer/live/unattended.h"

enum { WRITER_PATIENCE = 60 };

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

enum console_view console_choose(const struct kernel_line *line,
	const struct console_facts *facts, const struct display **display)
{
	const struct display *asked =
		display_find(facts->answer ? facts->answer : line->ui);

	*display = asked ? asked : displays;
	if (text_equal(facts->term, "dumb"))
		*display = display_find("line");
	if (facts->engine_runs)
		return CONSOLE_ATTACH;
	if (line->recover)
		return CONSOLE_RECOVER;
	if (line->automatic)
		return CONSOLE_SHELL;
	return asked || facts->virtual_terminal || !(*display)->moves_cursor
		       ? CONSOLE_WIZARD
		       : CONSOLE_ASK;
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

static int become_wizard(const struct display *display, struct error *err)
{
	const char *argv[] = {
		PROGRAM, "wizard", "--ui", NULL, "--answers", UNATTENDED_ANSWERS, NULL};
	autofree char *path = NULL;
	struct error absent = {0};

	if (display_program(display, &path, &absent) < 0) {
		say(absent.text);
		say("\n");
		display = displays;
	}
	argv[3] = display->name;
	if (access(UNATTENDED_ANSWERS, R_OK) < 0)
		argv[4] = NULL;
	return become(argv, err);
}

/* What was chosen here is remembered in the console's mark: it is asked once. */
static const struct display *ask_display(const char *mark, struct error *err)
{
	static const struct {
		char key;
		const char *display;
	} keys[] = {
		{'1', "line"   },
                {'2', "thin"   },
                {'3', "ncurses"}
        };
	autoclose int root = file_open_root("/", err);
	int key = console_ask(
		"\nHow do you want to install?\n"
		"  1: line mode, one question after the other; any terminal, slow lines, speech.\n"
		"  2: thin, full screen with few bytes: ASCII, no colours; needs vt220 or better.\n"
		"  3: rich, full screen with lines and colours; a terminal program on a fast line.\n"
		"Press 1, 2 or 3: ",
		"123", err);

	if (key < 0 || root < 0)
		return NULL;
	for (size_t i = 0; i < LENGTH(keys); i++)
		if (keys[i].key == key) {
			struct error unkept = {0}; /* then it is asked again */

			say((const char[]){(char)key, '\n', '\0'});
			(void)!file_write(root, mark, keys[i].display,
				strlen(keys[i].display), 0600, &unkept);
			return display_find(keys[i].display);
		}
	return NULL;
}

static int show(enum console_view view, const struct display *display, const char *mark,
	struct error *err)
{
	switch (view) {
	case CONSOLE_WIZARD:
		return become_wizard(display, err);
	case CONSOLE_ASK:
		display = ask_display(mark, err);
		return display ? become_wizard(display, err) : err->code;
	case CONSOLE_ATTACH:
		return become((const char *const[]){PROGRAM, "attach", NULL}, err);
	case CONSOLE_SHELL:
	case CONSOLE_RECOVER:
		break;
	}
	return become_shell(err);
}

/* The first time a console starts the wizard comes by itself; afterwards somebody left it and wants to be asked. */
static bool is_first_start(const char *mark, char **answer)
{
	autoclose int fd = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	autoclose int root = file_open_root("/", NULL);

	if (fd < 0 && root >= 0 && file_read_line(root, mark, answer) < 0)
		*answer = NULL;
	return fd >= 0;
}

/* The key: s, or Enter for what the view offers. */
static int ask_again(enum console_view view, struct error *err)
{
	static const char over[] =
		"\nPress Enter for a shell. The log is " UNATTENDED_LOG ".\n";
	static const char recover[] =
		"\nJefeLinux: nothing was started. To repair an installed system, in a shell:\n"
		"  jefe-setup recover open       unlocks it and mounts it on /mnt/jefe, read-only\n"
		"  jefe-setup recover            what else can be done, the boot loader first\n"
		"  jefe-setup recover close      at the end\n"
		"Press Enter for a root shell.\n";
	static const char running[] =
		"\nAn installation is running. Press Enter to watch it, s for a shell.\n";
	static const char idle[] =
		"\nJefeLinux: press Enter to start the installer, s for a shell.\n";

	if (view == CONSOLE_SHELL || view == CONSOLE_RECOVER)
		return console_ask(view == CONSOLE_SHELL ? over : recover, "\r\n", err);
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
	autofree char *mark = memory_format("/run/jefe/console.%s", tty);
	autofree char *answer = NULL;
	bool first = is_first_start(mark, &answer);
	struct console_facts facts = {
		.virtual_terminal = console_is_virtual(tty), .answer = answer};
	const struct display *display;
	struct error silence = {0};
	enum console_view view;
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
	view = console_choose(&line, &facts, &display);
	if (!first || view == CONSOLE_SHELL || view == CONSOLE_RECOVER)
		key = ask_again(view, err);
	if (key < 0)
		return key;
	return key == 's' ? become_shell(err) : show(view, display, mark, err);
}

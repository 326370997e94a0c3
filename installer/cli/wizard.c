/* jefe-setup wizard: starts a front end and stays behind it, so that terminal and console are put right however it ends. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "installer/base/display.h"
#include "installer/base/file.h"
#include "installer/base/kernel_log.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "installer/cli/cli.h"
#include "installer/live/kernel_line.h"

enum { ARGUMENTS_MAX = 16 };

struct call {
	const char *ui, *lang;
	const char *arguments[ARGUMENTS_MAX]; /* for the front end */
	size_t count;
	bool demo, plays; /* --demo, --script */
	bool names_something; /* answers, a machine, the demonstration: an installation is meant */
};

/* What the front end may leave changed. */
struct console {
	struct termios termios;
	bool has_termios;
	int level; /* of kernel messages, -1: unknown */
};

static void pass_on(struct call *call, const char *name, const char *value)
{
	call->arguments[call->count++] = name;
	if (value)
		call->arguments[call->count++] = value;
}

static bool parse(int argc, char **argv, struct call *call)
{
	static const struct option names[] = {
		{"ui",               required_argument, NULL, 'u'},
		{"answers",              required_argument, NULL, 'a'},
		{"machine",                  required_argument, NULL, 'm'},
		{"theme",required_argument, NULL, 't'},
		{"data",               required_argument, NULL, 'd'},
		{"record",          required_argument, NULL, 'r'},
		{"lang",              required_argument, NULL, 'l'},
		{"script",                  required_argument, NULL, 'c'},
		{"demo",              no_argument, NULL, 'D'},
                {0              }
        };
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'u')
			call->ui = optarg;
		else if (option == 'l')
			call->lang = optarg;
		else if (option == 'a')
			pass_on(call, "--answers", optarg);
		else if (option == 'm')
			pass_on(call, "--machine", optarg);
		else if (option == 't')
			pass_on(call, "--theme", optarg);
		else if (option == 'd')
			pass_on(call, "--data", optarg);
		else if (option == 'r')
			pass_on(call, "--record", optarg);
		else if (option == 'c')
			pass_on(call, "--script", optarg);
		else if (option == 'D')
			pass_on(call, "--demo", NULL);
		else
			return false;
		call->demo |= option == 'D';
		call->plays |= option == 'c';
		call->names_something |= option == 'a' || option == 'm' || option == 'D';
		if (call->count + 6 > ARGUMENTS_MAX)
			return false;
	}
	return optind == argc;
}

bool cli_has_policy(void)
{
	autoclose int root = file_open_root("/", NULL);

	return root >= 0 && file_exists(root, "etc/jefelinux/policy.yaml");
}

static bool moves_cursor(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

/* What was asked for, here or on the kernel line; full screen only where a cursor can be moved. */
static const struct display *choose(const char *asked, const struct kernel_line *line)
{
	const struct display *display = display_find(asked ? asked : line->ui);

	if (asked)
		return display;
	if (!display)
		display = displays;
	return moves_cursor() ? display : display_find("line");
}

/* Without one the environment decides. -1: there is none of this name. */
static int choose_language(struct call *call, const struct kernel_line *line)
{
	const struct language *language =
		language_find(call->lang ? call->lang : line->lang);

	if (language)
		pass_on(call, "--lang", language->code);
	return call->lang && !language ? -1 : 0;
}

static void console_keep(struct console *console)
{
	console->has_termios = tcgetattr(STDIN_FILENO, &console->termios) == 0;
	console->level = kernel_log_level();
}

/* The front end restores all of this itself, unless it was killed. */
static void console_restore(const struct console *console, int status)
{
	static const char clean[] = "\033[0m\033(B\017\033[?25h\033[?1049l\r\n";

	if (console->level > KERNEL_LOG_QUIET && kernel_log_level() == KERNEL_LOG_QUIET)
		(void)kernel_log_set(console->level);
	if (!console->has_termios)
		return;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &console->termios);
	if (WIFSIGNALED(status) && isatty(STDOUT_FILENO))
		(void)!write(STDOUT_FILENO, clean, sizeof(clean) - 1);
}

static void become(
	const char *path, const struct call *call, const char *self, pid_t parent)
{
	const char *argv[ARGUMENTS_MAX + 5] = {path};
	size_t count = 1;
	sigset_t none;

	for (size_t i = 0; i < call->count; i++)
		argv[count++] = call->arguments[i];
	argv[count++] = "--setup";
	argv[count] = self;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGQUIT, SIG_DFL);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		_exit(EXIT_PROBLEMS);
	(void)execv(path, (char *const *)(uintptr_t)argv);
	(void)fprintf(stderr, "jefe-setup wizard: %s: %s\n", path, strerror(errno));
	_exit(EXIT_PROBLEMS);
}

/* SIGTERM and SIGHUP are for the front end; it ends, and then so do we. */
static int wait_for(pid_t pid)
{
	sigset_t set;
	int status = 0;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	for (;;) {
		siginfo_t info = {0};
		int number = sigwaitinfo(&set, &info);

		if (number == SIGTERM || number == SIGHUP)
			(void)kill(pid, number);
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
	}
}

static void hold_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
}

static int start(struct call *call, const struct display *display)
{
	char self[4096];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	autofree char *path = NULL;
	struct console console = {.level = -1};
	struct error err = {0};
	pid_t parent = getpid();
	pid_t pid;
	int status;

	if (display_program(display, &path, &err) < 0)
		return cli_fail("wizard", EXIT_PROBLEMS, &err);
	self[size < 0 ? 0 : size] = '\0';
	if (display->thin)
		pass_on(call, "--thin", NULL);
	console_keep(&console);
	hold_signals();
	pid = fork();
	if (pid == 0)
		become(path, call, self, parent);
	status = pid < 0 ? EXIT_PROBLEMS << 8 : wait_for(pid);
	console_restore(&console, status);
	if (WIFSIGNALED(status))
		(void)fprintf(stderr,
			"jefe-setup wizard: the display ended by signal %d; an installation that was started goes on\n",
			WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_PROBLEMS;
}

int cli_wizard(int argc, char **argv)
{
	autokernelline struct kernel_line line = {0};
	struct call call = {0};
	const struct display *display;

	if (!parse(argc, argv, &call))
		return cli_usage("wizard", "takes no other arguments");
	if (call.plays && !call.demo)
		return cli_usage("wizard",
			"--script is for --demo alone: it types the name of the disk, too");
	(void)!kernel_line_read(&line, NULL); /* without one nothing is asked for */
	if (!call.names_something && cli_has_policy())
		pass_on(&call, "--harden", "/");
	if (choose_language(&call, &line) < 0) {
		autofree char *codes = language_codes();

		return cli_usage("wizard", "there is no language \"%s\"; there are: %s",
			call.lang, codes);
	}
	display = choose(call.ui, &line);
	if (!display) {
		autofree char *names = display_names();

		return cli_usage("wizard", "there is no front end \"%s\"; there are %s",
			call.ui, names);
	}
	return start(&call, display);
}

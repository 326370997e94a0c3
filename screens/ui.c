#include "screens/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "installer/base/display.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/answers_file.h"
#include "screens/console_keymap.h"
#include "screens/engine.h"
#include "screens/installed.h"
#include "screens/session.h"
#include "screens/wait.h"
#include "screens/wizard.h"
#include "tui/fullscreen.h"
#include "tui/record.h"
#include "tui/script.h"

struct options {
	const char *answers, *machine, *setup, *data, *theme, *run, *harden, *record,
		*lang, *keymaps, *script;
	bool demo, thin, hurries;
	int state; /* descriptor of a session to go on with, -1: none */
	unsigned guard_ms;
};

static int usage(const char *program)
{
	(void)fprintf(stderr,
		"Usage: %s [--answers FILE] [--machine FILE] [--demo] [--theme NAME|FILE] [--setup PROGRAM] [--data DIR]"
		" [--run DIR] [--harden ROOT] [--record FILE] [--lang CODE] [--keymaps DIR] [--script FILE]\nStarted by `jefe-setup wizard`; see jefe-setup(8).\n",
		program);
	return 2;
}

static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"answers",          required_argument, NULL, 'a'},
		{"machine",              required_argument, NULL, 'm'},
		{"setup",                  required_argument, NULL, 's'},
		{"data",required_argument, NULL, 'd'},
		{"theme",               required_argument, NULL, 't'},
		{"run",            required_argument, NULL, 'r'},
		{"harden",              required_argument, NULL, 'h'},
		{"record",                  required_argument, NULL, 'R'},
		{"lang",              required_argument, NULL, 'l'},
		{"keymaps",               required_argument, NULL, 'k'},
		{"script",            required_argument, NULL, 'c'},
		{"demo",              no_argument, NULL, 'D'},
                {"thin",                  no_argument, NULL, 'T'},
		{"state",required_argument, NULL, 'S'},
		{"no-guard",               no_argument, NULL, 'G'},
		{"no-pauses",           no_argument, NULL, 'P'},
                {0             }
        };
	static const char names_of_texts[] = "amsdtrhRlkc";
	uint64_t number;
	int name;

	*options = (struct options){.setup = "/usr/sbin/jefe-setup",
		.data = PKGDATADIR,
		.theme = getenv("JEFE_THEME"),
		.state = -1,
		.guard_ms = 500};
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		const char **const texts[] = {&options->answers, &options->machine,
			&options->setup, &options->data, &options->theme, &options->run,
			&options->harden, &options->record, &options->lang,
			&options->keymaps, &options->script};
		const char *which = strchr(names_of_texts, name);

		if (which)
			*texts[which - names_of_texts] = optarg;
		else if (name == 'D')
			options->demo = true;
		else if (name == 'T')
			options->thin = true;
		else if (name == 'P')
			options->hurries = true;
		else if (name == 'G')
			options->guard_ms = 0;
		else if (name == 'S' && text_to_u64(optarg, 3, 1024, &number) == 0)
			options->state = (int)number;
		else
			return -EINVAL;
	}
	return optind == argc && (!options->script || options->demo) ? 0 : -EINVAL;
}

/* The front end that shows nothing has one always, from standard input. */
static int load_script(const struct options *options, const struct frontend *frontend,
	struct script **script, struct error *err)
{
	bool plays_only = frontend == &frontend_script;
	int rc = options->script || plays_only ? script_load(options->script, script, err)
					       : 0;

	if (rc == 0 && *script && (plays_only || options->hurries))
		script_hurry(*script);
	return rc;
}

static int load_machine(
	const struct options *options, struct machine **machine, struct error *err)
{
	if (options->machine)
		return machine_load_file(options->machine, machine, err);
	return machine_probe(machine, err);
}

/* Problems in a file stop here: the place to show them is the command line, with their line numbers. */
static int load_answers(const struct options *options, const struct session *session,
	struct answers **answers, struct error *err)
{
	autoproblems struct problems problems = {0};
	autotext struct text text = {0};
	int rc = 0;

	if (session)
		*answers = answers_read(session_answers(session),
			strlen(session_answers(session)), &problems);
	else if (options->harden)
		rc = installed_policy(options->harden, answers, err);
	else if (options->answers)
		rc = answers_read_file(options->answers, answers, &problems, err);
	else
		*answers = answers_new();
	if (rc < 0)
		return rc;
	answers_file_adopt(*answers);
	if (session ||
		!problems_have_errors(&problems)) /* an unfinished one is as it was */
		return 0;
	problems_print(&problems, options->answers ? options->answers : "answers", &text);
	return error_set(err, -EINVAL, "%s", text_string(&text));
}

static int make_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void fill_wizard(struct wizard *wizard, const struct options *options,
	const struct frontend *frontend)
{
	wizard->machine_is_file = options->machine != NULL;
	wizard->machine_path = options->machine;
	wizard->demo = options->demo;
	wizard->frontend = options->thin ? "thin" : frontend->name;
	wizard->setup = options->setup;
	wizard->data_dir = options->data;
	if (options->keymaps)
		wizard->keymap_dir = options->keymaps;
	wizard->unwatched = !isatty(STDIN_FILENO);
	if (options->run)
		wizard->run_dir = options->run;
	if (console_is_local(STDIN_FILENO) && !wizard->machine_is_file)
		wizard->console = STDIN_FILENO;
}

/* An option with a value that another program of ours gets anew, or, as the language, from the environment; a script ends with its display. */
static bool is_dropped(const char *argument)
{
	return strcmp(argument, "--state") == 0 || strcmp(argument, "--lang") == 0 ||
	       strcmp(argument, "--script") == 0;
}

/* Replace this program by that of the display, which finds everything as it was. Returns only on failure. */
static int become(const struct display *display, char **argv, int argc, int session,
	struct error *err)
{
	static char thin[] = "--thin", state[] = "--state";
	autofree char **arguments = memory_zero((size_t)argc + 4, sizeof(char *));
	autofree char *number = memory_format("%d", session);
	autofree char *path = NULL;
	int count = 0;
	int rc = display_program(display, &path, err);

	if (rc < 0)
		return rc;
	for (int i = 0; i < argc; i++)
		if (is_dropped(argv[i]))
			i++;
		else if (strcmp(argv[i], thin) != 0)
			arguments[count++] = argv[i];
	if (display->thin)
		arguments[count++] = thin;
	arguments[count++] = state;
	arguments[count] = number;
	/* Signals stay blocked: Ctrl-C in between is for the next display to explain. */
	(void)execv(path, arguments);
	return error_errno(err, -errno, _("starting %s"), path);
}

/* The same display with the recorded computer. Returns only on failure. */
static void start_demo(struct wizard *wizard, struct form *form, char **argv, int argc)
{
	static char demo[] = "--demo";
	autofree char **arguments = memory_zero((size_t)argc + 2, sizeof(char *));
	autofree char *path = NULL;
	struct error err = {0};
	int count = 0;

	for (int i = 0; i < argc; i++)
		if (is_dropped(argv[i]) || strcmp(argv[i], "--answers") == 0)
			i++;
		else
			arguments[count++] = argv[i];
	arguments[count] = demo;
	wizard->starts_demo = false;
	form_switch(form, NULL);
	if (display_program(display_find(wizard->frontend), &path, &err) == 0)
		(void)execv(path, arguments);
	form_say(form, TONE_WARNING, _("The demonstration cannot be started: %s"),
		*err.text ? err.text : strerror(errno));
}

/* Everything stays as it is when the other display cannot be had. */
static void change_display(struct wizard *wizard, struct form *form,
	const struct terminal *terminal, char **argv, int argc)
{
	const char *name = form_switch_to(form);
	const struct display *display =
		*name ? display_find(name) : display_after(wizard->frontend);
	struct error err = {0};
	int handed;

	form_switch(form, NULL);
	if (display && display->moves_cursor && fullscreen_check(terminal, &err) < 0)
		display = NULL;
	if (display) {
		handed = session_save(wizard, form, NULL, &err);
		if (handed >= 0)
			(void)!become(display, argv, argc, handed, &err);
		if (handed >= 0)
			(void)close(handed);
	}
	form_say(form, TONE_WARNING, "%s", err.text);
}

/* A display that cannot use this terminal hands everything on to line mode. */
static void fall_back(struct wizard *wizard, const struct form *form, char **argv,
	int argc, struct error *why)
{
	struct error err = {0};
	int handed = session_save(wizard, form, why->text, &err);

	if (handed >= 0)
		(void)!become(display_find("line"), argv, argc, handed, &err);
}

static int explain_end(const struct wizard *wizard, const struct error *err)
{
	(void)fprintf(stderr, "jefe-setup wizard: %s; %s\n", err->text,
		wizard->follow.path && !wizard->follow.finished
			? _("the installation goes on by itself")
			: _("nothing was written to any disk by it"));
	return 1;
}

/* The exit status. */
static int run(struct wizard *wizard, struct form *form, const struct frontend *frontend,
	const struct terminal *terminal, char **argv, int argc)
{
	int status = 1;

	for (;;) {
		struct error err = {0};
		int rc = loop_run(form, frontend, terminal, &err);

		if (rc == -ENODATA)
			return 0;
		if (rc == -ENOTTY && isatty(terminal->in) && isatty(terminal->out))
			fall_back(wizard, form, argv, argc, &err);
		if (rc < 0)
			return explain_end(wizard, &err);
		if (form_ended(form, &status))
			return status;
		if (wizard->starts_demo)
			start_demo(wizard, form, argv, argc);
		else
			change_display(wizard, form, terminal, argv, argc);
	}
}

static int prepare(const struct options *options, struct session **session,
	struct wizard **wizard, struct error *err)
{
	struct machine *machine = NULL;
	struct answers *answers = NULL;
	int rc = options->state >= 0 ? session_read(options->state, session, err) : 0;

	if (rc == 0)
		rc = load_machine(options, &machine, err);
	if (rc == 0)
		rc = load_answers(options, *session, &answers, err);
	if (rc < 0) {
		machine_free(machine);
		answers_free(answers);
		return rc;
	}
	*wizard = wizard_new(answers, machine);
	return options->harden
		       ? installed_open(options->harden, &(*wizard)->installed, err)
		       : 0;
}

static void begin_audit(struct wizard *wizard, struct form *form)
{
	installed_audit(wizard);
	form_refresh(form);
	(void)wait_open(form);
}

static void resume(struct session *session, struct wizard *wizard, struct form *form)
{
	struct error err = {0};

	if (session)
		session_apply(session, wizard, form);
	else if (!wizard->installed && engine_attach(wizard, &err))
		form_open(form, "progress");
	else if (!wizard->installed && !wizard->answers->place_count && err.code == 0)
		(void)!wizard_follow_language(wizard, languages, &err);
	if (wizard->installed && !wizard->installed->audit && wizard->job.pid <= 0)
		begin_audit(wizard, form);
	if (err.code < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	wizard->resumed = session != NULL;
	session_free(session);
}

/* Letters beyond ASCII need a terminal that shows them: a full-screen display knows, otherwise the locale has to say it. */
static void open_language(const char *asked, const struct frontend *frontend,
	const struct terminal *terminal)
{
	bool plain = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;

	if (frontend->fills_screen && terminal->type) {
		enum glyph_set glyphs = fullscreen_glyphs(terminal);

		plain = glyphs == GLYPHS_ASCII || glyphs == GLYPHS_LINES;
	}
	language_open(asked, plain);
}

int ui_main(int argc, char **argv, const struct frontend *frontend)
{
	struct options options;
	autofree char *recorded = NULL;
	struct session *session = NULL;
	struct wizard *wizard = NULL;
	struct form *form;
	struct error err = {0}, theme_err = {0};
	struct theme theme;
	struct terminal terminal = {.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.type = getenv("TERM"),
		.theme = &theme};
	int status;

	/* Only what letters are: numbers in files and recordings look the same everywhere. */
	(void)setlocale(LC_CTYPE, "");
	if (read_options(argc, argv, &options) < 0)
		return usage(argv[0]);
	(void)!theme_load(options.data, options.theme ? options.theme : "default", &theme,
		&theme_err);
	terminal.is_thin = options.thin;
	open_language(options.lang, frontend, &terminal);
	recorded = memory_format("%s/demo/machine.json", options.data);
	if (options.demo && !options.machine)
		options.machine = recorded;
	if (load_script(&options, frontend, &terminal.script, &err) < 0 ||
		prepare(&options, &session, &wizard, &err) < 0) {
		(void)fprintf(stderr, "jefe-setup wizard: %s\n", err.text);
		session_free(session);
		script_free(terminal.script);
		return 1;
	}
	fill_wizard(wizard, &options, frontend);
	form = form_new(wizard->installed ? installed_screens : wizard_screens, wizard);
	form_brand(form, "JefeLinux " PACKAGE_VERSION, options.demo ? N_("DEMO") : NULL);
	form_guard(form, options.guard_ms);
	resume(session, wizard, form);
	if (wizard->plan_only)
		form_brand(form, "JefeLinux " PACKAGE_VERSION, N_("PLAN"));
	if (theme_err.code < 0)
		form_say(form, TONE_WARNING, "%s", theme_err.text);
	terminal.signals = make_signals();
	terminal.pictures = wizard->run_dir;
	terminal.is_slow = !console_is_local(STDIN_FILENO);
	if (options.record && recorder_open(&terminal.recorder, options.record,
				      wizard->resumed, &theme, &err) < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	status = run(wizard, form, frontend, &terminal, argv, argc);
	recorder_close(terminal.recorder);
	script_free(terminal.script);
	form_free(form);
	wizard_free(wizard);
	return status;
}

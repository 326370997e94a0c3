/* jefe-setup install: checks everything, reads the secrets, then runs the plan. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/inputs.h"
#include "installer/cli/prompt.h"
#include "installer/journal.h"
#include "installer/live/report.h"
#include "installer/run.h"
#include "installer/steps/steps.h"
#include "installer/storage.h"

#define TARGET RUN_DIR "/target"

struct install_options {
	const char *answers, *machine, *payload, *keys, *events;
	bool resume;
};

/* One call of the command. */
struct session {
	struct install_options options;
	struct inputs inputs;
	struct secrets secrets;
	struct journal journal;
	struct events *events;
	struct report report;
	int events_fd; /* --events */
	bool told;     /* the run itself emitted its end */
};

static bool parse(int argc, char **argv, struct install_options *options)
{
	static const struct option long_options[] = {
		{"machine",          required_argument, NULL, 'm'},
		{"payload",              required_argument, NULL, 'p'},
		{"keys",                  required_argument, NULL, 'k'},
		{"events",required_argument, NULL, 'e'},
		{"resume",               no_argument, NULL, 'r'},
                {0            }
        };
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'm')
			options->machine = optarg;
		else if (option == 'p')
			options->payload = optarg;
		else if (option == 'k')
			options->keys = optarg;
		else if (option == 'e')
			options->events = optarg;
		else if (option == 'r')
			options->resume = true;
		else
			return false;
	}
	options->answers = optind + 1 == argc ? argv[optind] : NULL;
	return options->answers;
}

static void print_lines(void *context, const struct event *event)
{
	autotext struct text text = {0};

	report_event(context, event, &text);
	(void)fputs(text_string(&text), stdout);
	(void)fflush(stdout);
}

/* A number is a descriptor, anything else a file. */
static int open_events(const char *where, struct error *err)
{
	uint64_t number = 0;
	int fd;

	if (text_to_u64(where, 0, 1 << 16, &number) == 0) {
		(void)fcntl((int)number, F_SETFD, FD_CLOEXEC);
		fd = fcntl((int)number, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? error_errno(err, -errno, "--events %s", where) : fd;
	}
	fd = open(where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return fd < 0 ? error_errno(err, -errno, "--events %s", where) : fd;
}

static int open_channels(struct session *session, struct error *err)
{
	session->events = events_new();
	if (!session->options.events) {
		events_add_call(session->events, print_lines, &session->report);
		return 0;
	}
	session->events_fd = open_events(session->options.events, err);
	if (session->events_fd < 0)
		return session->events_fd;
	events_add_fd(session->events, session->events_fd);
	return 0;
}

/* Exit code; everything that is wrong is on stderr, and err sums it up. */
static int check(struct session *session, struct error *err)
{
	struct inputs *inputs = &session->inputs;
	const char *path = session->options.answers;

	if (inputs_read(path, session->options.machine, inputs, err) < 0)
		return EXIT_PROBLEMS;
	if (inputs_readable(inputs))
		answers_check(inputs->answers, inputs->machine, !prompt_possible(),
			&inputs->problems);
	inputs_print_problems(inputs, path);
	if (inputs->answers->disk.erase != ERASE_MATCHED && inputs_readable(inputs)) {
		(void)error_set(err, -EPERM,
			"%s does not allow erasing a disk; nothing was written. To allow it, put \"erase: matched-disks\" below disk:",
			path);
		return EXIT_REFUSED;
	}
	if (problems_have_errors(&inputs->problems)) {
		(void)error_set(err, -EINVAL, "%s has errors; nothing was written", path);
		return EXIT_PROBLEMS;
	}
	return EXIT_DONE;
}

static struct plan *make_plan(const struct session *session, struct error *err)
{
	struct inputs inputs = {0};
	struct plan *plan = plan_make(
		session->inputs.answers, session->inputs.machine, &inputs.problems);

	if (!plan) {
		inputs_print_problems(&inputs, session->options.answers);
		(void)error_set(err, -EINVAL,
			"no plan can be made from %s; nothing was written",
			session->options.answers);
	}
	problems_free(&inputs.problems);
	return plan;
}

static volatile int *stop_flag(void)
{
	static volatile int stop;

	return &stop;
}

static void request_stop(int signal)
{
	(void)signal;
	*stop_flag() = 1;
}

/* A lost terminal or reader does not end an installation; being told to does, at the next safe point. */
static void set_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN},
			 stop = {.sa_handler = request_stop};

	(void)sigaction(SIGHUP, &ignore, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
}

static int run(struct session *session, const struct plan *plan, struct error *err)
{
	const struct install_options *options = &session->options;
	struct run context = {
		.plan = plan,
		.secrets = &session->secrets,
		.events = session->events,
		.releases = releases_new(),
		.payload_dir =
			options->payload ? options->payload : RUN_DIR "/medium/payload",
		.keys_dir = options->keys ? options->keys : "/etc/jefelinux/keys",
		.target = TARGET,
		.journal = session->journal.events_path,
		.disk_fds = {-1, -1},
		.target_fd = -1,
		.resume = options->resume,
		.stop = stop_flag()
        };
	int rc;

	session->told = true;
	rc = run_plan(&context, err);
	releases_free(context.releases);
	return rc;
}

/* Secrets last: nobody is asked for what is not used. */
static int execute(struct session *session, struct error *err)
{
	const struct secret_prompt terminal = {.ask = prompt_secret};
	struct plan *plan = make_plan(session, err);
	int rc;

	if (!plan)
		return EXIT_PROBLEMS;
	rc = secrets_read(session->inputs.answers, prompt_possible() ? &terminal : NULL,
		&session->secrets, err);
	set_signals();
	if (rc == 0)
		rc = run(session, plan, err);
	plan_free(plan);
	return rc < 0 ? EXIT_PROBLEMS : EXIT_DONE;
}

/* The journal comes first: who watches it sees refusals too. With its lock ours, what is still mounted on the target was left by an
 * engine that was killed, and would make its disk look in use. */
static int take_over(struct session *session, struct error *err)
{
	if (journal_open(RUN_DIR, &session->journal, err) < 0)
		return err->code;
	events_add_fd(session->events, session->journal.events_fd);
	return storage_release_leftovers(TARGET, TARGET_MAPPING, err);
}

/* Everything that can be wrong is found before the plan's first step. */
static int install(struct session *session, struct error *err)
{
	bool root = geteuid() == 0;
	int code;

	if (root && take_over(session, err) < 0)
		return EXIT_PROBLEMS;
	code = check(session, err);
	if (code != EXIT_DONE)
		return code;
	if (root)
		return execute(session, err);
	(void)error_set(err, -EPERM, "only root can install; nothing was written");
	return EXIT_PROBLEMS;
}

/* The result line goes to its file and, unless events go there, to standard output. */
static void tell_result(struct session *session, int code, const struct error *err)
{
	autofree char *line =
		code == EXIT_DONE ? memory_copy_text("jefe: install done")
				  : memory_format("jefe: install failed: %s", err->text);
	struct error ignored = {0};

	if (code != EXIT_DONE && !session->told)
		events_emit(session->events, &(struct event){.kind = EVENT_FAILED,
						     .text = err->text,
						     .state = "nothing was written"});
	if (session->journal.dir_fd >= 0 &&
		journal_result(&session->journal, line, &ignored) < 0)
		(void)fprintf(stderr, "jefe-setup install: %s\n", ignored.text);
	if (!text_equal(session->options.events, "1"))
		(void)printf("%s\n", line);
}

int cli_install(int argc, char **argv)
{
	struct session session = {
		.events_fd = -1,
		.journal = {.dir_fd = -1, .lock_fd = -1, .events_fd = -1}
        };
	struct error err = {0};
	int code;

	if (!parse(argc, argv, &session.options))
		return cli_usage("install", "names one answer file");
	code = open_channels(&session, &err) < 0 ? EXIT_USAGE : install(&session, &err);
	tell_result(&session, code, &err);
	events_free(session.events);
	journal_close(&session.journal);
	secrets_free(&session.secrets);
	inputs_free(&session.inputs);
	if (session.events_fd >= 0)
		(void)close(session.events_fd);
	return code;
}

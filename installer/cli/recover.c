/* jefe-setup recover: find, open, repair and close an installed system. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/prompt.h"
#include "installer/recover/recover.h"

struct recover_call {
	struct recover_options options;
	const struct recover_action *action;
	const char *passphrase_fd, *new_fd;
	bool plan, yes, loop;
};

static int list_actions(void)
{
	(void)printf("Usage: jefe-setup recover ACTION [OPTIONS]\n\n");
	for (const struct recover_action *action = recover_actions; action->name;
		action++) {
		autofree char *name = memory_format("%s%s%s", action->name,
			action->takes ? " " : "", action->takes ? action->takes : "");

		(void)printf("  %-20s %s. %s\n", name, action->title, action->touches);
	}
	(void)printf(
		"\nStart with open; what writes shows its plan and wants the name of the disk typed, or --yes. See jefe-setup(8).\n");
	return EXIT_DONE;
}

static int unknown_action(const char *name)
{
	const char *names[32] = {0};
	const char *near;

	for (size_t i = 0; recover_actions[i].name && i + 1 < LENGTH(names); i++)
		names[i] = recover_actions[i].name;
	near = text_nearest(name, names);
	if (near)
		return cli_usage("recover",
			"there is no action \"%s\" (did you mean \"%s\"?)", name, near);
	return cli_usage("recover",
		"there is no action \"%s\"; `jefe-setup recover` lists them", name);
}

static bool take_options(int argc, char **argv, struct recover_call *call)
{
	// clang-format off
	static const struct option long_options[] = {
		{"disk", required_argument, NULL, 'd'},
		{"loop", no_argument, NULL, 'l'},
		{"new-fd", required_argument, NULL, 'n'},
		{"passphrase-fd", required_argument, NULL, 'f'},
		{"plan", no_argument, NULL, 'p'},
		{"write", no_argument, NULL, 'w'},
		{"yes", no_argument, NULL, 'y'},
		{0}};
	// clang-format on
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'd')
			call->options.disk = optarg;
		else if (option == 'l')
			call->loop = true;
		else if (option == 'f')
			call->passphrase_fd = optarg;
		else if (option == 'n')
			call->new_fd = optarg;
		else if (option == 'p')
			call->plan = true;
		else if (option == 'w')
			call->options.write = true;
		else if (option == 'y')
			call->yes = true;
		else
			return false;
	}
	return true;
}

/* What stands behind "--" is the command of a shell; the number of arguments before it. */
static int take_command(int argc, char **argv, struct words *command)
{
	int end = 1;

	while (end < argc && strcmp(argv[end], "--") != 0)
		end++;
	for (int i = end + 1; i < argc; i++)
		words_add(command, argv[i]);
	return end;
}

/* 0, or the exit code after saying what is wrong. */
static int parse(int argc, char **argv, struct recover_call *call)
{
	int end = take_command(argc, argv, &call->options.command);
	const struct recover_action *action;

	if (!take_options(end, argv, call))
		return cli_usage("recover", "an option is unknown or lacks its value");
	if (optind == end)
		return cli_usage("recover",
			"an action is wanted; `jefe-setup recover` lists them");
	call->action = action = recover_action_named(argv[optind]);
	if (!action)
		return unknown_action(argv[optind]);
	if (optind + 1 + (action->takes != NULL) != end)
		return cli_usage("recover", "%s takes %s", action->name,
			action->takes ? action->takes : "only options");
	call->options.argument = action->takes ? argv[end - 1] : NULL;
	if (call->options.command.count && strcmp(action->name, "shell") != 0)
		return cli_usage("recover", "only shell takes a command behind --");
	if (call->options.write && strcmp(action->name, "open") != 0)
		return cli_usage("recover", "--write is for open");
	return 0;
}

static void print_event(void *context, const struct event *event)
{
	(void)context;
	if (event->kind == EVENT_WARN)
		(void)printf("warning: ");
	if (event->kind == EVENT_WARN || event->kind == EVENT_NOTE)
		(void)printf("%s\n", event->text);
	(void)fflush(stdout);
}

static bool writes(const struct recover_call *call)
{
	return call->action->writes || call->options.write;
}

/* The plan is on stdout; what writes goes on when the disk's name was typed. */
static int confirm(const struct recover_call *call, const char *disk, struct error *err)
{
	char answer[64] = "";

	if (!isatty(STDIN_FILENO))
		return error_set(err, -EPERM,
			"refused, nothing was changed: %s writes to %s; --yes says that this is wanted",
			call->action->name, disk);
	(void)printf("Type %s to do this: ", disk);
	(void)fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin))
		answer[strcspn(answer, "\r\n")] = '\0';
	return text_equal(answer, disk)
		       ? 0
		       : error_set(err, -EPERM, "not confirmed, nothing was changed");
}

/* What the plan takes, from a descriptor or the terminal: a new one twice. */
static int read_secrets(const struct recover_plan *plan, const struct recover_call *call,
	struct secret *secret, struct secret *chosen, struct error *err)
{
	const char *chooses = recover_plan_chooses(plan);
	int rc = 0;

	if (!secret || !chosen)
		return error_set(err, -ENOMEM, "no memory for secrets");
	if (recover_plan_opens(plan))
		rc = call->passphrase_fd
			     ? prompt_secret_fd("--passphrase-fd", call->passphrase_fd,
				       secret, err)
			     : prompt_secret_once(
				       "Passphrase or recovery key: ", secret, err);
	if (rc == 0 && chooses)
		rc = call->new_fd
			     ? prompt_secret_fd("--new-fd", call->new_fd, chosen, err)
			     : prompt_secret(NULL, chooses, chosen, err);
	return rc;
}

static int run(struct recover *recover, struct recover_plan *plan,
	const struct recover_call *call, struct error *err)
{
	autosecret struct secret *secret = secret_new(), *chosen = secret_new();
	int rc = read_secrets(plan, call, secret, chosen, err);

	recover->secret = secret;
	recover->chosen = chosen;
	return rc < 0 ? rc : recover_plan_run(recover, plan, err);
}

/* Exit code. */
static int plan_and_run(struct recover *recover, const struct recover_call *call)
{
	autorecoverplan struct recover_plan plan = {0};
	autofree char *text = NULL;
	struct error err = {0};

	if (recover_look(recover, &err) < 0 ||
		recover_plan_make(recover, call->action, &plan, &err) < 0)
		return cli_fail("recover", EXIT_PROBLEMS, &err);
	text = recover_plan_text(&plan);
	if (call->plan || writes(call))
		(void)printf("%s", text);
	if (call->plan)
		return EXIT_DONE;
	if (writes(call) && !call->yes &&
		confirm(call, recover->system.disk->name, &err) < 0)
		return cli_fail("recover", EXIT_REFUSED, &err);
	if (run(recover, &plan, call, &err) < 0)
		return cli_fail("recover", EXIT_PROBLEMS, &err);
	return EXIT_DONE;
}

static int probe_and_run(const struct recover_call *call)
{
	automachine struct machine *machine = NULL;
	struct recover recover = {0};
	struct error err = {0};
	int code;

	if ((call->loop ? machine_probe_with_loops(&machine, &err)
			: machine_probe(&machine, &err)) < 0)
		return cli_fail("recover", EXIT_PROBLEMS, &err);
	recover = (struct recover){
		.machine = machine, .options = call->options, .events = events_new()};
	events_add_call(recover.events, print_event, NULL);
	code = plan_and_run(&recover, call);
	events_free(recover.events);
	recover_forget(&recover);
	return code;
}

int cli_recover(int argc, char **argv)
{
	struct recover_call call = {0};
	int code;

	if (argc == 1)
		return list_actions();
	code = parse(argc, argv, &call);
	if (code == 0 && call.action)
		code = probe_and_run(&call);
	words_free(&call.options.command);
	return code;
}

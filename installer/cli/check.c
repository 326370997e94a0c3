/* jefe-setup check: every problem of an answer file, one per line. */
#include "installer/cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "installer/answers.h"
#include "installer/base/memory.h"

struct options {
	const char *answers, *machine;
	bool unattended;
};

static int parse(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{"machine", required_argument, NULL, 'm'},
		{"unattended",     no_argument, NULL, 'u'},
		{0        },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'm')
			options->machine = optarg;
		else if (option == 'u')
			options->unattended = true;
		else
			return cli_usage(argv[0], "unknown option or missing value: %s",
				argv[optind - 1]);
	}
	if (argc - optind != 1)
		return cli_usage(argv[0], "expected one answer file");
	options->answers = argv[optind];
	return 0;
}

/* What keeps a file that is fine for the wizard from being used unattended. */
static void note_unattended(const struct answers *answers, const struct machine *machine,
	struct problems *problems)
{
	autoproblems struct problems unattended = {0};

	answers_check(answers, machine, true, &unattended);
	for (size_t i = 0; i < unattended.count; i++) {
		const struct problem *problem = &unattended.items[i];

		if (problem->severity == SEVERITY_ERROR)
			problems_add(problems, SEVERITY_NOTE, problem->key, problem->line,
				problem->column, "unattended: %s", problem->text);
	}
}

/* A file that is no YAML gives one problem without a key; what else could be said would be about defaults. */
static bool nothing_was_read(const struct problems *problems)
{
	return problems->count == 1 && !problems->items[0].key;
}

static void check(const struct options *options, const struct answers *answers,
	const struct machine *machine, struct problems *problems)
{
	if (nothing_was_read(problems))
		return;
	answers_check(answers, machine, options->unattended, problems);
	if (!options->unattended && !problems_have_errors(problems))
		note_unattended(answers, machine, problems);
	problems_sort(problems);
}

int cli_check(int argc, char **argv)
{
	automachine struct machine *machine = NULL;
	autoanswers struct answers *answers = NULL;
	autoproblems struct problems problems = {0};
	autotext struct text text = {0};
	struct options options = {0};
	struct error err = {0};
	int rc = parse(argc, argv, &options);

	if (rc)
		return rc;
	if (options.machine && machine_load_file(options.machine, &machine, &err) < 0)
		return cli_fail(argv[0], EXIT_PROBLEMS, &err);
	if (answers_read_file(options.answers, &answers, &problems, &err) < 0)
		return cli_fail(argv[0], EXIT_PROBLEMS, &err);
	check(&options, answers, machine, &problems);
	problems_print(&problems, options.answers, &text);
	(void)fputs(text_string(&text), stdout);
	return problems_have_errors(&problems) ? EXIT_PROBLEMS : EXIT_DONE;
}

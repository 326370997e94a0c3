/* jefe-setup plan: every operation an installation would do, without doing any. */
#include <getopt.h>
#include <stdio.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/inputs.h"
#include "installer/plan.h"

struct plan_options {
	const char *answers, *machine;
	bool json;
};

static bool parse(int argc, char **argv, struct plan_options *options)
{
	static const struct option long_options[] = {
		{"machine", required_argument, NULL, 'm'},
		{"json",     no_argument, NULL, 'j'},
                {0        }
        };
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'm')
			options->machine = optarg;
		else if (option == 'j')
			options->json = true;
		else
			return false;
	}
	options->answers = optind + 1 == argc ? argv[optind] : NULL;
	return options->answers;
}

static void print_plan(const struct plan *plan, bool json)
{
	autofree char *text = json ? plan_json(plan) : plan_text(plan);

	(void)fputs(text, stdout);
	if (!json)
		(void)printf("plan %s, SHA-256 %s\n", plan->id, plan->digest);
}

int cli_plan(int argc, char **argv)
{
	struct plan_options options = {0};
	autoinputs struct inputs inputs = {0};
	struct error err = {0};
	struct plan *plan = NULL;

	if (!parse(argc, argv, &options))
		return cli_usage("plan", "names one answer file");
	if (inputs_read(options.answers, options.machine, &inputs, &err) < 0)
		return cli_fail("plan", EXIT_PROBLEMS, &err);
	if (inputs_readable(&inputs))
		plan = plan_make(inputs.answers, inputs.machine, &inputs.problems);
	inputs_print_problems(&inputs, options.answers);
	if (!plan)
		return EXIT_PROBLEMS;
	print_plan(plan, options.json);
	if (inputs.answers->disk.erase != ERASE_MATCHED)
		(void)fprintf(stderr,
			"jefe-setup plan: `install` would refuse this: it lacks \"erase: matched-disks\" below disk:\n");
	plan_free(plan);
	return EXIT_DONE;
}

/* jefe-setup medium: are the files of the medium what was signed with it? */
#include <getopt.h>
#include <stdio.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/medium.h"

enum { STEP_PERCENT = 10 };

/* A line for every tenth: a serial console has no line to write over. */
static void print_progress(void *context, const struct event *event)
{
	unsigned *told = context;
	unsigned percent = event->kind == EVENT_PROGRESS && event->total
				   ? (unsigned)(event->done * 100 / event->total)
				   : 0;

	if (percent < *told + STEP_PERCENT)
		return;
	*told = percent - percent % STEP_PERCENT;
	(void)printf("%u %%\n", *told);
	(void)fflush(stdout);
}

static int check(const char *name, const char *dir, const char *keys)
{
	autowords struct words damaged = {0};
	struct events *events = events_new();
	struct error err = {0};
	unsigned told = 0;
	int rc;

	events_add_call(events, print_progress, &told);
	(void)printf("Checking the medium in %s\n", dir);
	rc = medium_check(dir, keys, events, &damaged, &err);
	events_free(events);
	if (rc < 0)
		return cli_fail(name, EXIT_PROBLEMS, &err);
	for (size_t i = 0; i < damaged.count; i++)
		(void)printf("%s\n", damaged.items[i]);
	(void)printf(damaged.count ? "The medium is damaged: make it again.\n"
				   : "The medium is whole.\n");
	return damaged.count ? EXIT_PROBLEMS : EXIT_DONE;
}

int cli_medium(int argc, char **argv)
{
	static const struct option options[] = {
		{"keys", required_argument, NULL, 'k'},
                {0 }
        };
	const char *keys = "/etc/jefelinux/keys";
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'k')
			return cli_usage(argv[0], "unknown option");
		keys = optarg;
	}
	if (argc - optind > 1)
		return cli_usage(argv[0], "only one directory is expected");
	return check(argv[0], optind < argc ? argv[optind] : MEDIUM_MOUNT, keys);
}

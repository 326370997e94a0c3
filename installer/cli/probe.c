/* jefe-setup probe: the facts about this machine as JSON. */
#include <stdio.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/machine.h"

int cli_probe(int argc, char **argv)
{
	automachine struct machine *machine = NULL;
	autofree char *json = NULL;
	struct error err = {0};
	bool loops = argc == 2 && strcmp(argv[1], "--loop") == 0;

	if (argc > 1 && !loops)
		return cli_usage(argv[0], "unknown argument %s", argv[1]);
	if ((loops ? machine_probe_with_loops(&machine, &err)
		   : machine_probe(&machine, &err)) < 0)
		return cli_fail(argv[0], EXIT_PROBLEMS, &err);
	json = machine_save(machine);
	(void)fputs(json, stdout);
	return EXIT_DONE;
}

/* jefe-setup probe: the facts about this machine as JSON, and which disk is meant by a name. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/machine.h"
#include "installer/storage.h"

enum { BLINK_SECONDS = 10 };

static int blink(const char *command, const char *name)
{
	automachine struct machine *machine = NULL;
	const struct disk *disk = NULL;
	struct error err = {0};
	int rc = machine_probe(&machine, &err);

	for (size_t i = 0; rc == 0 && i < machine->disk_count; i++)
		if (text_equal(machine->disks[i].name, name) ||
			text_equal(machine->disks[i].path, name))
			disk = &machine->disks[i];
	if (disk)
		rc = storage_blink(disk->path, BLINK_SECONDS, &err);
	else if (rc == 0)
		rc = error_set(&err, -ENOENT,
			"there is no disk %s; jefe-setup probe tells which there are",
			name);
	return rc < 0 ? cli_fail(command, EXIT_PROBLEMS, &err) : EXIT_DONE;
}

int cli_probe(int argc, char **argv)
{
	automachine struct machine *machine = NULL;
	autofree char *json = NULL;
	struct error err = {0};
	bool loops = argc == 2 && strcmp(argv[1], "--loop") == 0;

	if (argc == 3 && strcmp(argv[1], "--blink") == 0)
		return blink(argv[0], argv[2]);
	if (argc > 1 && !loops)
		return cli_usage(argv[0], "unknown argument %s", argv[1]);
	if ((loops ? machine_probe_with_loops(&machine, &err)
		   : machine_probe(&machine, &err)) < 0)
		return cli_fail(argv[0], EXIT_PROBLEMS, &err);
	json = machine_save(machine);
	(void)fputs(json, stdout);
	return EXIT_DONE;
}

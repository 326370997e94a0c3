/* jefe-setup unattended: started once by init on the live system. */
#include "installer/live/unattended.h"
#include "installer/cli/cli.h"

int cli_unattended(int argc, char **argv)
{
	struct error err = {0};

	(void)argv;
	if (argc != 1)
		return cli_usage("unattended", "takes no arguments");
	if (unattended_run(&err) < 0)
		return cli_fail("unattended", EXIT_PROBLEMS, &err);
	return EXIT_DONE;
}

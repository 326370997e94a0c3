/* jefe-setup console TTY [shell]: started by init for each console of the live system. */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "installer/cli/cli.h"
#include "installer/live/console.h"

enum { PAUSE_AFTER_FAILURE = 5 }; /* init starts us again at once */

int cli_console(int argc, char **argv)
{
	struct error err = {0};
	bool shell = argc == 3 && strcmp(argv[2], "shell") == 0;

	if (argc != 2 && !shell)
		return cli_usage(
			"console", "needs the name of one terminal, such as tty1");
	(void)!(shell ? console_run_shell(argv[1], &err) : console_run(argv[1], &err));
	(void)cli_fail("console", EXIT_PROBLEMS, &err);
	(void)sleep(PAUSE_AFTER_FAILURE);
	return EXIT_PROBLEMS;
}

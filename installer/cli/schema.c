/* jefe-setup schema: JSON Schema of the answer file. */
#include <stdio.h>

#include "installer/answers.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"

int cli_schema(int argc, char **argv)
{
	autofree char *schema = NULL;

	if (argc != 1)
		return cli_usage(argv[0], "takes no arguments");
	schema = answers_schema();
	(void)fputs(schema, stdout);
	return EXIT_DONE;
}

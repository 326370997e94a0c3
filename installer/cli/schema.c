/* jefe-setup schema: JSON Schema of the answer file, or of what audit prints. */
#include <stdio.h>

#include "installer/answers.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/controls/controls.h"

int cli_schema(int argc, char **argv)
{
	autofree char *schema = NULL;

	if (argc > 2 || (argc == 2 && !text_equal(argv[1], "answers") &&
				!text_equal(argv[1], "audit")))
		return cli_usage(argv[0], "there are two: answers and audit");
	schema = argc == 2 && text_equal(argv[1], "audit") ? audit_schema()
							   : answers_schema();
	(void)fputs(schema, stdout);
	return EXIT_DONE;
}

/* jefe-setup initramfs --kernel VERSION [--root DIR] --output FILE */
#include <getopt.h>
#include <stdio.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/initramfs/initramfs.h"

static void print_note(void *context, const char *line)
{
	(void)context;
	(void)fprintf(stderr, "jefe-setup initramfs: note: %s\n", line);
}

static int make(struct initramfs *initramfs, const char *root, struct error *err)
{
	autoclose int modules = file_open_root(root, err);
	autoclose int programs = file_open_root("/", err);

	if (modules < 0 || programs < 0)
		return err->code;
	initramfs->modules_root_fd = modules;
	initramfs->programs_root_fd = programs;
	return initramfs_make(initramfs, err);
}

int cli_initramfs(int argc, char **argv)
{
	static const struct option options[] = {
		{"kernel",           required_argument, NULL, 'k'},
		{"root",              required_argument, NULL, 'r'},
		{"output",                  required_argument, NULL, 'o'},
                {0}
        };
	struct initramfs initramfs = {.note = print_note};
	const char *root = "/";
	struct error err = {0};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'k')
			initramfs.kernel = optarg;
		else if (option == 'r')
			root = optarg;
		else if (option == 'o')
			initramfs.output = optarg;
		else
			return cli_usage("initramfs",
				"%s: unknown, or its value is missing", argv[optind - 1]);
	}
	if (optind < argc)
		return cli_usage("initramfs", "%s: not expected here", argv[optind]);
	if (!initramfs.kernel || !initramfs.output)
		return cli_usage("initramfs", "--kernel and --output are needed");
	if (make(&initramfs, root, &err) < 0)
		return cli_fail("initramfs", EXIT_PROBLEMS, &err);
	return EXIT_DONE;
}

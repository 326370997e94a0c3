/* jefe-setup integrity: what changed in the files that decide about a system, and what its packages say about theirs. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/distro/distro.h"
#include "installer/integrity.h"

// clang-format off
static const struct option long_options[] = {
	{"root", required_argument, NULL, 'r'},
	{"record", no_argument, NULL, 'n'},
	{0},
};
// clang-format on

static int record(int root_fd, const struct text *now, struct error *err)
{
	if (integrity_save(root_fd, now, err) < 0)
		return cli_fail("integrity", EXIT_PROBLEMS, err);
	(void)printf("recorded\n");
	return EXIT_DONE;
}

static int compare(
	int root_fd, const struct text *old, const struct text *now, struct error *err)
{
	autowords struct words differences = {0};
	const struct distro *distro = NULL;

	integrity_compare(text_string(old), text_string(now), &differences);
	if (distro_detect(root_fd, &distro, err) < 0 ||
		distro->check_packages(root_fd, &differences, err) < 0)
		return cli_fail("integrity", EXIT_PROBLEMS, err);
	for (size_t i = 0; i < differences.count; i++)
		(void)printf("%s\n", differences.items[i]);
	(void)printf("integrity: %zu differences\n", differences.count);
	return differences.count ? EXIT_PROBLEMS : EXIT_DONE;
}

int cli_integrity(int argc, char **argv)
{
	const char *root = "/";
	bool fresh = false;
	struct error err = {0};
	autotext struct text old = {0}, now = {0};
	autoclose int root_fd = -1;
	int option, rc;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == '?')
			return cli_usage("integrity", "takes only the options below");
		root = option == 'r' ? optarg : root;
		fresh = fresh || option == 'n';
	}
	if (optind != argc)
		return cli_usage("integrity", "takes only the options below");
	root_fd = file_open_root(root, &err);
	if (root_fd < 0 || integrity_list(root_fd, &now, &err) < 0)
		return cli_fail("integrity", EXIT_PROBLEMS, &err);
	rc = fresh ? -ENOENT : integrity_load(root_fd, &old, &err);
	if (rc == -ENOENT)
		return record(root_fd, &now, &err);
	if (rc < 0)
		return cli_fail("integrity", EXIT_PROBLEMS, &err);
	return compare(root_fd, &old, &now, &err);
}

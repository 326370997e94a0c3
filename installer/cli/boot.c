/* jefe-setup bootmenu and boot: what a kernel hook calls. */
#include <stdio.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootmenu.h"
#include "installer/cli/cli.h"
#include "installer/initramfs/initramfs.h"

static void print_note(void *context, const char *line)
{
	(void)context;
	(void)fprintf(stderr, "jefe-setup boot: note: %s\n", line);
}

/* Every kernel gets its initramfs; one that fails is told and does not keep the others from theirs. */
static int make_all(
	const char *root, int root_fd, const struct distro *distro, struct error *err)
{
	autoclose int programs = file_open_root("/", err);
	autowords struct words versions = {0};
	int failed = 0;

	if (programs < 0 || bootmenu_kernels(root_fd, distro, &versions, err) < 0)
		return err->code;
	for (size_t i = 0; i < versions.count; i++) {
		autofree char *name = distro->initramfs_image(root_fd, versions.items[i]);
		autofree char *output = memory_format("%s/boot/%s", root, name);
		struct initramfs initramfs = {.kernel = versions.items[i],
			.modules_root_fd = root_fd,
			.programs_root_fd = programs,
			.output = output,
			.note = print_note};
		struct error detail = {0};

		if (initramfs_make(&initramfs, &detail) == 0)
			continue;
		if (failed)
			(void)fprintf(stderr, "jefe-setup boot: %s\n", err->text);
		failed = error_set(err, detail.code, "%s", detail.text);
	}
	return failed;
}

/* An initramfs whose kernel and modules are both gone was left by a removed kernel. Its name alone tells of which: a distribution names
 * an initramfs after a kernel that is there. */
static int remove_stale(int root_fd, const struct distro *distro, struct error *err)
{
	autofree char *initramfs = distro->initramfs_image(root_fd, "");
	autofree char *kernel = distro->kernel_image(root_fd, "");
	autowords struct words names = {0};

	if (file_list(root_fd, "boot", false, &names, err) < 0)
		return err->code;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i], *version = name + strlen(initramfs);
		autofree char *path = memory_format("boot/%s", name);
		autofree char *modules = NULL, *kernel_path = NULL;

		if (!text_starts(name, initramfs) || !*version)
			continue;
		modules = memory_format("lib/modules/%s", version);
		kernel_path = memory_format("boot/%s%s", kernel, version);
		if (!file_exists(root_fd, modules) &&
			!file_exists(root_fd, kernel_path) &&
			file_remove(root_fd, path, err) < 0)
			return err->code;
	}
	return 0;
}

static int update(const char *root, bool initramfs, struct error *err)
{
	autoclose int root_fd = file_open_root(root, err);
	const struct distro *distro;
	struct error menu = {0};
	int made = 0;

	if (root_fd < 0 || distro_detect(root_fd, &distro, err) < 0)
		return err->code;
	if (initramfs && remove_stale(root_fd, distro, err) < 0)
		return err->code;
	if (initramfs)
		made = make_all(root, root_fd, distro, err);
	if (bootmenu_write(root_fd, distro, &menu) == 0)
		return made;
	if (made < 0) /* and the menu may lack a kernel for that reason */
		(void)fprintf(stderr, "jefe-setup boot: %s\n", err->text);
	return error_set(err, menu.code, "%s", menu.text);
}

static int run(int argc, char **argv, bool initramfs)
{
	const char *root = "/";
	struct error err = {0};

	if (argc == 3 && strcmp(argv[1], "--root") == 0)
		root = argv[2];
	else if (argc != 1)
		return cli_usage(argv[0], "only --root DIR is expected");
	return update(root, initramfs, &err) < 0 ? cli_fail(argv[0], EXIT_PROBLEMS, &err)
						 : EXIT_DONE;
}

int cli_bootmenu(int argc, char **argv)
{
	return run(argc, argv, false);
}

int cli_boot(int argc, char **argv)
{
	return run(argc, argv, true);
}

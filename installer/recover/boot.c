/* What starts the system: the boot loader, as an installation writes it, and the boot menu. */
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootmenu.h"
#include "installer/distro/distro.h"
#include "installer/recover/operation.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static void loader_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "install GRUB for %s on %s\n", operation->type, operation->from);
}

static int loader_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	const struct installed_system *system = &recover->system;
	const char *disk = system->disk->path;
	const struct recipe recipe = {
		.machine = recover->machine,
		.disk = system->disk,
		.disks = {system->disk,                        system->mirror    },
		.layout = { .disks = {disk, system->mirror ? system->mirror->path : NULL},
			  .shares = system->shares,
			  .partitions[PART_ESP].number =
				storage_partition_number(disk, system->esp->path)}
        };
	struct run run = {.events = recover->events, .target = RECOVER_DIR};

	(void)operation;
	return step_loader.run(&recipe, &run, err);
}

const struct operation_ops operation_loader = {
	.describe = loader_describe, .run = loader_run};

static void menu_describe(const struct operation *operation, struct text *to)
{
	(void)operation;
	text_addf(to, "write %s/boot/grub/grub.cfg for the kernels that are there\n",
		RECOVER_DIR);
}

static int menu_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	autoclose int root = file_open_root(RECOVER_DIR, err);
	const struct distro *distro = NULL;
	int rc = root < 0 ? root : distro_detect(root, &distro, err);

	(void)operation;
	(void)recover;
	return rc < 0 ? rc : bootmenu_write(root, distro, err);
}

const struct operation_ops operation_menu = {.describe = menu_describe, .run = menu_run};

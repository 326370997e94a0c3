/* The logical volumes of a system, which are known only when their group is open: those that are there are meant. */
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/memory.h"
#include "installer/recover/operation.h"
#include "installer/storage.h"

static void open_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "open the logical volumes on %s\n", operation->from);
}

static int close_group(void *argument, struct error *err)
{
	const struct operation *operation = argument;

	return lvm_close(operation->from, VOLUME_GROUP, err);
}

static int open_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = lvm_open(operation->from, VOLUME_GROUP, err);

	if (rc == 0)
		releases_push(recover->releases, "closing the logical volumes",
			close_group, operation);
	return rc;
}

const struct operation_ops operation_volumes_open = {
	.describe = open_describe, .run = open_run};

static void close_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "close the logical volumes on %s\n", operation->from);
}

static int close_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	(void)recover;
	return close_group(operation, err);
}

const struct operation_ops operation_volumes_close = {
	.describe = close_describe, .run = close_run};

/* Is it one that is mounted or checked after the three that every system has? */
static bool is_there(const struct volume *volume)
{
	autofree char *device = volume_device(volume);

	return volume != &layout_volumes[VOLUME_ROOT] && volume->part == PART_ROOT &&
	       volume->point && access(device, F_OK) == 0;
}

static void mount_describe(const struct operation *operation, struct text *to)
{
	text_addf(to,
		"mount the other logical volumes, where they belong below " RECOVER_DIR
		": %s\n",
		operation->options);
}

static bool is_mounted(const struct volume *volume)
{
	autofree char *device = volume_device(volume);
	autofree char *dir = memory_format(RECOVER_DIR "%s", volume->point);
	struct stat node, point;

	return stat(device, &node) == 0 && stat(dir, &point) == 0 &&
	       node.st_rdev == point.st_dev;
}

static int unmount_one(void *argument, struct error *err)
{
	const struct volume *volume = argument;
	autofree char *dir = memory_format(RECOVER_DIR "%s", volume->point);

	return fs_unmount(dir, err);
}

static int mount_one(const struct volume *volume, const char *options, struct error *err)
{
	autofree char *device = volume_device(volume);
	autofree char *dir = memory_format(RECOVER_DIR "%s", volume->point);
	int rc = recover_prepare_dir(dir, err);

	return rc < 0 ? rc
		      : fs_mount(device, dir, fs_type_names[volume->type], options, err);
}

static int mount_all(const char *options, struct releases *releases, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < VOLUMES; i++) {
		const struct volume *volume = &layout_volumes[i];

		if (!is_there(volume) || is_mounted(volume))
			continue;
		rc = mount_one(volume, options, err);
		if (rc == 0 && releases)
			releases_push(releases, "unmounting the system", unmount_one,
				(void *)(uintptr_t)volume);
	}
	return rc;
}

static int mount_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	return mount_all(operation->options, recover->releases, err);
}

const struct operation_ops operation_volumes_mount = {
	.describe = mount_describe, .run = mount_run};

static void unmount_describe(const struct operation *operation, struct text *to)
{
	(void)operation;
	text_add(to, "unmount the other logical volumes\n");
}

static int mount_again(void *argument, struct error *err)
{
	const struct operation *operation = argument;

	return mount_all(operation->options, NULL, err);
}

static int unmount_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = 0;

	releases_push(recover->releases, "mounting the system as it was", mount_again,
		operation);
	for (size_t i = VOLUMES; rc == 0 && i > 0; i--) {
		const struct volume *volume = &layout_volumes[i - 1];

		if (is_there(volume) && is_mounted(volume))
			rc = unmount_one((void *)(uintptr_t)volume, err);
	}
	return rc;
}

const struct operation_ops operation_volumes_unmount = {
	.describe = unmount_describe, .run = unmount_run};

static void check_describe(const struct operation *operation, struct text *to)
{
	text_add(to, "run");
	for (size_t i = 0; i < operation->argv.count; i++)
		text_addf(to, " %s", operation->argv.items[i]);
	text_add(to, " on the other logical volumes\n");
}

static int check_one(struct operation *operation, const struct volume *volume,
	struct recover *recover, struct error *err)
{
	struct operation check = {.worst = operation->worst};
	autofree char *device = volume_device(volume);
	int rc;

	for (size_t i = 0; i < operation->argv.count; i++)
		words_add(&check.argv, operation->argv.items[i]);
	words_add(&check.argv, device);
	rc = operation_program.run(&check, recover, err);
	words_free(&check.argv);
	return rc;
}

static int check_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < VOLUMES; i++)
		if (is_there(&layout_volumes[i]))
			rc = check_one(operation, &layout_volumes[i], recover, err);
	return rc;
}

const struct operation_ops operation_volumes_check = {
	.describe = check_describe, .run = check_run};

/* Two disks as one: the partitions of /boot and root become arrays, on which everything else lies. */
#include <stdlib.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static const unsigned arrays[] = {PART_BOOT, PART_ROOT};

static void mirror_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;

	for (size_t i = 0; i < LENGTH(arrays); i++) {
		autofree char *first = layout_partition_on(layout, 0, arrays[i]);
		autofree char *second = layout_partition_on(layout, 1, arrays[i]);
		autofree char *device = layout_device(layout, arrays[i]);

		text_addf(to, "%s and %s: RAID1 \"%s\", metadata 1.2, as %s\n", first,
			second, layout_array_name(layout, arrays[i]), device);
	}
	text_add(to,
		"the kernel makes the disks equal in the background, also after a restart\n");
}

static int close_array(void *argument, struct error *err)
{
	autofree char *device = argument;

	return md_close(device, err);
}

static void push_array(struct run *run, const char *device)
{
	releases_push(run->releases, "closing the mirror", close_array,
		memory_copy_text(device));
}

/* The UUID of the array that both members say they belong to; NULL: there is none. The caller frees it. */
static char *array_uuid(const struct disk_layout *layout, unsigned part)
{
	char *uuid = NULL;

	for (size_t i = 0; i < DISKS; i++) {
		autofree char *member = layout_partition_on(layout, i, part);
		autofree char *type = fs_type(member);
		autofree char *found = fs_uuid(member);

		if (!text_equal(type, "linux_raid_member") || !found ||
			(uuid && !text_equal(uuid, found))) {
			free(uuid);
			return NULL;
		}
		if (!uuid)
			uuid = memory_copy_text(found);
	}
	return uuid;
}

char *run_array_uuid(const struct disk_layout *layout, unsigned part)
{
	return layout_is_array(layout, part) ? array_uuid(layout, part) : NULL;
}

static bool opens_whole(const struct disk_layout *layout, unsigned part)
{
	autofree char *device = layout_device(layout, part);
	autofree char *uuid = array_uuid(layout, part);

	return uuid && md_open(device, uuid, NULL) == 0 && md_is_whole(device);
}

static int close_opened(const struct disk_layout *layout, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < LENGTH(arrays); i++) {
		autofree char *device = layout_device(layout, arrays[i]);

		if (access(device, F_OK) == 0)
			rc = md_close(device, err);
	}
	return rc;
}

/* Proven by opening both with all their members; they stay open for the steps that follow. */
static int mirror_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;

	disk_unclaim(run);
	if (!opens_whole(layout, PART_BOOT) || !opens_whole(layout, PART_ROOT))
		return close_opened(layout, err);
	for (size_t i = 0; i < LENGTH(arrays); i++) {
		autofree char *device = layout_device(layout, arrays[i]);

		push_array(run, device);
	}
	return 1;
}

static int make_array(const struct disk_layout *layout, unsigned part, struct run *run,
	struct error *err)
{
	autofree char *first = layout_partition_on(layout, 0, part);
	autofree char *second = layout_partition_on(layout, 1, part);
	autofree char *device = layout_device(layout, part);
	const char *const members[DISKS] = {first, second};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < DISKS; i++)
		rc = storage_wipe_signatures(members[i], err);
	if (rc == 0)
		rc = md_make(device, layout_array_name(layout, part),
			(uint64_t)ARRAY_START_MIB << 20, members, DISKS, err);
	if (rc == 0)
		push_array(run, device);
	return rc;
}

static int mirror_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	int rc = 0;

	disk_unclaim(run);
	for (size_t i = 0; rc == 0 && i < LENGTH(arrays); i++)
		rc = make_array(&recipe->layout, arrays[i], run, err);
	if (rc == 0)
		events_note(run->events,
			"%s and %s are made equal in the background; that goes on, also after a restart",
			recipe->disks[0]->name, recipe->disks[1]->name);
	return rc;
}

const struct step_ops step_mirror = {.id = "mirror",
	.describe = mirror_describe,
	.check = mirror_check,
	.run = mirror_run};

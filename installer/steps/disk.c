/* The disk: claimed, wiped, partitioned. */
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static void claim_describe(const struct recipe *recipe, struct text *to)
{
	for (size_t i = 0; i < DISKS && recipe->disks[i]; i++) {
		const struct disk *disk = recipe->disks[i];

		text_addf(to, "refuse when anything uses %s or a partition of it\n",
			disk->path);
		text_addf(to, "open %s exclusively; it must still have %llu bytes%s%s\n",
			disk->path, (unsigned long long)disk->size_bytes,
			disk->serial ? " and serial " : "",
			disk->serial ? disk->serial : "");
	}
}

void disk_unclaim(struct run *run)
{
	for (size_t i = 0; i < DISKS; i++) {
		if (run->disk_fds[i] >= 0)
			(void)close(run->disk_fds[i]);
		run->disk_fds[i] = -1;
	}
}

static int unclaim(void *argument, struct error *err)
{
	(void)err;
	disk_unclaim(argument);
	return 0;
}

static int claim_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	releases_push(run->releases, "releasing the disk", unclaim, run);
	for (size_t i = 0; i < DISKS && recipe->disks[i]; i++) {
		const struct disk *disk = recipe->disks[i];
		int rc = storage_claim(disk->path, disk->serial, disk->size_bytes, err);

		if (rc < 0)
			return rc;
		run->disk_fds[i] = rc;
	}
	return 0;
}

const struct step_ops step_claim = {
	.id = "claim", .describe = claim_describe, .run = claim_run};

static void describe_content(const struct content *content, struct text *to)
{
	autofree char *size = text_human_size(content->size_bytes);
	const char *label = content->label ? content->label : content->part_name;

	text_addf(to, "erase the signatures of %s (%s%s%s%s, %s)\n", content->path,
		content->type ? content->type : "unknown content", label ? " \"" : "",
		label ? label : "", label ? "\"" : "", size);
}

static void describe_disk(const struct disk *disk, struct text *to)
{
	for (size_t i = disk->content_count; i > 0; i--)
		if (!text_equal(disk->contents[i - 1].path, disk->path))
			describe_content(&disk->contents[i - 1], to);
	text_addf(to, "erase the signatures of %s (%s)\n", disk->path,
		disk->table ? disk->table : "no partition table");
}

static void wipe_describe(const struct recipe *recipe, struct text *to)
{
	for (size_t i = 0; i < DISKS && recipe->disks[i]; i++)
		describe_disk(recipe->disks[i], to);
	text_add(to, "look again: none may be left\n");
}

/* With our table in place there is nothing foreign left to wipe. */
static int partition_check(
	const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;
	int found = 1;

	(void)run;
	if (layout->in_place)
		return storage_partitioned_beside(
			recipe->disk->path, layout->partitions, PART_COUNT, err);
	for (size_t i = 0; found > 0 && i < DISKS && layout->disks[i]; i++)
		found = storage_partitioned(
			layout->disks[i], layout->partitions, PART_COUNT, err);
	return found;
}

static int wipe_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	int rc = 0;

	(void)run;
	for (size_t i = 0; rc == 0 && i < DISKS && recipe->disks[i]; i++)
		rc = storage_wipe(recipe->disks[i]->path, err);
	return rc;
}

const struct step_ops step_wipe = {.id = "wipe",
	.describe = wipe_describe,
	.check = partition_check,
	.run = wipe_run};

static void describe_partition(
	const struct disk_layout *layout, size_t disk, unsigned index, struct text *to)
{
	const struct partition_spec *part = &layout->partitions[index];
	autofree char *path = layout_partition_on(layout, disk, index);
	autofree char *size = text_human_size(part->size_bytes);

	if (part->found && part->number)
		text_addf(
			to, "%s: shared as it is (\"%s\", %s)\n", path, part->name, size);
	if (part->found)
		return;
	text_addf(to, "%s: \"%s\" type %s from byte %llu, %llu bytes (%s)\n", path,
		part->name, partition_type_guids[part->type],
		(unsigned long long)part->start_bytes,
		(unsigned long long)part->size_bytes, size);
}

static void describe_table(const struct recipe *recipe, size_t index, struct text *to)
{
	const struct disk *disk = recipe->disks[index];

	if (!recipe->layout.in_place)
		text_addf(to, "%s: new GPT, %u-byte sectors\n", disk->path,
			disk->logical_sector ? disk->logical_sector : 512);
	for (unsigned i = 0; i < PART_COUNT; i++)
		describe_partition(&recipe->layout, index, i, to);
}

static void partition_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;

	for (size_t i = 0; i < LENGTH(layout->removed); i++)
		if (layout->removed[i].number)
			text_addf(to,
				"remove partition %u, of an installation that did not finish\n",
				layout->removed[i].number);
	for (size_t i = 0; i < DISKS && recipe->disks[i]; i++)
		describe_table(recipe, i, to);
	if (layout->in_place)
		text_add(to, "all other partitions stay as they are\n");
}

static int partition_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;
	int rc = 0;

	for (size_t i = 0; rc == 0 && !layout->in_place && i < DISKS && layout->disks[i];
		i++)
		rc = storage_partition(
			layout->disks[i], layout->partitions, PART_COUNT, err);
	if (!layout->in_place)
		return rc;
	disk_unclaim(run); /* for wiping what is in the place of the new ones */
	return storage_partition_beside(recipe->disk->path, layout->partitions,
		PART_COUNT, layout->removed, LENGTH(layout->removed), err);
}

const struct step_ops step_partition = {.id = "partition",
	.describe = partition_describe,
	.check = partition_check,
	.run = partition_run};

#include "installer/partitions.h"

#include "installer/base/language.h"
#include "installer/base/memory.h"

#define MIB ((uint64_t)1 << 20)

enum { FOUND_ESP_MIN_MIB = 64 }; /* least of disk.esp_size */

struct span {
	uint64_t start, end;
};

static uint64_t round_up(uint64_t bytes)
{
	return (bytes + MIB - 1) / MIB * MIB;
}

/* Between the two copies of the partition table. */
static struct span whole_disk(const struct disk *disk)
{
	uint64_t end = disk->size_bytes > MIB ? (disk->size_bytes - MIB) / MIB * MIB : 0;

	return (struct span){MIB, end > MIB ? end : MIB};
}

static unsigned number_of(const struct disk *disk, const struct content *content)
{
	return storage_partition_number(disk->path, content->path);
}

static uint64_t end_of(const struct content *content)
{
	return content->start_bytes + content->size_bytes;
}

bool partitions_is_type(const struct content *content, enum partition_type type)
{
	return text_equal(content->part_type, partition_type_guids[type]);
}

const struct content *partitions_before(
	const struct disk *disk, const struct content *next, const char *name)
{
	for (size_t i = 0; next && i < disk->content_count; i++)
		if (text_equal(disk->contents[i].part_name, name) &&
			end_of(&disk->contents[i]) == next->start_bytes)
			return &disk->contents[i];
	return NULL;
}

static void note_removed(const struct disk *disk, const struct content *content,
	struct partition_spec *removed)
{
	if (content)
		*removed = (struct partition_spec){.name = content->part_name,
			.number = number_of(disk, content),
			.start_bytes = content->start_bytes,
			.size_bytes = content->size_bytes};
}

/* What an installation that did not finish has made is room for the next. Its /boot lies before its root, whoever's partition is before
 * that: an EFI partition is only ours by its label. */
static void find_unfinished(const struct disk *disk, struct disk_layout *layout)
{
	const struct content *root = NULL, *boot, *esp;

	for (size_t i = 0; i < disk->content_count; i++)
		if (text_equal(disk->contents[i].part_name, NAME_INCOMPLETE))
			root = &disk->contents[i];
	boot = partitions_before(disk, root, "boot");
	esp = partitions_before(disk, boot, "esp");
	if (esp && !text_equal(esp->label, layout_volumes[VOLUME_ESP].label))
		esp = NULL;
	note_removed(disk, root, &layout->removed[0]);
	note_removed(disk, boot, &layout->removed[1]);
	note_removed(disk, esp, &layout->removed[2]);
}

static bool is_removed(const struct disk_layout *layout, unsigned number)
{
	for (size_t i = 0; i < LENGTH(layout->removed); i++)
		if (number && layout->removed[i].number == number)
			return true;
	return false;
}

static bool stays(const struct disk *disk, const struct disk_layout *layout,
	const struct content *content)
{
	unsigned number = number_of(disk, content);

	return number && !is_removed(layout, number);
}

/* Behind at, before what comes next. */
static struct span gap_behind(
	const struct disk *disk, const struct disk_layout *layout, uint64_t at)
{
	struct span gap = {round_up(at), whole_disk(disk).end};

	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];

		if (!stays(disk, layout, content) || end_of(content) <= at)
			continue;
		if (content->start_bytes < gap.end)
			gap.end = content->start_bytes / MIB * MIB;
	}
	return gap.end > gap.start ? gap : (struct span){at, at};
}

static struct span largest_gap(const struct disk *disk, const struct disk_layout *layout)
{
	struct span best = gap_behind(disk, layout, MIB);

	for (size_t i = 0; i < disk->content_count; i++) {
		struct span gap = gap_behind(disk, layout, end_of(&disk->contents[i]));

		if (stays(disk, layout, &disk->contents[i]) &&
			gap.end - gap.start > best.end - best.start)
			best = gap;
	}
	return best;
}

const struct content *partitions_esp(
	const struct disk *disk, const struct disk_layout *layout)
{
	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];

		if (stays(disk, layout, content) &&
			partitions_is_type(content, PARTITION_ESP) &&
			text_equal(content->type, "vfat") &&
			content->size_bytes >= FOUND_ESP_MIN_MIB * MIB)
			return content;
	}
	return NULL;
}

struct partition_spec partitions_found(
	const struct disk *disk, const struct content *content, enum partition_type type)
{
	if (!content)
		return (struct partition_spec){.found = true};
	return (struct partition_spec){
		.name = content->part_name ? content->part_name : "",
		.type = type,
		.number = number_of(disk, content),
		.start_bytes = content->start_bytes,
		.size_bytes = content->size_bytes,
		.found = true};
}

static void take_esp(const struct disk *disk, struct disk_layout *layout)
{
	const struct content *content = partitions_esp(disk, layout);

	if (content)
		layout->partitions[PART_ESP] =
			partitions_found(disk, content, PARTITION_ESP);
}

/* The lowest that is not in use, as libparted gives them. */
static unsigned next_number(
	const struct disk *disk, const struct disk_layout *layout, unsigned number)
{
	bool used;

	do {
		used = false;
		number++;
		for (size_t i = 0; i < disk->content_count; i++)
			used = used ||
			       (stays(disk, layout, &disk->contents[i]) &&
				       number_of(disk, &disk->contents[i]) == number);
	} while (used);
	return number;
}

/* One that is complete: recovery goes by the names of partitions, and cannot tell two on one disk from each other. */
static bool holds_jefelinux(const struct disk *disk, const struct disk_layout *layout)
{
	for (size_t i = 0; i < disk->content_count; i++)
		if (stays(disk, layout, &disk->contents[i]) &&
			layout_holds_boot(&disk->contents[i]))
			return true;
	return false;
}

bool partitions_can_share(const struct answers *answers, const struct machine *machine,
	const struct disk *disk, struct problems *problems)
{
	if (!disk->table)
		layout_error(answers, problems, "disk.layout",
			_("%s has no partitions yet: take the whole disk, or make some first"),
			disk->name);
	else if (!text_equal(disk->table, "gpt"))
		layout_error(answers, problems, "disk.layout",
			_("%s has no GUID partition table, so nothing can be put beside what is on it: take the whole disk, or convert the table first"),
			disk->name);
	else if (machine->firmware != FIRMWARE_UEFI)
		layout_error(answers, problems, "disk.layout",
			_("this computer was not started by UEFI, and with a BIOS the boot loader of the other system would be replaced"));
	else
		return true;
	return false;
}

/* Is there room for one more, and none that it would be mistaken for? */
static bool can_add(const struct answers *answers, const struct machine *machine,
	const struct disk *disk, const struct disk_layout *layout,
	struct problems *problems)
{
	if (!partitions_can_share(answers, machine, disk, problems))
		return false;
	if (holds_jefelinux(disk, layout))
		layout_error(answers, problems, "disk.layout",
			_("there is a JefeLinux on %s already, and recovery could not tell two of them apart: keep its /home, take the whole disk, or remove its partitions first"),
			disk->name);
	return !holds_jefelinux(disk, layout);
}

static void specify(const struct answers *answers, struct disk_layout *layout)
{
	struct partition_spec *parts = layout->partitions;

	parts[PART_BIOS] = (struct partition_spec){
		.name = "bios", .type = PARTITION_BIOS_BOOT, .size_bytes = MIB};
	parts[PART_ESP] = (struct partition_spec){.name = "esp",
		.type = PARTITION_ESP,
		.size_bytes = round_up(answers->disk.esp_size)};
	parts[PART_BOOT] = (struct partition_spec){.name = "boot",
		.type = PARTITION_LINUX,
		.size_bytes = round_up(answers->disk.boot_size)};
	parts[PART_ROOT] =
		(struct partition_spec){.name = NAME_INCOMPLETE, .type = PARTITION_LINUX};
}

uint64_t partitions_place(const struct answers *answers, const struct machine *machine,
	const struct disk *disk, struct disk_layout *layout, struct problems *problems)
{
	struct span span = whole_disk(disk);
	unsigned number = 0;

	specify(answers, layout);
	if (answers->disk.layout == LAYOUT_KEEP)
		return partitions_keep(answers, disk, layout, problems);
	if (answers->disk.layout == LAYOUT_MANUAL)
		return partitions_manual(answers, machine, disk, layout, problems);
	layout->shares = layout->in_place = answers->disk.layout == LAYOUT_FREE;
	if (layout->shares) {
		layout->partitions[PART_BIOS] = (struct partition_spec){.found = true};
		find_unfinished(disk, layout);
		if (!can_add(answers, machine, disk, layout, problems))
			return 0;
		take_esp(disk, layout);
		span = largest_gap(disk, layout);
	}
	for (size_t i = 0; i < PART_COUNT; i++) {
		struct partition_spec *part = &layout->partitions[i];

		if (part->found)
			continue;
		number = layout->shares ? next_number(disk, layout, number) : number + 1;
		part->number = number;
		part->start_bytes = span.start;
		span.start += part->size_bytes;
	}
	return span.end > span.start ? span.end - span.start : 0;
}

/* How the disk is divided: sizes that can be changed, and what the planner makes of them. */
#include <errno.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/layout.h"
#include "screens/wizard.h"

enum { TYPED_WIDTH = 8 };

static void segment(
	struct page *page, struct item *bar, const char *label, uint64_t bytes)
{
	autofree char *size = text_human_size(bytes);
	struct choice *choice = item_choice(bar, NULL, label);

	choice->note = page_copy(page, size);
	choice->weight = bytes;
}

/* Less than a hundredth of the disk is no use to anybody. */
static void free_segment(
	struct page *page, struct item *bar, const struct disk *disk, uint64_t bytes)
{
	if (bytes <= disk->size_bytes / 100)
		return;
	segment(page, bar, _("free"), bytes);
	bar->choices[bar->count - 1].tone = TONE_QUIET;
}

void page_add_now(struct page *page, const struct disk *disk)
{
	struct item *bar = page_add(page, ITEM_BAR, NULL, _("Now"));
	uint64_t used = 0;

	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];
		const char *label = content->label && *content->label ? content->label
				    : content->type                   ? content->type
								      : _("unknown");

		segment(page, bar, page_copy(page, label), content->size_bytes);
		used += content->size_bytes;
	}
	if (disk->size_bytes > used)
		free_segment(page, bar, disk, disk->size_bytes - used);
}

static void add_then(
	struct page *page, const struct disk *disk, const struct disk_layout *layout)
{
	const struct partition_spec *parts = layout->partitions;
	struct item *bar = page_add(page, ITEM_BAR, NULL, _("Then"));

	segment(page, bar, _("EFI"), parts[PART_ESP].size_bytes);
	segment(page, bar, _("boot"), parts[PART_BOOT].size_bytes);
	segment(page, bar, _("JefeLinux"), parts[PART_ROOT].size_bytes);
	free_segment(page, bar, disk, layout->free_bytes);
}

void page_add_then(
	struct page *page, const struct wizard *wizard, const struct disk *disk)
{
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	layout_make(wizard->answers, wizard->machine, disk, &layout, &problems);
	add_then(page, disk, &layout);
}

static void add_row(struct page *page, struct item *table, const char *point,
	uint64_t bytes, const char *type, const char *note)
{
	autofree char *size = text_human_size(bytes);
	const char *label = page_format(page, "%s\t%s\t%s", point, size, type);

	item_choice(table, NULL, label)->note = note;
}

static const char *volume_note(
	const struct disk_layout *layout, const struct volume *volume)
{
	if (*volume->flags)
		return volume->flags;
	return volume->part == PART_ROOT && layout->encrypted ? _("encrypted") : NULL;
}

/* In the order in which they lie on the disk, which is not that of mounting. */
static void add_volumes(struct page *page, const struct disk_layout *layout)
{
	struct item *table = page_add(page, ITEM_TABLE, NULL, NULL);

	table->header = _("Mount point\tSize\tFile system");
	add_row(page, table, _("none"), layout->partitions[PART_BIOS].size_bytes, "BIOS",
		_("starts without UEFI"));
	for (unsigned part = 0; part < PART_COUNT; part++)
		for (size_t i = 0; i < VOLUMES; i++)
			if (layout_volumes[i].part == part)
				add_row(page, table, layout_volumes[i].point,
					layout->partitions[part].size_bytes,
					layout_volumes[i].type_name,
					volume_note(layout, &layout_volumes[i]));
	if (layout->free_bytes)
		add_row(page, table, _("none"), layout->free_bytes, _("free"), NULL);
}

/* The item that can change what is wrong: a disk that is too small for all has too large a part. */
static const char *item_of(const struct wizard *wizard, const struct problem *problem)
{
	const struct answers *answers = wizard->answers;

	if (text_equal(problem->key, "disk.match"))
		return answers->disk.esp_size > answers->disk.boot_size
			       ? "disk.esp_size"
			       : "disk.boot_size";
	return answers_field(problem->key)->key;
}

static void add_size(struct page *page, const struct wizard *wizard, const char *path,
	const struct problems *problems)
{
	struct item *item = page_field(page, wizard, ITEM_TEXT, path);

	item->width = TYPED_WIDTH;
	for (size_t i = 0; i < problems->count; i++)
		if (text_equal(item_of(wizard, &problems->items[i]), path))
			item->error = page_copy(page, problems->items[i].text);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct disk *disk = wizard_disk(wizard);
	autoproblems struct problems problems = {0};
	struct disk_layout layout = {0};

	if (disk)
		layout_make(wizard->answers, wizard->machine, disk, &layout, &problems);
	(void)page_note(page, TONE_STRONG, "%s", _("How is the disk divided?"));
	page_gap(page);
	(void)page_fact(page, _(answers_field("disk.layout")->label), "%s",
		disk ? page_format(page, _("the whole disk %s"), disk->name)
		     : _("the whole disk"));
	add_size(page, wizard, "disk.esp_size", &problems);
	add_size(page, wizard, "disk.boot_size", &problems);
	add_size(page, wizard, "disk.root_size", &problems);
	page_gap(page);
	if (!disk) {
		(void)page_note(page, TONE_QUIET, "%s",
			_("What becomes of them is shown when a disk is chosen."));
		return;
	}
	add_volumes(page, &layout);
	page_gap(page);
	add_then(page, disk, &layout);
}

/* What is taken away becomes the default again. */
static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	return answers_set(wizard->answers, id, value && *value ? value : NULL, err);
}

static int leave(void *context, const char **at, struct error *err)
{
	const struct wizard *wizard = context;
	const struct disk *disk = wizard_disk(wizard);
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	if (!disk)
		return 0;
	layout_make(wizard->answers, wizard->machine, disk, &layout, &problems);
	if (!problems.count)
		return 0;
	*at = item_of(wizard, &problems.items[0]);
	return error_set(err, -EINVAL, "%s", problems.items[0].text);
}

const struct screen screen_layout = {
	.id = "layout",
	.title = N_("Layout"),
	.kind = SCREEN_STEP,
	.help = N_(
		"The disk gets a small partition for the boot loader of UEFI firmware, one for the kernels, and the root partition for everything "
		"else. A size is a whole number with M, G or T; a field left empty takes its default, and for the root partition that is all "
		"the room there is.\n\n"
		"The table shows what the installation will make. nosuid: programs get no rights of their owner. nodev: device files do not work. "
		"noexec: nothing is started from there. Hardening restricts /tmp, /proc and others beside them.\n\n"
		"There is no swap: memory is never written to the disk."),
	.build = build,
	.set = set,
	.leave = leave,
};

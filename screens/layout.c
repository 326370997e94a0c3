/* How the disk is divided: sizes that can be changed, and what the planner makes of them. */
#include <errno.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/partitions.h"
#include "screens/proof.h"
#include "screens/recovery.h"
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

static const char *content_label(struct page *page, const struct content *content)
{
	return content->label && *content->label ? page_copy(page, content->label)
	       : content->type                   ? page_copy(page, content->type)
						 : _("unknown");
}

void page_add_now(struct page *page, const struct disk *disk)
{
	struct item *bar = page_add(page, ITEM_BAR, NULL, _("Now"));
	uint64_t used = 0;

	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];

		segment(page, bar, content_label(page, content), content->size_bytes);
		used += content->size_bytes;
	}
	if (disk->size_bytes > used)
		free_segment(page, bar, disk, disk->size_bytes - used);
}

/* Of somebody else. */
static bool stays(const struct disk_layout *layout, size_t part)
{
	return layout->shares && part <= PART_ESP &&
	       (part == PART_BIOS || layout_fate(layout, VOLUME_ESP) == FATE_STAYS);
}

/* What stays, in one piece: the bar is about what comes. */
static void add_others(struct page *page, struct item *bar, const struct disk *disk,
	const struct disk_layout *layout)
{
	uint64_t others = disk->size_bytes;

	for (size_t i = 0; i < PART_COUNT; i++)
		if (!stays(layout, i))
			others -= layout->partitions[i].size_bytes;
	segment(page, bar, _("what is there"), others);
}

static const char *place_of(const struct volume *volume)
{
	return volume->point ? volume->point : _("swap");
}

static void add_then(
	struct page *page, const struct disk *disk, const struct disk_layout *layout)
{
	const struct partition_spec *parts = layout->partitions;
	struct item *bar = page_add(page, ITEM_BAR, NULL, _("Then"));

	if (layout->shares)
		add_others(page, bar, disk, layout);
	if (!stays(layout, PART_ESP))
		segment(page, bar, _("EFI"), parts[PART_ESP].size_bytes);
	segment(page, bar, _("boot"), parts[PART_BOOT].size_bytes);
	for (size_t i = 0; i < VOLUMES; i++)
		if (layout_volumes[i].part == PART_ROOT && layout->volume_bytes[i])
			segment(page, bar,
				i == VOLUME_ROOT ? _("JefeLinux")
						 : place_of(&layout_volumes[i]),
				layout->volume_bytes[i]);
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
	if (stays(layout, volume->part))
		return _("shared");
	if (layout->keeps && volume->part == PART_ROOT)
		return _("/home and /srv stay");
	if (*volume->flags)
		return volume->flags;
	return volume->part == PART_ROOT && layout->encrypted ? _("encrypted") : NULL;
}

/* In the order in which they lie on the disk, which is not that of mounting. */
static void add_volumes(struct page *page, const struct disk_layout *layout)
{
	struct item *table = page_add(page, ITEM_TABLE, NULL, NULL);

	table->header = _("Mount point\tSize\tFile system");
	if (layout->partitions[PART_BIOS].number)
		add_row(page, table, _("none"), layout->partitions[PART_BIOS].size_bytes,
			"BIOS", _("starts without UEFI"));
	for (unsigned part = 0; part < PART_COUNT; part++)
		for (size_t i = 0; i < VOLUMES; i++) {
			const struct volume *volume = &layout_volumes[i];

			if (volume->part == part && layout->volume_bytes[i])
				add_row(page, table, place_of(volume),
					layout->volume_bytes[i],
					fs_type_names[volume->type],
					volume_note(layout, volume));
		}
	if (layout->free_bytes)
		add_row(page, table, _("none"), layout->free_bytes, _("free"), NULL);
}

/* The answer that can change what is wrong: a disk that is too small for all has too large a part. */
static const char *key_of(const struct wizard *wizard, const struct problem *problem)
{
	const struct answers *answers = wizard->answers;

	if (text_equal(problem->key, "disk.match"))
		return answers->disk.esp_size > answers->disk.boot_size
			       ? "disk.esp_size"
			       : "disk.boot_size";
	return answers_field(problem->key)->key;
}

static void show_problem(struct page *page, const struct wizard *wizard,
	struct item *item, const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		if (text_equal(key_of(wizard, &problems->items[i]), item->id))
			item->error = page_copy(page, problems->items[i].text);
}

static void add_size(struct page *page, const struct wizard *wizard, const char *path,
	const struct problems *problems)
{
	struct item *item = page_field(page, wizard, ITEM_TEXT, path);

	item->width = TYPED_WIDTH;
	show_problem(page, wizard, item, problems);
}

/* Both pages end with what the planner makes of the sizes. */
static void add_result(
	struct page *page, const struct wizard *wizard, const struct disk_layout *layout)
{
	const struct disk *disk = wizard_disk(wizard);

	page_gap(page);
	if (!disk) {
		(void)page_note(page, TONE_QUIET, "%s",
			_("What becomes of them is shown when a disk is chosen."));
		return;
	}
	add_volumes(page, layout);
	page_gap(page);
	add_then(page, disk, layout);
}

static void look(const struct wizard *wizard, struct disk_layout *layout,
	struct problems *problems)
{
	const struct disk *disk = wizard_disk(wizard);

	*layout = (struct disk_layout){0};
	if (disk)
		layout_make(wizard->answers, wizard->machine, disk, layout, problems);
}

/* The first is nobody's question when the partition is somebody's. */
static const char *const partition_keys[] = {
	"disk.esp_size", "disk.boot_size", "disk.root_size"};
static const char *const volume_keys[] = {"disk.home_size", "disk.srv_size",
	"disk.var_size", "disk.var_log_size", "disk.audit_size", "disk.var_tmp_size",
	"disk.swap_size"};

static bool is_on_first_page(const char *key)
{
	if (text_equal(key, "disk.layout") || text_equal(key, "disk.mirror") ||
		text_ends(key, "_partition"))
		return true;
	for (size_t i = 0; i < LENGTH(partition_keys); i++)
		if (text_equal(partition_keys[i], key))
			return true;
	return false;
}

/* The way to the other page says what is wrong there. */
static void add_more(
	struct page *page, const struct wizard *wizard, const struct problems *problems)
{
	struct item *item = page_add(page, ITEM_ACTION, "volumes",
		_("Volumes for /home, /var and others, and swap"));

	item->key = 'v';
	item->why = _("File systems of their own, so that none can fill another.");
	for (size_t i = 0; i < problems->count; i++)
		if (!is_on_first_page(key_of(wizard, &problems->items[i])))
			item->error = page_copy(page, problems->items[i].text);
}

/* NULL: the disk can be used like this. */
static const char *why_not(struct page *page, const struct wizard *wizard,
	const struct disk *disk, enum layout scheme)
{
	struct answers answers = *wizard->answers; /* borrowed, but for the layout */
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	answers.disk.layout = scheme;
	layout_make(&answers, wizard->machine, disk, &layout, &problems);
	for (size_t i = 0; i < problems.count; i++)
		if (text_equal(problems.items[i].key, "disk.layout"))
			return page_copy(page, problems.items[i].text);
	return NULL;
}

/* Also a disk with nothing on it: cfdisk makes the table, too. */
static bool can_divide(const struct wizard *wizard)
{
	return !wizard->machine_is_file && wizard->machine->firmware == FIRMWARE_UEFI;
}

static bool is_offered(
	const struct wizard *wizard, const struct disk *disk, enum layout scheme)
{
	struct named_system system;

	if (scheme == LAYOUT_WHOLE || scheme == wizard->answers->disk.layout)
		return true;
	if (scheme == LAYOUT_MANUAL)
		return disk->content_count || can_divide(wizard);
	return scheme == LAYOUT_KEEP ? partitions_find(disk, &system)
				     : disk->content_count;
}

static const enum layout shown_schemes[] = {
	LAYOUT_WHOLE, LAYOUT_KEEP, LAYOUT_FREE, LAYOUT_MANUAL};

static const struct scheme {
	const char *name, *label;
} schemes[] = {
	[LAYOUT_WHOLE] = {"whole",  N_("the whole disk %s")                         },
	[LAYOUT_FREE] = {"free",   N_("its free space, beside what is there")      },
	[LAYOUT_KEEP] = {"keep",   N_("in place of JefeLinux; /home and /srv stay")},
	[LAYOUT_MANUAL] = {"manual", N_("partitions made before")                    },
};

static void add_scheme_choice(struct page *page, const struct wizard *wizard,
	const struct disk *disk, struct item *item, enum layout scheme)
{
	const char *label =
		scheme == LAYOUT_WHOLE
			? page_format(page, _("the whole disk %s"), disk->name)
			: _(schemes[scheme].label);
	struct choice *choice = item_choice(item, schemes[scheme].name, label);

	if (scheme != LAYOUT_WHOLE &&
		(scheme != LAYOUT_MANUAL || disk->table || !can_divide(wizard)))
		choice->why_not = why_not(page, wizard, disk, scheme);
	if (choice->why_not)
		choice->note = page_format(page, _("not offered: %s"), choice->why_not);
}

/* The whole disk or, when there is something on it, other ways. */
static void add_scheme(
	struct page *page, const struct wizard *wizard, const struct problems *problems)
{
	const struct disk *disk = wizard_disk(wizard);
	struct item *item;

	if (!disk || (!disk->content_count && !wizard->answers->disk.layout &&
			     !can_divide(wizard))) {
		item = page_fact(page, _(answers_field("disk.layout")->label), "%s",
			_("the whole disk"));
		if (disk)
			item->value =
				page_format(page, _("the whole disk %s"), disk->name);
		return;
	}
	item = page_field(page, wizard, ITEM_TEXT, "disk.layout");
	item->type = ITEM_ONE;
	for (size_t i = 0; i < LENGTH(shown_schemes); i++)
		if (is_offered(wizard, disk, shown_schemes[i]))
			add_scheme_choice(page, wizard, disk, item, shown_schemes[i]);
	show_problem(page, wizard, item, problems);
}

static const struct chosen_partition {
	const char *key;
	enum partition_type type;
} chosen_partitions[] = {
	{"disk.root_partition", PARTITION_LINUX},
	{"disk.boot_partition", PARTITION_LINUX},
	{"disk.esp_partition",  PARTITION_ESP  },
};

static void add_partition(struct page *page, const struct wizard *wizard,
	const struct chosen_partition *row, const struct problems *problems)
{
	const struct disk *disk = wizard_disk(wizard);
	struct item *item = page_field(page, wizard, ITEM_TEXT, row->key);

	item->type = ITEM_ONE;
	for (size_t i = 0; disk && i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];
		autofree char *size = text_human_size(content->size_bytes);

		if (partitions_is_type(content, row->type))
			(void)item_choice(item,
				page_format(page, "%u",
					storage_partition_number(
						disk->path, content->path)),
				page_format(page, "%s, %s, %s", content->path, size,
					content_label(page, content)));
	}
	show_problem(page, wizard, item, problems);
}

/* cfdisk makes them; what it left is looked at when it is over. */
static void add_manual(struct page *page, const struct wizard *wizard,
	const struct disk_layout *layout, const struct problems *problems)
{
	struct item *item;

	if (!wizard->machine_is_file) {
		item = page_add(page, ITEM_ACTION, "divide", _("Make partitions"));
		item->key = 'm';
		item->why = _(
			"Starts cfdisk on this disk; what you write there is done at once.");
	}
	for (size_t i = 0; i < LENGTH(chosen_partitions); i++)
		add_partition(page, wizard, &chosen_partitions[i], problems);
	if (layout->has_volumes)
		add_size(page, wizard, "disk.root_size", problems);
}

/* What can be said about the partitions: their sizes, or which. */
static void add_partitions(struct page *page, const struct wizard *wizard,
	const struct disk_layout *layout, const struct problems *problems)
{
	if (wizard->answers->disk.layout == LAYOUT_KEEP) {
		(void)page_note(page, TONE_QUIET, "%s",
			_("Partitions, volumes, encryption and the keys that open it stay as they are."));
		return;
	}
	if (wizard->answers->disk.layout == LAYOUT_MANUAL) {
		add_manual(page, wizard, layout, problems);
	} else {
		for (size_t i = 0; i < LENGTH(partition_keys); i++)
			if (i || !layout->partitions[PART_ESP].found)
				add_size(page, wizard, partition_keys[i], problems);
	}
	add_more(page, wizard, problems);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	look(wizard, &layout, &problems);
	(void)page_note(page, TONE_STRONG, "%s", _("How is the disk divided?"));
	page_gap(page);
	add_scheme(page, wizard, &problems);
	if (wizard->answers->disk.layout == LAYOUT_WHOLE)
		page_add_mirror(page, wizard);
	add_partitions(page, wizard, &layout, &problems);
	add_result(page, wizard, &layout);
}

static int set_mirror(struct wizard *wizard, const char *value, struct error *err)
{
	const struct disk *disk = machine_disk(wizard->machine, value);

	if (!disk && !text_equal(value, "none"))
		return error_set(err, -ENOENT,
			_("there is no disk %s any more; look again"), value);
	return wizard_choose_mirror(wizard, disk, err);
}

/* A part of one disk has no mirror, and what is kept stays encrypted or not, with its keys. */
static int set_scheme(struct wizard *wizard, const char *value, struct error *err)
{
	const struct disk *disk = wizard_disk(wizard);
	struct named_system system;
	int rc = answers_set(wizard->answers, "disk.layout", value, err);

	if (rc == 0 && wizard->answers->disk.layout != LAYOUT_WHOLE)
		rc = wizard_choose_mirror(wizard, NULL, err);
	if (rc < 0 || wizard->answers->disk.layout != LAYOUT_KEEP)
		return rc;
	if (disk && partitions_find(disk, &system))
		rc = answers_set(wizard->answers, "disk.encryption",
			text_equal(system.root->type, "crypto_LUKS") ? "luks2" : "none",
			err);
	wizard->wants_us = false;
	proof_settle(wizard);
	return rc < 0 ? rc : recovery_want(wizard, false, err);
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	if (text_equal(id, "disk.mirror"))
		return set_mirror(wizard, value ? value : "none", err);
	if (text_equal(id, "disk.layout"))
		return set_scheme(wizard, value, err);
	return wizard_set(wizard, id, value, err);
}

static void divide(struct form *form)
{
	struct wizard *wizard = form_context(form);
	const struct disk *disk = wizard_disk(wizard);
	autowords struct words words = {0};

	if (!disk)
		return;
	words_add(&words, "cfdisk");
	words_add(&words, disk->path);
	form_program(form, &words);
	wizard->looks_again = true;
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "divide"))
		divide(form);
	else
		form_open(form, "volumes");
}

static bool look_again(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (!wizard->looks_again)
		return false;
	wizard->looks_again = false;
	if (wizard_look(wizard, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	return true;
}

static int leave(void *context, const char **at, struct error *err)
{
	const struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	look(wizard, &layout, &problems);
	if (!problems.count)
		return 0;
	*at = key_of(wizard, &problems.items[0]);
	if (!is_on_first_page(*at))
		*at = "volumes";
	return error_set(err, -EINVAL, "%s", problems.items[0].text);
}

const struct screen screen_layout = {
	.id = "layout",
	.title = N_("Layout"),
	.kind = SCREEN_STEP,
	.help = N_(
		"The disk gets a small partition for the boot loader of UEFI firmware, one for the kernels, and the root partition for everything "
		"else. A size is a whole number with M, G or T; a field left empty takes its default, and for root that is all the room there is.\n\n"
		"The table shows what the installation will make. nosuid: programs get no rights of their owner. nodev: device files do not work. "
		"noexec: nothing is started from there. Hardening restricts /tmp, /proc and others beside them."),
	.build = build,
	.set = set,
	.act = act,
	.tick = look_again,
	.leave = leave,
};

static void build_volumes(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	look(wizard, &layout, &problems);
	page->next_label = _("Back");
	(void)page_note(page, TONE_STRONG, "%s", _("What has a volume of its own?"));
	page_gap(page);
	for (size_t i = 0; i < LENGTH(volume_keys); i++)
		add_size(page, wizard, volume_keys[i], &problems);
	show_problem(
		page, wizard, page_field(page, wizard, ITEM_ONE, "disk.rest"), &problems);
	add_result(page, wizard, &layout);
}

const struct screen screen_volumes = {
	.id = "volumes",
	.title = N_("Volumes"),
	.kind = SCREEN_SUB,
	.parent = "layout",
	.help = N_(
		"A folder with a size gets a logical volume (LVM): a file system of its own, which can be made larger later, while it is in use. "
		"Without a size it is a part of the one above it. A flood of logs or mail then fills one volume, and not the system.\n\n"
		"Encrypted, they lie together in one partition behind one passphrase. Without swap memory is never written to the disk."),
	.build = build_volumes,
	.set = set,
};

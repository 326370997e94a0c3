#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/wizard.h"

enum { BLINK_SECONDS = 60 }; /* that it may take, and takes ten */

#define SMALLEST                                                                         \
	(UINT64_C(4) << 30) /* below this no system fits beside /boot and the ESP */

/* NULL: it can be chosen. */
static const char *why_not(struct page *page, const struct disk *disk)
{
	if (disk->live_medium)
		return _("the installer itself runs from it");
	if (disk->read_only)
		return _("it is write-protected");
	if (disk->holders.count)
		return page_format(page, _("in use: %s"), disk->holders.items[0]);
	if (disk->size_bytes < SMALLEST)
		return _("it is smaller than 4 GiB");
	return NULL;
}

static const char *contents(struct page *page, const struct disk *disk)
{
	if (!disk->content_count)
		return disk->table ? _("no partitions") : _("empty");
	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];

		if (content->type && strcmp(content->type, "ntfs") == 0)
			return page_format(page,
				P_("Windows, %zu part", "Windows, %zu parts",
					disk->content_count),
				disk->content_count);
		if (content->type && strcmp(content->type, "crypto_LUKS") == 0)
			return page_format(page,
				P_("encrypted, %zu part", "encrypted, %zu parts",
					disk->content_count),
				disk->content_count);
	}
	return page_format(page, P_("%zu part", "%zu parts", disk->content_count),
		disk->content_count);
}

/* The only one inside the computer that is empty: whoever has several looks at them anyway, and the largest may hold the data. */
static const struct disk *suggested(struct page *page, const struct machine *machine)
{
	const struct disk *empty = NULL;

	for (size_t i = 0; i < machine->disk_count; i++) {
		const struct disk *disk = &machine->disks[i];

		if (disk->removable || disk->bus == BUS_USB || disk->content_count ||
			disk->health == HEALTH_FAILING || why_not(page, disk))
			continue;
		if (empty)
			return NULL;
		empty = disk;
	}
	return empty;
}

static void add_disk(
	struct page *page, struct item *item, const struct disk *disk, bool is_suggested)
{
	autofree char *size = text_human_size(disk->size_bytes);
	struct choice *choice = item_choice(item, disk->name, NULL);

	choice->label = page_format(page, "%s\t%s\t%s\t%s\t%s", disk->name, size,
		disk_bus_names[disk->bus], contents(page, disk),
		disk->model ? disk->model : "-");
	choice->why_not = why_not(page, disk);
	if (choice->why_not)
		choice->note = page_format(page, _("not offered: %s"), choice->why_not);
	else if (disk->health == HEALTH_FAILING)
		choice->note = _("says that it is about to fail");
	else if (is_suggested)
		choice->note = _("suggested: nothing was found on it");
}

/* By what was found there, not by the name: /dev/sdaa1 is none of /dev/sda. */
static bool is_on(const char *path, const struct disk *disk)
{
	for (size_t i = 0; i < disk->content_count; i++)
		if (text_equal(disk->contents[i].path, path))
			return true;
	return text_equal(disk->path, path);
}

static void add_health(struct page *page, const struct disk *disk)
{
	if (disk->health == HEALTH_FAILING)
		page_fact(page, _("Health"), "%s",
			_("it says that it is about to fail: take another one"))
			->tone = TONE_DANGER;
	else if (disk->health == HEALTH_GOOD && disk->used_hours)
		(void)page_fact(page, _("Health"),
			_("good, %u%% worn, %llu hours in use"), disk->worn_percent,
			(unsigned long long)disk->used_hours);
	else if (disk->health == HEALTH_GOOD)
		(void)page_fact(page, _("Health"), "%s", _("good"));
}

static void add_details(
	struct page *page, const struct wizard *wizard, const struct disk *disk)
{
	page_gap(page);
	(void)page_fact(page, _("Serial"), "%s", disk->serial ? disk->serial : _("none"));
	if (disk->wwn)
		(void)page_fact(page, _("WWN"), "%s", disk->wwn);
	(void)page_fact(
		page, _("Path"), "%s", disk->by_path ? disk->by_path : disk->path);
	add_health(page, disk);
	for (size_t i = 0; i < wizard->machine->system_count; i++)
		if (is_on(wizard->machine->systems[i].path, disk))
			page_fact(page, _("Holds"), _("%s on %s"),
				wizard->machine->systems[i].name,
				wizard->machine->systems[i].path)
				->tone = TONE_WARNING;
	page_gap(page);
	page_add_now(page, disk);
	page_add_then(page, wizard, disk);
}

static void add_blink(struct page *page, const struct disk *chosen)
{
	struct item *item;

	if (!chosen)
		return;
	item = page_add(page, ITEM_ACTION, "blink", _("Blink its light"));
	item->key = 'b';
	item->why = _(
		"Reads from the chosen disk for ten seconds, so that you see which one it is.");
}

/* By enum layout. */
static const char *const consequences[] = {
	N_("Everything on it will be lost. You confirm later by typing its name."),
	N_("What is on it stays. You confirm later by typing its name."),
	N_("JefeLinux on it is replaced; /home and /srv stay. You confirm later by typing its name."),
	N_("What is in the chosen partitions will be lost. You confirm later by typing its name."),
};

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct disk *chosen = wizard_disk(wizard);
	const struct disk *empty = suggested(page, wizard->machine);
	struct item *item;

	item = page_add(page, ITEM_ONE, "disk", _("Which disk gets JefeLinux?"));
	item->header = _("Name\tSize\tBus\tHolds\tModel");
	item->value = chosen && !why_not(page, chosen) ? chosen->name : NULL;
	item->why = _(consequences[wizard->answers->disk.layout]);
	for (size_t i = 0; i < wizard->machine->disk_count; i++)
		add_disk(page, item, &wizard->machine->disks[i],
			empty == &wizard->machine->disks[i]);
	if (!wizard->machine->disk_count)
		(void)page_note(page, TONE_DANGER, "%s",
			_("No disk was found. Plug one in, or see in the shell (F4) what the kernel says; then look again."));
	if (chosen && item->value)
		add_details(page, wizard, chosen);
	if (!wizard->machine_is_file) {
		page_gap(page);
		add_blink(page, chosen);
		item = page_add(page, ITEM_ACTION, "rescan", _("Look again"));
		item->key = 'r';
		item->why = _(
			"Search for disks once more, for example after plugging one in.");
	}
}

static const char *serial_of(const struct disk *disk)
{
	return disk->serial;
}

static const char *wwn_of(const struct disk *disk)
{
	return disk->wwn;
}

static const char *path_of(const struct disk *disk)
{
	return disk->by_path;
}

/* Does it name no other disk, and mean only itself as a pattern? */
static bool is_unique(const struct machine *machine, const char *value,
	const char *(*member)(const struct disk *disk))
{
	size_t count = 0;

	if (!value || !*value || strpbrk(value, "*?[\\"))
		return false;
	for (size_t i = 0; i < machine->disk_count; i++)
		count += text_equal(member(&machine->disks[i]), value);
	return count == 1;
}

/* What names this disk alone, and the key of the match that it belongs to. */
static const char *exact_name(
	const struct machine *machine, const struct disk *disk, const char **key)
{
	static const struct {
		const char *key;
		const char *(*member)(const struct disk *disk);
	} members[] = {
		{"disk.match.serial", serial_of},
		{"disk.match.wwn",    wwn_of   },
		{"disk.match.path",   path_of  },
	};

	for (size_t i = 0; i < LENGTH(members); i++) {
		*key = members[i].key;
		if (is_unique(machine, members[i].member(disk), members[i].member))
			return members[i].member(disk);
	}
	return disk->path;
}

int wizard_choose_mirror(
	struct wizard *wizard, const struct disk *disk, struct error *err)
{
	const char *key;

	return answers_set(wizard->answers, "disk.mirror",
		disk ? exact_name(wizard->machine, disk, &key) : NULL, err);
}

/* What becomes of the room on two disks of different size. */
static const char *mirror_note(
	struct page *page, const struct disk *first, const struct disk *disk)
{
	if (disk->size_bytes < first->size_bytes)
		return page_format(page,
			_("smaller than %s: decides how large everything is"),
			first->name);
	if (disk->size_bytes > first->size_bytes)
		return page_format(page, _("larger than %s: a part of it stays unused"),
			first->name);
	return NULL;
}

static void add_mirror(struct page *page, struct item *item, const struct disk *first,
	const struct disk *disk)
{
	autofree char *size = text_human_size(disk->size_bytes);
	struct choice *choice = item_choice(item, disk->name,
		page_format(page, "%s, %s, %s", disk->name, size, contents(page, disk)));

	choice->why_not = why_not(page, disk);
	choice->note = choice->why_not
			       ? page_format(page, _("not offered: %s"), choice->why_not)
			       : mirror_note(page, first, disk);
}

void page_add_mirror(struct page *page, const struct wizard *wizard)
{
	const struct machine *machine = wizard->machine;
	const struct disk *first = wizard_disk(wizard), *mirror = wizard_mirror(wizard);
	struct item *item;

	if (!first || machine->disk_count < 2)
		return;
	item = page_field(page, wizard, ITEM_ONE, "disk.mirror");
	item->value = mirror ? mirror->name : "none";
	(void)item_choice(item, "none", _("no second disk"));
	for (size_t i = 0; i < machine->disk_count; i++)
		if (&machine->disks[i] != first)
			add_mirror(page, item, first, &machine->disks[i]);
}

int wizard_choose_disk(struct wizard *wizard, const struct disk *disk, struct error *err)
{
	static const char *const keys[] = {
		"name", "path", "serial", "wwn", "model", "bus", "min_size", "max_size"};
	const struct disk *mirror = wizard_mirror(wizard);
	const char *name, *key_of_name;
	int rc = 0;

	wizard->answers->disk.expect = 1;
	for (size_t i = 0; i < LENGTH(keys); i++) {
		autofree char *key = memory_format("disk.match.%s", keys[i]);

		rc = answers_set(wizard->answers, key, NULL, err);
		if (rc < 0)
			return rc;
	}
	name = exact_name(wizard->machine, disk, &key_of_name);
	rc = answers_set(wizard->answers, key_of_name, name, err);
	if (rc == 0 && mirror)
		rc = wizard_choose_mirror(wizard, mirror == disk ? NULL : mirror, err);
	return rc;
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	const struct disk *disk = machine_disk(wizard->machine, value);

	(void)id;
	if (!disk)
		return error_set(err, -ENOENT,
			_("there is no disk %s any more; look again"), value);
	return wizard_choose_disk(wizard, disk, err);
}

static void rescan(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (wizard_look(wizard, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else
		form_say(form, TONE_GOOD, _("Disks found: %zu."),
			wizard->machine->disk_count);
}

/* Nobody waits for its end. */
static void blink(struct form *form)
{
	struct wizard *wizard = form_context(form);
	const struct disk *disk = wizard_disk(wizard);
	struct error err = {0};

	if (!disk)
		return;
	if (job_start(&wizard->job,
		    COMMAND(wizard->setup, "probe", "--blink", disk->path), BLINK_SECONDS,
		    &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else
		form_say(form, TONE_GOOD, _("%s is being read. Is there a light?"),
			disk->name);
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "rescan"))
		rescan(form);
	else if (text_equal(id, "blink"))
		blink(form);
}

/* It may have been pulled out while the page was open. */
static int leave(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	const struct disk *chosen = wizard_disk(wizard);
	autofree char *name = memory_copy_text(chosen ? chosen->name : NULL);

	*at = "disk";
	if (wizard_look(wizard, err) < 0)
		return err->code;
	if (name && !wizard_disk(wizard))
		return error_set(err, -ENODEV,
			_("The disk %s is gone: plug it in again, or choose another."),
			name);
	if (!wizard->machine->disk_count)
		return error_set(err, -ENODEV, "%s",
			_("Without a disk there is nothing to install on."));
	if (!wizard_disk(wizard))
		return error_set(err, -EINVAL, "%s",
			_("Choose a disk first: move to it and press Enter."));
	return 0;
}

static void add_lost(struct page *page, struct item *item, const struct disk *disk)
{
	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];
		autofree char *size = text_human_size(content->size_bytes);

		item_choice(item, NULL,
			page_format(page, "%s\t%s\t%s\t%s", content->path, size,
				content->type ? content->type : _("unknown"),
				content->label ? content->label : ""))
			->tone = TONE_WARNING;
	}
}

void page_add_losses(
	struct page *page, const struct disk *disk, const struct disk *mirror)
{
	const struct disk *const disks[] = {disk, mirror};
	size_t count = mirror ? LENGTH(disks) : 1;
	struct item *item;

	for (size_t i = 0; i < count; i++)
		if (!disks[i]->content_count)
			(void)page_note(page, TONE_NORMAL,
				_("No file systems were found on %s; whatever else is on it will be lost."),
				disks[i]->name);
	if (!disk->content_count && !(mirror && mirror->content_count))
		return;
	item = page_add(page, ITEM_TABLE, NULL, _("This will be lost for good"));
	for (size_t i = 0; i < count; i++)
		add_lost(page, item, disks[i]);
}

const struct screen screen_disk = {
	.id = "disk",
	.title = N_("Disk"),
	.kind = SCREEN_STEP,
	.help = N_(
		"The whole disk is used, and whatever is on it now will be lost, unless the next page, which shows how it is divided, says that "
		"only its free space is taken.\n\n"
		"Disks in use, write-protected disks and the medium this installer runs from are shown but not offered. The disk is remembered "
		"by its serial number, not by a name that may change with the next start."),
	.build = build,
	.set = set,
	.act = act,
	.leave = leave,
};

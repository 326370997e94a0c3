/* What else the medium is good for: only planning, repairing an installed system, a demonstration, a shell. */
#include <errno.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/medium.h"

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s",
		_("What else do you want to do with this medium?"));
	page_gap(page);
	item = page_add(page, ITEM_ACTION, "plan-only", _("Only plan"));
	item->key = 'p';
	item->why = _(
		"The same pages, then every operation an installation would do. Nothing can be installed.");
	item = page_add(page, ITEM_ACTION, "repair", _("Repair an installed system"));
	item->key = 'r';
	item->why = _("How to reach it from here, with the names of this computer.");
	if (!wizard->demo) {
		item = page_add(page, ITEM_ACTION, "medium", _("Check this medium"));
		item->key = 'm';
		item->why = _(
			"Compares every file of it with the list that was signed with it.");
		item = page_add(page, ITEM_ACTION, "demo", _("Demonstration"));
		item->key = 'd';
		item->why = _(
			"A recorded computer and an installation that is played back; no disk is touched.");
	}
	item = page_add(page, ITEM_ACTION, "shell", _("Shell"));
	item->why = _("A root shell; exit comes back here.");
}

/* From here to the end of this program nothing is installed. */
static void plan_only(struct form *form)
{
	struct wizard *wizard = form_context(form);

	wizard->plan_only = true;
	form_brand(form, "JefeLinux " PACKAGE_VERSION, N_("PLAN"));
	form_open(form, "welcome");
	form_input(form, &(struct input){.kind = INPUT_NEXT});
}

static void act(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);

	(void)row;
	if (text_equal(id, "plan-only")) {
		plan_only(form);
	} else if (text_equal(id, "repair")) {
		form_open(form, "repair");
	} else if (text_equal(id, "medium")) {
		medium_start(form);
	} else if (text_equal(id, "shell")) {
		form_shell(form);
	} else {
		wizard->starts_demo = true;
		form_switch(form, wizard->frontend);
	}
}

const struct screen screen_tasks = {
	.id = "tasks",
	.title = N_("Other tasks"),
	.kind = SCREEN_SUB,
	.parent = "welcome",
	.help = N_(
		"Installing is what Next on the first page does. Everything here leaves the disks as they are; a shell can do anything, of course."),
	.build = build,
	.act = act,
};

/* Repairing. */

static const struct content *part(const struct disk *disk, const char *name)
{
	for (size_t i = 0; i < disk->content_count; i++)
		if (text_equal(disk->contents[i].part_name, name))
			return &disk->contents[i];
	return NULL;
}

static bool add_system(struct page *page, const struct disk *disk)
{
	const struct content *root = part(disk, "root"), *boot = part(disk, "boot"),
			     *esp = part(disk, "esp");
	bool is_locked = root && text_equal(root->type, "crypto_LUKS");
	struct item *item;

	if (!root || !boot || !esp || !text_equal(boot->label, "jefe-boot"))
		return false;
	item = page_add(page, ITEM_TABLE, NULL,
		page_format(page, _("The system on %s, with commands for the shell"),
			disk->name));
	if (is_locked)
		(void)item_choice(item, NULL,
			page_format(page, "cryptsetup open %s root", root->path));
	(void)item_choice(item, NULL,
		page_format(page, "mount %s /mnt",
			is_locked ? "/dev/mapper/root" : root->path));
	(void)item_choice(
		item, NULL, page_format(page, "mount %s /mnt/boot", boot->path));
	(void)item_choice(
		item, NULL, page_format(page, "mount %s /mnt/boot/efi", esp->path));
	(void)item_choice(item, NULL, "jefe-setup boot --root /mnt");
	(void)item_choice(item, NULL, "jefe-setup harden --root /mnt --undo");
	(void)item_choice(item, NULL, "umount -R /mnt");
	return true;
}

static void build_repair(struct page *page, void *context)
{
	const struct machine *machine = ((const struct wizard *)context)->machine;
	struct item *item;
	bool found = false;

	page->next_label = _("Close");
	(void)page_note(
		page, TONE_STRONG, "%s", _("Reach an installed system from here"));
	page_gap(page);
	for (size_t i = 0; i < machine->disk_count; i++)
		found |= add_system(page, &machine->disks[i]);
	if (!found)
		(void)page_note(page, TONE_WARNING, "%s",
			_("No JefeLinux was found on a disk of this computer."));
	else
		(void)page_note(page, TONE_NORMAL, "%s",
			_("boot makes initramfs and boot menu again; harden --undo takes the last change of hardening back."));
	page_gap(page);
	item = page_add(page, ITEM_ACTION, "shell", _("Shell"));
	item->why = _("A root shell; exit comes back here.");
}

static void act_repair(struct form *form, const char *id, const char *row)
{
	(void)id;
	(void)row;
	form_shell(form);
}

const struct screen screen_repair = {
	.id = "repair",
	.title = N_("Repair"),
	.kind = SCREEN_SUB,
	.parent = "tasks",
	.help = N_(
		"A system that does not start is mounted on /mnt from here. When the boot menu or an initramfs is the cause, jefe-setup boot makes "
		"them anew. When a change of hardening is the cause, jefe-setup harden --undo takes it back. A lost passphrase is replaced by the "
		"recovery key: cryptsetup takes it in the same place."),
	.build = build_repair,
	.act = act_repair,
};

/* Every operation. */

static void build_operations(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct preview *preview = &wizard->preview;

	if (!wizard->plan_only)
		page->next_label = _("Install");
	if (!preview->id) {
		(void)page_note(page, TONE_WARNING, "%s",
			preview->error ? preview->error : _("There is no plan."));
		return;
	}
	(void)page_fact(page, _("Plan"), "%s", preview->id);
	for (size_t i = 0; i < preview->lines.count; i++) {
		const char *line = preview->lines.items[i];

		page_note(page, *line == ' ' ? TONE_NORMAL : TONE_STRONG, "%s",
			line + (*line == ' '))
			->gap = *line != ' ';
	}
}

static void enter_operations(struct form *form)
{
	preview_make(form_context(form));
}

static int leave_operations(void *context, const char **at, struct error *err)
{
	const struct wizard *wizard = context;

	(void)at;
	if (!wizard->plan_only)
		return 0;
	return error_set(err, -EAGAIN, "%s",
		_("This only plans. Back leads to the review, where answers can be saved."));
}

static bool only_planned(const void *context)
{
	return ((const struct wizard *)context)->plan_only;
}

const struct screen screen_operations = {
	.id = "operations",
	.title = N_("Plan"),
	.kind = SCREEN_STEP,
	.visible = only_planned,
	.help = N_(
		"Every operation of the installation in its order, with exact sizes and names. The plan number stands for exactly this text."),
	.build = build_operations,
	.enter = enter_operations,
	.leave = leave_operations,
};

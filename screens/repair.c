/* Repairing an installed system: the actions of recovery, each run as a program of its own on this terminal. */
#include <errno.h>
#include <stdlib.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/recover/recover.h"
#include "screens/wizard.h"

static void add_disks(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_add(page, ITEM_ONE, "recover.disk", _("The system on"));

	for (size_t i = 0; i < wizard->machine->disk_count; i++) {
		struct installed_system system;

		if (installed_system_at(wizard->machine, i, &system))
			item_choice(item, system.disk->name, system.disk->name)->note =
				system.encrypted ? _("encrypted") : _("not encrypted");
	}
	item->value = wizard->recover_disk ? wizard->recover_disk
		      : item->count        ? item->choices[0].value
					   : "";
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	page->next_label = _("Close");
	add_disks(page, wizard);
	if (!page_item(page, "recover.disk")->count) {
		(void)page_note(page, TONE_WARNING, "%s",
			_("No JefeLinux was found on a disk of this computer."));
		return;
	}
	item = page_add(page, ITEM_LIST, "recover.action", _("Actions"));
	for (const struct recover_action *action = recover_actions; action->name;
		action++)
		item_choice(item, action->name, _(action->title))->note =
			_(action->touches);
	item = page_add(page, ITEM_TEXT, "recover.path", _("Folder or file"));
	item->value = wizard->recover_path ? wizard->recover_path : "";
	item->why = _(
		"Where logs or the LUKS header go to, or the header comes from: a stick you mounted in the shell (F4).");
	item = page_add(page, ITEM_TEXT, "recover.user", _("User"));
	item->value = wizard->recover_user ? wizard->recover_user : "";
	item->why = _("Who gets a new password; root may, too.");
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	bool is_path = text_equal(id, "recover.path");
	char **kept = is_path                          ? &wizard->recover_path
		      : text_equal(id, "recover.user") ? &wizard->recover_user
						       : &wizard->recover_disk;

	if (is_path && *value && *value != '/')
		return error_set(
			err, -EINVAL, "%s", _("An absolute path begins with /."));
	free(*kept);
	*kept = memory_copy_text(value);
	return 0;
}

/* The program shows what it will do and asks for what it needs: passphrases never pass through here. */
static void act(struct form *form, const char *id, const char *row)
{
	const struct wizard *wizard = form_context(form);
	const struct recover_action *action = recover_action_named(row);
	const struct item *disk = page_item(form_view(form)->page, "recover.disk");
	const char *taken;
	autowords struct words words = {0};

	(void)id;
	if (!action)
		return;
	taken = text_equal(action->takes, "USER") ? wizard->recover_user
						  : wizard->recover_path;
	if (wizard->demo || wizard->machine_is_file) {
		form_say(form, TONE_WARNING, "%s",
			_("Nothing is repaired here: this is not the computer's own description."));
		return;
	}
	if (action->takes && !(taken && *taken)) {
		form_say(form, TONE_WARNING, "%s",
			_("Fill in the folder, file or user below first."));
		return;
	}
	words_add(&words, wizard->setup);
	words_add(&words, "recover");
	words_add(&words, action->name);
	words_add(&words, "--disk");
	words_add(&words, disk->value);
	if (action->takes)
		words_add(&words, taken);
	form_program(form, &words);
}

const struct screen screen_repair = {
	.id = "repair",
	.title = N_("Repair"),
	.kind = SCREEN_SUB,
	.parent = "tasks",
	.help = N_(
		"Open a system first: it is only read then. What writes shows every operation and wants the name of the disk typed. When the boot "
		"menu or an initramfs is the cause, they are made anew; when a change of hardening is, it is taken back. The recovery key is taken "
		"where a passphrase is asked for, and lets a new one take the place of one that is lost. Close the system at the end."),
	.build = build,
	.set = set,
	.act = act,
};

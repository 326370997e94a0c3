/* What else the medium is good for: only planning, a demonstration, a shell. */
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
	item->why = _(
		"Opens it, reinstalls its boot loader, checks its file systems, and more.");
	item = page_add(page, ITEM_ACTION, "remote", _("Let in by SSH"));
	item->key = 's';
	item->why = _("Another computer goes on from here: installs, watches, repairs.");
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
	} else if (text_equal(id, "repair") || text_equal(id, "remote")) {
		form_open(form, id);
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

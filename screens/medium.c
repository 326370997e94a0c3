/* Are the files of the medium what was signed with it? The check runs as a program of its own, as an installation does. */
#include <signal.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/engine.h"
#include "screens/medium.h"

void medium_start(struct form *form)
{
	struct wizard *wizard = form_context(form);
	autowords struct words words = {0};
	struct error err = {0};

	words_add(&words, wizard->setup);
	words_add(&words, "medium");
	text_free(&wizard->check_log);
	if (engine_run(wizard, &words, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else
		form_open(form, "checking");
}

static void add_log(struct page *page, const struct wizard *wizard)
{
	page_gap(page);
	page_add(page, ITEM_LOG, "log", NULL)->value =
		page_copy(page, text_string(&wizard->check_log));
}

static void build_checking(struct page *page, void *context)
{
	struct item *item;

	(void)page_note(
		page, TONE_STRONG, "%s", _("Every file of the medium is read once."));
	page_gap(page);
	item = page_add(page, ITEM_ACTION, "stop", _("Stop"));
	item->key = 'q';
	item->why = _("Ends the check; the medium is only read.");
	add_log(page, context);
}

static void act_checking(struct form *form, const char *id, const char *row)
{
	const struct wizard *wizard = form_context(form);

	(void)id;
	(void)row;
	if (wizard->engine > 0)
		(void)kill(wizard->engine, SIGTERM);
}

static bool tick_checking(struct form *form)
{
	struct wizard *wizard = form_context(form);
	size_t before = wizard->check_log.size;
	bool ended = engine_ended(wizard, &wizard->check_status);

	engine_log(wizard, &wizard->check_log);
	if (ended)
		form_open(form, "checked");
	return ended || wizard->check_log.size != before;
}

const struct screen screen_checking = {
	.id = "checking",
	.title = N_("Check the medium"),
	.kind = SCREEN_RUN,
	.build = build_checking,
	.act = act_checking,
	.tick = tick_checking,
};

static void build_checked(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	page->next_label = _("Close");
	if (wizard->check_status == 0)
		(void)page_note(page, TONE_GOOD, "%s", _("The medium is whole."));
	else
		(void)page_note(page, TONE_DANGER, "%s",
			_("The medium is damaged, or could not be checked: see the lines below."));
	add_log(page, wizard);
}

const struct screen screen_checked = {
	.id = "checked",
	.title = N_("Check the medium"),
	.kind = SCREEN_SUB,
	.parent = "tasks",
	.help = N_(
		"Each file is compared with the signed list that was made with the medium. A damaged medium has to be made again; nothing should be installed from it."),
	.build = build_checked,
};

/* Waivers: the page on which one is given or taken back, and the list of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/hardening.h"

void waiver_add(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	autoproblems struct problems problems = {0};
	const struct problem *problem;
	struct waiver waiver;
	bool has_one = hardening_waiver(wizard, control, &waiver);
	struct item *item;

	hardening_problems(wizard, &problems);
	problem = hardening_waiver_problem(&problems, control);
	if (has_one)
		page_fact(page, _("Waiver"),
			waiver.expired ? _("expired on %s: %s") : _("until %s: %s"),
			waiver.expires, waiver.reason)
			->tone = waiver.expired ? TONE_WARNING : TONE_NORMAL;
	if (problem)
		page_fact(page, _("Note"), "%s", problem->text)->tone = TONE_WARNING;
	item = page_add(page, ITEM_ACTION, "waiver",
		has_one ? _("Change or end the waiver") : _("Waive it"));
	item->key = 'w';
	item->why = _(
		"Until a day the audit reports it as waived, not as failed; a reason is needed.");
}

static void keep(char **text, const char *value)
{
	char *copy = memory_copy_text(value); /* value may be the text */

	free(*text);
	*text = copy;
}

static void enter(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct waiver waiver = {0};
	bool has_one =
		wizard->control && hardening_waiver(wizard, wizard->control, &waiver);

	keep(&wizard->waiver_reason, has_one ? waiver.reason : NULL);
	keep(&wizard->waiver_expires, has_one ? waiver.expires : NULL);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct policy policy = policy_of(wizard->answers);
	struct waiver waiver;
	struct item *item;

	if (!wizard->control)
		return;
	page->next_label = _("Waive");
	(void)page_note(page, TONE_STRONG, "%s", _(wizard->control->title));
	page_gap(page);
	item = page_add(page, ITEM_TEXT, "waiver.reason", _("Reason"));
	item->value = wizard->waiver_reason;
	item->width = 200;
	item->why = _("One line that the audit shows, as: drivers are built here");
	item = page_add(page, ITEM_TEXT, "waiver.expires", _("Last day"));
	item->value = wizard->waiver_expires;
	item->width = 12;
	item->why = page_format(page,
		_("Written as 2027-06-30. Today is %s. After that day it is reported as failed again."),
		policy.today);
	if (hardening_waiver(wizard, wizard->control, &waiver)) {
		item = page_add(
			page, ITEM_ACTION, "waiver.end", _("Take the waiver back"));
		item->why = _("What is not in force is reported as failed again.");
	}
	page_gap(page);
	(void)page_note(page, TONE_NORMAL, "%s",
		_("Waived, it is still wanted and written where it can be; but until the end of the last day nobody is alarmed when it is not in force."));
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	(void)err;
	keep(text_equal(id, "waiver.reason") ? &wizard->waiver_reason
					     : &wizard->waiver_expires,
		value);
	return 0;
}

static void end_waiver(struct wizard *wizard, const char *id)
{
	autofree char *path = memory_format("hardening.waivers.%s", id);

	(void)!answers_set(wizard->answers, path, NULL, NULL);
}

static void act(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);

	(void)id;
	(void)row;
	end_waiver(wizard, wizard->control->id);
	form_input(form, &(struct input){.kind = INPUT_BACK});
	form_say(form, TONE_GOOD, "%s", _("The waiver is taken back."));
}

static int leave(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	const char *reason = wizard->waiver_reason ? wizard->waiver_reason : "";
	const char *day = wizard->waiver_expires ? wizard->waiver_expires : "";

	*at = reason[strspn(reason, " ")] ? "waiver.expires" : "waiver.reason";
	return policy_waive(wizard->answers, wizard->control->id, day, reason, err);
}

const struct screen screen_waiver = {
	.id = "waiver",
	.title = N_("Waiver"),
	.kind = SCREEN_SUB,
	.help = N_(
		"A waiver is the operator's word that a measure may be out of force until the end of a day. The audit shows it with its reason, "
		"and reports the measure as failed again afterwards. It does not switch the measure off: who wants it not written, and accounted "
		"for, does both."),
	.build = build,
	.set = set,
	.act = act,
	.leave = leave,
	.enter = enter,
};

/* All of them. */

static void add_waiver(
	struct page *page, struct item *item, const struct policy *policy, const char *id)
{
	const struct control *control = control_named(id);
	struct choice *choice;
	struct waiver waiver;

	if (!policy_waiver(policy, id, &waiver))
		return;
	choice = item_choice(item, page_copy(page, id),
		page_format(page, "%s\t%s", waiver.expires,
			control ? _(control->title) : id));
	choice->note = control ? page_copy(page, waiver.reason)
			       : _("There is no such measure; Del takes it away.");
	choice->tone = waiver.expired || !control ? TONE_WARNING : TONE_NORMAL;
}

static void build_list(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct policy policy = policy_of(wizard->answers);
	struct item *item = page_add(page, ITEM_LIST, "waivers", _("Waived measures"));

	item->header = _("Last day\tMeasure");
	item->why = _("Enter opens the measure, Del takes the waiver back.");
	item->removable = true;
	item->notes_beside = true;
	page->next_label = _("Back");
	for (size_t i = 0; i < policy.waiver_count; i++)
		add_waiver(page, item, &policy, policy.waivers[i].id);
	if (!item->count)
		(void)page_note(page, TONE_NORMAL, "%s", _("No measure is waived."));
}

static void act_list(struct form *form, const char *id, const char *row)
{
	(void)id;
	measure_open(form, row);
}

static void remove_row(struct form *form, const char *id, const char *row)
{
	(void)id;
	end_waiver(form_context(form), row);
}

const struct screen screen_waivers = {
	.id = "waivers",
	.title = N_("Waivers"),
	.kind = SCREEN_SUB,
	.help = N_(
		"Measures that may be out of force until the end of a day, with the reason. They are given on the page of the measure."),
	.build = build_list,
	.act = act_list,
	.remove = remove_row,
};

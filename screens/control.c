/* The page of one measure: what it does, breaks, how to undo and to check it; the switch, and the waiver. */
#include <errno.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/consequences.h"
#include "screens/hardening.h"
#include "screens/installed.h"

static const char *wanted_now(const struct wizard *wizard, const struct control *control)
{
	struct policy policy = policy_of(wizard->answers);

	return control_wanted(control, &policy);
}

/* Values over several lines are files and rule lists: nothing for one field. */
static bool has_field(const struct wizard *wizard, const struct control *control)
{
	const char *value = wanted_now(wizard, control);

	return value && control_takes_value(control) && !strchr(value, '\n');
}

static void add_switch(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	const char *value = wanted_now(wizard, control);
	const char *standard = hardening_of_level(wizard, control);
	struct item *item = page_add(page, ITEM_BOOL, "control.on", _("Switched on"));

	item->value = value ? "true" : "false";
	item->help = measure_help(page, control);
	item->why = _(
		"Space switches it. What differs from the level is counted as a change.");
	if (has_field(wizard, control)) {
		item = page_add(page, ITEM_TEXT, "control.value", _("Value"));
		item->value = value;
		item->why = _("Another value than that of the level is a change, too.");
	}
	page_fact(page, _("Level says"), _("%s; part of %s and above"),
		!standard                ? _("off")
		: strchr(standard, '\n') ? _("on")
					 : standard,
		level_names[control->level])
		->tone = TONE_QUIET;
}

static void add_trouble(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	autoproblems struct problems problems = {0};
	const struct problem *problem;
	const char *here = consequence_of(page, wizard, control);

	hardening_problems(wizard, &problems);
	problem = hardening_problem(&problems, control);
	if (problem)
		page_fact(page,
			problem->severity == SEVERITY_ERROR ? _("Conflict") : _("Note"),
			"%s", problem->text)
			->tone =
			problem->severity == SEVERITY_ERROR ? TONE_DANGER : TONE_WARNING;
	if (here)
		page_fact(page, _("Here"), "%s", here)->tone = TONE_WARNING;
}

/* What the audit went by, while something else is wanted here. */
static void add_kept_waiver(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	struct policy policy = policy_of(wizard->installed->kept);
	struct waiver kept, wanted;

	if (!policy_waiver(&policy, control->id, &kept) ||
		(hardening_waiver(wizard, control, &wanted) &&
			strcmp(kept.expires, wanted.expires) == 0 &&
			strcmp(kept.reason, wanted.reason) == 0))
		return;
	page_fact(page, _("So far"),
		kept.expired ? _("waiver expired on %s: %s") : _("waived until %s: %s"),
		kept.expires, kept.reason)
		->tone = TONE_QUIET;
}

/* What the audit found on a system that is there. */
static void add_standing(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	const struct standing *standing = installed_standing(wizard, control);

	if (!standing)
		return;
	add_kept_waiver(page, wizard, control);
	page_fact(page, _("Audit"), "%s%s%s", standing->status,
		standing->evidence ? ": " : "",
		standing->evidence ? standing->evidence : "")
		->tone = standing_is_bad(standing) ? TONE_DANGER : TONE_NORMAL;
	if (standing->persisted)
		(void)page_fact(page, _("Stored"), "%s", standing->persisted);
	if (standing->effective)
		(void)page_fact(page, _("In force"), "%s", standing->effective);
}

static void add_needs(struct page *page, const struct control *control)
{
	if (control->needs)
		(void)page_fact(page, _("Needs"), "%s", control->needs);
	if (control->conflicts)
		(void)page_fact(page, _("Not with"), "%s", control->conflicts);
	if (control->role)
		(void)page_fact(page, _("Roles"), "%s", control->role);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct control *control = wizard->control;
	autofree char *undo = control ? control_undo(control) : NULL;
	autofree char *proof = control ? control_proof(control) : NULL;

	page->next_label = _("Back");
	if (!control)
		return;
	(void)page_note(page, TONE_STRONG, "%s", _(control->title));
	add_switch(page, wizard, control);
	add_trouble(page, wizard, control);
	add_standing(page, wizard, control);
	waiver_add(page, wizard, control);
	(void)page_fact(page, _("Why"), "%s", _(control->effect));
	(void)page_fact(page, _("Breaks"), "%s",
		control->breaks ? _(control->breaks) : _("nothing known"));
	(void)page_fact(page, _("Undo"), "%s", undo);
	(void)page_fact(page, _("Check"), "%s", proof);
	add_needs(page, control);
	(void)page_fact(page, _("Name"), "%s", control->id);
	if (control->reference)
		(void)page_fact(page, _("From"), "%s", control->reference);
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	bool is_value = text_equal(id, "control.value");

	if (!wizard->control || !value)
		return 0;
	if (is_value && (!*value || text_equal(value, "on") || text_equal(value, "off")))
		return error_set(err, -EINVAL, "%s",
			_("A value is wanted; switch the measure off instead of leaving it empty."));
	hardening_want(wizard, wizard->control,
		is_value                    ? value
		: text_equal(value, "true") ? "on"
					    : "off");
	return 0;
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	form_open(form, id);
}

const struct screen screen_control = {
	.id = "control",
	.title = N_("Measure"),
	.kind = SCREEN_SUB,
	.help = N_(
		"Everything about one measure. \"Here\" is what it breaks on this computer by the facts found in it; \"Breaks\" is what it breaks "
		"in general. The command behind \"Check\" shows it on the installed system; `jefe-setup audit` shows all of them with what is "
		"wanted, what is stored and what is in force."),
	.build = build,
	.set = set,
	.act = act,
};

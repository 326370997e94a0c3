/* Lists of measures: a layer, what breaks here, what was changed, the levels beside each other. */
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/consequences.h"
#include "screens/hardening.h"
#include "screens/installed.h"

static const char *effect_note(struct page *page, const struct wizard *wizard,
	const struct problems *problems, const struct control *control)
{
	const struct problem *problem = hardening_problem(problems, control);
	const struct standing *standing = installed_standing(wizard, control);
	const char *here = consequence_of(page, wizard, control);

	if (standing_is_bad(standing))
		return page_format(page, "%s: %s. %s", standing->status,
			standing->evidence ? standing->evidence : _("not in force"),
			_(control->effect));
	if (problem && problem->severity == SEVERITY_ERROR)
		return page_format(
			page, _("Conflict: %s. %s"), problem->text, _(control->effect));
	if (here)
		return page_format(
			page, _("%s On this computer: %s"), _(control->effect), here);
	if (control->breaks)
		return page_format(
			page, _("%s Breaks: %s"), _(control->effect), _(control->breaks));
	return _(control->effect);
}

const char *measure_note(struct page *page, const struct wizard *wizard,
	const struct problems *problems, const struct control *control)
{
	const char *note = effect_note(page, wizard, problems, control);
	struct waiver waiver;

	if (!hardening_waiver(wizard, control, &waiver))
		return note;
	return page_format(page,
		waiver.expired ? _("The waiver expired on %s (%s). %s")
			       : _("Waived until %s (%s). %s"),
		waiver.expires, waiver.reason, note);
}

const char *measure_title(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	struct waiver waiver;

	if (!hardening_waiver(wizard, control, &waiver))
		return _(control->title);
	return page_format(page,
		waiver.expired ? _("%s (waiver expired)") : _("%s (waived)"),
		_(control->title));
}

const char *measure_help(struct page *page, const struct control *control)
{
	autofree char *undo = control_undo(control);
	autofree char *proof = control_proof(control);

	return page_format(page,
		_("%s\n\nWhy: %s\n\nBreaks: %s\n\nUndo: %s\n\nCheck: %s\n\nName: %s. From level: %s. Reference: %s"),
		_(control->title), _(control->effect),
		control->breaks ? _(control->breaks) : _("nothing known"), undo, proof,
		control->id, level_names[control->level],
		control->reference ? control->reference : "-");
}

static const char *waiver_remark(
	const struct waiver *waiver, bool breaks, enum tone *tone)
{
	if (waiver->expired || breaks)
		*tone = TONE_WARNING;
	if (waiver->expired)
		return _("waiver expired");
	return breaks ? _("waived, breaks something here") : _("waived");
}

const char *measure_remark(struct page *page, const struct wizard *wizard,
	const struct problems *problems, const struct control *control, enum tone *tone)
{
	const struct problem *problem = hardening_problem(problems, control);
	bool breaks = consequence_of(page, wizard, control) != NULL;
	struct waiver waiver;

	*tone = TONE_NORMAL;
	if (problem && problem->severity == SEVERITY_ERROR) {
		*tone = TONE_DANGER;
		return _("conflict");
	}
	if (standing_is_bad(installed_standing(wizard, control))) {
		*tone = TONE_DANGER;
		return hardening_waiver(wizard, control, &waiver) && !waiver.expired
			       ? _("not in force, waived")
			       : _("not in force");
	}
	if (hardening_waiver(wizard, control, &waiver))
		return waiver_remark(&waiver, breaks, tone);
	if (breaks) {
		*tone = TONE_WARNING;
		return _("breaks something here");
	}
	return hardening_is_changed(wizard, control) ? _("changed") : NULL;
}

void measure_open(struct form *form, const char *id)
{
	struct wizard *wizard = form_context(form);

	wizard->control = id ? control_named(id) : NULL;
	if (wizard->control)
		form_open(form, "control");
}

static void act_open(struct form *form, const char *id, const char *row)
{
	(void)id;
	measure_open(form, row);
}

/* Why the roles keep it away, or NULL. */
static const char *measure_excluded(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	struct policy policy = policy_of(wizard->answers);
	autofree char *role = control_excluded(control, &policy);

	if (!role)
		return NULL;
	return *role == '!' ? page_format(page, _("Not with the role %s."), role + 1)
			    : page_format(page, _("Only with the role %s."), role);
}

void measure_add(struct page *page, struct item *item, const struct wizard *wizard,
	const struct problems *problems, const struct control *control)
{
	struct choice *choice = item_choice(item, control->id, _(control->title));

	choice->on = hardening_is_on(wizard, control);
	choice->why_not = measure_excluded(page, wizard, control);
	choice->note = measure_note(page, wizard, problems, control);
	choice->help = measure_help(page, control);
	choice->remark = measure_remark(page, wizard, problems, control, &choice->tone);
}

void measure_switch(struct wizard *wizard, const char *value)
{
	const struct control *control = value ? control_named(value + 1) : NULL;

	if (control)
		hardening_want(wizard, control, *value == '+' ? "on" : "off");
}

/* A layer. */

static void build_layer(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	struct item *item;

	hardening_problems(wizard, &problems);
	hardening_add_problems(page, wizard);
	item = page_add(page, ITEM_MANY, "controls",
		page_format(page, _("Measures of the layer: %s"),
			_(layer_names[wizard->layer])));
	item->opens = true;
	page->detail_rows = 3;
	page->next_label = _("All layers");
	for (const struct control *const *at = controls; *at; at++)
		if ((*at)->layer == (enum layer)wizard->layer)
			measure_add(page, item, wizard, &problems, *at);
}

/* "+id" or "-id" */
static int set_layer(void *context, const char *id, const char *value, struct error *err)
{
	(void)id;
	(void)err;
	measure_switch(context, value);
	return 0;
}

const struct screen screen_layer = {
	.id = "layer",
	.title = N_("Measures"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"Space switches a measure, Enter opens its page with everything there is to know about it. A star marks what differs from the "
		"level or is waived, an exclamation mark what conflicts with another choice or breaks something on this computer."),
	.build = build_layer,
	.set = set_layer,
	.act = act_open,
};

/* What breaks on this computer. */

static void build_here(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item =
		page_add(page, ITEM_LIST, "here", _("What breaks on this computer"));

	item->notes_beside = true;
	page->next_label = _("All layers");
	for (const struct control *const *at = controls; *at; at++) {
		const char *here = consequence_of(page, wizard, *at);
		struct choice *choice;

		if (!here)
			continue;
		choice = item_choice(item, (*at)->id, measure_title(page, wizard, *at));
		choice->note = here;
		choice->tone = TONE_WARNING;
	}
	if (!item->count)
		(void)page_note(page, TONE_GOOD, "%s",
			_("Nothing that the facts of this computer prove. Each measure says what it breaks in general."));
}

const struct screen screen_here = {
	.id = "here",
	.title = N_("On this computer"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"Measures of the chosen level that take something away on this computer, by what was found in it. Enter opens a measure; it can "
		"be switched off there."),
	.build = build_here,
	.act = act_open,
};

/* What differs from the level. */

static void build_changes(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct answers *answers = wizard->answers;
	struct item *item = page_add(page, ITEM_LIST, "changes",
		page_format(
			page, _("Changed from the level %s"), answers->hardening.level));

	item->header = _("Now\tLevel\tMeasure");
	item->why = _("Enter opens the measure, Del takes the change back.");
	item->removable = true;
	page->next_label = _("All layers");
	for (size_t i = 0; i < answers->hardening.control_count; i++) {
		const struct control_setting *setting = &answers->hardening.controls[i];
		const struct control *control = control_named(setting->id);

		if (control)
			item_choice(item, control->id,
				page_format(page, "%s\t%s\t%s", setting->value,
					hardening_of_level(wizard, control) ? _("on")
									    : _("off"),
					measure_title(page, wizard, control)))
				->note = _(control->effect);
	}
	if (!item->count)
		(void)page_note(page, TONE_NORMAL, "%s",
			_("Nothing: every measure is as the level says."));
	else
		page_add(page, ITEM_ACTION, "reset", _("Undo all changes"))->key = 'u';
}

static void act_changes(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (!text_equal(id, "reset"))
		measure_open(form, row);
	else if (answers_set(wizard->answers, "hardening.controls", NULL, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
}

static void remove_change(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);

	(void)id;
	answers_set_control(wizard->answers, row, NULL);
}

const struct screen screen_changes = {
	.id = "changes",
	.title = N_("My changes"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"Measures you switched other than the level says. They are kept when the level is changed, as far as they still differ."),
	.build = build_changes,
	.act = act_changes,
	.remove = remove_change,
};

/* The levels beside each other. */

static bool levels_differ(const struct control *control)
{
	if (control->level > LEVEL_BASELINE)
		return true;
	for (unsigned level = LEVEL_HARDENED; level <= LEVEL_PARANOID; level++)
		if (control->values[level])
			return true;
	return false;
}

static const char *at_level(const struct control *control, enum level level)
{
	if (level < control->level)
		return "-";
	for (; level > control->level; level--)
		if (control->values[level])
			return _("more");
	return _("on");
}

static void build_compare(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	struct item *item;
	size_t same = 0;

	hardening_problems(wizard, &problems);
	page->detail_rows = 3;
	page->next_label = _("All layers");
	item = page_add(page, ITEM_LIST, "levels", NULL);
	item->header = _("base\thard\tpara\tMeasure");
	for (const struct control *const *at = controls; *at; at++) {
		if (!levels_differ(*at)) {
			same++;
			continue;
		}
		item_choice(item, (*at)->id,
			page_format(page, "%s\t%s\t%s\t%s", at_level(*at, LEVEL_BASELINE),
				at_level(*at, LEVEL_HARDENED),
				at_level(*at, LEVEL_PARANOID),
				measure_title(page, wizard, *at)))
			->note = measure_note(page, wizard, &problems, *at);
	}
	item->label = page_format(page,
		_("%zu measures differ between the levels, %zu do not."), item->count,
		same);
}

const struct screen screen_compare = {
	.id = "compare",
	.title = N_("Levels"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"The three levels beside each other: baseline, hardened, paranoid. \"more\" is a stricter value of the same measure. Enter opens "
		"a measure."),
	.build = build_compare,
	.act = act_open,
};

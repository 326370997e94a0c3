#include "screens/wizard.h"

#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/controls.h"
#include "tui/language.h"

/* layer 0: all layers */
static size_t deviations(const struct answers *answers, unsigned layer)
{
	size_t count = 0;

	for (size_t i = 0; i < answers->hardening.control_count; i++) {
		const struct control *control =
			control_named(answers->hardening.controls[i].id);

		count += control && (!layer || control->layer == (enum layer)layer);
	}
	return count;
}

struct tally {
	size_t on, all;
};

static struct tally tally(const struct answers *answers, enum layer layer)
{
	struct policy policy = policy_of(answers);
	struct tally result = {0};

	for (const struct control *const *control = controls; *control; control++) {
		if ((*control)->layer != layer)
			continue;
		result.all++;
		result.on += control_wanted(*control, &policy) != NULL;
	}
	return result;
}

static void add_layers(struct page *page, const struct wizard *wizard)
{
	struct item *item =
		page_add(page, ITEM_LIST, "layers", _("What it does, by layer"));

	item->why = _(
		"Enter shows the measures of a layer: what each does, what it breaks, how to undo it. Each can be switched.");
	for (unsigned layer = LAYER_KERNEL; layer_names[layer]; layer++) {
		struct tally count = tally(wizard->answers, (enum layer)layer);
		size_t changed = deviations(wizard->answers, layer);

		if (!count.all)
			continue;
		(void)item_choice(item, page_format(page, "%u", layer),
			page_format(page, _("%s\t%zu of %zu on\t%s"), layer_names[layer],
				count.on, count.all,
				changed ? page_format(page, _("changed: %zu"), changed)
					: ""));
	}
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item = page_field(page, wizard, ITEM_ONE, "hardening.level");
	size_t changed = deviations(wizard->answers, 0);

	item->label = _("How much hardening?");
	item->count = 0;
	item->brief = true;
	page->detail_rows = 3;
	for (unsigned level = LEVEL_BASELINE; level_names[level]; level++)
		item_choice(item, level_names[level], level_names[level])->note =
			level_sentences[level];
	page_gap(page);
	add_layers(page, wizard);
	if (changed) {
		page_gap(page);
		page_add(page, ITEM_ACTION, "reset", _("Undo my changes"))->key = 'u';
	}
}

static void act(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);
	uint64_t layer;
	struct error err = {0};

	if (text_equal(id, "reset") &&
		answers_set(wizard->answers, "hardening.controls", NULL, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	if (!text_equal(id, "layers") || !row ||
		text_to_u64(row, LAYER_KERNEL, LAYER_BOOT, &layer) < 0)
		return;
	wizard->layer = (unsigned)layer;
	form_open(form, "layer");
}

const struct screen screen_hardening = {
	.id = "hardening",
	.title = N_("Hardening"),
	.kind = SCREEN_STEP,
	.help = N_(
		"A level is a named set of measures; each contains the one below. Choose the highest one whose consequences you can live with: "
		"the sentences say what changes in daily use.\n\n"
		"Measures can be switched one by one in the layers. What you change is counted here, kept in the answers and shown by the audit "
		"on the installed system."),
	.build = build,
	.set = wizard_set,
	.act = act,
};

/* One layer. */

static const char *describe(struct page *page, const struct control *control)
{
	return page_format(page, _("%s Breaks: %s Undo: %s"), control->effect,
		control->breaks ? control->breaks : _("nothing known."),
		control->undo ? control->undo : _("switch it off here."));
}

static const char *explain(struct page *page, const struct control *control)
{
	return page_format(page,
		_("%s\n\nEffect: %s\n\nBreaks: %s\n\nUndo: %s\n\nFrom level: %s. Acts on: %s. Reference: %s"),
		control->title, control->effect,
		control->breaks ? control->breaks : _("nothing known"),
		control->undo ? control->undo : _("switch it off"),
		level_names[control->level], control->target ? control->target : "-",
		control->reference ? control->reference : "-");
}

static bool is_changed(const struct answers *answers, const struct control *control)
{
	for (size_t i = 0; i < answers->hardening.control_count; i++)
		if (text_equal(answers->hardening.controls[i].id, control->id))
			return true;
	return false;
}

static void build_layer(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct policy policy = policy_of(wizard->answers);
	struct item *item = page_add(page, ITEM_MANY, "controls",
		page_format(page, _("Measures of the layer: %s"),
			layer_names[wizard->layer]));

	page->detail_rows = 4;
	page->next_label = _("All layers");
	for (const struct control *const *at = controls; *at; at++) {
		const char *wanted = control_wanted(*at, &policy);
		struct choice *choice;

		if ((*at)->layer != (enum layer)wizard->layer)
			continue;
		choice = item_choice(item, (*at)->id, NULL);
		choice->label =
			is_changed(wizard->answers, *at)
				? page_format(page, _("%s (changed)"), (*at)->title)
				: (*at)->title;
		choice->on = wanted != NULL;
		choice->note = describe(page, *at);
		choice->help = explain(page, *at);
	}
}

/* "+id" or "-id". A control that is back at what the level says is no deviation any more. */
static int set_control(
	void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	const struct control *control = control_named(value + 1);
	struct policy policy = policy_of(wizard->answers);
	bool wants = *value == '+';

	(void)id;
	(void)err;
	if (!control)
		return 0;
	answers_set_control(wizard->answers, control->id, NULL);
	policy = policy_of(wizard->answers);
	if ((control_wanted(control, &policy) != NULL) != wants)
		answers_set_control(wizard->answers, control->id, wants ? "on" : "off");
	return 0;
}

const struct screen screen_layer = {
	.id = "layer",
	.title = N_("Measures"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"Space switches a measure. What differs from the level is marked as changed."),
	.build = build_layer,
	.set = set_control,
};

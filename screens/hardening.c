#include "screens/hardening.h"

#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/consequences.h"
#include "screens/installed.h"

enum { PROBLEMS_SHOWN = 1 };

void hardening_problems(const struct wizard *wizard, struct problems *problems)
{
	struct policy policy = policy_of(wizard->answers), kept;

	if (wizard->installed) {
		kept = policy_of(wizard->installed->kept);
		policy.before = &kept;
	}
	controls_check(&policy, problems);
}

static const char of_settings[] = "hardening.controls.";
static const char of_waivers[] = "hardening.waivers.";

/* What the key of a problem names behind the prefix, or NULL. */
static const char *id_behind(const struct problem *problem, const char *prefix)
{
	return problem->key && text_starts(problem->key, prefix)
		       ? problem->key + strlen(prefix)
		       : NULL;
}

static const struct problem *find_problem(const struct problems *problems,
	const char *prefix, const struct control *control)
{
	for (size_t i = 0; i < problems->count; i++)
		if (text_equal(id_behind(&problems->items[i], prefix), control->id))
			return &problems->items[i];
	return NULL;
}

const struct problem *hardening_problem(
	const struct problems *problems, const struct control *control)
{
	return find_problem(problems, of_settings, control);
}

const struct problem *hardening_waiver_problem(
	const struct problems *problems, const struct control *control)
{
	return find_problem(problems, of_waivers, control);
}

bool hardening_waiver(
	const struct wizard *wizard, const struct control *control, struct waiver *waiver)
{
	struct policy policy = policy_of(wizard->answers);

	return policy_waiver(&policy, control->id, waiver);
}

bool hardening_is_on(const struct wizard *wizard, const struct control *control)
{
	struct policy policy = policy_of(wizard->answers);
	autofree char *excluded = control_excluded(control, &policy);

	return !excluded && control_wanted(control, &policy);
}

bool hardening_is_changed(const struct wizard *wizard, const struct control *control)
{
	const struct answers *answers = wizard->answers;

	for (size_t i = 0; i < answers->hardening.control_count; i++)
		if (text_equal(answers->hardening.controls[i].id, control->id))
			return true;
	return false;
}

size_t hardening_changes(const struct wizard *wizard, unsigned layer)
{
	const struct answers *answers = wizard->answers;
	size_t count = 0;

	for (size_t i = 0; i < answers->hardening.control_count; i++) {
		const struct control *control =
			control_named(answers->hardening.controls[i].id);

		count += control && (!layer || control->layer == (enum layer)layer);
	}
	return count;
}

const char *hardening_of_level(const struct wizard *wizard, const struct control *control)
{
	struct policy policy = policy_of(wizard->answers);

	policy.setting_count = 0;
	return control_wanted(control, &policy);
}

void hardening_want(
	struct wizard *wizard, const struct control *control, const char *value)
{
	const char *standard = hardening_of_level(wizard, control);
	bool same = strcmp(value, "off") == 0  ? !standard
		    : strcmp(value, "on") == 0 ? standard != NULL
					       : text_equal(value, standard);

	answers_set_control(wizard->answers, control->id, same ? NULL : value);
}

/* The page of the level. */

struct tally {
	size_t on, all;
};

static struct tally tally(const struct wizard *wizard, enum layer layer)
{
	struct tally result = {0};

	for (const struct control *const *control = controls; *control; control++) {
		if ((*control)->layer != layer)
			continue;
		result.all++;
		result.on += hardening_is_on(wizard, *control);
	}
	return result;
}

static size_t count_here(struct page *page, const struct wizard *wizard)
{
	size_t count = 0;

	for (const struct control *const *at = controls; *at; at++)
		count += consequence_of(page, wizard, *at) != NULL;
	return count;
}

static size_t count_bad(const struct wizard *wizard, enum layer layer)
{
	size_t count = 0;

	for (const struct control *const *control = controls; *control; control++)
		count += (*control)->layer == layer &&
			 standing_is_bad(installed_standing(wizard, *control));
	return count;
}

/* What is special about a layer, in a word or two. */
static const char *layer_state(
	struct page *page, const struct wizard *wizard, unsigned layer)
{
	size_t changed = hardening_changes(wizard, layer);
	size_t bad = count_bad(wizard, (enum layer)layer);

	if (bad)
		return page_format(page, _("failed: %zu"), bad);
	return changed ? page_format(page, _("changed: %zu"), changed) : "";
}

static void add_layers(struct item *item, struct page *page, const struct wizard *wizard)
{
	for (unsigned layer = LAYER_KERNEL; layer_names[layer]; layer++) {
		struct tally count = tally(wizard, (enum layer)layer);

		if (!count.all)
			continue;
		(void)item_choice(item, page_format(page, "%u", layer),
			page_format(page, _("%s\t%zu of %zu on\t%s"),
				_(layer_names[layer]), count.on, count.all,
				layer_state(page, wizard, layer)));
	}
}

static void add_views(struct item *item, struct page *page, const struct wizard *wizard)
{
	size_t here = count_here(page, wizard);
	size_t changed = hardening_changes(wizard, 0);
	size_t waivers = wizard->answers->hardening.waiver_count;
	const struct words *roles = &wizard->answers->hardening.roles;
	struct choice *choice;

	choice = item_choice(item, "here",
		page_format(page, _("What breaks on this computer\t%zu"), here));
	choice->note = _(
		"What the facts of this computer and your answers prove, at this level.");
	choice->tone = here ? TONE_WARNING : TONE_NORMAL;
	item_choice(item, "roles",
		page_format(page, _("What this computer is for\t%s"),
			roles->count == 0 ? _("no roles")
			: roles->count == 1
				? roles->items[0]
				: page_format(page,
					  P_("%zu role", "%zu roles", roles->count),
					  roles->count)))
		->note =
		_("Roles change measures: containers, several networks, a serial line.");
	item_choice(item, "compare", _("Compare the levels"))->note =
		_("The levels beside each other: which measures come with which.");
	if (changed)
		item_choice(
			item, "changes", page_format(page, _("My changes\t%zu"), changed))
			->note = _("What you switched other than the level says.");
	if (waivers)
		item_choice(
			item, "waivers", page_format(page, _("Waivers\t%zu"), waivers))
			->note =
			_("Measures that may be out of force until a day, and why.");
}

const struct control *hardening_control_of(const struct problem *problem)
{
	const char *id = id_behind(problem, of_settings);

	if (!id)
		id = id_behind(problem, of_waivers);
	return id ? control_named(id) : NULL;
}

static void add_problem(struct page *page, const struct problem *problem)
{
	const struct control *control = hardening_control_of(problem);

	page_note(page, TONE_DANGER, "! %s: %s",
		control ? _(control->title) : page_copy(page, problem->key),
		problem->text);
}

void hardening_add_problems(struct page *page, const struct wizard *wizard)
{
	autoproblems struct problems problems = {0};
	size_t errors = 0;

	hardening_problems(wizard, &problems);
	for (size_t i = 0; i < problems.count; i++)
		if (problems.items[i].severity == SEVERITY_ERROR &&
			errors++ < PROBLEMS_SHOWN)
			add_problem(page, &problems.items[i]);
	if (errors > PROBLEMS_SHOWN)
		page_note(page, TONE_DANGER,
			_("! Further conflicts: %zu. They are marked with ! in the layers."),
			errors - PROBLEMS_SHOWN);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item = page_field(page, wizard, ITEM_ONE, "hardening.level");

	item->label = _("How much hardening?");
	item->count = 0;
	item->brief = true;
	page->detail_rows = 3;
	for (unsigned level = LEVEL_BASELINE; level_names[level]; level++)
		item_choice(item, level_names[level], level_names[level])->note =
			_(level_sentences[level]);
	if (wizard->installed && wizard->installed->trouble)
		page_note(page, TONE_WARNING, _("No audit: %s"),
			wizard->installed->trouble);
	hardening_add_problems(page, wizard);
	item = page_add(page, ITEM_LIST, "layers", _("What it does, by layer"));
	item->why = _(
		"Enter shows its measures: what each does, what it breaks, how to undo and how to check it.");
	add_layers(item, page, wizard);
	add_views(item, page, wizard);
	if (wizard->installed) {
		item = page_add(page, ITEM_ACTION, "quit", _("Quit"));
		item->key = 'q';
		item->key_only = true;
	}
}

/* What the new level says anyway is no change any more. */
static void drop_idle_changes(struct wizard *wizard)
{
	const struct answers *answers = wizard->answers;

	for (size_t i = answers->hardening.control_count; i-- > 0;) {
		const struct control_setting *setting = &answers->hardening.controls[i];
		const struct control *control = control_named(setting->id);
		autofree char *value = memory_copy_text(setting->value);

		if (control)
			hardening_want(wizard, control, value);
	}
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	int rc = wizard_set(context, id, value, err);

	if (rc == 0)
		drop_idle_changes(context);
	return rc;
}

static void act(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);
	uint64_t layer;

	if (text_equal(id, "quit"))
		form_end(form, 0);
	if (!row)
		return;
	if (text_to_u64(row, LAYER_KERNEL, LAYER_BOOT, &layer) < 0) {
		form_open(form, row);
		return;
	}
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
		"on the installed system.\n\n"
		"What breaks on this computer is looked up in what was found here: processor, disks, networks, consoles, and in your other "
		"answers. What is not listed there may break all the same: every measure says what it breaks in general."),
	.build = build,
	.set = set,
	.act = act,
};

/* Roles. */

static void build_roles(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item = page_add(
		page, ITEM_MANY, "hardening.roles", _("What is this computer for?"));

	for (const struct role *role = control_roles; role->name; role++) {
		struct choice *choice = item_choice(item, role->name, role->name);

		choice->note = _(role->sentence);
		choice->on = words_contain(&wizard->answers->hardening.roles, role->name);
	}
}

/* "+role" or "-role" */
static int set_roles(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	const struct words *roles = &wizard->answers->hardening.roles;
	autotext struct text all = {0};

	for (size_t i = 0; i < roles->count; i++)
		if (strcmp(roles->items[i], value + 1) != 0)
			text_addf(&all, "%s%s", all.size ? " " : "", roles->items[i]);
	if (*value == '+')
		text_addf(&all, "%s%s", all.size ? " " : "", value + 1);
	return answers_set(wizard->answers, id, text_string(&all), err);
}

const struct screen screen_roles = {
	.id = "roles",
	.title = N_("Roles"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"A role says what the computer is for. Measures that would be in the way of it take another value or stay off; nothing else "
		"changes."),
	.build = build_roles,
	.set = set_roles,
};

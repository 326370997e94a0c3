/* What is wrong with a policy, before anything is written. */
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static void add_unknown(const char *list, const char *id, struct problems *problems)
{
	autofree char *key = memory_format("hardening.%s.%s", list, id);
	const char *near = control_nearest(id);

	if (near)
		problems_add(problems, SEVERITY_ERROR, key, 0, 0,
			_("there is no such control (did you mean \"%s\"?)"), near);
	else
		problems_add(problems, SEVERITY_ERROR, key, 0, 0,
			_("there is no such control; `jefe-setup explain` lists them"));
}

static bool is_invalid(
	const struct control *control, const char *value, struct text *why_not)
{
	return control->kind->valid && strcmp(value, "on") != 0 &&
	       strcmp(value, "off") != 0 &&
	       !control->kind->valid(control, value, why_not);
}

static void check_setting(
	const struct control_setting *setting, struct problems *problems)
{
	autotext struct text why_not = {0};
	const struct control *control = control_named(setting->id);
	autofree char *key = memory_format("hardening.controls.%s", setting->id);

	if (!control)
		add_unknown("controls", setting->id, problems);
	else if (strcmp(setting->value, "on") != 0 &&
		 strcmp(setting->value, "off") != 0 && !control->kind->takes_value)
		problems_add(problems, SEVERITY_ERROR, key, 0, 0,
			_("\"%s\": only on or off"), setting->value);
	else if (is_invalid(control, setting->value, &why_not))
		problems_add(
			problems, SEVERITY_ERROR, key, 0, 0, "%s", text_string(&why_not));
	else if (control->locks_out && strcmp(setting->value, "off") != 0)
		problems_add(problems, SEVERITY_WARNING, key, 0, 0,
			_("can lock you out: %s"),
			_(control->breaks ? control->breaks : control->effect));
}

/* Is it wanted, and does it concern a machine with these roles? */
static bool is_in_force(const struct control *control, const struct policy *policy)
{
	autofree char *excluded = control_excluded(control, policy);

	return !excluded && control_wanted(control, policy);
}

static enum truth truth_of(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (strcmp(control_facts[i].name, name) == 0)
			return policy->facts[i];
	return TRUTH_UNKNOWN;
}

static const char *fact_noun(const char *name)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (strcmp(control_facts[i].name, name) == 0)
			return _(control_facts[i].noun);
	return name;
}

static void complain(const struct control *control, enum severity severity,
	struct problems *problems, const char *what, const char *way_out)
{
	autofree char *key = memory_format("hardening.controls.%s", control->id);

	problems_add(problems, severity, key, 0, 0, "%s; %s", what, way_out);
}

/* What has been in force so far does not lock out more than it does already. */
static enum severity fact_severity(
	const struct control *control, const struct policy *policy)
{
	return policy->before && is_in_force(control, policy->before) ? SEVERITY_WARNING
								      : SEVERITY_ERROR;
}

static const char fact_prefix[] = "fact:";
static const char role_prefix[] = "role:";

/* A control that is wanted although what it needs is not there or was turned off. */
static void check_needs(const struct control *control, const struct policy *policy,
	struct problems *problems)
{
	autowords struct words needed = {0};

	words_split(&needed, control->needs ? control->needs : "", " ");
	for (size_t i = 0; i < needed.count; i++) {
		const char *fact = text_starts(needed.items[i], fact_prefix)
					   ? needed.items[i] + strlen(fact_prefix)
					   : NULL;
		autofree char *text = memory_format(
			_("needs %s"), fact ? fact_noun(fact) : needed.items[i]);

		if (fact && truth_of(policy, fact) == TRUTH_NO)
			complain(control, fact_severity(control, policy), problems, text,
				_("see to that, or turn this off"));
		else if (!fact && !control_wanted(control_named(needed.items[i]), policy))
			complain(control, SEVERITY_ERROR, problems, text,
				_("turn that on, or this off"));
	}
}

static void check_conflict(const struct control *control, const struct policy *policy,
	const char *with, struct problems *problems)
{
	const char *fact =
		text_starts(with, fact_prefix) ? with + strlen(fact_prefix) : NULL;
	const char *role =
		text_starts(with, role_prefix) ? with + strlen(role_prefix) : NULL;
	autofree char *text =
		role ? memory_format(_("cannot be together with the role %s"), role)
		     : memory_format(_("cannot be together with %s"),
			       fact ? fact_noun(fact) : with);

	if (fact && truth_of(policy, fact) == TRUTH_YES)
		complain(control, fact_severity(control, policy), problems, text,
			_("turn this off"));
	else if (role && policy_has_role(policy, role))
		complain(control, SEVERITY_ERROR, problems, text,
			_("take the role away, or turn this off"));
	else if (!fact && !role && is_in_force(control_named(with), policy))
		complain(control, SEVERITY_ERROR, problems, text,
			_("turn one of the two off"));
}

static void check_conflicts(const struct control *control, const struct policy *policy,
	struct problems *problems)
{
	autowords struct words conflicts = {0};

	words_split(&conflicts, control->conflicts ? control->conflicts : "", " ");
	for (size_t i = 0; i < conflicts.count; i++)
		check_conflict(control, policy, conflicts.items[i], problems);
}

/* What the operator turned on has no effect on a machine with, or without, some role. */
static void check_excluded(const struct control *control, const struct policy *policy,
	struct problems *problems)
{
	const char *setting = policy_setting(policy, control->id);
	autofree char *role = control_excluded(control, policy);
	autofree char *text = NULL;

	if (!role || !setting || strcmp(setting, "off") == 0)
		return;
	if (role_is_ssh_server(role + (*role == '!'))) {
		text = *role == '!'
			       ? memory_format(_("has no effect with the SSH server %s"),
					 role + 1)
			       : memory_format(
					 _("has no effect without the SSH server %s"),
					 role);
		complain(control, SEVERITY_ERROR, problems, text,
			_("choose another SSH server, or take this setting away"));
		return;
	}
	text = *role == '!' ? memory_format(_("has no effect with the role %s"), role + 1)
			    : memory_format(_("has no effect without the role %s"), role);
	complain(control, SEVERITY_ERROR, problems, text,
		*role == '!' ? _("take the role away, or this setting")
			     : _("add the role, or take this setting away"));
}

static void check_waiver(
	const char *id, const struct policy *policy, struct problems *problems)
{
	autofree char *key = memory_format("hardening.waivers.%s", id);
	const struct control *control = control_named(id);
	struct waiver waiver;

	if (!control)
		add_unknown("waivers", id, problems);
	else if (!policy_waiver(policy, id, &waiver))
		return;
	else if (waiver.expired)
		problems_add(problems, policy->before ? SEVERITY_WARNING : SEVERITY_ERROR,
			key, 0, 0,
			_("the waiver expired on %s; name a later day, or take it away"),
			waiver.expires);
	else if (policy->level < control->level && !control_wanted(control, policy))
		problems_add(problems, SEVERITY_WARNING, key, 0, 0,
			_("the waiver has no effect: the control only enters at level %s"),
			level_names[control->level]);
}

static void check_role(const char *name, struct problems *problems)
{
	autowords struct words names = {0};
	autotext struct text text = {0};
	const char *near;

	for (const struct role *role = control_roles; role->name; role++) {
		if (strcmp(role->name, name) == 0)
			return;
		words_add(&names, role->name);
		text_addf(&text, "%s%s", text.size ? ", " : "", role->name);
	}
	near = text_nearest(name, (const char *const *)names.items);
	if (near)
		problems_add(problems, SEVERITY_ERROR, "hardening.roles", 0, 0,
			_("\"%s\" is none of %s (did you mean \"%s\"?)"), name,
			text_string(&text), near);
	else
		problems_add(problems, SEVERITY_ERROR, "hardening.roles", 0, 0,
			_("\"%s\" is none of %s"), name, text_string(&text));
}

void control_check(const struct control *control, const struct policy *policy,
	struct problems *problems)
{
	check_excluded(control, policy, problems);
	if (!is_in_force(control, policy))
		return;
	check_needs(control, policy, problems);
	check_conflicts(control, policy, problems);
}

void controls_check(const struct policy *policy, struct problems *problems)
{
	for (size_t i = 0; i < policy->setting_count; i++)
		check_setting(&policy->settings[i], problems);
	for (size_t i = 0; i < policy->waiver_count; i++)
		check_waiver(policy->waivers[i].id, policy, problems);
	for (size_t i = 0; policy->roles && i < policy->roles->count; i++)
		check_role(policy->roles->items[i], problems);
	for (const struct control *const *control = controls; *control; control++)
		control_check(*control, policy, problems);
}

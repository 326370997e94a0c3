/* An audit as JSON for programs, and the schema of that: both from one table. */
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

/* Members of a control that are text. */
struct member {
	const char *name;
	char *(*text)(const struct control_result
			*result);   /* NULL: left out; the caller frees it */
	const char *const *choices; /* the only values, or NULL */
	bool always;
	const char *help;
};

#define MEMBER(name, expression)                                                         \
	static char *member_##name(const struct control_result *result)                  \
	{                                                                                \
		return memory_copy_text(expression);                                     \
	}

MEMBER(id, result->control->id)
MEMBER(layer, layer_names[result->control->layer])
MEMBER(level, level_names[result->control->level])
MEMBER(severity, control_severity_names[result->control->severity])
MEMBER(title, result->control->title)
MEMBER(status, control_status_names[result->status])
MEMBER(intent, result->wanted)
MEMBER(persisted, result->persisted)
MEMBER(effective, result->effective)
MEMBER(evidence, result->evidence)
MEMBER(why, result->control->effect)
MEMBER(breaks, result->control->breaks)
MEMBER(fix, result_fix(result))
MEMBER(reference, result->control->reference)

static char *member_file(const struct control_result *result)
{
	return control_place(result->control);
}

// clang-format off
static const struct member members[] = {
	{"id", member_id, NULL, true, "Name of the control, as answer files and `jefe-setup explain` use it."},
	{"layer", member_layer, layer_names + 1, true, "Part of the system it belongs to."},
	{"level", member_level, level_names + 1, true, "Level at which it enters."},
	{"severity", member_severity, control_severity_names, true, "What it means when it is not in force."},
	{"title", member_title, NULL, true, "What it is, in a few words."},
	{"status", member_status, control_status_names, true, "What was found."},
	{"intent", member_intent, NULL, false, "What the policy wants; missing when it wants nothing."},
	{"wanted", member_intent, NULL, false, "The same as intent, under its first name."},
	{"persisted", member_persisted, NULL, false, "What the disk says, and so what the next start brings."},
	{"effective", member_effective, NULL, false, "What the running system says; missing where it was not looked at."},
	{"evidence", member_evidence, NULL, false, "Where that was read, or why it does not apply."},
	{"why", member_why, NULL, true, "What it is good for."},
	{"breaks", member_breaks, NULL, false, "What it may break; missing: nothing known."},
	{"fix", member_fix, NULL, false, "What repairs it; missing when there is nothing to repair."},
	{"file", member_file, NULL, true, "The file it writes or checks, below the root."},
	{"reference", member_reference, NULL, true, "Who recommends it."},
};
// clang-format on

static struct json *waiver_json(const struct waiver *waiver)
{
	struct json *object = json_new_object();

	json_put_text(object, "reason", waiver->reason);
	json_put_text(object, "expires", waiver->expires);
	json_put_bool(object, "expired", waiver->expired);
	return object;
}

static struct json *result_json(const struct control_result *result)
{
	struct json *object = json_new_object();

	for (size_t i = 0; i < LENGTH(members); i++) {
		autofree char *text = members[i].text(result);

		json_put_text(object, members[i].name, text);
	}
	if (result->waiver.reason)
		json_put(object, "waiver", waiver_json(&result->waiver));
	return object;
}

static struct json *tally_json(const struct audit *audit)
{
	struct json *object = json_new_object();

	for (unsigned i = 0; control_status_names[i]; i++)
		json_put_number(object, control_status_names[i],
			audit_count(audit, (enum control_status)i));
	return object;
}

static struct json *roles_json(const struct policy *policy)
{
	struct json *roles = json_new_array();

	for (size_t i = 0; policy->roles && i < policy->roles->count; i++)
		json_append_text(roles, policy->roles->items[i]);
	return roles;
}

char *audit_json(const struct audit *audit, const struct control_scope *scope,
	const struct policy *policy)
{
	autojson struct json *document = json_new_object();
	struct json *list = json_new_array();
	autofree char *text = NULL;

	for (size_t i = 0; i < audit->count; i++)
		json_append(list, result_json(&audit->results[i]));
	json_put_number(document, "schema", 1);
	json_put_text(document, "base", scope->distro->name);
	json_put_text(document, "level", level_names[policy->level]);
	json_put(document, "roles", roles_json(policy));
	json_put_bool(document, "running", scope->running);
	json_put(document, "summary", tally_json(audit));
	json_put(document, "controls", list);
	text = json_write(document, false);
	return memory_format("%s\n", text);
}

static struct json *typed(const char *type, const char *help)
{
	struct json *object = json_new_object();

	json_put_text(object, "type", type);
	json_put_text(object, "description", help);
	return object;
}

static struct json *choice(const char *const *choices, const char *help)
{
	struct json *object = typed("string", help);
	struct json *list = json_new_array();

	for (; choices && *choices; choices++)
		json_append_text(list, *choices);
	if (json_count(list))
		json_put(object, "enum", list);
	else
		json_free(list);
	return object;
}

static struct json *closed(
	struct json *object, struct json *properties, struct json *required)
{
	json_put(object, "properties", properties);
	json_put(object, "required", required);
	json_put_bool(object, "additionalProperties", false);
	return object;
}

static struct json *waiver_schema(void)
{
	struct json *properties = json_new_object(), *required = json_new_array();

	json_put(properties, "reason", typed("string", "Why."));
	json_put(properties, "expires", typed("string", "Its last day, as 2027-06-30."));
	json_put(properties, "expired", typed("boolean", "That day is over."));
	json_append_text(required, "reason");
	json_append_text(required, "expires");
	json_append_text(required, "expired");
	return closed(typed("object", "The operator's word that it may be out of force."),
		properties, required);
}

static struct json *control_schema(void)
{
	struct json *properties = json_new_object(), *required = json_new_array();

	for (size_t i = 0; i < LENGTH(members); i++) {
		json_put(properties, members[i].name,
			choice(members[i].choices, members[i].help));
		if (members[i].always)
			json_append_text(required, members[i].name);
	}
	json_put(properties, "waiver", waiver_schema());
	return closed(typed("object", "One control."), properties, required);
}

static struct json *summary_schema(void)
{
	struct json *properties = json_new_object(), *required = json_new_array();

	for (const char *const *name = control_status_names; *name; name++) {
		json_put(properties, *name,
			typed("integer", "Controls with this status."));
		json_append_text(required, *name);
	}
	return closed(typed("object", "How many controls have which status."), properties,
		required);
}

static struct json *list_schema(struct json *items, const char *help)
{
	struct json *list = typed("array", help);

	json_put(list, "items", items);
	return list;
}

static struct json *properties_schema(void)
{
	struct json *properties = json_new_object();
	struct json *version = typed("integer", "Version of this format.");

	json_put_number(version, "const", 1);
	json_put(properties, "schema", version);
	json_put(properties, "base", typed("string", "The distribution."));
	json_put(properties, "level",
		choice(level_names, "The level the system is held against."));
	json_put(properties, "roles",
		list_schema(typed("string", "A role."), "What the machine is for."));
	json_put(properties, "running",
		typed("boolean",
			"It was the running system: effective values were read."));
	json_put(properties, "summary", summary_schema());
	json_put(properties, "controls",
		list_schema(control_schema(), "In catalogue order, which is stable."));
	return properties;
}

char *audit_schema(void)
{
	static const char *const required[] = {
		"schema", "base", "level", "roles", "running", "summary", "controls"};
	autojson struct json *schema = json_new_object();
	struct json *names = json_new_array();
	autofree char *text = NULL;

	for (size_t i = 0; i < LENGTH(required); i++)
		json_append_text(names, required[i]);
	json_put_text(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_put_text(schema, "title", "What jefe-setup audit --json prints");
	json_put_text(schema, "type", "object");
	text = json_write(closed(schema, properties_schema(), names), false);
	return memory_format("%s\n", text);
}

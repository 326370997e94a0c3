/* An audit as SARIF 2.1.0, which code review tools read. */
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static struct json *message(const char *text)
{
	struct json *object = json_new_object();

	json_put_text(object, "text", text);
	return object;
}

static const char *level_of(enum control_severity severity)
{
	return severity >= CONTROL_HIGH     ? "error"
	       : severity == CONTROL_MEDIUM ? "warning"
					    : "note";
}

static struct json *rule(const struct control *control)
{
	struct json *object = json_new_object();
	struct json *configuration = json_new_object();
	struct json *properties = json_new_object();
	autofree char *undo = control_undo(control);
	autofree char *help = memory_format("May break: %s Undo: %s Reference: %s",
		control->breaks ? control->breaks : "nothing known.", undo,
		control->reference);

	json_put_text(object, "id", control->id);
	json_put(object, "shortDescription", message(control->title));
	json_put(object, "fullDescription", message(control->effect));
	json_put(object, "help", message(help));
	json_put_text(configuration, "level", level_of(control->severity));
	json_put(object, "defaultConfiguration", configuration);
	json_put_text(properties, "layer", layer_names[control->layer]);
	json_put_text(properties, "entryLevel", level_names[control->level]);
	json_put_text(properties, "severity", control_severity_names[control->severity]);
	json_put(object, "properties", properties);
	return object;
}

/* SARIF's own words for what a result means. */
static const char *const kinds[] = {
	[CONTROL_PASS] = "pass",
	[CONTROL_FAIL] = "fail",
	[CONTROL_DRIFT] = "fail",
	[CONTROL_WAIVED] = "fail",
	[CONTROL_UNAVAILABLE] = "notApplicable",
	[CONTROL_NOT_APPLICABLE] = "notApplicable",
	[CONTROL_OFF] = "notApplicable",
	[CONTROL_PENDING] = "review",
	[CONTROL_UNKNOWN] = "open",
};

static struct json *locations(const struct control *control)
{
	struct json *list = json_new_array(), *location = json_new_object();
	struct json *physical = json_new_object(), *artifact = json_new_object();
	autofree char *place = control_place(control);

	json_put_text(artifact, "uri", place);
	json_put_text(artifact, "uriBaseId", "ROOT");
	json_put(physical, "artifactLocation", artifact);
	json_put(location, "physicalLocation", physical);
	json_append(list, location);
	return list;
}

static struct json *suppressions(const struct waiver *waiver)
{
	struct json *list = json_new_array(), *suppression = json_new_object();
	autofree char *text =
		memory_format("%s (until %s)", waiver->reason, waiver->expires);

	json_put_text(suppression, "kind", "external");
	json_put_text(suppression, "status", "accepted");
	json_put_text(suppression, "justification", text);
	json_append(list, suppression);
	return list;
}

static struct json *result_sarif(const struct control_result *result, size_t index)
{
	struct json *object = json_new_object(), *properties = json_new_object();
	bool failed = text_equal(kinds[result->status], "fail");
	autofree char *text = memory_format("%s: %s%s%s",
		control_status_names[result->status], result->control->title,
		result->evidence ? ": " : "", result->evidence ? result->evidence : "");

	json_put_text(object, "ruleId", result->control->id);
	json_put_number(object, "ruleIndex", index);
	json_put_text(object, "kind", kinds[result->status]);
	json_put_text(
		object, "level", failed ? level_of(result->control->severity) : "none");
	json_put(object, "message", message(text));
	json_put(object, "locations", locations(result->control));
	if (result->status == CONTROL_WAIVED)
		json_put(object, "suppressions", suppressions(&result->waiver));
	json_put_text(properties, "status", control_status_names[result->status]);
	json_put_text(properties, "intent", result->wanted);
	json_put_text(properties, "persisted", result->persisted);
	json_put_text(properties, "effective", result->effective);
	json_put(object, "properties", properties);
	return object;
}

static struct json *tool(const struct audit *audit)
{
	struct json *object = json_new_object(), *driver = json_new_object();
	struct json *rules = json_new_array();

	for (size_t i = 0; i < audit->count; i++)
		json_append(rules, rule(audit->results[i].control));
	json_put_text(driver, "name", "jefe-setup");
	json_put_text(driver, "version", PACKAGE_VERSION);
	json_put(driver, "rules", rules);
	json_put(object, "driver", driver);
	return object;
}

/* Paths are below the root of the system that was audited. */
static struct json *bases(void)
{
	struct json *object = json_new_object(), *root = json_new_object();

	json_put_text(root, "uri", "file:///");
	json_put(object, "ROOT", root);
	return object;
}

char *audit_sarif(const struct audit *audit)
{
	autojson struct json *document = json_new_object();
	struct json *runs = json_new_array(), *run = json_new_object();
	struct json *results = json_new_array();
	autofree char *text = NULL;

	for (size_t i = 0; i < audit->count; i++)
		json_append(results, result_sarif(&audit->results[i], i));
	json_put(run, "tool", tool(audit));
	json_put(run, "originalUriBaseIds", bases());
	json_put(run, "results", results);
	json_append(runs, run);
	json_put_text(
		document, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_put_text(document, "version", "2.1.0");
	json_put(document, "runs", runs);
	text = json_write(document, false);
	return memory_format("%s\n", text);
}

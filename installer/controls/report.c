/* An audit as text for people and as JSON for programs. */
#include <string.h>

#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

/* Results by status, of one layer or (0) of all. */
struct tally {
	size_t of[CONTROL_UNKNOWN + 1];
};

static struct tally count_results(const struct audit *audit, unsigned layer)
{
	struct tally tally = {0};

	for (size_t i = 0; i < audit->count; i++)
		if (!layer || audit->results[i].control->layer == layer)
			tally.of[audit->results[i].status]++;
	return tally;
}

static size_t applicable(const struct tally *tally)
{
	return tally->of[CONTROL_PASS] + tally->of[CONTROL_FAIL] +
	       tally->of[CONTROL_DRIFT] + tally->of[CONTROL_PENDING] +
	       tally->of[CONTROL_UNKNOWN];
}

bool audit_is_clean(const struct audit *audit)
{
	struct tally tally = count_results(audit, 0);

	return !tally.of[CONTROL_FAIL] && !tally.of[CONTROL_DRIFT];
}

char *audit_summary(const struct audit *audit, const struct policy *policy)
{
	struct tally tally = count_results(audit, 0);
	autotext struct text text = {0};

	text_addf(&text,
		"audit: %s: %zu pass, %zu fail, %zu drift, %zu unavailable, %zu not applicable",
		level_names[policy->level], tally.of[CONTROL_PASS],
		tally.of[CONTROL_FAIL], tally.of[CONTROL_DRIFT],
		tally.of[CONTROL_UNAVAILABLE], tally.of[CONTROL_NOT_APPLICABLE]);
	if (tally.of[CONTROL_PENDING])
		text_addf(&text, ", %zu pending reboot", tally.of[CONTROL_PENDING]);
	if (tally.of[CONTROL_UNKNOWN])
		text_addf(&text, ", %zu unknown", tally.of[CONTROL_UNKNOWN]);
	return text_take(&text);
}

static void add_row(struct text *text, const char *name, const char *value)
{
	if (value)
		text_addf(text, "      %-10s %s\n", name, value);
}

static void add_expanded(struct text *text, const struct control_result *result)
{
	const struct control *control = result->control;

	text_addf(text, "  %-14s %s: %s\n", control_status_names[result->status],
		control->id, control->title);
	add_row(text, "wanted", result->wanted);
	add_row(text, "persisted", result->persisted ? result->persisted : "nothing");
	add_row(text, "effective", result->effective);
	add_row(text, "evidence", result->evidence);
	add_row(text, "why", control->effect);
	if (result->status == CONTROL_FAIL &&
		(control->kind->apply || control->kind->lines))
		add_row(text, "fix", "jefe-setup harden");
	else
		add_row(text, "fix", control->kind->fix);
}

/* What the operator turned off himself is always shown; what only enters at a higher level is not. */
static bool is_turned_off(
	const struct control_result *result, const struct policy *policy)
{
	return result->status == CONTROL_OFF && policy->level >= result->control->level;
}

static void add_result(struct text *text, const struct control_result *result,
	const struct policy *policy)
{
	switch (result->status) {
	case CONTROL_FAIL:
	case CONTROL_DRIFT:
	case CONTROL_PENDING:
	case CONTROL_UNKNOWN:
		add_expanded(text, result);
		break;
	case CONTROL_UNAVAILABLE:
		text_addf(text, "  %-14s %s: %s\n", "unavailable", result->control->id,
			result->evidence);
		break;
	case CONTROL_OFF:
		if (is_turned_off(result, policy))
			text_addf(text, "  %-14s %s: %s\n", "off", result->control->id,
				result->evidence);
		break;
	case CONTROL_PASS:
	case CONTROL_NOT_APPLICABLE:
		break;
	}
}

char *audit_text(const struct audit *audit, const struct policy *policy)
{
	autofree char *summary = audit_summary(audit, policy);
	autotext struct text text = {0};

	for (unsigned layer = LAYER_KERNEL; layer <= LAYER_BOOT; layer++) {
		struct tally tally = count_results(audit, layer);

		text_addf(&text, "%u %-32s %3zu/%zu\n", layer, layer_names[layer],
			tally.of[CONTROL_PASS], applicable(&tally));
		for (size_t i = 0; i < audit->count; i++)
			if (audit->results[i].control->layer == layer)
				add_result(&text, &audit->results[i], policy);
	}
	text_addf(&text, "%s\n", summary);
	return text_take(&text);
}

char *audit_plan(const struct audit *audit)
{
	autotext struct text text = {0};

	for (size_t i = 0; i < audit->count; i++) {
		const struct control_result *result = &audit->results[i];

		if (result->status == CONTROL_FAIL || result->status == CONTROL_DRIFT)
			text_addf(&text, "change      %s: %s -> %s%s\n",
				result->control->id,
				result->persisted ? result->persisted : "nothing",
				result->wanted,
				result->control->locks_out ? " (can lock you out)" : "");
		else if (result->status == CONTROL_UNAVAILABLE)
			text_addf(&text, "unavailable %s: %s\n", result->control->id,
				result->evidence);
	}
	if (!text.size)
		text_add(&text, "nothing to change\n");
	return text_take(&text);
}

static struct json *result_json(const struct control_result *result)
{
	struct json *object = json_new_object();
	const struct control *control = result->control;

	json_put_text(object, "id", control->id);
	json_put_text(object, "layer", layer_names[control->layer]);
	json_put_text(object, "level", level_names[control->level]);
	json_put_text(object, "title", control->title);
	json_put_text(object, "status", control_status_names[result->status]);
	json_put_text(object, "wanted", result->wanted);
	json_put_text(object, "persisted", result->persisted);
	json_put_text(object, "effective", result->effective);
	json_put_text(object, "evidence", result->evidence);
	json_put_text(object, "reference", control->reference);
	return object;
}

static struct json *tally_json(const struct audit *audit)
{
	struct tally tally = count_results(audit, 0);
	struct json *object = json_new_object();

	for (size_t i = 0; i < LENGTH(tally.of); i++)
		json_put_number(object, control_status_names[i], tally.of[i]);
	return object;
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
	json_put_bool(document, "running", scope->running);
	json_put(document, "summary", tally_json(audit));
	json_put(document, "controls", list);
	text = json_write(document, false);
	return memory_format("%s\n", text);
}

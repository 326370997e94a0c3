/* An audit as text for people: by layer, with what is wrong told in full. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* Results by status, of one layer or (0) of all; what only enters at a higher level is told apart from what was turned off. */
struct tally {
	size_t of[CONTROL_UNKNOWN + 1];
	size_t higher;
};

static struct tally count_results(
	const struct audit *audit, enum level level, unsigned layer)
{
	struct tally tally = {0};

	for (size_t i = 0; i < audit->count; i++) {
		const struct control_result *result = &audit->results[i];

		if (layer && result->control->layer != layer)
			continue;
		if (result->status == CONTROL_OFF && result->control->level > level)
			tally.higher++;
		else
			tally.of[result->status]++;
	}
	return tally;
}

static size_t applicable(const struct tally *tally)
{
	return tally->of[CONTROL_PASS] + tally->of[CONTROL_FAIL] +
	       tally->of[CONTROL_DRIFT] + tally->of[CONTROL_PENDING] +
	       tally->of[CONTROL_UNKNOWN];
}

size_t audit_count(const struct audit *audit, enum control_status status)
{
	return count_results(audit, LEVEL_PARANOID, 0).of[status];
}

size_t audit_applicable(const struct audit *audit)
{
	struct tally tally = count_results(audit, LEVEL_PARANOID, 0);

	return applicable(&tally);
}

bool audit_is_clean(const struct audit *audit)
{
	return !audit_count(audit, CONTROL_FAIL) && !audit_count(audit, CONTROL_DRIFT) &&
	       !audit_count(audit, CONTROL_UNKNOWN);
}

/* ", 3 waived", or nothing. */
static void add_count(struct text *text, size_t count, const char *what)
{
	if (count)
		text_addf(text, "%s%zu %s", text->size ? ", " : "", count, what);
}

char *audit_summary(const struct audit *audit, const struct policy *policy)
{
	struct tally tally = count_results(audit, policy->level, 0);
	autotext struct text text = {0};

	text_addf(&text,
		"audit: %s: %zu pass, %zu fail, %zu drift, %zu unavailable, %zu not applicable",
		level_names[policy->level], tally.of[CONTROL_PASS],
		tally.of[CONTROL_FAIL], tally.of[CONTROL_DRIFT],
		tally.of[CONTROL_UNAVAILABLE], tally.of[CONTROL_NOT_APPLICABLE]);
	add_count(&text, tally.of[CONTROL_WAIVED], "waived");
	add_count(&text, tally.of[CONTROL_OFF], "off");
	add_count(&text, tally.of[CONTROL_PENDING], "pending reboot");
	add_count(&text, tally.of[CONTROL_UNKNOWN], "unknown");
	return text_take(&text);
}

char *control_place(const struct control *control)
{
	const struct control_kind *kind = control->kind;

	if (kind->names_file)
		return memory_copy_bytes(control->target, strcspn(control->target, " "));
	return memory_copy_text(kind->file    ? kind->file
				: kind->place ? kind->place
					      : "etc/jefelinux/policy.yaml");
}

const char *result_fix(const struct control_result *result)
{
	const struct control_kind *kind = result->control->kind;

	switch (result->status) {
	case CONTROL_FAIL:
		return kind->apply || kind->lines ? "jefe-setup harden" : kind->fix;
	case CONTROL_DRIFT:
	case CONTROL_WAIVED:
		return kind->fix ? kind->fix : "jefe-setup harden";
	case CONTROL_PENDING:
		return kind->pending ? kind->pending : "restart the machine";
	case CONTROL_UNKNOWN:
		return "look again, as root";
	case CONTROL_PASS:
	case CONTROL_UNAVAILABLE:
	case CONTROL_NOT_APPLICABLE:
	case CONTROL_OFF:
		break;
	}
	return NULL;
}

static void add_row(struct text *text, const char *name, const char *value)
{
	if (value)
		text_addf(text, "      %-10s %s\n", name, value);
}

static void add_head(struct text *text, const struct control_result *result)
{
	text_addf(text, "  %-14s %s: %s\n", control_status_names[result->status],
		result->control->id, result->control->title);
}

static void add_waiver(struct text *text, const struct control_result *result)
{
	autofree char *row = memory_format("%s %s: %s",
		result->waiver.expired ? "expired on" : "until", result->waiver.expires,
		result->waiver.reason);

	if (result->waiver.reason)
		add_row(text, "waiver", row);
}

static void add_expanded(struct text *text, const struct control_result *result)
{
	const struct control *control = result->control;

	add_head(text, result);
	add_row(text, "severity", control_severity_names[control->severity]);
	add_row(text, "intent", result->wanted);
	add_row(text, "persisted", result->persisted ? result->persisted : "nothing");
	add_row(text, "effective", result->effective);
	add_row(text, "evidence", result->evidence);
	add_waiver(text, result);
	add_row(text, "why", control->effect);
	add_row(text, "fix", result_fix(result));
	add_row(text, "breaks", control->breaks);
}

/* One line, and with a waiver a second. */
static void add_line(struct text *text, const struct control_result *result)
{
	add_head(text, result);
	add_row(text, "evidence", result->evidence);
	add_waiver(text, result);
}

/* What the operator turned off or waived is always shown; what only enters at a higher level is not. */
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
	case CONTROL_OFF:
		if (policy->level >= result->control->level)
			add_line(text, result);
		break;
	case CONTROL_WAIVED:
	case CONTROL_UNAVAILABLE:
		add_line(text, result);
		break;
	case CONTROL_PASS:
	case CONTROL_NOT_APPLICABLE:
		if (result->waiver.reason)
			add_line(text, result);
		break;
	}
}

static void add_layer(struct text *text, const struct audit *audit,
	const struct policy *policy, unsigned layer)
{
	struct tally tally = count_results(audit, policy->level, layer);
	autotext struct text excluded = {0};

	add_count(&excluded, tally.of[CONTROL_WAIVED], "waived");
	add_count(&excluded, tally.of[CONTROL_UNAVAILABLE], "unavailable");
	add_count(&excluded, tally.of[CONTROL_NOT_APPLICABLE], "not applicable");
	add_count(&excluded, tally.of[CONTROL_OFF], "off");
	add_count(&excluded, tally.higher, "at higher levels");
	text_addf(text, "%u %-28s %3zu/%zu pass%s%s\n", layer, layer_names[layer],
		tally.of[CONTROL_PASS], applicable(&tally),
		excluded.size ? "; not counted: " : "", text_string(&excluded));
}

char *audit_text(const struct audit *audit, const struct policy *policy)
{
	autofree char *summary = audit_summary(audit, policy);
	autotext struct text text = {0};

	for (unsigned layer = LAYER_KERNEL; layer <= LAYER_BOOT; layer++) {
		add_layer(&text, audit, policy, layer);
		for (size_t i = 0; i < audit->count; i++)
			if (audit->results[i].control->layer == layer)
				add_result(&text, &audit->results[i], policy);
	}
	text_addf(&text, "%s\n", summary);
	return text_take(&text);
}

char *audit_text_of(const struct audit *audit)
{
	struct text text = {0};

	add_expanded(&text, &audit->results[0]);
	return text_take(&text);
}

/* What applying writes: also what cannot be told without the kernel's configuration. */
static bool would_change(const struct control_result *result)
{
	const struct control_kind *kind = result->control->kind;

	if (result->status == CONTROL_UNKNOWN || result->status == CONTROL_WAIVED)
		return result->wanted && (kind->apply || kind->lines) &&
		       !text_equal(result->wanted, result->persisted);
	return result->status == CONTROL_FAIL || result->status == CONTROL_DRIFT;
}

char *audit_plan(const struct audit *audit)
{
	autotext struct text text = {0};

	for (size_t i = 0; i < audit->count; i++) {
		const struct control_result *result = &audit->results[i];

		if (would_change(result))
			text_addf(&text, "change      %s: %s -> %s%s\n",
				result->control->id,
				result->persisted ? result->persisted : "nothing",
				result->wanted ? result->wanted : "off",
				result->control->locks_out ? " (can lock you out)" : "");
		else if (result->status == CONTROL_UNAVAILABLE)
			text_addf(&text, "unavailable %s: %s\n", result->control->id,
				result->evidence);
	}
	return text_take(&text);
}

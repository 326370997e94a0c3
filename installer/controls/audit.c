/* What is wanted, what the disk says, what the running system says: and whether they agree. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static enum control_status status_of(enum found found)
{
	switch (found) {
	case FOUND_RIGHT:
		return CONTROL_PASS;
	case FOUND_WRONG:
		return CONTROL_FAIL;
	case FOUND_DRIFTED:
		return CONTROL_DRIFT;
	case FOUND_PENDING:
		return CONTROL_PENDING;
	case FOUND_NOTHING:
		return CONTROL_NOT_APPLICABLE;
	case FOUND_UNAVAILABLE:
		return CONTROL_UNAVAILABLE;
	case FOUND_UNKNOWN:
		return CONTROL_UNKNOWN;
	}
	return CONTROL_UNKNOWN;
}

static void add_evidence(struct control_result *result, const char *evidence)
{
	char *both = result->evidence
			     ? memory_format("%s; %s", result->evidence, evidence)
			     : memory_copy_text(evidence);

	free(result->evidence);
	result->evidence = both;
}

static void take_evidence(struct control_result *result, const struct finding *finding)
{
	if (finding->evidence)
		add_evidence(result, finding->evidence);
}

static void look_at_disk(
	struct site *site, struct control_result *result, const char *value)
{
	struct finding finding = {0};

	result->control->kind->persisted(site, result->control, value, &finding);
	result->status = status_of(finding.found);
	result->persisted = finding.value;
	finding.value = NULL;
	take_evidence(result, &finding);
	finding_clear(&finding);
}

/* What is right on the disk but not in force is drift; what the disk lacks stays a failure. */
static void look_at_kernel(
	struct site *site, struct control_result *result, const char *value)
{
	struct finding finding = {0};

	result->control->kind->effective(site, result->control, value, &finding);
	if (result->status == CONTROL_PASS && finding.found == FOUND_WRONG)
		result->status = CONTROL_DRIFT;
	else if (result->status == CONTROL_PASS)
		result->status = status_of(finding.found);
	result->effective = finding.value;
	finding.value = NULL;
	take_evidence(result, &finding);
	finding_clear(&finding);
}

static void audit_off(const struct control *control, const struct policy *policy,
	struct control_result *result)
{
	result->status = CONTROL_OFF;
	if (policy->level >= control->level)
		result->evidence = memory_copy_text("turned off by the policy");
	else
		result->evidence =
			memory_format("enters at level %s", level_names[control->level]);
}

/* A waiver excuses what is not in force, also what the operator turned off, until its last day is over. */
static void take_waiver(const struct policy *policy, struct control_result *result)
{
	bool turned_off =
		result->status == CONTROL_OFF && policy->level >= result->control->level;
	autofree char *expired = NULL;

	if (!policy_waiver(policy, result->control->id, &result->waiver) ||
		(!turned_off && result->status != CONTROL_FAIL &&
			result->status != CONTROL_DRIFT))
		return;
	if (!result->waiver.expired) {
		result->status = CONTROL_WAIVED;
		return;
	}
	if (turned_off)
		result->status = CONTROL_FAIL;
	expired = memory_format("the waiver expired on %s", result->waiver.expires);
	add_evidence(result, expired);
}

/* Without the kernel's configuration nobody can tell what is wrong from what this kernel cannot do. */
static void doubt_without_configuration(
	const struct site *site, struct control_result *result)
{
	autofree char *why = NULL;

	if (!result->control->needs_kernel || site->config.size || !site->kernel ||
		result->status != CONTROL_FAIL)
		return;
	result->status = CONTROL_UNKNOWN;
	why = memory_format("the configuration of kernel %s %s", site->kernel,
		geteuid() == 0 ? "was not found: is /boot there?"
			       : "cannot be read without root");
	add_evidence(result, why);
}

static void look_at(
	struct site *site, const struct control *control, struct control_result *result)
{
	autofree char *value = site_wanted(site, control);
	struct finding finding = {0};

	result->control = control;
	if (!value) {
		audit_off(control, site->policy, result);
		return;
	}
	result->wanted = control_describe(control, value);
	if (!site_has(site, control, &finding)) {
		result->status = status_of(finding.found);
		take_evidence(result, &finding);
		finding_clear(&finding);
		return;
	}
	look_at_disk(site, result, value);
	if (site->scope->running && control->kind->effective &&
		result->status != CONTROL_NOT_APPLICABLE)
		look_at_kernel(site, result, value);
	doubt_without_configuration(site, result);
}

/* What somebody changed by hand in a file of ours drifted; it did not fail to be written. */
static void take_drift(struct site *site, struct control_result *result)
{
	bool right = result->status != CONTROL_FAIL;
	autofree char *evidence = NULL;

	if (result->status == CONTROL_OFF || result->status == CONTROL_NOT_APPLICABLE ||
		result->status == CONTROL_UNAVAILABLE)
		return;
	evidence = written_drift(site, result->control, right);
	if (!evidence)
		return;
	result->status = CONTROL_DRIFT;
	add_evidence(result, evidence);
}

/* What may not be read says nothing, neither that all is right nor that something is wrong. */
static void doubt_without_rights(const struct site *site, struct control_result *result)
{
	autofree char *denied = site_take_denied(site);
	autofree char *why = NULL;

	if (!denied || result->status == CONTROL_OFF ||
		result->status == CONTROL_UNAVAILABLE)
		return;
	result->status = CONTROL_UNKNOWN;
	why = memory_format(
		"%s cannot be read%s", denied, geteuid() == 0 ? "" : " without root");
	free(result->evidence);
	result->evidence = NULL;
	add_evidence(result, why);
}

static void audit_one(
	struct site *site, const struct control *control, struct control_result *result)
{
	look_at(site, control, result);
	doubt_without_rights(site, result);
	take_drift(site, result);
	take_waiver(site->policy, result);
}

int controls_audit(const struct control_scope *scope, const struct policy *policy,
	struct control_result **results, size_t *count, struct error *err)
{
	autosite struct site site = {
		.scope = scope, .policy = policy, .memo = memo_new()};
	int rc = site_open(&site, err);

	if (rc < 0)
		return rc;
	*count = 0;
	while (controls[*count])
		(*count)++;
	*results = memory_zero(*count, sizeof(**results));
	for (size_t i = 0; i < *count; i++)
		audit_one(&site, controls[i], &(*results)[i]);
	return 0;
}

int control_audit(const struct control_scope *scope, const struct policy *policy,
	const struct control *control, struct control_result *result, struct error *err)
{
	autosite struct site site = {
		.scope = scope, .policy = policy, .memo = memo_new()};
	int rc = site_open(&site, err);

	if (rc < 0)
		return rc;
	*result = (struct control_result){0};
	audit_one(&site, control, result);
	return 0;
}

void control_result_clear(struct control_result *result)
{
	free(result->wanted);
	free(result->persisted);
	free(result->effective);
	free(result->evidence);
	*result = (struct control_result){0};
}

void controls_results_free(struct control_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++)
		control_result_clear(&results[i]);
	free(results);
}

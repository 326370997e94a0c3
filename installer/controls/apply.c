/* Bring a system to a policy. */
#include <errno.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

// clang-format off
const struct control_kind *const control_kinds[] = {
	&kind_sysctl,
	&kind_argument,
	&kind_module,
	&kind_preload,
	&kind_late,
	&kind_mount,
	&kind_file,
	&kind_mode,
	&kind_package,
	&kind_account,
	&kind_setting,
	&kind_sshd,
	&kind_audit_rule,
	&kind_firewall,
	&kind_listener,
	&kind_json,
	&kind_setuid,
	&kind_hook,
	&kind_allocator,
	&kind_scan,
	&kind_repository,
	&kind_static,
	&kind_absent,
	&kind_machine,
	&kind_apparmor,
	&kind_service, /* what it starts needs its profile, and its settings */
	&kind_container,
	&kind_exposure,
	&kind_state,
	&kind_lowered,
	&kind_age,
	NULL
};
// clang-format on

static int apply_one(struct site *site, const struct control *control, struct error *err)
{
	const struct control_kind *kind = control->kind;
	struct finding finding = {0};
	autofree char *value = site_wanted(site, control);
	bool changed = false;
	int rc = 0;

	if (value && !site_has(site, control, &finding)) {
		if (finding.found != FOUND_NOTHING)
			site_note(site, "%s is unavailable: %s", control->id,
				finding.evidence);
	} else if (value && kind->apply) {
		rc = kind->apply(site, control, value, &changed, err);
	} else if (!value && kind->withdraw) {
		rc = kind->withdraw(site, control, &changed, err);
	}
	if (rc == 0 && !finding.evidence)
		applied_note(site, control, value);
	if (changed && rc == 0)
		site_note(site, "%s: %s", control->id,
			value ? control->title : "turned off");
	finding_clear(&finding);
	return rc < 0 ? error_prefix(err, "control %s", control->id) : 0;
}

static int write_shared(struct site *site, struct error *err)
{
	for (const struct control_kind *const *kind = control_kinds; *kind; kind++) {
		bool changed = false;

		if (!(*kind)->file)
			continue;
		if (composed_write(site, *kind, &changed, err) < 0)
			return error_prefix(err, "writing %s", (*kind)->file);
		if (changed)
			site_note(site, "%s: written", (*kind)->file);
	}
	return 0;
}

static int activate_all(struct site *site, struct error *err)
{
	for (const struct control_kind *const *kind = control_kinds; *kind; kind++)
		if ((*kind)->activate && (*kind)->activate(site, err) < 0)
			return error_prefix(err, "making the running system follow (%s)",
				(*kind)->name);
	return 0;
}

/* Files of ours first: services are turned on by scripts that are among them. */
static int apply_all(struct site *site, struct error *err)
{
	for (const struct control *const *control = controls; *control; control++)
		if ((*control)->kind == &kind_file && apply_one(site, *control, err) < 0)
			return err ? err->code : -EIO;
	for (const struct control *const *control = controls; *control; control++)
		if ((*control)->kind != &kind_file && apply_one(site, *control, err) < 0)
			return err ? err->code : -EIO;
	return write_shared(site, err);
}

int controls_apply(const struct control_scope *scope, const struct policy *policy,
	void (*note)(void *context, const char *line), void *context, struct error *err)
{
	autosite struct site site = {
		.scope = scope, .policy = policy, .note = note, .context = context};
	int rc = site_open(&site, err);

	if (rc == 0 && !site.config.size)
		site_note(&site,
			"the kernel's configuration was not found: every control counts as possible");
	if (rc == 0)
		rc = apply_all(&site, err);
	if (rc == 0)
		rc = written_save(&site, err);
	if (rc == 0)
		rc = applied_save(&site, err);
	if (rc == 0)
		rc = policy_save(scope->root_fd, policy, err);
	if (rc == 0 && scope->running)
		rc = activate_all(&site, err);
	return rc;
}

int controls_reapply(const struct control_scope *scope, const struct policy *policy,
	void (*note)(void *context, const char *line), void *context, struct error *err)
{
	autosite struct site site = {
		.scope = scope, .policy = policy, .note = note, .context = context};
	int rc = site_open(&site, err);

	for (const struct control *const *control = controls; *control && rc == 0;
		control++)
		if ((*control)->kind->comes_back)
			rc = apply_one(&site, *control, err);
	return rc;
}

int controls_follow(const struct control_scope *scope, const struct policy *before,
	void (*note)(void *context, const char *line), void *context, struct error *err)
{
	autoanswers struct answers *answers = NULL;
	struct policy policy = {0};
	autosite struct site site = {
		.scope = scope, .policy = &policy, .note = note, .context = context};
	int rc = policy_load(scope->root_fd, &answers, err);

	if (rc == 0)
		policy = policy_of(answers);
	if (rc < 0 && rc != -ENOENT)
		return rc;
	policy.before = before;
	rc = site_open(&site, err);
	return rc < 0 ? rc : activate_all(&site, err);
}

/* The controls of the chosen level, applied below the new root. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/memory.h"
#include "installer/controls/controls.h"
#include "installer/manifest.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static void controls_describe(const struct recipe *recipe, struct text *to)
{
	const struct answers *answers = recipe->answers;

	text_addf(to, "level %s\n", answers->hardening.level);
	if (answers->hardening.ssh != SSH_OPENSSH)
		text_addf(
			to, "SSH server %s\n", ssh_server_names[answers->hardening.ssh]);
	for (size_t i = 0; i < answers->hardening.roles.count; i++)
		text_addf(to, "role %s\n", answers->hardening.roles.items[i]);
	for (size_t i = 0; i < answers->hardening.control_count; i++)
		text_addf(to, "%s: %s\n", answers->hardening.controls[i].id,
			answers->hardening.controls[i].value);
	for (size_t i = 0; i < answers->hardening.waiver_count; i++)
		text_addf(to, "waived %s until %s\n", answers->hardening.waivers[i].id,
			answers->hardening.waivers[i].value);
	text_add(to,
		"compile the new system's AppArmor profiles, if it has any and runs this kernel\n");
}

static void take_note(void *context, const char *line)
{
	events_note(context, "%s", line);
}

enum { COMPILE_SECONDS = 300 };

/* The kernel's features are copied into the new system as long as the parser runs there. Without /proc/self/fd it compiles and keeps
 * nothing. */
static int compile(struct run *run, const char *features, struct error *err)
{
	autofree char *proc = memory_format("%s/proc", run->target);
	autofree char *copy = memory_format("%s/run/features", run->target);
	struct error left = {0}; /* nothing reads it */
	int rc = run_mount(run, "proc", proc, "proc", "nosuid,nodev,noexec", err);

	if (rc == 0)
		rc = command_run(
			&(struct command){.argv = COMMAND("cp", "-r", features, copy)},
			err);
	if (rc == 0)
		rc = command_run(
			&(struct command){
				.argv = COMMAND("apparmor_parser", "--kernel-features",
					"/run/features", "--skip-kernel-load",
					"--write-cache", "/etc/apparmor.d"),
				.root_fd = run->target_fd,
				.timeout_seconds = COMPILE_SECONDS},
			err);
	(void)!command_run(&(struct command){.argv = COMMAND("rm", "-rf", copy)}, &left);
	return rc;
}

/* The first start would do it, and takes long enough already. Compiled profiles are good for the features of one kernel: when another one
 * runs here, the first start does it. */
static void compile_profiles(struct run *run)
{
	static const char features[] = "/sys/kernel/security/apparmor/features";
	struct utsname name;
	struct error err = {0};

	if (uname(&name) < 0 || strcmp(name.release, run->manifest->kernel) != 0 ||
		access(features, R_OK) < 0 ||
		!command_exists(run->target_fd, "apparmor_parser"))
		return;
	if (compile(run, features, &err) < 0)
		events_note(run->events,
			"AppArmor profiles are compiled at the first start: %s",
			err.text);
}

static struct control_scope scope_of(const struct run *run)
{
	return (struct control_scope){.root_fd = run->target_fd,
		.distro = run->distro,
		.kernel = run->manifest->kernel};
}

static int controls_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct control_scope scope = scope_of(run);
	struct policy policy = policy_of(recipe->answers);
	int rc = controls_apply(&scope, &policy, take_note, run->events, err);

	if (rc == 0)
		compile_profiles(run);
	return rc;
}

const struct step_ops step_controls = {
	.id = "controls", .describe = controls_describe, .run = controls_run};

static void tell_audit(
	struct events *events, const struct audit *audit, const struct policy *policy)
{
	autofree char *summary = audit_summary(audit, policy);

	for (size_t i = 0; i < audit->count; i++) {
		const struct control_result *result = &audit->results[i];

		if (result->status == CONTROL_FAIL || result->status == CONTROL_DRIFT ||
			result->status == CONTROL_UNKNOWN)
			events_warn(events, "%s %s: %s",
				control_status_names[result->status], result->control->id,
				result->evidence ? result->evidence
						 : result->control->title);
	}
	events_emit(events, &(struct event){.kind = EVENT_AUDIT,
				    .text = summary,
				    .done = audit_count(audit, CONTROL_PASS),
				    .total = audit_applicable(audit)});
}

void hardening_audit(const struct recipe *recipe, struct run *run)
{
	const struct control_scope scope = scope_of(run);
	struct policy policy = policy_of(recipe->answers);
	struct audit audit = {0};
	struct error err = {0};

	if (controls_audit(&scope, &policy, &audit.results, &audit.count, &err) < 0) {
		events_warn(run->events, "the audit did not succeed: %s", err.text);
		return;
	}
	tell_audit(run->events, &audit, &policy);
	controls_results_free(audit.results, audit.count);
}

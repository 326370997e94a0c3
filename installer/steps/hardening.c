/* The controls of the chosen level, applied below the new root. */
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
}

static void take_note(void *context, const char *line)
{
	events_note(context, "%s", line);
}

static int controls_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct control_scope scope = {.root_fd = run->target_fd,
		.distro = run->distro,
		.kernel = run->manifest->kernel};
	struct policy policy = policy_of(recipe->answers);

	return controls_apply(&scope, &policy, take_note, run->events, err);
}

const struct step_ops step_controls = {
	.id = "controls", .describe = controls_describe, .run = controls_run};

/* The controls of the chosen level, applied below the new root. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/controls.h"
#include "installer/manifest.h"
#include "installer/release.h"
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

enum { COMPILE_SECONDS = 300 };

static int unmount(void *argument, struct error *err)
{
	autofree char *dir = argument;

	return fs_unmount(dir, err);
}

/* Without /proc/self/fd the parser compiles and keeps nothing. */
static int mount_proc(struct run *run, struct error *err)
{
	autofree char *dir = memory_format("%s/proc", run->target);
	int rc = fs_mount("proc", dir, "proc", "nosuid,nodev,noexec", err);

	if (rc == 0)
		releases_push(run->releases, "unmounting the new system's /proc", unmount,
			memory_copy_text(dir));
	return rc;
}

static int compile(struct run *run, const char *features, struct error *err)
{
	autofree char *copy = memory_format("%s/run/features", run->target);
	int rc = mount_proc(run, err);

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
	if (rc == 0)
		rc = command_run(
			&(struct command){.argv = COMMAND("rm", "-r", copy)}, err);
	return rc;
}

/* The first start would do it, and takes long enough already. Compiled profiles are for the features of one kernel: the new system's must
 * be the one that runs, or they are compiled when it starts. */
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

static int controls_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct control_scope scope = {.root_fd = run->target_fd,
		.distro = run->distro,
		.kernel = run->manifest->kernel};
	struct policy policy = policy_of(recipe->answers);
	int rc = controls_apply(&scope, &policy, take_note, run->events, err);

	if (rc == 0)
		compile_profiles(run);
	return rc;
}

const struct step_ops step_controls = {
	.id = "controls", .describe = controls_describe, .run = controls_run};

/* jefe-setup canary: what the boot service, the daily job and a start with a lowered level call. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootenv.h"
#include "installer/bootmenu.h"
#include "installer/cli/cli.h"
#include "installer/cli/hardening.h"
#include "installer/controls/change.h"
#include "installer/controls/rollback.h"
#include "installer/health.h"
#include "installer/tpm.h"

static const char audit_log[] = "var/log/jefe-audit.log";
static const char canary_log[] = "var/log/jefe-canary.log";

enum { HEALTH_SECONDS = 600, POLL_SECONDS = 2 };

static void log_drift(const struct audit *audit)
{
	for (size_t i = 0; i < audit->count; i++) {
		const struct control_result *result = &audit->results[i];

		if (result->status == CONTROL_FAIL || result->status == CONTROL_DRIFT)
			syslog(LOG_WARNING, "%s: %s: %s (%s)",
				control_status_names[result->status], result->control->id,
				result->control->title,
				result->evidence ? result->evidence : "no evidence");
	}
}

static int run_audit(const struct hardening *hardening, struct error *err)
{
	autofree char *text = NULL, *summary = NULL;
	struct audit audit = {0};
	int rc = controls_audit(
		&hardening->scope, &hardening->policy, &audit.results, &audit.count, err);

	if (rc < 0)
		return rc;
	text = audit_text(&audit, &hardening->policy);
	summary = audit_summary(&audit, &hardening->policy);
	log_drift(&audit);
	syslog(LOG_NOTICE, "%s", summary);
	(void)printf("%s\n", summary);
	controls_results_free(audit.results, audit.count);
	return file_write(
		hardening->scope.root_fd, audit_log, text, strlen(text), 0600, err);
}

static const char *start_lacks(const struct control_scope *scope)
{
	return scope->distro->all_started(scope->root_fd)
		       ? health_missing(scope->root_fd, scope->distro)
		       : "not all services are started";
}

/* The next start counts from nothing. */
static int forget_starts(const struct control_scope *scope, struct error *err)
{
	if (!file_exists(scope->root_fd, "etc/jefelinux/canary"))
		return 0;
	return bootenv_set(scope->root_fd, BOOTENV_TRIES, "0", err);
}

/* That the TPM does not take its key is no reason to lower the level. */
static void tell_tpm(const struct control_scope *scope)
{
	struct error err = {0};

	if (tpm_confirm(scope->root_fd, &err) < 0)
		syslog(LOG_ERR, "%s", err.text);
}

static int wait_for_health(const struct control_scope *scope, struct error *err)
{
	const char *missing = start_lacks(scope);

	for (unsigned waited = 0; missing && waited < HEALTH_SECONDS;
		waited += POLL_SECONDS) {
		(void)sleep(POLL_SECONDS);
		missing = start_lacks(scope);
	}
	if (missing)
		return error_set(err, -ETIMEDOUT,
			"this start did not get well: %s; another one like it, and the level will be lowered",
			missing);
	syslog(LOG_NOTICE, "this start got well");
	tell_tpm(scope);
	return forget_starts(scope, err);
}

/* Lines for the kernel's log, which every console shows and the system log keeps. */
static void tell_kernel(const char *text)
{
	autofree char *line = memory_format("<3>jefe: %s\n", text);
	autoclose int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, line, strlen(line));
}

/* Each in a line short enough for the kernel. */
static void tell_dropped(const struct words *dropped)
{
	enum { LINE_SIZE = 700 };
	autotext struct text line = {0};

	for (size_t i = 0; i < dropped->count; i++) {
		text_addf(&line, "%s %s", line.size ? "" : "dropped:", dropped->items[i]);
		if (line.size > LINE_SIZE || i + 1 == dropped->count) {
			tell_kernel(line.data);
			text_free(&line);
			line = (struct text){0};
		}
	}
}

static int keep_log(int root_fd, const struct text *report, struct error *err)
{
	autoclose int fd =
		file_open(root_fd, canary_log, O_WRONLY | O_CREAT | O_APPEND, 0600, err);

	return fd < 0 ? fd : file_write_all(fd, report->data, report->size, err);
}

static void write_report(const struct policy *from, const struct policy *to,
	const struct words *dropped, struct text *report)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
	if (from->level == to->level)
		text_addf(report,
			"%s: two starts did not get well; this one is without optional kernel arguments, and the level stays %s, the lowest\n",
			when, level_names[to->level]);
	else
		text_addf(report,
			"%s: two starts did not get well; the level was lowered from %s to %s\n",
			when, level_names[from->level], level_names[to->level]);
	for (size_t i = 0; i < dropped->count; i++)
		text_addf(report, "dropped %s: %s\n", dropped->items[i],
			control_named(dropped->items[i])->title);
}

static int write_lower(
	const struct hardening *hardening, const struct text *report, struct error *err)
{
	const struct control_scope *scope = &hardening->scope;
	int rc = controls_apply(scope, &hardening->policy, NULL, NULL, err);

	if (rc == 0)
		rc = bootmenu_write(scope->root_fd, scope->distro, err);
	if (rc == 0)
		rc = file_write(scope->root_fd, LOWERED_PATH, report->data, report->size,
			0644, err);
	return rc;
}

/* The count goes first: what fails behind it must not lower the level once more at the next start. An interrupted change may be why
 * the starts failed, and is no obstacle. */
static int apply_lower(
	const struct hardening *hardening, const struct text *report, struct error *err)
{
	struct change *change = NULL;
	struct error undo = {0};
	int rc = bootenv_set(hardening->scope.root_fd, BOOTENV_TRIES, "1", err);

	if (rc < 0)
		return rc;
	rc = change_begin(
		hardening->scope.root_fd, "canary: a lower level", &change, err);
	if (rc == -EEXIST)
		return write_lower(hardening, report, err);
	if (rc < 0)
		return rc;
	rc = write_lower(hardening, report, err);
	if (rc == 0)
		return change_keep(change, err);
	if (change_drop(change, &undo) < 0)
		tell_kernel(undo.text);
	return rc;
}

static int lower_level(struct hardening *hardening, struct error *err)
{
	struct policy from = hardening->policy, to = policy_lowered(&from);
	autowords struct words dropped = {0};
	autotext struct text report = {0};
	autofree char *first = NULL;
	int rc;

	controls_dropped(&from, &to, &dropped);
	write_report(&from, &to, &dropped, &report);
	first = memory_copy_bytes(report.data, strcspn(report.data, "\n"));
	hardening->policy = to;
	rc = from.level == to.level
		     ? bootenv_set(hardening->scope.root_fd, BOOTENV_TRIES, "1", err)
		     : apply_lower(hardening, &report, err);
	if (rc < 0)
		return rc;
	tell_kernel(first);
	tell_dropped(&dropped);
	return keep_log(hardening->scope.root_fd, &report, err);
}

/* Called from the initramfs, before anything of the system runs: files only, and /boot is not mounted yet. Without it nothing is
 * lowered, because the count could not be kept. */
static int lower(struct hardening *hardening, struct error *err)
{
	struct error ignored = {0};
	struct utsname name;
	int rc;

	hardening->scope.running = false;
	hardening->scope.edits = EDITS_KEEP;
	hardening->scope.kernel = uname(&name) == 0 ? name.release : NULL;
	rc = command_run(&(struct command){.argv = COMMAND("mount", "/boot")}, err);
	if (rc < 0)
		return rc;
	rc = lower_level(hardening, err);
	if (command_run(&(struct command){.argv = COMMAND("umount", "/boot")}, &ignored) <
		0)
		tell_kernel(ignored.text);
	return rc;
}

/* Who was locked out and made the machine start anew gets in again. The policy is another one afterwards. */
static int take_back(struct hardening *hardening, struct error *err)
{
	const struct hardening_options options = {.root = "/"};
	bool resumed = false;
	int rc = rollback_resume(&hardening->scope, &resumed, err);

	if (rc < 0 || !resumed)
		return rc;
	tell_kernel(
		"a change of hardening that nobody confirmed before this start was taken back");
	hardening_close(hardening);
	*hardening = (struct hardening){0};
	return hardening_open(&options, hardening, err);
}

static int boot(struct hardening *hardening, struct error *err)
{
	struct error kept = {0};
	int rc = take_back(hardening, &kept);

	if (rc < 0)
		syslog(LOG_ERR, "%s", kept.text);
	rc = run_audit(hardening, err);
	return rc < 0 ? rc : wait_for_health(&hardening->scope, err);
}

static int daily(struct hardening *hardening, struct error *err)
{
	hardening->scope.thorough = true;
	return run_audit(hardening, err);
}

/* An orderly end, whose service runs only when all others were started: nobody waits for the audit. */
static int down(struct hardening *hardening, struct error *err)
{
	const struct control_scope *scope = &hardening->scope;

	return health_missing(scope->root_fd, scope->distro) ? 0
							     : forget_starts(scope, err);
}

static const struct action {
	const char *name;
	int (*run)(struct hardening *hardening, struct error *err);
} actions[] = {
	{"boot",  boot },
	{"daily", daily},
	{"down",  down },
	{"lower", lower},
};

static int act(const struct action *action, struct error *err)
{
	const struct hardening_options options = {.root = "/"};
	autohardening struct hardening hardening = {0};
	int rc = hardening_open(&options, &hardening, err);

	if (rc < 0)
		return rc;
	if (!hardening.has_policy)
		return error_set(err, -ENOENT, "this system keeps no hardening policy");
	return action->run(&hardening, err);
}

int cli_canary(int argc, char **argv)
{
	const struct action *action = NULL;
	struct error err = {0};

	for (size_t i = 0; argc == 2 && i < LENGTH(actions); i++)
		if (strcmp(argv[1], actions[i].name) == 0)
			action = &actions[i];
	if (!action)
		return cli_usage("canary", "boot, daily, down or lower is expected");
	openlog("jefe", 0, LOG_DAEMON);
	if (act(action, &err) == 0)
		return EXIT_DONE;
	syslog(LOG_ERR, "canary %s: %s", action->name, err.text);
	if (action->run == lower)
		tell_kernel(err.text);
	return cli_fail("canary", EXIT_PROBLEMS, &err);
}

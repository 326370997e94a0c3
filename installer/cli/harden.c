/* jefe-setup harden: bring a system to a level and keep that as its policy, or take that back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootmenu.h"
#include "installer/cli/cli.h"
#include "installer/cli/confirm.h"
#include "installer/cli/hardening.h"
#include "installer/controls/change.h"

static void print_line(void *context, const char *line)
{
	(void)context;
	(void)printf("%s\n", line);
}

static bool same_waiver(const struct waiver *one, const struct waiver *other)
{
	return strcmp(one->expires, other->expires) == 0 &&
	       strcmp(one->reason, other->reason) == 0;
}

/* How many waivers the change gives and takes. */
static size_t print_waivers(const struct policy *kept, const struct policy *wanted)
{
	struct waiver old, new;
	size_t count = 0;

	for (size_t i = 0; i < wanted->waiver_count; i++) {
		const char *id = wanted->waivers[i].id;

		if (!policy_waiver(wanted, id, &new) ||
			(policy_waiver(kept, id, &old) && same_waiver(&old, &new)))
			continue;
		(void)printf(
			"waive       %s until %s: %s\n", id, new.expires, new.reason);
		count++;
	}
	for (size_t i = 0; i < kept->waiver_count; i++) {
		if (policy_waiver(wanted, kept->waivers[i].id, &new))
			continue;
		(void)printf("unwaive     %s\n", kept->waivers[i].id);
		count++;
	}
	return count;
}

static int print_plan(const struct hardening *hardening, struct error *err)
{
	struct audit audit = {0};
	autofree char *plan = NULL;
	int rc = controls_audit(
		&hardening->scope, &hardening->policy, &audit.results, &audit.count, err);

	if (rc < 0)
		return rc;
	plan = audit_plan(&audit);
	(void)printf("level %s\n", level_names[hardening->policy.level]);
	if (print_waivers(&hardening->kept, &hardening->policy) == 0 && !*plan)
		(void)printf("nothing to change\n");
	(void)printf("%s", plan);
	controls_results_free(audit.results, audit.count);
	return 0;
}

/* 0, or EXIT_REFUSED after telling how files that were edited by hand differ. */
static int print_edits(const struct hardening *hardening)
{
	autotext struct text diffs = {0};
	size_t count = controls_edits(
		&hardening->scope, &hardening->policy, &hardening->kept, &diffs);

	if (!count)
		return 0;
	(void)printf("edited by hand:\n%s", diffs.data);
	if (hardening->scope.edits != EDITS_REFUSE)
		return 0;
	(void)fflush(stdout);
	(void)fprintf(stderr,
		"jefe-setup harden: refused, nothing was changed: %zu file%s edited by hand, as told above.\n"
		"  --accept-edits replace writes the policy's lines in their place, --accept-edits keep leaves these files as they are.\n",
		count, count == 1 ? " was" : "s were");
	return EXIT_REFUSED;
}

static int print_summary(
	const struct hardening *hardening, bool *clean, struct error *err)
{
	struct audit audit = {0};
	autofree char *summary = NULL;
	int rc = controls_audit(
		&hardening->scope, &hardening->policy, &audit.results, &audit.count, err);

	if (rc < 0)
		return rc;
	summary = audit_summary(&audit, &hardening->policy);
	(void)printf("%s\n", summary);
	*clean = audit_is_clean(&audit);
	controls_results_free(audit.results, audit.count);
	return 0;
}

/* Kernel arguments count only when the boot menu has them; a system without one of ours keeps its own. */
static int write_boot_menu(const struct hardening *hardening, struct error *err)
{
	if (!file_exists(hardening->scope.root_fd, "etc/jefelinux/boot"))
		return 0;
	return bootmenu_write(hardening->scope.root_fd, hardening->scope.distro, err);
}

static unsigned hardening_seconds(const struct hardening_options *options)
{
	uint64_t seconds = CONFIRM_SECONDS;

	if (options->confirm_within)
		(void)!text_to_u64(options->confirm_within, 0, 3600, &seconds);
	return (unsigned)seconds;
}

/* The running system as the disk wants it again, from the policy that it was brought to. */
static void follow_disk(const struct hardening *hardening, const struct policy *before)
{
	struct error err = {0};

	if (hardening->scope.running &&
		controls_follow(&hardening->scope, before, print_line, NULL, &err) < 0)
		(void)fprintf(stderr,
			"jefe-setup harden: the files are as before; the running system follows at the next start: %s\n",
			err.text);
}

/* All of it, or nothing. */
static int change_system(
	const struct hardening *hardening, const char *what, struct error *err)
{
	struct change *change = NULL;
	struct error undo = {0};
	int rc = change_begin(hardening->scope.root_fd, what, &change, err);

	if (rc < 0)
		return rc;
	rc = controls_apply(&hardening->scope, &hardening->policy, print_line, NULL, err);
	/* A level that is chosen again is no longer one that failed starts have lowered. */
	if (rc == 0 && hardening->level_chosen)
		rc = file_remove(hardening->scope.root_fd, LOWERED_PATH, err);
	if (rc == 0)
		rc = write_boot_menu(hardening, err);
	if (rc == 0)
		return change_keep(change, err);
	if (change_drop(change, &undo) < 0)
		return error_prefix(err,
			"could not all be put back (%s); try again: jefe-setup harden --undo. It failed at",
			undo.text);
	follow_disk(hardening, &hardening->policy);
	return error_prefix(err, "everything was put back as it was. It failed at");
}

/* When it touches what decides who gets in, it is taken back unless somebody confirms. */
static int change_guarded(const struct hardening *hardening, const char *what,
	unsigned seconds, struct error *err)
{
	struct rollback *rollback = NULL;
	int rc = hardening->scope.running
			 ? rollback_begin(&hardening->scope, seconds, &rollback, err)
			 : 0;

	if (rc == 0)
		rc = change_system(hardening, what, err);
	if (rc == 0)
		confirm_ask(rollback, seconds);
	else
		(void)rollback_end(rollback, false);
	return rc;
}

static int confirm(struct error *err)
{
	if (rollback_confirm(err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, err);
	(void)printf("Confirmed.\n");
	return EXIT_DONE;
}

/* The command line without the root, for the record. */
static char *describe_change(int argc, char **argv)
{
	struct text text = {0};

	for (int i = 0; i < argc; i++)
		text_addf(&text, "%s%s", i ? " " : "", argv[i]);
	for (char *at = text.data; at && *at; at++)
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	return text_take(&text);
}

static void print_last(const struct last_change *last)
{
	(void)printf("%s: %s\n", last->interrupted ? "interrupted" : "last change",
		last->what);
	for (size_t i = 0; i < last->paths.count; i++)
		(void)printf("%s%s\n", last->paths.items[i],
			words_contain(
				&last->edited, last->paths.items[i] + strlen("restore "))
				? " (changed since)"
				: "");
}

/* Refused when somebody changed since what would be put back. */
static int may_undo(const struct hardening *hardening, const struct last_change *last)
{
	if (!last->edited.count || hardening->scope.edits != EDITS_REFUSE)
		return 0;
	(void)fflush(stdout);
	(void)fprintf(stderr,
		"jefe-setup harden: refused, nothing was changed: %zu of these changed since.\n"
		"  --accept-edits replace puts back what was there before, --accept-edits keep leaves them as they are.\n",
		last->edited.count);
	return EXIT_REFUSED;
}

static int undo_guarded(const struct hardening *hardening, const struct last_change *last,
	unsigned seconds, struct error *err)
{
	const struct words *leave =
		hardening->scope.edits == EDITS_KEEP ? &last->edited : NULL;
	struct rollback *rollback = NULL;
	int rc = hardening->scope.running
			 ? rollback_begin(&hardening->scope, seconds, &rollback, err)
			 : 0;

	if (rc == 0)
		rc = rollback ? change_undo_unconfirmed(
					hardening->scope.root_fd, leave, err)
			      : change_undo(hardening->scope.root_fd, leave, err);
	if (rc < 0) {
		(void)rollback_end(rollback, false);
		return rc;
	}
	follow_disk(hardening, hardening->has_policy ? &hardening->kept : NULL);
	confirm_ask(rollback, seconds);
	return 0;
}

static int undo(
	const struct hardening_options *options, const struct hardening *hardening)
{
	autolastchange struct last_change last = {0};
	struct error err = {0};
	int code;

	if (change_last(hardening->scope.root_fd, &last, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	print_last(&last);
	code = may_undo(hardening, &last);
	if (code || options->plan)
		return code;
	if (change_possible(hardening->scope.root_fd, &err) < 0 ||
		undo_guarded(hardening, &last, hardening_seconds(options), &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	return EXIT_DONE;
}

static int harden(const struct hardening_options *options,
	const struct hardening *hardening, const char *what)
{
	struct error err = {0};
	bool clean = false;
	int rc, code;

	if (print_plan(hardening, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	code = print_edits(hardening);
	if (code || options->plan)
		return code;
	if (change_possible(hardening->scope.root_fd, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	rc = change_guarded(hardening, what, hardening_seconds(options), &err);
	if (rc < 0)
		return cli_fail(
			"harden", rc == -EEXIST ? EXIT_REFUSED : EXIT_PROBLEMS, &err);
	if (print_summary(hardening, &clean, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	return clean ? EXIT_DONE : EXIT_PROBLEMS;
}

int cli_harden(int argc, char **argv)
{
	autohardeningoptions struct hardening_options options = {0};
	autohardening struct hardening hardening = {0};
	autofree char *what = describe_change(argc, argv);
	struct error err = {0};
	int code;

	if (argc == 1 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
		cli_has_policy())
		return cli_wizard(argc, argv);
	code = hardening_options_read(argc, argv, &options);
	if (code)
		return code;
	if (options.confirm)
		return confirm(&err);
	if (hardening_open(&options, &hardening, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	if (options.undo)
		return undo(&options, &hardening);
	if (!options.level && !hardening.has_policy)
		return cli_usage(
			"harden", "this system has no level yet; name one with --level");
	facts_of_system(&hardening.scope, hardening.policy.facts);
	if (!hardening_check("harden", &hardening))
		return EXIT_PROBLEMS;
	return harden(&options, &hardening, what);
}

/* What the package manager calls: a system without a policy has nothing to take again. */
int cli_reapply(int argc, char **argv)
{
	struct hardening_options options = {.root = "/"};
	autohardening struct hardening hardening = {0};
	struct error err = {0};

	if (argc == 3 && strcmp(argv[1], "--root") == 0)
		options.root = argv[2];
	else if (argc != 1)
		return cli_usage("reapply", "only --root DIR is expected");
	if (hardening_open(&options, &hardening, &err) < 0)
		return cli_fail("reapply", EXIT_PROBLEMS, &err);
	if (hardening.has_policy && controls_reapply(&hardening.scope, &hardening.policy,
					    print_line, NULL, &err) < 0)
		return cli_fail("reapply", EXIT_PROBLEMS, &err);
	return EXIT_DONE;
}

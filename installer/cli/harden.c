/* jefe-setup harden: bring a system to a level, and keep that as its policy. */
#include <stdio.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootmenu.h"
#include "installer/cli/cli.h"
#include "installer/cli/confirm.h"
#include "installer/cli/hardening.h"

static void print_line(void *context, const char *line)
{
	(void)context;
	(void)printf("%s\n", line);
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
	(void)printf("level %s\n%s", level_names[hardening->policy.level], plan);
	controls_results_free(audit.results, audit.count);
	return 0;
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

/* Apply it all; what decides who gets in comes back unless somebody confirms. */
static int apply(const struct hardening *hardening, unsigned seconds, struct error *err)
{
	struct rollback *rollback = NULL;
	int rc = hardening->scope.running && seconds
			 ? rollback_begin(&hardening->scope, seconds, &rollback, err)
			 : 0;

	if (rc == 0)
		rc = controls_apply(
			&hardening->scope, &hardening->policy, print_line, NULL, err);
	if (rc == 0)
		rc = write_boot_menu(hardening, err);
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

int cli_harden(int argc, char **argv)
{
	autohardeningoptions struct hardening_options options = {0};
	autohardening struct hardening hardening = {0};
	struct error err = {0};
	bool clean = false;
	int code = hardening_options_read(argc, argv, &options);

	if (code)
		return code;
	if (options.confirm)
		return confirm(&err);
	if (hardening_open(&options, &hardening, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	if (!options.level && !hardening.has_policy)
		return cli_usage(
			"harden", "this system has no level yet; name one with --level");
	if (!hardening_check("harden", &hardening))
		return EXIT_PROBLEMS;
	if (print_plan(&hardening, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	if (options.plan)
		return EXIT_DONE;
	if (apply(&hardening, hardening_seconds(&options), &err) < 0 ||
		print_summary(&hardening, &clean, &err) < 0)
		return cli_fail("harden", EXIT_PROBLEMS, &err);
	return clean ? EXIT_DONE : EXIT_PROBLEMS;
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

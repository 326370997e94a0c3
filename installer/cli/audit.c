/* jefe-setup audit: is everything that should be in force in force? */
#include <stdio.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/hardening.h"

static int unknown_control(const char *id)
{
	const char *near = control_nearest(id);

	if (near)
		return cli_usage("audit",
			"--control %s: there is no such control (did you mean \"%s\"?)",
			id, near);
	return cli_usage("audit",
		"--control %s: there is no such control; `jefe-setup explain` lists them",
		id);
}

static char *report_of(const struct hardening_options *options,
	const struct hardening *hardening, const struct audit *audit)
{
	if (options->json)
		return audit_json(audit, &hardening->scope, &hardening->policy);
	if (options->sarif)
		return audit_sarif(audit);
	return options->control ? audit_text_of(audit)
				: audit_text(audit, &hardening->policy);
}

static int look(const struct hardening *hardening, const struct control *only,
	struct audit *audit, struct error *err)
{
	if (!only)
		return controls_audit(&hardening->scope, &hardening->policy,
			&audit->results, &audit->count, err);
	*audit = (struct audit){memory_zero(1, sizeof(*audit->results)), 1};
	return control_audit(
		&hardening->scope, &hardening->policy, only, audit->results, err);
}

static int audit_and_print(const struct hardening_options *options,
	const struct hardening *hardening, const struct control *only)
{
	autofree char *report = NULL;
	struct audit audit = {0};
	struct error err = {0};
	size_t unknown;
	bool clean;

	if (look(hardening, only, &audit, &err) < 0)
		return cli_fail("audit", EXIT_PROBLEMS, &err);
	report = report_of(options, hardening, &audit);
	(void)fputs(report, stdout);
	clean = audit_is_clean(&audit);
	unknown = audit_count(&audit, CONTROL_UNKNOWN);
	controls_results_free(audit.results, audit.count);
	if (unknown && geteuid() != 0)
		(void)fprintf(stderr,
			"jefe-setup audit: %zu control%s could not be looked at without root\n",
			unknown, unknown == 1 ? "" : "s");
	return clean ? EXIT_DONE : EXIT_PROBLEMS;
}

int cli_audit(int argc, char **argv)
{
	autohardeningoptions struct hardening_options options = {0};
	autohardening struct hardening hardening = {0};
	const struct control *only;
	struct error err = {0};
	int code = hardening_options_read(argc, argv, &options);

	if (code)
		return code;
	only = options.control ? control_named(options.control) : NULL;
	if (options.control && !only)
		return unknown_control(options.control);
	if (hardening_open(&options, &hardening, &err) < 0)
		return cli_fail("audit", EXIT_PROBLEMS, &err);
	if (!hardening_check("audit", &hardening))
		return EXIT_PROBLEMS;
	return audit_and_print(&options, &hardening, only);
}

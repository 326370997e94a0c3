/* jefe-setup audit: is everything that should be in force in force? */
#include <stdio.h>

#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/hardening.h"

int cli_audit(int argc, char **argv)
{
	autohardeningoptions struct hardening_options options = {0};
	autohardening struct hardening hardening = {0};
	autofree char *report = NULL;
	struct audit audit = {0};
	struct error err = {0};
	bool clean;

	if (!hardening_options_read(argc, argv, &options) || options.plan)
		return cli_usage("audit", "takes only the options below");
	if (hardening_open(&options, &hardening, &err) < 0)
		return cli_fail("audit", EXIT_PROBLEMS, &err);
	if (!hardening_check("audit", &hardening))
		return EXIT_PROBLEMS;
	if (controls_audit(&hardening.scope, &hardening.policy, &audit.results,
		    &audit.count, &err) < 0)
		return cli_fail("audit", EXIT_PROBLEMS, &err);
	report = options.json ? audit_json(&audit, &hardening.scope, &hardening.policy)
			      : audit_text(&audit, &hardening.policy);
	(void)fputs(report, stdout);
	clean = audit_is_clean(&audit);
	controls_results_free(audit.results, audit.count);
	return clean ? EXIT_DONE : EXIT_PROBLEMS;
}

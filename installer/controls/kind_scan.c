/* Rules about files anywhere on the root file system: who may write them, and whether their owner exists. */
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	enum scan_rule rule =
		strcmp(control->target, "unowned") == 0 ? SCAN_UNOWNED : SCAN_OPEN;
	const struct scan *scan = site_scan(site);
	const struct words *found = &scan->found[rule];
	autotext struct text paths = {0};

	for (size_t i = 0; i < found->count; i++)
		text_addf(&paths, "%s%s", i ? " " : "", found->items[i]);
	if (found->count)
		find(finding, FOUND_WRONG, memory_copy_text(paths.data),
			memory_format("%s: %s%s", control->target, paths.data,
				found->count == SCAN_NAMED_MAX ? " ..." : ""));
	else if (scan->cut || geteuid() != 0)
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format("%lu files were looked at, not all", scan->looked));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%lu files were looked at%s", scan->looked,
				site->scope->thorough ? ""
						      : ", not all data of packages"));
}

const struct control_kind kind_scan = {
	.name = "scan",
	.place = "etc/passwd",
	.fix = "Look at the files named and decide: chmod o-w, chown, or remove them.",
	.persisted = persisted,
};

/* Values of kernel files that would stop a system from starting: a service of ours (jefe-late) writes them when all others run.
 * The target is such a file; * in it stands for names that are there. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	(void)site;
	text_addf(text, "%s %s\n", control->target, value);
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words files = {0};

	find(finding, FOUND_NOTHING, NULL,
		memory_format("there is no %s", control->target));
	paths_expand(site, control->target, &files);
	for (size_t i = 0; i < files.count; i++) {
		autofree char *now = NULL;
		int code = file_read_line(site->scope->root_fd, files.items[i], &now);

		if (code == -ENOENT)
			continue;
		if (code < 0)
			find(finding, FOUND_UNKNOWN, NULL,
				memory_format("%s: %s", files.items[i], strerror(-code)));
		else if (strcmp(now, value) == 0)
			find(finding, FOUND_RIGHT, memory_copy_text(now),
				memory_format("%s = %s", files.items[i], now));
		else
			find(finding, site_late(site, kind_late.file),
				memory_copy_text(now),
				memory_format("%s = %s", files.items[i], now));
		if (finding->found != FOUND_RIGHT)
			return;
	}
}

/* The kernel takes none of them back: what nobody wants any more is told. */
static int activate(struct site *site, struct error *err)
{
	const struct policy *before = site->policy->before;

	(void)err;
	for (const struct control *const *control = controls; *control; control++) {
		const char *kept = before && (*control)->kind == &kind_late
					   ? control_wanted(*control, before)
					   : NULL;
		struct finding finding = {0};

		if (!kept || control_wanted(*control, site->policy))
			continue;
		effective(site, *control, kept, &finding);
		if (finding.found == FOUND_RIGHT)
			site_note(site, "%s stays set until the next start",
				finding.evidence);
		finding_clear(&finding);
	}
	return 0;
}

const struct control_kind kind_late = {
	.name = "late",
	.fix = "Restart: the service jefe-late sets it when everything runs.",
	.takes_value = true,
	.file = "etc/jefelinux/late",
	.mode = 0644,
	.header =
		"# Written by jefe-setup from its policy: FILE VALUE, set by the service jefe-late at the end of the start.\n",
	.lines = lines,
	.activate = activate,
	.persisted = composed_persisted,
	.effective = effective,
};

/* Files that must not be there: traces of the build, and files by which others are trusted. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autowords struct words paths = {0};
	int rc = 0;

	(void)value;
	paths_expand(site, control->target, &paths);
	for (size_t i = 0; i < paths.count && rc == 0; i++)
		if (file_exists(site->scope->root_fd, paths.items[i])) {
			*changed = true;
			rc = file_remove(site->scope->root_fd, paths.items[i], err);
		}
	return rc;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words paths = {0};
	autotext struct text found = {0};

	paths_expand(site, control->target, &paths);
	for (size_t i = 0; i < paths.count; i++)
		if (file_exists(site->scope->root_fd, paths.items[i]))
			text_addf(&found, "%s%s", found.size ? " " : "", paths.items[i]);
	if (found.size)
		find(finding, FOUND_WRONG, memory_copy_text("there"),
			memory_format("there: %s", found.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("none of them is there"));
}

const struct control_kind kind_absent = {
	.name = "absent",
	.names_file = true,
	.apply = apply,
	.persisted = persisted,
};

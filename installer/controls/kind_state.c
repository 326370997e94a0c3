/* What was decided when the system was made, and cannot be changed by applying. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words target = {0};
	autotext struct text text = {0};

	words_split(&target, control->target, " ");
	(void)disk_read(site, target.items[0], &text);
	if (strstr(text_string(&text), target.items[1]))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%s has %s", target.items[0], target.items[1]));
	else
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s has no %s", target.items[0], target.items[1]));
}

const struct control_kind kind_state = {
	.name = "state",
	.names_file = true,
	.fix = "It is decided when the system is installed.",
	.persisted = persisted,
};

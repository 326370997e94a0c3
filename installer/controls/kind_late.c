/* Values of kernel files that would stop a system from starting: a service of ours (jefe-late) writes them when all others run.
 * The target is such a file; one * in it stands for part of a folder's name. */
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

/* Files that a target means and that are there. */
static void target_files(const struct site *site, const char *target, struct words *files)
{
	const char *star = strchr(target, '*');
	const char *name = star, *rest;
	autowords struct words names = {0};
	autofree char *folder = NULL, *pattern = NULL;

	if (!star) {
		if (file_exists(site->scope->root_fd, target))
			words_add(files, target);
		return;
	}
	while (name > target && name[-1] != '/')
		name--;
	rest = star + strcspn(star, "/");
	folder = memory_copy_bytes(target, (size_t)(name - target));
	pattern = memory_copy_bytes(name, (size_t)(rest - name));
	(void)!file_list(site->scope->root_fd, folder, true, &names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path =
			memory_format("%s%s%s", folder, names.items[i], rest);

		if (text_matches(names.items[i], pattern) &&
			file_exists(site->scope->root_fd, path))
			words_add(files, path);
	}
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words files = {0};

	target_files(site, control->target, &files);
	if (!files.count)
		find(finding, FOUND_NOTHING, NULL,
			memory_format("there is no %s", control->target));
	for (size_t i = 0; i < files.count; i++) {
		autofree char *now = NULL;
		int code = file_read_line(site->scope->root_fd, files.items[i], &now);

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

const struct control_kind kind_late = {
	.name = "late",
	.fix = "Restart: the service jefe-late sets it when everything runs.",
	.takes_value = true,
	.file = "etc/jefelinux/late",
	.mode = 0644,
	.header =
		"# Written by jefe-setup from its policy: FILE VALUE, set by the service jefe-late at the end of the start.\n",
	.lines = lines,
	.persisted = composed_persisted,
	.effective = effective,
};

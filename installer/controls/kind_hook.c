/* The package manager's hook: packages that are upgraded bring privileges and modes back, and it has them taken again. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

static const struct file_row *hook_of(const struct site *site)
{
	return &site->scope->distro->package_hook;
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	const struct file_row *hook = hook_of(site);
	autotext struct text text = {0};

	(void)control;
	(void)value;
	text_add(&text, hook->content);
	return disk_write(site, hook->path, &text, hook->mode, changed, err);
}

static int withdraw(struct site *site, const struct control *control, bool *changed,
	struct error *err)
{
	(void)control;
	if (!file_exists(site->scope->root_fd, hook_of(site)->path))
		return 0;
	*changed = true;
	return file_remove(site->scope->root_fd, hook_of(site)->path, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const struct file_row *hook = hook_of(site);
	autotext struct text text = {0};

	(void)control;
	if (!disk_read(site, hook->path, &text))
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s is not there", hook->path));
	else if (strcmp(text_string(&text), hook->content) != 0)
		find(finding, FOUND_WRONG, memory_copy_text("changed"),
			memory_format("%s is not what was written", hook->path));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(hook->path));
}

const struct control_kind kind_hook = {
	.name = "hook",
	.place = "usr/sbin/jefe-setup",
	.apply = apply,
	.withdraw = withdraw,
	.persisted = persisted,
};

/* Saving what is told of the installation, and what opens its disk when nothing else does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/stick.h"

enum { LOGS_MAX = 16 << 20 };

static const char *logs_path(const struct wizard *wizard)
{
	return wizard->logs_path ? wizard->logs_path : "/root/jefe-install.log";
}

static void build_logs(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autofree char *header = stick_header_of(wizard);
	struct item *item;

	page->next_label = _("Save");
	(void)page_note(page, TONE_STRONG, "%s", _("Save the logs of the installation"));
	page_gap(page);
	stick_add(page, wizard);
	item = page_add(page, ITEM_TEXT, "logs.path", _("File"));
	item->value = logs_path(wizard);
	item->why = stick_why(wizard);
	if (!header)
		return;
	item = page_add(page, ITEM_BOOL, "logs.header", _("LUKS header, too"));
	item->value = wizard->leaves_header ? "false" : "true";
	item->why = _(
		"When the start of the encrypted partition is damaged, nothing else opens the disk; recovery puts it back. Keep the stick apart.");
}

static int set_logs(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	if (stick_is_id(id))
		return stick_set(wizard, value, err);
	if (text_equal(id, "logs.header")) {
		wizard->leaves_header = !text_equal(value, "true");
		return 0;
	}
	if (!value || *value != '/')
		return error_set(err, -EINVAL, "%s", _("The path must begin with /."));
	free(wizard->logs_path);
	wizard->logs_path = memory_copy_text(value);
	return 0;
}

static int read_logs(const struct wizard *wizard, struct text *text, struct error *err)
{
	autoclose int dir = file_open_root(wizard->run_dir, err);
	autowords struct words names = {0};

	if (dir < 0 || file_list(dir, ".", false, &names, err) < 0)
		return err->code;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];

		if (strcmp(name, "engine.log") != 0 && strcmp(name, "events") != 0 &&
			!text_starts(name, "events."))
			continue;
		text_addf(text, "== %s\n", name);
		(void)!file_read(
			dir, name, LOGS_MAX, text, NULL); /* what is too long stays out */
	}
	return 0;
}

static int leave_logs(void *context, const char **at, struct error *err)
{
	const struct wizard *wizard = context;
	autofree char *header = stick_header_of(wizard);
	autotext struct text text = {0};
	int rc = header && !wizard->leaves_header ? stick_save_header(wizard, header, err)
						  : 0;

	*at = "logs.path";
	if (rc == 0)
		rc = read_logs(wizard, &text, err);
	return rc < 0 ? rc
		      : stick_save(wizard, logs_path(wizard), text_string(&text), err);
}

const struct screen screen_logs = {
	.id = "logs",
	.title = N_("Save logs"),
	.kind = SCREEN_SUB,
	.build = build_logs,
	.enter = stick_look,
	.set = set_logs,
	.leave = leave_logs,
};

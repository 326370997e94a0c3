/* Controls that were put into force once and need a package: when that is gone they drifted, they are not merely unavailable. Kept in
 * var/lib/jefelinux/applied, one id per line. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char database[] = "var/lib/jefelinux/applied";

static void load(struct site *site)
{
	autotext struct text text = {0};

	if (site->applied_loaded)
		return;
	site->applied_loaded = true;
	if (disk_read(site, database, &text))
		words_split(&site->applied, text_string(&text), "\n");
}

/* Older versions kept no list: what we wrote for it tells, too. */
static bool is_written(struct site *site, const struct control *control)
{
	autofree char *path = control_place(control);

	if (control->kind->file)
		return file_exists(site->scope->root_fd, control->kind->file);
	return path && written_has(site, path);
}

bool applied_before(struct site *site, const struct control *control)
{
	load(site);
	return words_contain(&site->applied, control->id) || is_written(site, control);
}

void applied_note(struct site *site, const struct control *control, bool in_force)
{
	struct words ids = {0};

	if (!control->needs_package || (!control->kind->apply && !control->kind->lines))
		return;
	load(site);
	for (size_t i = 0; i < site->applied.count; i++)
		if (strcmp(site->applied.items[i], control->id) != 0)
			words_add(&ids, site->applied.items[i]);
	if (in_force)
		words_add(&ids, control->id);
	words_free(&site->applied);
	site->applied = ids;
}

int applied_save(struct site *site, struct error *err)
{
	autotext struct text text = {0};
	bool changed = false;

	load(site);
	if (!site->applied.count && !file_exists(site->scope->root_fd, database))
		return 0;
	words_sort(&site->applied);
	for (size_t i = 0; i < site->applied.count; i++)
		text_addf(&text, "%s\n", site->applied.items[i]);
	return disk_write(site, database, &text, 0600, &changed, err);
}

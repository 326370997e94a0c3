/* Files that are ours as a whole: what we wrote last is known by its digest, so that what somebody changed by hand is seen, and not
 * overwritten without his word. Kept in var/lib/jefelinux/written, "DIGEST PATH" per line. */
#include <errno.h>
#include <string.h>

#include "installer/base/diff.h"
#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char database[] = "var/lib/jefelinux/written";

static void load(struct site *site)
{
	autotext struct text text = {0};

	if (site->written_loaded)
		return;
	site->written_loaded = true;
	if (disk_read(site, database, &text))
		words_split(&site->written, text_string(&text), "\n");
}

static const char *path_in(const char *row)
{
	const char *blank = strchr(row, ' ');

	return blank ? blank + 1 : "";
}

bool written_has(struct site *site, const char *path)
{
	load(site);
	for (size_t i = 0; i < site->written.count; i++)
		if (strcmp(path_in(site->written.items[i]), path) == 0)
			return true;
	return false;
}

bool written_edited(struct site *site, const char *path)
{
	autotext struct text text = {0};
	char hex[65];

	load(site);
	for (size_t i = 0; i < site->written.count; i++) {
		const char *row = site->written.items[i];

		if (strcmp(path_in(row), path) != 0 || !disk_read(site, path, &text))
			continue;
		digest_of(text_string(&text), text.size, hex);
		return strncmp(row, hex, strlen(hex)) != 0;
	}
	return false;
}

void written_note(struct site *site, const char *path, const struct text *text)
{
	struct words rows = {0};
	char hex[65];

	load(site);
	for (size_t i = 0; i < site->written.count; i++)
		if (strcmp(path_in(site->written.items[i]), path) != 0)
			words_add(&rows, site->written.items[i]);
	if (text) {
		digest_of(text_string(text), text->size, hex);
		words_addf(&rows, "%s %s", hex, path);
	}
	words_free(&site->written);
	site->written = rows;
}

int written_save(struct site *site, struct error *err)
{
	autotext struct text text = {0};
	bool changed = false;

	load(site);
	if (!site->written.count && !file_exists(site->scope->root_fd, database))
		return 0;
	for (size_t i = 0; i < site->written.count; i++)
		text_addf(&text, "%s\n", site->written.items[i]);
	return disk_write(site, database, &text, 0600, &changed, err);
}

int written_may(
	struct site *site, const char *path, const struct text *text, struct error *err)
{
	autotext struct text now = {0};

	if (!written_edited(site, path) || site->scope->edits == EDITS_REPLACE)
		return 1;
	(void)disk_read(site, path, &now);
	if (text && text_equal(text_string(&now), text_string(text)))
		return 1;
	if (site->scope->edits == EDITS_REFUSE)
		return error_set(
			err, -EEXIST, "%s was edited by hand and is left as it is", path);
	site_note(site, "%s: kept as it was edited by hand", path);
	return 0;
}

int written_write(struct site *site, const char *path, const struct text *text,
	unsigned mode, bool *changed, struct error *err)
{
	int rc = written_may(site, path, text, err);

	if (rc <= 0)
		return rc;
	rc = disk_write(site, path, text, mode, changed, err);
	if (rc == 0)
		written_note(site, path, text);
	return rc;
}

bool written_diff(
	struct site *site, const char *path, const struct text *wanted, struct text *diff)
{
	autofree char *ours = memory_format("%s as jefe-setup writes it", path);
	autotext struct text now = {0};
	size_t before = diff->size;

	if (written_edited(site, path) && disk_read(site, path, &now))
		text_diff(ours, path, text_string(wanted), text_string(&now), diff);
	return diff->size > before;
}

/* What the policy puts into the file of a kind, or of one control; false: that one has no file of its own. */
static bool wanted_text(struct site *site, const struct control_kind *kind,
	const struct control *control, struct text *text)
{
	autofree char *value = control ? site_wanted(site, control) : NULL;

	if (!control)
		return kind->file && !kind->begin &&
		       composed_text(site, kind, text, NULL) == 0;
	if (!control->kind->whole_file || !value)
		return false;
	text_add(text, value);
	return true;
}

/* An edited file that the change would replace, told by what was edited: against what the kept policy puts there. Either all controls of
 * a kind write it, or one control. */
static bool add_edit(struct site *wanted, struct site *kept,
	const struct control_kind *kind, const struct control *control, const char *path,
	struct text *diffs)
{
	autotext struct text new = {0}, old = {0}, now = {0};

	if (!wanted_text(wanted, kind, control, &new) || !written_edited(wanted, path) ||
		!disk_read(wanted, path, &now) ||
		text_equal(text_string(&new), text_string(&now)))
		return false;
	return (wanted_text(kept, kind, control, &old) &&
		       written_diff(kept, path, &old, diffs)) ||
	       written_diff(wanted, path, &new, diffs);
}

size_t controls_edits(const struct control_scope *scope, const struct policy *policy,
	const struct policy *kept, struct text *diffs)
{
	autosite struct site site = {.scope = scope, .policy = policy};
	autosite struct site old = {.scope = scope, .policy = kept};
	size_t count = 0;

	if (site_open(&site, NULL) < 0 || site_open(&old, NULL) < 0)
		return 0;
	for (const struct control_kind *const *kind = control_kinds; *kind; kind++)
		if ((*kind)->file)
			count += add_edit(&site, &old, *kind, NULL, (*kind)->file, diffs);
	for (const struct control *const *control = controls; *control; control++) {
		autofree char *path = control_place(*control);

		count += add_edit(&site, &old, NULL, *control, path, diffs);
	}
	return count;
}

/* The changed lines at the start of a diff, in one line. */
static char *diff_start(const char *diff)
{
	enum { SHOWN = 4 };
	autowords struct words lines = {0};
	struct text text = {0};
	size_t shown = 0;

	words_split(&lines, diff, "\n");
	for (size_t i = 2; i < lines.count; i++) {
		if (!strchr("+-", lines.items[i][0]) || !lines.items[i][1])
			continue;
		if (shown++ < SHOWN)
			text_addf(&text, "%s%s", text.size ? " | " : "", lines.items[i]);
	}
	if (shown > SHOWN)
		text_addf(&text, " | and %zu more lines", shown - SHOWN);
	return text_take(&text);
}

/* The first control that writes into a file of several answers for lines that no control knows. */
static bool is_first(struct site *site, const struct control *control)
{
	for (const struct control *const *at = controls; *at; at++) {
		struct finding finding = {0};
		autofree char *value =
			(*at)->kind == control->kind ? site_wanted(site, *at) : NULL;
		bool writes = value && site_has(site, *at, &finding);

		finding_clear(&finding);
		if (writes)
			return *at == control;
	}
	return false;
}

char *written_drift(struct site *site, const struct control *control, bool right)
{
	bool shared = control->kind->file && !control->kind->begin;
	autofree char *path = control_place(control);
	autotext struct text wanted = {0}, diff = {0};
	autofree char *start = NULL;

	if ((!shared && !control->kind->whole_file) || !written_edited(site, path) ||
		(shared && right && !is_first(site, control)) ||
		!wanted_text(site, control->kind, shared ? NULL : control, &wanted) ||
		!written_diff(site, path, &wanted, &diff))
		return NULL;
	start = diff_start(diff.data);
	return memory_format("%s was edited by hand: %s", path, start);
}

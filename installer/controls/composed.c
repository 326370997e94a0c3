/* Files that all controls of a kind write together. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

int composed_text(struct site *site, const struct control_kind *kind, struct text *text,
	struct error *err)
{
	autotext struct text body = {0};
	int rc = kind->begin ? kind->begin(site, &body, err) : 0;

	if (rc < 0)
		return rc;
	for (const struct control *const *control = controls; *control; control++) {
		struct finding finding = {0};
		autofree char *value =
			(*control)->kind == kind ? site_wanted(site, *control) : NULL;

		if (value && site_has(site, *control, &finding))
			kind->lines(site, *control, value, &body);
		finding_clear(&finding);
	}
	if (kind->end)
		kind->end(site, &body);
	if (body.size && kind->header)
		text_add(text, kind->header);
	text_add(text, text_string(&body));
	return 0;
}

/* The old file, or none, as before composed_write(). */
static void put_back(const struct site *site, const struct control_kind *kind,
	const struct text *old, bool was_there)
{
	bool changed = false;

	if (was_there)
		(void)!disk_write(site, kind->file, old, kind->mode, &changed, NULL);
	else
		(void)!file_remove(site->scope->root_fd, kind->file, NULL);
}

/* Into the old file's place, or away with it. */
static int replace(struct site *site, const struct control_kind *kind,
	const struct text *text, bool was_there, bool *changed, struct error *err)
{
	int rc;

	if (!text->size) {
		*changed = was_there;
		return file_remove(site->scope->root_fd, kind->file, err);
	}
	rc = disk_write(site, kind->file, text, kind->mode, changed, err);
	return rc == 0 && kind->written ? kind->written(site, text, err) : rc;
}

int composed_write(struct site *site, const struct control_kind *kind, bool *changed,
	struct error *err)
{
	autotext struct text text = {0}, old = {0};
	int was_there = disk_load(site, kind->file, &old, err);
	int rc = was_there < 0 ? was_there : composed_text(site, kind, &text, err);

	/* A kind with a beginning keeps the lines of others. */
	if (rc == 0 && !kind->begin) {
		rc = written_may(site, kind->file, text.size ? &text : NULL, err);
		if (rc <= 0)
			return rc;
	}
	if (rc >= 0)
		rc = replace(site, kind, &text, was_there, changed, err);
	if (rc < 0) {
		if (was_there >= 0)
			put_back(site, kind, &old, was_there);
		return rc;
	}
	if (!kind->begin)
		written_note(site, kind->file, text.size ? &text : NULL);
	return 0;
}

void composed_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autotext struct text text = {0}, lines = {0}, missing = {0};
	autowords struct words wanted = {0};

	if (!disk_read(site, control->kind->file, &text)) {
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s is not there", control->kind->file));
		return;
	}
	control->kind->lines(site, control, value, &lines);
	words_split(&wanted, text_string(&lines), "\n");
	for (size_t i = 0; i < wanted.count; i++)
		if (!text_has_line(text_string(&text),
			    wanted.items[i] + strspn(wanted.items[i], " \t")))
			text_addf(&missing, "%s%s", missing.size ? "; " : "",
				wanted.items[i] + strspn(wanted.items[i], " \t"));
	if (missing.size)
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s lacks: %s", control->kind->file, missing.data));
	else
		find(finding, FOUND_RIGHT, describe_lines(control, value),
			memory_format("%s", control->kind->file));
}

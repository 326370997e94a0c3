/* One member of a JSON file that others keep, too. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* The file's object, or an empty one. */
static int load(const struct site *site, const char *path, struct json **document,
	struct error *err)
{
	autotext struct text text = {0};
	int rc = disk_load(site, path, &text, err);

	if (rc < 0)
		return rc;
	if (rc > 0)
		return json_parse(text_string(&text), path, document, err);
	*document = json_new_object();
	return 0;
}

static bool is_bool(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

/* The member as text; NULL when it is missing. */
static const char *member(
	const struct json *document, const char *name, const char *wanted)
{
	if (!json_member(document, name))
		return NULL;
	if (is_bool(wanted))
		return json_bool(document, name) ? "true" : "false";
	return json_text(document, name);
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autowords struct words target = {0};
	autojson struct json *document = NULL;
	autotext struct text text = {0};
	autofree char *written = NULL;
	int rc;

	words_split(&target, control->target, " ");
	rc = load(site, target.items[0], &document, err);
	if (rc < 0)
		return rc;
	if (text_equal(member(document, target.items[1], value), value))
		return 0;
	if (is_bool(value))
		json_put_bool(document, target.items[1], strcmp(value, "true") == 0);
	else
		json_put_text(document, target.items[1], value);
	written = json_write(document, false);
	text_addf(&text, "%s\n", written);
	return disk_write(site, target.items[0], &text, 0644, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words target = {0};
	autojson struct json *document = NULL;
	struct error err = {0};
	const char *now;

	words_split(&target, control->target, " ");
	if (load(site, target.items[0], &document, &err) < 0) {
		find(finding, FOUND_WRONG, NULL, memory_copy_text(err.text));
		return;
	}
	now = member(document, target.items[1], value);
	find(finding, text_equal(now, value) ? FOUND_RIGHT : FOUND_WRONG,
		memory_copy_text(now),
		memory_format("%s: \"%s\": %s", target.items[0], target.items[1],
			now ? now : "not set"));
}

const struct control_kind kind_json = {
	.name = "json",
	.names_file = true,
	.fix = "Restart the service that reads it.",
	.takes_value = true,
	.apply = apply,
	.persisted = persisted,
};

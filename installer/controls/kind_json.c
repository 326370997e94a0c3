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

static bool is_document(const char *value)
{
	return *value == '{';
}

/* The member as text, objects in one line with sorted keys; NULL when it is missing. The caller frees it. */
static char *member(const struct json *document, const char *name)
{
	const struct json *value = json_member(document, name);
	const char *text = json_as_text(value);

	if (!value)
		return NULL;
	/* The text "false" is not false. */
	return text && !is_bool(text) ? memory_copy_text(text) : json_write(value, true);
}

/* The wanted value as member() would give it; NULL: the member must be missing. */
static int parse_wanted(const char *value, char **wanted, struct error *err)
{
	autojson struct json *document = NULL;
	int rc = is_document(value) ? json_parse(value, "value", &document, err) : 0;

	if (rc < 0)
		return rc;
	if (is_document(value))
		*wanted = json_write(document, true);
	else
		*wanted = strcmp(value, "absent") == 0 ? NULL : memory_copy_text(value);
	return 0;
}

static int put(
	struct json *document, const char *name, const char *value, struct error *err)
{
	struct json *parsed = NULL;
	int rc = is_document(value) ? json_parse(value, "value", &parsed, err) : 0;

	if (rc < 0)
		return rc;
	if (is_document(value))
		json_put(document, name, parsed);
	else if (is_bool(value))
		json_put_bool(document, name, strcmp(value, "true") == 0);
	else if (strcmp(value, "absent") == 0)
		json_remove(document, name);
	else
		json_put_text(document, name, value);
	return 0;
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autowords struct words target = {0};
	autojson struct json *document = NULL;
	autotext struct text text = {0};
	autofree char *written = NULL, *wanted = NULL, *now = NULL;
	int rc = parse_wanted(value, &wanted, err);

	words_split(&target, control->target, " ");
	if (rc == 0)
		rc = load(site, target.items[0], &document, err);
	if (rc < 0)
		return rc;
	now = member(document, target.items[1]);
	if (text_equal(now, wanted))
		return 0;
	rc = put(document, target.items[1], value, err);
	if (rc < 0)
		return rc;
	written = json_write(document, false);
	text_addf(&text, "%s\n", written);
	return disk_write(site, target.items[0], &text, 0644, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words target = {0};
	autojson struct json *document = NULL;
	autofree char *wanted = NULL, *now = NULL;
	struct error err = {0};

	words_split(&target, control->target, " ");
	if (parse_wanted(value, &wanted, &err) < 0 ||
		load(site, target.items[0], &document, &err) < 0) {
		find(finding, FOUND_WRONG, NULL, memory_copy_text(err.text));
		return;
	}
	now = member(document, target.items[1]);
	find(finding, text_equal(now, wanted) ? FOUND_RIGHT : FOUND_WRONG,
		memory_copy_text(now ? now : "absent"),
		memory_format("%s: \"%s\": %s", target.items[0], target.items[1],
			now ? now : "not set"));
}

/* Its reader's own word, where it has one; otherwise whether it started since the file changed. */
static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words target = {0};
	enum engine_word word;

	words_split(&target, control->target, " ");
	word = engine_setting(
		site->scope->root_fd, &site->engine, target.items[1], value);
	find(finding, FOUND_RIGHT, memory_copy_text(value), NULL);
	if (word == ENGINE_AGREES)
		return;
	reader_doubt(site, target.items[0], finding);
	if (word == ENGINE_DIFFERS && finding->found == FOUND_RIGHT)
		find(finding, FOUND_WRONG, NULL,
			memory_format(
				"the engine works with another value of \"%s\" than %s says: look at its command line",
				target.items[1], target.items[0]));
}

const struct control_kind kind_json = {
	.name = "json",
	.names_file = true,
	.fix = "Restart the service that reads it.",
	.pending = "restart the service that is named",
	.takes_value = true,
	.apply = apply,
	.persisted = persisted,
	.effective = effective,
};

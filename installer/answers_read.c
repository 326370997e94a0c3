/* Answer files: walks the document beside the field table and types its texts. */
#include "installer/answers.h"

#include <string.h>

#include "installer/answers_value.h"
#include "installer/base/document.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

struct reader {
	struct answers *answers;
	struct problems *problems;
};

static void complain(const struct reader *reader, const struct node *node,
	const char *path, const char *text)
{
	problems_add(reader->problems, SEVERITY_ERROR, path, node->line, node->column,
		"%s", text);
}

/* A key that is known, only not here: most often a line that lost its indentation. */
static const struct field *known_elsewhere(const char *key)
{
	for (const struct field *field = answer_fields; field->key; field++) {
		const char *last = strrchr(field->key, '.');

		if (last && strcmp(last + 1, key) == 0)
			return field;
	}
	return NULL;
}

static void unknown_key(const struct reader *reader, const struct node *node,
	const char *section, const char *path)
{
	const struct field *elsewhere = known_elsewhere(node->key);
	autowords struct words known = {0};
	autotext struct text text = {0};
	const char *near;

	fields_below(section, &known);
	near = text_nearest(node->key, (const char *const *)known.items);
	text_add(&text, "unknown key");
	if (near)
		text_addf(&text, "; did you mean \"%s\"?", near);
	else if (elsewhere)
		text_addf(&text,
			"; \"%s\" stands below \"%.*s:\", indented by two spaces",
			node->key, (int)(strrchr(elsewhere->key, '.') - elsewhere->key),
			elsewhere->key);
	else
		text_add(&text, "; known here:");
	for (size_t i = 0; !near && !elsewhere && i < known.count; i++)
		text_addf(&text, "%s %s", i ? "," : "", known.items[i]);
	problems_add(reader->problems, SEVERITY_ERROR, path, node->key_line,
		node->key_column, "%s", text.data);
}

static bool is_unset(const struct node *node)
{
	return node->kind == NODE_SCALAR && node->plain &&
	       strcmp(node->text, "null") == 0;
}

/* A reason, and a correct line for this field. */
static void bad_value(const struct reader *reader, const struct node *node,
	const char *path, const char *reason)
{
	const struct field *field = answers_field(path);
	const char *last = strrchr(field->key, '.');
	autofree char *text = memory_format("%s (for example: %s: %s)", reason,
		last ? last + 1 : field->key, field->example);

	complain(reader, node, path, text);
}

/* Is the scalar's form right: true, false and numbers stand without quotes, nothing is empty by accident? */
static bool form_is_right(const struct reader *reader, const struct node *node,
	const struct field *field, const char *path)
{
	if (node->kind != NODE_SCALAR)
		bad_value(reader, node, path, "expected one value here");
	else if (node->plain && !*node->text)
		bad_value(reader, node, path,
			"there is no value; leave the line out to get the default");
	else if ((field->type == FIELD_BOOL || field->type == FIELD_NUMBER) &&
		 !node->plain)
		bad_value(reader, node, path, "write this value without quotes");
	else
		return true;
	return false;
}

static void read_scalar(const struct reader *reader, const struct node *node,
	const struct slot *slot, const char *path)
{
	autotext struct text why_not = {0};

	if (!form_is_right(reader, node, slot->field, path))
		return;
	if (!field_accepts(slot->field, node->text, &why_not))
		bad_value(reader, node, path, why_not.data);
	else
		slot_store(slot, node->text);
}

/* The text form of a secret given as {from: SOURCE} or {from: literal, value: SECRET}; NULL after a problem. */
static char *secret_text(
	const struct reader *reader, const struct node *map, const char *path)
{
	const struct node *from = node_child(map, "from");
	const struct node *value = node_child(map, "value");
	bool literal =
		from && from->kind == NODE_SCALAR && strcmp(from->text, "literal") == 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct node *child = &map->children[i];

		if (child == from || (child == value && literal))
			continue;
		problems_add(reader->problems, SEVERITY_ERROR, path, child->key_line,
			child->key_column,
			child == value
				? "\"value\" belongs to \"from: literal\" only"
				: "unknown key in a secret; known here: from, value");
		return NULL;
	}
	if (!from || from->kind != NODE_SCALAR ||
		(literal && (!value || value->kind != NODE_SCALAR))) {
		bad_value(reader, map, path,
			literal ? "\"from: literal\" needs a value"
				: "a secret says where it comes from");
		return NULL;
	}
	return literal ? memory_format("literal:%s", value->text)
		       : memory_copy_text(from->text);
}

static void read_secret(const struct reader *reader, const struct node *node,
	const struct slot *slot, const char *path)
{
	autotext struct text why_not = {0};
	autofree char *text = NULL;

	if (node->kind == NODE_MAP)
		text = secret_text(reader, node, path);
	else if (form_is_right(reader, node, slot->field, path))
		text = memory_copy_text(node->text);
	if (!text)
		return;
	if (!field_accepts(slot->field, text, &why_not))
		bad_value(reader, node, path, why_not.data);
	else if (text_starts(text, "literal:") && !reader->answers->allow_plaintext)
		bad_value(reader, node, path,
			"a secret may stand in the file only with \"allow_plaintext: true\"");
	else
		slot_store(slot, text);
	explicit_bzero(text, strlen(text));
}

static void read_texts(const struct reader *reader, const struct node *list,
	const struct slot *slot, const char *path)
{
	if (list->kind != NODE_LIST) {
		complain(reader, list, path,
			"expected a list: one item per line, each behind \"- \"");
		return;
	}
	if (list->count > slot->field->max) {
		autofree char *text = memory_format(
			"at most %u items are possible", (unsigned)slot->field->max);

		complain(reader, list, path, text);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct node *item = &list->children[i];
		autotext struct text why_not = {0};

		if (item->kind != NODE_SCALAR)
			complain(reader, item, path, "expected one text");
		else if (!field_accepts(slot->field, item->text, &why_not))
			complain(reader, item, path, why_not.data);
		else
			slot_append(slot, item->text);
	}
}

static void read_settings(const struct reader *reader, const struct node *map,
	const struct slot *slot, const char *path)
{
	if (map->kind != NODE_MAP) {
		bad_value(reader, map, path, "expected ID: VALUE lines");
		return;
	}
	for (size_t i = 0; i < map->count; i++) {
		const struct node *setting = &map->children[i];
		autofree char *item = NULL;
		autofree char *place = memory_format("%s.%s", path, setting->key);
		autotext struct text why_not = {0};

		item = memory_format("%s=%s", setting->key,
			setting->kind == NODE_SCALAR ? setting->text : "");
		if (setting->kind != NODE_SCALAR ||
			!field_accepts(slot->field, item, &why_not)) {
			complain(reader, setting, place,
				"expected on, off or a value of this control");
			continue;
		}
		slot_append(slot, item);
		answers_add_place(reader->answers, place, setting->line, setting->column);
	}
}

/* A waiver given as {reason: TEXT, expires: DATE} as "DATE REASON"; NULL after a problem. The caller frees it. */
static char *waiver_text(
	const struct reader *reader, const struct node *map, const char *path)
{
	static const char *const keys[] = {"reason", "expires", NULL};
	const struct node *reason = NULL, *expires = NULL;

	for (size_t i = 0; map->kind == NODE_MAP && i < map->count; i++) {
		const struct node *child = &map->children[i];
		const char *near = text_nearest(child->key, keys);

		if (strcmp(child->key, "reason") == 0) {
			reason = child;
		} else if (strcmp(child->key, "expires") == 0) {
			expires = child;
		} else {
			problems_add(reader->problems, SEVERITY_ERROR, path,
				child->key_line, child->key_column,
				"unknown key \"%s\" in a waiver; %s", child->key,
				near ? near[0] == 'r' ? "did you mean \"reason\"?"
						      : "did you mean \"expires\"?"
				     : "known here: reason, expires");
			return NULL;
		}
	}
	if (reason && reason->kind == NODE_SCALAR && *reason->text && expires &&
		expires->kind == NODE_SCALAR)
		return memory_format("%s %s", expires->text, reason->text);
	complain(reader, map, path,
		!reason || reason->kind != NODE_SCALAR || !*reason->text
			? "a waiver needs a reason (for example: {reason: \"drivers are built here\", expires: 2027-06-30})"
			: "a waiver needs a last day (for example: {reason: \"drivers are built here\", expires: 2027-06-30})");
	return NULL;
}

static void read_waivers(const struct reader *reader, const struct node *map,
	const struct slot *slot, const char *path)
{
	if (map->kind != NODE_MAP) {
		bad_value(reader, map, path,
			"expected ID: {reason: TEXT, expires: DATE} lines");
		return;
	}
	for (size_t i = 0; i < map->count; i++) {
		const struct node *waiver = &map->children[i];
		autofree char *place = memory_format("%s.%s", path, waiver->key);
		autofree char *value = waiver_text(reader, waiver, place);
		autofree char *item =
			value ? memory_format("%s=%s", waiver->key, value) : NULL;
		autotext struct text why_not = {0};

		if (!item)
			continue;
		if (!field_accepts(slot->field, item, &why_not)) {
			complain(reader, waiver, place, why_not.data);
			continue;
		}
		slot_append(slot, item);
		answers_add_place(reader->answers, place, waiver->line, waiver->column);
	}
}

static void read_value(
	const struct reader *reader, const struct node *node, const char *path)
{
	const char *setting;
	struct slot slot;

	if (!slot_find(reader->answers, path, &slot, &setting) || is_unset(node))
		return;
	answers_add_place(reader->answers, path, node->line, node->column);
	switch (slot.field->type) {
	case FIELD_TEXT:
	case FIELD_BOOL:
	case FIELD_CHOICE:
	case FIELD_NUMBER:
	case FIELD_SIZE:
		read_scalar(reader, node, &slot, path);
		return;
	case FIELD_SECRET:
		read_secret(reader, node, &slot, path);
		return;
	case FIELD_TEXTS:
		read_texts(reader, node, &slot, path);
		return;
	case FIELD_SETTINGS:
		read_settings(reader, node, &slot, path);
		return;
	case FIELD_WAIVERS:
		read_waivers(reader, node, &slot, path);
		return;
	}
}

/* Do table keys start with this section ("disk", "users[]")? */
static bool is_section(const char *section)
{
	autowords struct words keys = {0};

	fields_below(section, &keys);
	return keys.count > 0;
}

/* The values of a map. section is its name in the table, path its name in the file; both "" for the file itself. */
static void read_map(const struct reader *reader, const struct node *map,
	const char *section, const char *path);

static void read_users(const struct reader *reader, const struct node *list)
{
	answers_add_place(reader->answers, "users", list->key_line, list->key_column);
	if (list->kind != NODE_LIST) {
		complain(reader, list, "users",
			"expected a list of users: \"- name: ana\" in the line below");
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		autofree char *path = memory_format("users.%zu", i);
		const struct node *user = &list->children[i];

		(void)answers_add_user(reader->answers);
		if (user->kind == NODE_MAP && !node_child(user, "name"))
			complain(reader, user, path,
				"a user needs a name (for example: name: ana)");
		read_map(reader, user, "users[]", path);
	}
}

static void read_child(const struct reader *reader, const struct node *child,
	const char *section, const char *path)
{
	autofree char *below =
		memory_format("%s%s%s", section, *section ? "." : "", child->key);
	autofree char *place =
		memory_format("%s%s%s", path, *path ? "." : "", child->key);

	if (strcmp(below, "users") == 0 && !is_unset(child))
		read_users(reader, child);
	else if (answers_field(below))
		read_value(reader, child, place);
	else if (is_section(below) && !is_unset(child))
		read_map(reader, child, below, place);
	else if (!is_section(below) && strcmp(below, "users") != 0)
		unknown_key(reader, child, section, place);
}

static void read_map(const struct reader *reader, const struct node *map,
	const char *section, const char *path)
{
	autotext struct text text = {0};
	autowords struct words known = {0};

	if (map->kind == NODE_MAP) {
		if (*path)
			answers_add_place(reader->answers, path,
				map->key_line ? map->key_line : map->line,
				map->key_line ? map->key_column : map->column);
		for (size_t i = 0; i < map->count; i++)
			read_child(reader, &map->children[i], section, path);
		return;
	}
	fields_below(section, &known);
	text_add(&text,
		"bad indentation or a missing space: expected \"key: value\" lines, indented by two spaces; known here:");
	for (size_t i = 0; i < known.count; i++)
		text_addf(&text, "%s %s", i ? "," : "", known.items[i]);
	complain(reader, map, *path ? path : NULL, text.data);
}

static void read_document(const struct reader *reader, const struct node *root)
{
	const struct node *plaintext = node_child(root, "allow_plaintext");

	/* Wherever it stands, it counts for the whole file. */
	reader->answers->allow_plaintext = plaintext && plaintext->kind == NODE_SCALAR &&
					   strcmp(plaintext->text, "true") == 0;
	read_map(reader, root, "", "");
	if (root->kind == NODE_MAP && !node_child(root, "schema"))
		problems_add(reader->problems, SEVERITY_ERROR, "schema", 1, 1,
			"missing; write \"schema: 1\" as the first line");
}

struct answers *answers_read(const char *text, size_t size, struct problems *problems)
{
	struct reader reader = {answers_new(), problems};
	autodocument struct node *root = NULL;
	struct error err = {0};
	unsigned line;
	unsigned column;

	answers_add_place(reader.answers, "", 1, 1);
	if (document_parse(text, size, &root, &line, &column, &err) < 0)
		problems_add(
			problems, SEVERITY_ERROR, NULL, line, column, "%s", err.text);
	else
		read_document(&reader, root);
	problems_sort(problems);
	return reader.answers;
}

int answers_read_file(const char *path, struct answers **answers,
	struct problems *problems, struct error *err)
{
	enum {
		READ_MAX = 1024 * 1024
	}; /* the reader itself tells what is too large for an answer file */
	autotext struct text text = {0};
	int rc = file_read_argument(path, READ_MAX, &text, err);

	if (rc < 0)
		return rc;
	*answers = answers_read(text_string(&text), text.size, problems);
	return 0;
}

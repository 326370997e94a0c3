#include "installer/answers.h"

#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* The node of a table key: users[].name is properties/users/items/properties/name. */
static const struct json *node_of(const struct json *schema, const char *key)
{
	autowords struct words parts = {0};

	words_split(&parts, key, ".");
	for (size_t i = 0; schema && i < parts.count; i++) {
		char *list = strstr(parts.items[i], "[]");

		if (list)
			*list = '\0';
		schema = json_member(json_member(schema, "properties"), parts.items[i]);
		if (list)
			schema = json_member(schema, "items");
	}
	return schema;
}

static void every_key_is_described(void **state)
{
	autofree char *text = answers_schema();
	autojson struct json *schema = NULL;
	struct error err = {0};

	(void)state;
	assert_done(json_parse(text, "schema", &schema, &err), &err);
	assert_string_equal(json_text(schema, "$schema"),
		"https://json-schema.org/draft/2020-12/schema");
	for (const struct field *field = answer_fields; field->key; field++) {
		const struct json *node = node_of(schema, field->key);

		if (!node || !json_text(node, "description"))
			fail_msg("%s is not in the schema", field->key);
		if (!json_text(node, "type") && !json_text(node, "$ref") &&
			field->type != FIELD_SIZE)
			fail_msg("%s has no type", field->key);
	}
	assert_null(node_of(schema, "disk.color"));
	assert_int_equal(json_number(node_of(schema, "schema"), "default"), 1);
	assert_int_equal(
		json_count(json_member(node_of(schema, "disk.encryption"), "enum")), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

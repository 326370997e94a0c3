/* The JSON Schema of the answer file, from the field table. */
#include "installer/answers.h"

#include <string.h>

#include "installer/answers_value.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"

static struct json *words_array(const char *const *words)
{
	struct json *array = json_new_array();

	for (; *words; words++)
		json_append_text(array, *words);
	return array;
}

static struct json *typed(const char *type)
{
	struct json *object = json_new_object();

	json_put_text(object, "type", type);
	return object;
}

static struct json *secret_schema(void)
{
	struct json *text = typed("string");
	struct json *map = typed("object");
	struct json *properties = json_new_object();
	struct json *choices = json_new_array();
	struct json *secret = json_new_object();

	json_put_text(text, "pattern",
		"^(none|prompt|literal:.+|file:/.+|fd:[0-9]+|generate:/.+)$");
	json_put(properties, "from", typed("string"));
	json_put(properties, "value", typed("string"));
	json_put(map, "properties", properties);
	json_put(map, "required", words_array((const char *const[]){"from", NULL}));
	json_put_bool(map, "additionalProperties", false);
	json_append(choices, text);
	json_append(choices, map);
	json_put(secret, "oneOf", choices);
	return secret;
}

static struct json *text_schema(const struct field *field)
{
	struct json *text = typed("string");

	if (field->choices) {
		json_put(text, "enum", words_array(field->choices));
		return text;
	}
	json_put_number(text, "minLength", field->min);
	json_put_number(text, "maxLength", field->max);
	return text;
}

static struct json *number_schema(const struct field *field)
{
	struct json *number = typed("integer");

	json_put_number(number, "minimum", field->min);
	json_put_number(number, "maximum", field->max);
	return number;
}

static struct json *size_schema(void)
{
	struct json *size = json_new_object();

	json_put(size, "type",
		words_array((const char *const[]){"string", "integer", NULL}));
	json_put_text(size, "pattern", "^[0-9]+[KMGT]?$");
	return size;
}

static struct json *list_schema(const struct field *field)
{
	struct json *list = typed("array");

	json_put(list, "items", typed("string"));
	json_put_number(list, "maxItems", field->max);
	return list;
}

static struct json *waivers_schema(void)
{
	struct json *waivers = typed("object"), *waiver = typed("object");
	struct json *properties = json_new_object();
	struct json *reason = typed("string"), *date = typed("string");

	json_put_number(reason, "minLength", 1);
	json_put_text(date, "format", "date");
	json_put(properties, "reason", reason);
	json_put(properties, "expires", date);
	json_put(waiver, "properties", properties);
	json_put(waiver, "required",
		words_array((const char *const[]){"reason", "expires", NULL}));
	json_put_bool(waiver, "additionalProperties", false);
	json_put(waivers, "additionalProperties", waiver);
	return waivers;
}

static struct json *type_schema(const struct field *field)
{
	struct json *schema;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_CHOICE:
		return text_schema(field);
	case FIELD_BOOL:
		return typed("boolean");
	case FIELD_NUMBER:
		return number_schema(field);
	case FIELD_SIZE:
		return size_schema();
	case FIELD_TEXTS:
		return list_schema(field);
	case FIELD_SECRET:
		schema = json_new_object();
		json_put_text(schema, "$ref", "#/$defs/secret");
		return schema;
	case FIELD_SETTINGS:
		schema = typed("object");
		json_put(schema, "additionalProperties", typed("string"));
		return schema;
	case FIELD_WAIVERS:
		return waivers_schema();
	}
	return json_new_object();
}

static void put_default(struct json *schema, const struct field *field)
{
	uint64_t number;

	if (!field->standard)
		return;
	if (field->type == FIELD_BOOL)
		json_put_bool(schema, "default", strcmp(field->standard, "true") == 0);
	else if (field->type == FIELD_NUMBER &&
		 text_to_u64(field->standard, 0, UINT64_MAX, &number) == 0)
		json_put_number(schema, "default", number);
	else
		json_put_text(schema, "default", field->standard);
}

static struct json *field_schema(const struct field *field)
{
	struct json *schema = type_schema(field);
	autofree char *description = memory_format("%s %s", field->why, field->help);

	json_put_text(schema, "title", field->label);
	json_put_text(schema, "description", description);
	put_default(schema, field);
	return schema;
}

static struct json *section_schema(const char *section);

static struct json *part_schema(const char *path)
{
	const struct field *field = answers_field(path);
	autofree char *item = memory_format("%s[]", path);
	autowords struct words below = {0};
	struct json *list;

	if (field)
		return field_schema(field);
	fields_below(item, &below);
	if (!below.count)
		return section_schema(path);
	list = typed("array");
	json_put(list, "items", section_schema(item));
	return list;
}

/* An object with everything the table knows below a section. The recursion follows the parts of keys. */
static struct json *section_schema(const char *section)
{
	struct json *schema = typed("object");
	struct json *properties = json_new_object();
	autowords struct words parts = {0};

	fields_below(section, &parts);
	for (size_t i = 0; i < parts.count; i++) {
		autofree char *path = memory_format(
			"%s%s%s", section, *section ? "." : "", parts.items[i]);

		json_put(properties, parts.items[i], part_schema(path));
	}
	json_put(schema, "properties", properties);
	json_put_bool(schema, "additionalProperties", false);
	if (strcmp(section, "users[]") == 0)
		json_put(schema, "required",
			words_array((const char *const[]){"name", NULL}));
	return schema;
}

char *answers_schema(void)
{
	autojson struct json *schema = section_schema("");
	struct json *definitions = json_new_object();
	autofree char *text = NULL;

	json_put(definitions, "secret", secret_schema());
	json_put(schema, "$defs", definitions);
	json_put_text(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_put_text(schema, "title", "JefeLinux answer file");
	json_put(schema, "required", words_array((const char *const[]){"schema", NULL}));
	text = json_write(schema, false);
	return memory_format("%s\n", text);
}

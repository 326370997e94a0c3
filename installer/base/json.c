#include "installer/base/json.h"

#include <errno.h>
#include <jansson.h>

#include "installer/base/memory.h"

/* struct json is never defined: a pointer to it is a json_t pointer in disguise, so that no other file sees jansson. */
static json_t *open_value(struct json *value)
{
	return (json_t *)(void *)value;
}

static const json_t *read_value(const struct json *value)
{
	return (const json_t *)(const void *)value;
}

static struct json *close_value(json_t *value)
{
	return (struct json *)(void *)value;
}

static const struct json *lend_value(const json_t *value)
{
	return (const struct json *)(const void *)value;
}

int json_parse(
	const char *text, const char *name, struct json **document, struct error *err)
{
	json_error_t place;
	json_t *value =
		json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &place);

	if (!value)
		return error_set(err, -EINVAL, "%s:%d:%d: not JSON: %s", name, place.line,
			place.column, place.text);
	*document = close_value(value);
	return 0;
}

void json_free(struct json *document)
{
	json_decref(open_value(document));
}

void json_free_at(struct json **document)
{
	json_free(*document);
}

static bool is_type(const json_t *value, enum json_type type)
{
	switch (type) {
	case JSON_IS_TEXT:
		return json_is_string(value);
	case JSON_IS_NUMBER:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case JSON_IS_REAL:
		return json_is_number(value);
	case JSON_IS_BOOL:
		return json_is_boolean(value);
	case JSON_IS_OBJECT:
		return json_is_object(value);
	case JSON_IS_ARRAY:
		return json_is_array(value);
	}
	return false;
}

int json_expect(const struct json *object, const char *key, enum json_type type,
	struct error *err)
{
	static const char *const wanted[] = {
		[JSON_IS_TEXT] = "a text",
		[JSON_IS_NUMBER] = "a whole number, not negative",
		[JSON_IS_REAL] = "a number",
		[JSON_IS_BOOL] = "true or false",
		[JSON_IS_OBJECT] = "an object",
		[JSON_IS_ARRAY] = "an array",
	};
	const json_t *value = json_object_get(read_value(object), key);

	if (!json_is_object(read_value(object)))
		return error_set(err, -EINVAL, "must be an object");
	if (!value || json_is_null(value) || is_type(value, type))
		return 0;
	return error_set(err, -EINVAL, "%s: must be %s", key, wanted[type]);
}

const struct json *json_member(const struct json *object, const char *key)
{
	return lend_value(json_object_get(read_value(object), key));
}

size_t json_count(const struct json *array)
{
	return json_array_size(read_value(array));
}

const struct json *json_item(const struct json *array, size_t index)
{
	return lend_value(json_array_get(read_value(array), index));
}

const char *json_as_text(const struct json *value)
{
	return json_string_value(read_value(value));
}

const char *json_text(const struct json *object, const char *key)
{
	return json_as_text(json_member(object, key));
}

uint64_t json_number(const struct json *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(read_value(object), key));

	return number < 0 ? 0 : (uint64_t)number;
}

double json_decimal(const struct json *object, const char *key)
{
	return json_number_value(json_object_get(read_value(object), key));
}

bool json_bool(const struct json *object, const char *key)
{
	return json_is_true(json_object_get(read_value(object), key));
}

struct json *json_new_object(void)
{
	return close_value(json_object());
}

struct json *json_new_array(void)
{
	return close_value(json_array());
}

void json_put(struct json *object, const char *key, struct json *value)
{
	(void)json_object_set_new(open_value(object), key, open_value(value));
}

void json_remove(struct json *object, const char *key)
{
	(void)json_object_del(open_value(object), key);
}

/* Names that hardware and disks give us need not be UTF-8; JSON must be. */
static json_t *make_string(const char *text)
{
	json_t *string = json_string(text);
	autofree char *ascii = NULL;

	if (string)
		return string;
	ascii = memory_copy_text(text);
	for (char *c = ascii; *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return json_string(ascii);
}

void json_put_text(struct json *object, const char *key, const char *text)
{
	if (text)
		json_put(object, key, close_value(make_string(text)));
}

void json_put_number(struct json *object, const char *key, uint64_t number)
{
	json_put(object, key, close_value(json_integer((json_int_t)number)));
}

void json_put_real(struct json *object, const char *key, double number)
{
	json_put(object, key, close_value(json_real(number)));
}

void json_put_bool(struct json *object, const char *key, bool value)
{
	json_put(object, key, close_value(json_boolean(value)));
}

void json_append(struct json *array, struct json *value)
{
	(void)json_array_append_new(open_value(array), open_value(value));
}

void json_append_text(struct json *array, const char *text)
{
	json_append(array, close_value(make_string(text)));
}

char *json_write(const struct json *document, bool compact)
{
	size_t shape = compact ? JSON_COMPACT : JSON_INDENT(2);

	return json_dumps(read_value(document),
		shape | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10));
}

/* jansson's one entrance: reading with paths in errors, and writing in stable order.
 * json_object, json_array, json_string and json_real are names of jansson itself; hence json_new_object and so on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "installer/base/error.h"

struct json; /* a borrowed value inside a document, or a document */

/* The message of an error starts with NAME:LINE:COLUMN. */
int json_parse(const char *text, const char *name, struct json **document, struct error *err) CHECKED;
void json_free(struct json *document); /* documents made by json_parse, json_new_object, json_new_array only */
void json_free_at(struct json **document);
#define autojson __attribute__((cleanup(json_free_at)))

/* Reading. A member that is missing or of another type gives NULL/0/false; json_expect() tells the two apart. */
const struct json *json_member(const struct json *object, const char *key);
size_t json_count(const struct json *array);
const struct json *json_item(const struct json *array, size_t index);
const char *json_text(const struct json *object, const char *key);
uint64_t json_number(const struct json *object, const char *key);
double json_decimal(const struct json *object, const char *key);
bool json_bool(const struct json *object, const char *key);
const char *json_as_text(const struct json *value); /* of the value itself */

enum json_type { JSON_IS_TEXT, JSON_IS_NUMBER, JSON_IS_REAL, JSON_IS_BOOL, JSON_IS_OBJECT, JSON_IS_ARRAY };
/* -EINVAL when object is no object, or its member key is there, not null, and of another type. NUMBER is whole and not negative. */
int json_expect(const struct json *object, const char *key, enum json_type type, struct error *err) CHECKED;

/* Writing. Put functions take over what they are given; a NULL text is left out. Text that is not UTF-8 keeps its ASCII part. */
struct json *json_new_object(void) CHECKED;
struct json *json_new_array(void) CHECKED;
void json_put(struct json *object, const char *key, struct json *value);
void json_remove(struct json *object, const char *key);
void json_put_text(struct json *object, const char *key, const char *text);
void json_put_number(struct json *object, const char *key, uint64_t number);
void json_put_real(struct json *object, const char *key, double number);
void json_put_bool(struct json *object, const char *key, bool value);
void json_append(struct json *array, struct json *value);
void json_append_text(struct json *array, const char *text);
/* compact: one line (events); otherwise indented by 2. Keys sorted, no newline at the end. The caller frees it. */
char *json_write(const struct json *document, bool compact) CHECKED;

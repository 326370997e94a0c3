/* jansson's one entrance: reading with paths in errors, and writing in stable order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/base/error.h"

struct json; /* a borrowed value inside a document, or a document */

int json_parse(const char *text, const char *name, struct json **document, struct error *err) CHECKED;
void json_free(struct json *document); /* documents made by json_parse, json_object, json_array only */

/* Reading. A missing member gives NULL/0/false; a member of another type is an error told by json_error_at(). */
const struct json *json_member(const struct json *object, const char *key);
size_t json_count(const struct json *array);
const struct json *json_item(const struct json *array, size_t index);
const char *json_text(const struct json *object, const char *key);
uint64_t json_number(const struct json *object, const char *key);
double json_real(const struct json *object, const char *key);
bool json_bool(const struct json *object, const char *key);
const char *json_string(const struct json *value); /* of the value itself */

/* Writing. Put functions take over what they are given; a NULL text is left out. */
struct json *json_object(void) CHECKED;
struct json *json_array(void) CHECKED;
void json_put(struct json *object, const char *key, struct json *value);
void json_put_text(struct json *object, const char *key, const char *text);
void json_put_number(struct json *object, const char *key, uint64_t number);
void json_put_real(struct json *object, const char *key, double number);
void json_put_bool(struct json *object, const char *key, bool value);
void json_append(struct json *array, struct json *value);
void json_append_text(struct json *array, const char *text);
/* compact: one line (events); otherwise indented by 2. Keys sorted. The caller frees it. */
char *json_write(const struct json *document, bool compact) CHECKED;

/* Inside answers_*.c: one value of the answers, typed by its row of the field table. */
#pragma once

#include "installer/answers.h"

/* Where a value lives. user counts only for rows of users[]. */
struct slot {
	const struct field *field;
	struct answers *answers;
	size_t user;
};

/* The slot of a path, also one of a missing setting below hardening.controls or .waivers, whose id is then put into *setting (borrowed
 * from path).
 * False when the table or the list of users has no such thing. */
bool slot_find(struct answers *answers, const char *path, struct slot *slot, const char **setting);

bool field_is_user(const struct field *field);
/* What keys may stand below a section: the next part of each table key that starts with it. "" is the file itself. */
void fields_below(const char *section, struct words *keys);
/* Is it a list, and are its items "id=value"? */
bool field_is_list(const struct field *field);
bool field_is_settings(const struct field *field);
/* May text be a value, or for TEXTS, SETTINGS and WAIVERS one item, of this field? Says why not, with what would be right. */
bool field_accepts(const struct field *field, const char *text, struct text *why_not);

/* The value as text; NULL when unset. The caller frees it. */
char *slot_text(const struct slot *slot) CHECKED;
/* Store text that field_accepts() took; NULL is the default. */
void slot_store(const struct slot *slot, const char *text);
void slot_free(const struct slot *slot);
/* Add one item to TEXTS, SETTINGS or WAIVERS ("id=value", replacing that id). */
void slot_append(const struct slot *slot, const char *item);
/* SETTINGS, WAIVERS: the value of one id, or NULL; set one, NULL removes. */
const char *slot_setting(const struct slot *slot, const char *id);
void slot_set_setting(const struct slot *slot, const char *id, const char *value);
bool slot_is_standard(const struct slot *slot);

/* Where in the file the value or section of this path stands. */
void answers_add_place(struct answers *answers, const char *path, unsigned line, unsigned column);

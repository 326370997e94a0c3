/* Writes an answer file from the field table: comments, stable order, no literal secrets. */
#include "installer/answers.h"

#include <string.h>

#include "installer/answers_value.h"
#include "installer/base/memory.h"

/* Plain where nobody can misread it, else in double quotes. Values are printable text (field_accepts). */
static void add_scalar(struct text *to, const char *value)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+@-";
	static const char *const words[] = {"null", "true", "false", NULL};
	bool quote = !*value || strspn(value, plain) != strlen(value) ||
		     strchr("./+@-", *value);

	for (const char *const *word = words; *word; word++)
		quote = quote || strcmp(value, *word) == 0;
	if (!quote) {
		text_add(to, value);
		return;
	}
	text_add(to, "\"");
	for (; *value; value++) {
		text_add(to, *value == '"' || *value == '\\' ? "\\" : "");
		text_add_bytes(to, value, 1);
	}
	text_add(to, "\"");
}

static void add_line(struct text *to, unsigned indent, const char *key)
{
	text_addf(to, "%*s%s:", (int)indent, "", key);
}

static void add_secret(struct text *to, const char *source)
{
	if (strcmp(source, "none") == 0) {
		text_add(to, " none\n");
	} else if (strcmp(source, "prompt") == 0 || strcmp(source, "literal") == 0) {
		text_add(to, " prompt\n");
	} else {
		text_add(to, " {from: ");
		add_scalar(to, source);
		text_add(to, "}\n");
	}
}

static void add_list(
	struct text *to, unsigned indent, const struct field *field, const char *value)
{
	autowords struct words items = {0};

	words_split(&items, value, field->separators);
	text_add(to, "\n");
	for (size_t i = 0; i < items.count; i++) {
		text_addf(to, "%*s- ", (int)indent + 2, "");
		add_scalar(to, items.items[i]);
		text_add(to, "\n");
	}
}

static void add_settings(struct text *to, unsigned indent, const struct answers *answers)
{
	text_add(to, "\n");
	for (size_t i = 0; i < answers->hardening.control_count; i++) {
		text_addf(to, "%*s", (int)indent + 2, "");
		add_scalar(to, answers->hardening.controls[i].id);
		text_add(to, ": ");
		add_scalar(to, answers->hardening.controls[i].value);
		text_add(to, "\n");
	}
}

static void add_waivers(struct text *to, unsigned indent, const struct answers *answers)
{
	text_add(to, "\n");
	for (size_t i = 0; i < answers->hardening.waiver_count; i++) {
		const char *value = answers->hardening.waivers[i].value;
		size_t size = strcspn(value, " ");

		text_addf(to, "%*s", (int)indent + 2, "");
		add_scalar(to, answers->hardening.waivers[i].id);
		text_add(to, ": {reason: ");
		add_scalar(to, value + size + 1);
		text_addf(to, ", expires: %.*s}\n", (int)size, value);
	}
}

static void add_value(
	struct text *to, unsigned indent, const struct slot *slot, const char *value)
{
	switch (slot->field->type) {
	case FIELD_BOOL:
	case FIELD_CHOICE:
	case FIELD_NUMBER:
	case FIELD_SIZE:
		text_addf(to, " %s\n", value);
		return;
	case FIELD_TEXT:
		text_add(to, " ");
		add_scalar(to, value);
		text_add(to, "\n");
		return;
	case FIELD_SECRET:
		add_secret(to, value);
		return;
	case FIELD_TEXTS:
		add_list(to, indent, slot->field, value);
		return;
	case FIELD_SETTINGS:
		add_settings(to, indent, slot->answers);
		return;
	case FIELD_WAIVERS:
		add_waivers(to, indent, slot->answers);
		return;
	}
}

static const char *last_part(const char *key)
{
	const char *dot = strrchr(key, '.');

	return dot ? dot + 1 : key;
}

static char *text_to_write(const struct slot *slot)
{
	return slot->field->always || !slot_is_standard(slot) ? slot_text(slot) : NULL;
}

/* Open the sections of key that are not open yet; *open is the key written last. Returns the depth of key. */
static unsigned open_sections(struct text *to, const char *key, const char *open)
{
	const char *start = key;
	unsigned depth = 0;
	bool same = true;

	for (const char *dot = strchr(key, '.'); dot; dot = strchr(start, '.')) {
		autofree char *part = memory_copy_bytes(start, (size_t)(dot - start));

		same = same && strncmp(key, open, (size_t)(dot - key) + 1) == 0;
		if (!same) {
			text_add(to, depth ? "" : "\n");
			add_line(to, 2 * depth, part);
			text_add(to, "\n");
		}
		start = dot + 1;
		depth++;
	}
	return depth;
}

static void add_user(struct text *to, struct answers *answers, size_t index)
{
	const char *lead = "  - ";

	for (const struct field *field = answer_fields; field->key; field++) {
		struct slot slot = {field, answers, index};
		autofree char *value = field_is_user(field) ? text_to_write(&slot) : NULL;

		if (!value)
			continue;
		text_addf(to, "%s%s:", lead, last_part(field->key));
		add_value(to, 4, &slot, value);
		lead = "    ";
	}
}

static void add_users(struct text *to, struct answers *answers)
{
	if (answers->user_count)
		text_add(to,
			"\n# Who may log in: name, admin, ssh_keys, password.\nusers:\n");
	for (size_t i = 0; i < answers->user_count; i++)
		add_user(to, answers, i);
}

char *answers_write(const struct answers *answers)
{
	struct text text = {0};
	struct slot slot = {
		.answers = (struct answers *)(uintptr_t)answers}; /* only read through */
	const char *open = "";
	bool users_written = false;

	text_add(&text,
		"# JefeLinux answer file; `jefe-setup explain KEY` tells more about each key.\n");
	for (slot.field = answer_fields; slot.field->key; slot.field++) {
		autofree char *value = NULL;
		unsigned depth;

		if (field_is_user(slot.field)) {
			if (!users_written)
				add_users(&text, slot.answers);
			users_written = true;
			continue;
		}
		value = text_to_write(&slot);
		if (!value)
			continue;
		depth = open_sections(&text, slot.field->key, open);
		text_add(&text, depth == 0 ? "\n" : "");
		text_addf(&text, "%*s# %s\n", (int)(2 * depth), "", slot.field->why);
		add_line(&text, 2 * depth, last_part(slot.field->key));
		add_value(&text, 2 * depth, &slot, value);
		open = slot.field->key;
	}
	return text_take(&text);
}

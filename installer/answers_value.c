#include "installer/answers_value.h"

#include <inttypes.h>
#include <string.h>

#include "installer/answers_valid.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"

bool field_is_user(const struct field *field)
{
	return text_starts(field->key, "users[].");
}

void fields_below(const char *section, struct words *keys)
{
	autofree char *prefix = memory_format("%s%s", section, *section ? "." : "");

	for (const struct field *field = answer_fields; field->key; field++) {
		const char *rest = field->key + strlen(prefix);
		autofree char *key = NULL;

		if (!text_starts(field->key, prefix))
			continue;
		key = memory_copy_bytes(rest, strcspn(rest, ".["));
		if (!words_contain(keys, key))
			words_add(keys, key);
	}
}

static void *slot_at(const struct slot *slot)
{
	char *base = field_is_user(slot->field)
			     ? (char *)&slot->answers->users[slot->user]
			     : (char *)slot->answers;

	return base + slot->field->offset;
}

/* All of them, or, when they are many, the command that lists them. */
static void choices_text(const struct field *field, struct text *to)
{
	enum { MANY = 16 };
	size_t count = 0;

	while (field->choices[count])
		count++;
	if (count > MANY)
		text_addf(to, _("those that `jefe-setup explain %s` lists"), field->key);
	for (size_t i = 0; count <= MANY && i < count; i++)
		text_addf(to, "%s%s", i ? ", " : "", field->choices[i]);
}

static bool accepts_choice(
	const struct field *field, const char *text, struct text *why_not)
{
	autotext struct text choices = {0};
	const char *near;

	for (const char *const *choice = field->choices; *choice; choice++)
		if (strcmp(*choice, text) == 0)
			return true;
	choices_text(field, &choices);
	near = text_nearest(text, field->choices);
	if (near)
		text_addf(why_not, _("\"%s\" is not one of %s; did you mean %s?"), text,
			text_string(&choices), near);
	else
		text_addf(why_not, _("\"%s\" is not one of %s"), text,
			text_string(&choices));
	return false;
}

static bool accepts_text(
	const struct field *field, const char *text, struct text *why_not)
{
	size_t size = strlen(text);

	if (field->type == FIELD_TEXT && (size < field->min || size > field->max)) {
		text_addf(why_not, _("must have %llu to %llu characters"),
			(unsigned long long)field->min, (unsigned long long)field->max);
		return false;
	}
	if (size == 0) {
		text_add(why_not, _("must not be empty"));
		return false;
	}
	return !field->valid || field->valid(text, why_not);
}

static bool accepts_number(
	const struct field *field, const char *text, struct text *why_not)
{
	uint64_t number = 0;
	bool is_number = text_to_u64(text, 0, UINT64_MAX, &number) == 0;

	if (is_number && field->valid && !field->valid(text, why_not))
		return false;
	if (is_number && number >= field->min && number <= field->max)
		return true;
	if (field->min == field->max)
		text_addf(why_not, _("\"%s\": only %llu is possible"), text,
			(unsigned long long)field->min);
	else
		text_addf(why_not, _("\"%s\" is not a whole number from %llu to %llu"),
			text, (unsigned long long)field->min,
			(unsigned long long)field->max);
	return false;
}

static bool accepts_size(
	const struct field *field, const char *text, struct text *why_not)
{
	autofree char *min = text_from_size(field->min);
	autofree char *max = text_from_size(field->max);
	uint64_t size;

	if (text_to_size(text, &size) < 0) {
		text_addf(why_not,
			_("\"%s\" is not a size: write a whole number, with K, M, G or T for powers of 1024"),
			text);
		return false;
	}
	if (size >= field->min && size <= field->max)
		return true;
	text_addf(why_not, _("%s is not possible: at least %s, at most %s"), text, min,
		max);
	return false;
}

/* What stands behind the colon of a source, by origin. */
static const struct {
	enum secret_origin origin;
	const char *prefix;
} sources[] = {
	{SECRET_FILE,     "file:"    },
	{SECRET_FD,       "fd:"      },
	{SECRET_GENERATE, "generate:"},
	{SECRET_LITERAL,  "literal:" },
};

static bool source_parse(
	const char *text, enum secret_origin *origin, const char **argument)
{
	*argument = "";
	*origin = strcmp(text, "prompt") == 0 ? SECRET_PROMPT : SECRET_NONE;
	if (*origin == SECRET_PROMPT || strcmp(text, "none") == 0)
		return true;
	for (size_t i = 0; i < LENGTH(sources); i++)
		if (text_starts(text, sources[i].prefix)) {
			*origin = sources[i].origin;
			*argument = text + strlen(sources[i].prefix);
			return true;
		}
	return false;
}

static bool accepts_secret(const char *text, struct text *why_not)
{
	enum secret_origin origin;
	const char *argument;
	uint64_t fd;

	if (!source_parse(text, &origin, &argument))
		text_add(why_not,
			_("a secret does not stand here, only where it comes from: none, prompt, file:/path, fd:3 or "
			  "generate:/path"));
	else if ((origin == SECRET_FILE || origin == SECRET_GENERATE) &&
		 (*argument != '/' || !argument[1]))
		text_add(why_not, _("the path must be absolute, as file:/run/jefe/key"));
	else if (origin == SECRET_FD && text_to_u64(argument, 0, 1023, &fd) < 0)
		text_add(why_not,
			_("the number of an open descriptor stands behind fd:, as fd:3"));
	else if (origin == SECRET_LITERAL && !*argument)
		text_add(why_not, _("the secret is empty"));
	else
		return true;
	return false;
}

static bool accepts_setting(const char *text, struct text *why_not)
{
	const char *equal = strchr(text, '=');

	if (equal && equal != text && equal[1] &&
		strcspn(text, " \t\"'") >= (size_t)(equal - text))
		return true;
	text_add(
		why_not, _("a control has an id and a value: on, off or one of its own"));
	return false;
}

/* One character of UTF-8 at text: its code point and size, or size 0. */
static size_t decode_character(const unsigned char *text, unsigned long *code)
{
	size_t size = *text < 0x80 ? 1 : *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};

	if (*text >= 0xf8 || (*text >= 0x80 && *text < 0xc2))
		return 0;
	*code = size == 1 ? *text : *text & (0x7fU >> size);
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	return *code >= smallest[size] ? size : 0;
}

/* Printable text that an answer file can hold. */
static bool is_printable(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned long code = 0;

	while (*at) {
		size_t size = decode_character(at, &code);

		if (size == 0 || code < ' ' || (code >= 0x7f && code < 0xa0) ||
			code == 0x2028 || code == 0x2029 || code == 0xfeff ||
			(code >= 0xd800 && code < 0xe000) || code == 0xfffe ||
			code == 0xffff || code > 0x10ffff)
			return false;
		at += size;
	}
	return true;
}

/* "ID=DATE REASON". */
static bool accepts_waiver(const char *text, struct text *why_not)
{
	const char *value = strchr(text, '=');
	autofree char *date =
		value ? memory_copy_bytes(value + 1, strcspn(value + 1, " ")) : NULL;

	if (!value || value == text || strcspn(text, " \t\"'") < (size_t)(value - text))
		text_add(why_not,
			_("a waiver has the id of a control, a date and a reason"));
	else if (!valid_date(date, why_not))
		return false;
	else if (!value[1 + strlen(date)] || !value[2 + strlen(date)])
		text_add(why_not, _("a waiver needs a reason"));
	else
		return true;
	return false;
}

bool field_is_settings(const struct field *field)
{
	return field->type == FIELD_SETTINGS || field->type == FIELD_WAIVERS;
}

bool field_is_list(const struct field *field)
{
	return field->type == FIELD_TEXTS || field_is_settings(field);
}

bool field_accepts(const struct field *field, const char *text, struct text *why_not)
{
	if (!is_printable(text)) {
		text_add(why_not, _("must be one line of printable text in UTF-8"));
		return false;
	}
	switch (field->type) {
	case FIELD_TEXT:
		return field->choices ? accepts_choice(field, text, why_not)
				      : accepts_text(field, text, why_not);
	case FIELD_TEXTS:
		return accepts_text(field, text, why_not);
	case FIELD_CHOICE:
		return accepts_choice(field, text, why_not);
	case FIELD_BOOL:
		if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
			return true;
		text_addf(why_not, _("\"%s\" is neither true nor false"), text);
		return false;
	case FIELD_NUMBER:
		return accepts_number(field, text, why_not);
	case FIELD_SIZE:
		return accepts_size(field, text, why_not);
	case FIELD_SECRET:
		return accepts_secret(text, why_not);
	case FIELD_SETTINGS:
		return accepts_setting(text, why_not);
	case FIELD_WAIVERS:
		return accepts_waiver(text, why_not);
	}
	return false;
}

char *secret_source_text(const struct secret_source *source)
{
	switch (source->origin) {
	case SECRET_NONE:
		return memory_copy_text("none");
	case SECRET_PROMPT:
		return memory_copy_text("prompt");
	case SECRET_FILE:
		return memory_format("file:%s", source->path);
	case SECRET_FD:
		return memory_format("fd:%d", source->fd);
	case SECRET_GENERATE:
		return memory_format("generate:%s", source->path);
	case SECRET_LITERAL:
		return memory_copy_text("literal");
	}
	return memory_copy_text("none");
}

static char *words_text(const struct words *words, char separator)
{
	struct text text = {0};

	for (size_t i = 0; i < words->count; i++) {
		text_add_bytes(&text, &separator, i ? 1 : 0);
		text_add(&text, words->items[i]);
	}
	return words->count ? text_take(&text) : NULL;
}

/* Where the items of SETTINGS and WAIVERS are kept. */
struct settings {
	struct control_setting **items;
	size_t *count;
};

static struct settings settings_of(const struct slot *slot)
{
	struct answers *answers = slot->answers;

	if (slot->field->type == FIELD_WAIVERS)
		return (struct settings){
			&answers->hardening.waivers, &answers->hardening.waiver_count};
	return (struct settings){
		&answers->hardening.controls, &answers->hardening.control_count};
}

static char *settings_text(const struct slot *slot)
{
	struct settings settings = settings_of(slot);
	struct text text = {0};

	for (size_t i = 0; i < *settings.count; i++)
		text_addf(&text, "%s%s=%s", i ? "\n" : "", (*settings.items)[i].id,
			(*settings.items)[i].value);
	return *settings.count ? text_take(&text) : NULL;
}

char *slot_text(const struct slot *slot)
{
	void *at = slot_at(slot);

	switch (slot->field->type) {
	case FIELD_TEXT:
		return memory_copy_text(*(char **)at);
	case FIELD_BOOL:
		return memory_copy_text(*(bool *)at ? "true" : "false");
	case FIELD_CHOICE:
		return memory_copy_text(slot->field->choices[*(unsigned *)at]);
	case FIELD_NUMBER:
		return memory_format("%" PRIu64, *(uint64_t *)at);
	case FIELD_SIZE:
		return *(uint64_t *)at ? text_from_size(*(uint64_t *)at) : NULL;
	case FIELD_TEXTS:
		return words_text(at, *slot->field->separators);
	case FIELD_SECRET:
		return secret_source_text(at);
	case FIELD_SETTINGS:
	case FIELD_WAIVERS:
		return settings_text(slot);
	}
	return NULL;
}

static void secret_clear(struct secret_source *source)
{
	if (source->literal)
		explicit_bzero(source->literal, strlen(source->literal));
	free(source->literal);
	free(source->path);
	*source = (struct secret_source){0};
}

static void secret_store(struct secret_source *source, const char *text)
{
	const char *argument;
	uint64_t fd = 0;

	secret_clear(source);
	(void)source_parse(text, &source->origin, &argument);
	if (source->origin == SECRET_FILE || source->origin == SECRET_GENERATE)
		source->path = memory_copy_text(argument);
	else if (source->origin == SECRET_LITERAL)
		source->literal = memory_copy_text(argument);
	else if (source->origin == SECRET_FD && text_to_u64(argument, 0, 1023, &fd) == 0)
		source->fd = (int)fd;
}

static void set_in(struct settings settings, const char *id, const char *value)
{
	struct control_setting **items = settings.items;
	size_t *count = settings.count;
	size_t at = 0;

	while (at < *count && strcmp((*items)[at].id, id) != 0)
		at++;
	if (at < *count) {
		free((*items)[at].value);
		(*items)[at].value = memory_copy_text(value);
	} else if (value) {
		*items = memory_resize(*items, ++*count, sizeof(**items));
		(*items)[at] = (struct control_setting){
			memory_copy_text(id), memory_copy_text(value)};
	}
	if (value || at == *count)
		return;
	free((*items)[at].id);
	memmove(&(*items)[at], &(*items)[at + 1], (--*count - at) * sizeof(**items));
}

void answers_set_control(struct answers *answers, const char *id, const char *value)
{
	set_in((struct settings){&answers->hardening.controls,
		       &answers->hardening.control_count},
		id, value);
}

const char *slot_setting(const struct slot *slot, const char *id)
{
	struct settings settings = settings_of(slot);

	for (size_t i = 0; i < *settings.count; i++)
		if (strcmp((*settings.items)[i].id, id) == 0)
			return (*settings.items)[i].value;
	return NULL;
}

void slot_set_setting(const struct slot *slot, const char *id, const char *value)
{
	set_in(settings_of(slot), id, value);
}

static void settings_clear(struct settings settings)
{
	while (*settings.count)
		set_in(settings, (*settings.items)[0].id, NULL);
	free(*settings.items);
	*settings.items = NULL;
}

void slot_free(const struct slot *slot)
{
	void *at = slot_at(slot);

	if (slot->field->type == FIELD_TEXT) {
		free(*(char **)at);
		*(char **)at = NULL;
	} else if (slot->field->type == FIELD_TEXTS) {
		words_free(at);
	} else if (slot->field->type == FIELD_SECRET) {
		secret_clear(at);
	} else if (field_is_settings(slot->field)) {
		settings_clear(settings_of(slot));
	}
}

void slot_append(const struct slot *slot, const char *item)
{
	autofree char *id = NULL;
	size_t equal = strcspn(item, "=");

	if (slot->field->type == FIELD_TEXTS) {
		words_add(slot_at(slot), item);
		return;
	}
	id = memory_copy_bytes(item, equal);
	slot_set_setting(slot, id, item + equal + 1);
}

static void append_all(const struct slot *slot, const char *text, const char *separators)
{
	autowords struct words items = {0};

	words_split(&items, text, separators);
	for (size_t i = 0; i < items.count; i++)
		slot_append(slot, items.items[i]);
}

static unsigned choice_index(const struct field *field, const char *text)
{
	unsigned index = 0;

	while (field->choices[index + 1] && strcmp(field->choices[index], text) != 0)
		index++;
	return index;
}

void slot_store(const struct slot *slot, const char *text)
{
	const char *value = text ? text : slot->field->standard;
	void *at = slot_at(slot);

	switch (slot->field->type) {
	case FIELD_TEXT:
		slot_free(slot);
		*(char **)at = memory_copy_text(value);
		return;
	case FIELD_BOOL:
		*(bool *)at = text_equal(value, "true");
		return;
	case FIELD_CHOICE:
		*(unsigned *)at = choice_index(slot->field, value);
		return;
	case FIELD_NUMBER:
	case FIELD_SIZE:
		*(uint64_t *)at = 0;
		if (value && text_to_size(value, at) < 0)
			*(uint64_t *)at = 0;
		return;
	case FIELD_TEXTS:
	case FIELD_SETTINGS:
	case FIELD_WAIVERS:
		slot_free(slot);
		append_all(slot, value ? value : "",
			slot->field->separators ? slot->field->separators : "\n");
		return;
	case FIELD_SECRET:
		secret_store(at, value ? value : "none");
		return;
	}
}

bool slot_is_standard(const struct slot *slot)
{
	autofree char *value = slot_text(slot);
	const char *standard = slot->field->standard;

	return text_equal(value, standard);
}

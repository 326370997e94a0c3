#include "tui/line_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/canvas.h"

enum { WRAP = 78 };

void line_say(int fd, const char *text)
{
	autotext struct text clean = {0};

	for (const char *c = text; *c; c++)
		if ((unsigned char)*c >= ' ' ? *c != 0x7f : *c == '\n')
			text_add_bytes(&clean, c, 1);
	if (file_write_all(fd, text_string(&clean), clean.size, NULL) < 0)
		return; /* the reader sees the end of input next */
}

static void sayf(int fd, const char *format, ...) PRINTF(2, 3);
static void sayf(int fd, const char *format, ...)
{
	autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		line = memory_copy_text("");
	va_end(args);
	line_say(fd, line);
}

void line_say_wrapped(int fd, const char *text)
{
	while (*text) {
		size_t skip;
		size_t length = text_wrap(text, WRAP, &skip);

		sayf(fd, "%.*s\n", (int)length, text);
		text += length + skip;
	}
}

/* Columns are read one after the other; the caller frees it. */
static char *spoken(const char *label)
{
	autowords struct words cells = {0};
	autotext struct text text = {0};

	words_split(&cells, label, "\t");
	for (size_t i = 0; i < cells.count; i++) {
		const char *cell = cells.items[i] + strspn(cells.items[i], " ");

		text_addf(&text, "%s%s", text.size && *cell ? ", " : "", cell);
	}
	return text_take(&text);
}

const char *line_stop(const char *text, const char *stop)
{
	size_t size = strlen(text);

	return size && strchr(".:!?", text[size - 1]) ? "" : stop;
}

void line_say_choice(int fd, size_t number, const char *label, const char *note)
{
	autofree char *text = spoken(label);

	if (note)
		sayf(fd, "  %zu: %s. %s%s\n", number, text, note, line_stop(note, "."));
	else
		sayf(fd, "  %zu: %s%s\n", number, text, line_stop(text, "."));
}

static void say_table(int fd, const struct item *item)
{
	if (item->label)
		sayf(fd, "%s:\n", item->label);
	for (size_t i = 0; i < item->count; i++) {
		autofree char *text = spoken(item->choices[i].label);

		sayf(fd, "  %s%s%s%s\n", text, line_stop(text, "."),
			item->choices[i].note ? " " : "",
			item->choices[i].note ? item->choices[i].note : "");
	}
}

static void say_bar(int fd, const struct item *item)
{
	sayf(fd, "%s:", item->label);
	for (size_t i = 0; i < item->count; i++)
		sayf(fd, "%s %s %s", i ? "," : "", item->choices[i].label,
			item->choices[i].note ? item->choices[i].note : "");
	line_say(fd, ".\n");
}

static void say_fact(int fd, const struct item *item)
{
	const char *value = item->spoken ? item->spoken : item->value;

	sayf(fd, "%s: %s%s\n", item->label ? item->label : "", value,
		line_stop(value, "."));
}

void line_say_item(int fd, const struct item *item)
{
	if (item->type == ITEM_NOTE)
		line_say_wrapped(fd, item->value);
	else if (item->type == ITEM_FACT)
		say_fact(fd, item);
	else if (item->type == ITEM_TABLE)
		say_table(fd, item);
	else if (item->type == ITEM_BAR)
		say_bar(fd, item);
}

/* Notes of rows that can be opened are read there. */
static void say_switch(
	int fd, size_t number, const struct choice *choice, const char *text, bool opens)
{
	if (choice->note && !opens)
		sayf(fd,
			choice->on ? _("  %zu: %s: on. %s%s\n")
				   : _("  %zu: %s: off. %s%s\n"),
			number, text, choice->note, line_stop(choice->note, "."));
	else if (choice->remark)
		sayf(fd,
			choice->on ? _("  %zu: %s: on, %s.\n")
				   : _("  %zu: %s: off, %s.\n"),
			number, text, choice->remark);
	else
		sayf(fd, choice->on ? _("  %zu: %s: on.\n") : _("  %zu: %s: off.\n"),
			number, text);
}

static void list_choices(int fd, const struct item *item, size_t listed_max)
{
	if (item->count > listed_max) {
		sayf(fd, _("%s: %zu choices; type a name, or /text to search.\n"),
			item->label, item->count);
		return;
	}
	sayf(fd, "%s%s\n", item->label, line_stop(item->label, ":"));
	for (size_t i = 0; i < item->count; i++) {
		const struct choice *choice = &item->choices[i];
		autofree char *text = spoken(choice->label);

		if (choice->why_not)
			sayf(fd, _("  Not offered: %s: %s%s\n"), text, choice->why_not,
				line_stop(choice->why_not, "."));
		else if (item->type == ITEM_MANY)
			say_switch(fd, i + 1, choice, text, item->opens);
		else
			line_say_choice(fd, i + 1, choice->label, choice->note);
	}
}

/* The default as it is asked for: a number when choices are numbered. */
static void say_prompt_one(int fd, const struct item *item, size_t listed_max)
{
	const struct choice *now = item_find(item, item->value);

	if (now && item->count <= listed_max)
		sayf(fd, _("Choice, 1 to %zu [%zu]: "), item->count,
			(size_t)(now - item->choices) + 1);
	else if (now)
		sayf(fd, _("Choice [%s]: "), now->value);
	else
		sayf(fd, _("Choice, 1 to %zu: "), item->count);
}

static void say_prompt_many(int fd, const struct item *item)
{
	line_say(fd, item->opens
			     ? _("Number to change, ?number to open, or Enter to go on: ")
			     : _("Number to change, or Enter to go on: "));
}

void line_ask_again(int fd, const struct item *item, size_t switched)
{
	if (switched < item->count) {
		autofree char *text = spoken(item->choices[switched].label);

		say_switch(fd, switched + 1, &item->choices[switched], text, item->opens);
	}
	say_prompt_many(fd, item);
}

void line_ask(int fd, const struct item *item, size_t listed_max)
{
	const char *value = item->value ? item->value : "";

	switch (item->type) {
	case ITEM_ONE:
		list_choices(fd, item, listed_max);
		say_prompt_one(fd, item, listed_max);
		break;
	case ITEM_MANY:
		list_choices(fd, item, SIZE_MAX);
		say_prompt_many(fd, item);
		break;
	case ITEM_BOOL:
		sayf(fd,
			text_equal(value, "true") ? _("%s, y or n [y]: ")
						  : _("%s, y or n [n]: "),
			item->label);
		break;
	case ITEM_SECRET:
		sayf(fd,
			secret_size(item->secret) ? _("%s, not shown [as typed before]: ")
						  : _("%s, not shown: "),
			item->label);
		break;
	case ITEM_CONFIRM:
		sayf(fd, _("%s, or < to go back: "), item->label);
		break;
	case ITEM_TEXT:
	case ITEM_NUMBER:
		sayf(fd, "%s [%s]: ", item->label, value);
		break;
	case ITEM_NOTE:
	case ITEM_FACT:
	case ITEM_LIST:
	case ITEM_TABLE:
	case ITEM_ACTION:
	case ITEM_BAR:
	case ITEM_PROGRESS:
	case ITEM_LOG:
	case ITEM_QR:
		break;
	}
}

static const struct choice *search(int fd, const struct item *item, const char *part)
{
	const struct choice *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < item->count; i++) {
		const struct choice *choice = &item->choices[i];

		if (!strcasestr(choice->label, part) && !strcasestr(choice->value, part))
			continue;
		line_say_choice(fd, i + 1, choice->label, NULL);
		found = choice;
		count++;
	}
	return count == 1 ? found : NULL;
}

void line_say_given(int fd, const struct item *item, const char *text)
{
	const struct choice *choice = text ? item_find(item, text) : NULL;
	const char *label = item->label ? item->label : "";
	autofree char *row = choice ? spoken(choice->label) : NULL;

	if (item->type == ITEM_SECRET)
		sayf(fd, _("%s: typed, not shown.\n"), label);
	else if (item->type == ITEM_BOOL)
		sayf(fd, "%s: %s.\n", label,
			text_equal(text, "true") ? _("yes") : _("no"));
	else if (item->type == ITEM_LIST || item->type == ITEM_ACTION || !text)
		sayf(fd, "%s.\n", row ? row : label);
	else
		sayf(fd, "%s%s %s\n", label, line_stop(label, ":"), row ? row : text);
}

const struct choice *line_find(int fd, const struct item *item, const char *text)
{
	const struct choice *found = item_find(item, text);
	size_t count = 0;
	uint64_t number;

	if (text[0] == '/')
		return search(fd, item, text + 1);
	if (found)
		return found;
	if (text_to_u64(text, 1, item->count, &number) == 0)
		return &item->choices[number - 1];
	for (size_t i = 0; *text && i < item->count; i++)
		if (strncasecmp(item->choices[i].value, text, strlen(text)) == 0 ||
			strncasecmp(item->choices[i].label, text, strlen(text)) == 0) {
			found = &item->choices[i];
			count++;
		}
	return count == 1 ? found : NULL;
}

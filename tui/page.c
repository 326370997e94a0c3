#include "tui/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"

struct page *page_new(void)
{
	return memory_zero(1, sizeof(struct page));
}

void page_free(struct page *page)
{
	if (!page)
		return;
	for (size_t i = 0; i < page->count; i++) {
		free(page->items[i]->choices);
		free(page->items[i]);
	}
	free(page->items);
	words_free(&page->strings);
	free(page);
}

static const char *PRINTF(2, 0) keep(struct page *page, const char *format, va_list args)
{
	autofree char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = memory_copy_text("");
	words_add(&page->strings, text);
	return page->strings.items[page->strings.count - 1];
}

const char *page_format(struct page *page, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = keep(page, format, args);
	va_end(args);
	return text;
}

const char *page_copy(struct page *page, const char *text)
{
	if (!text)
		return NULL;
	words_add(&page->strings, text);
	return page->strings.items[page->strings.count - 1];
}

struct item *page_add(
	struct page *page, enum item_type type, const char *id, const char *label)
{
	struct item *item = memory_zero(1, sizeof(*item));

	item->type = type;
	item->id = id;
	item->label = label;
	item->gap = page->gap_next;
	page->gap_next = false;
	page->items = memory_resize(page->items, page->count + 1, sizeof(struct item *));
	page->items[page->count++] = item;
	return item;
}

struct item *page_note(struct page *page, enum tone tone, const char *format, ...)
{
	struct item *item = page_add(page, ITEM_NOTE, NULL, NULL);
	va_list args;

	va_start(args, format);
	item->value = keep(page, format, args);
	va_end(args);
	item->tone = tone;
	return item;
}

struct item *page_fact(struct page *page, const char *label, const char *format, ...)
{
	struct item *item = page_add(page, ITEM_FACT, NULL, label);
	va_list args;

	va_start(args, format);
	item->value = keep(page, format, args);
	va_end(args);
	return item;
}

void page_gap(struct page *page)
{
	page->gap_next = true;
}

struct choice *item_choice(struct item *item, const char *value, const char *label)
{
	struct choice *choice;

	item->choices = memory_resize(item->choices, item->count + 1, sizeof(*choice));
	choice = &item->choices[item->count++];
	*choice = (struct choice){.value = value, .label = label};
	return choice;
}

const struct item *page_item(const struct page *page, const char *id)
{
	for (size_t i = 0; id && i < page->count; i++)
		if (text_equal(page->items[i]->id, id))
			return page->items[i];
	return NULL;
}

const struct choice *item_find(const struct item *item, const char *value)
{
	for (size_t i = 0; value && i < item->count; i++)
		if (text_equal(item->choices[i].value, value))
			return &item->choices[i];
	return NULL;
}

bool item_takes_focus(const struct item *item)
{
	switch (item->type) {
	case ITEM_BOOL:
	case ITEM_TEXT:
	case ITEM_NUMBER:
	case ITEM_SECRET:
	case ITEM_CONFIRM:
		return true;
	case ITEM_ACTION:
		return !item->key_only;
	case ITEM_ONE:
	case ITEM_MANY:
	case ITEM_LIST:
		return item->count > 0;
	case ITEM_NOTE:
	case ITEM_FACT:
	case ITEM_TABLE:
	case ITEM_BAR:
	case ITEM_PROGRESS:
	case ITEM_LOG:
	case ITEM_QR:
		break;
	}
	return false;
}

bool item_is_typed(const struct item *item)
{
	return item->type == ITEM_TEXT || item->type == ITEM_NUMBER ||
	       item->type == ITEM_SECRET || item->type == ITEM_CONFIRM;
}

size_t item_rows(const struct item *item)
{
	bool has_rows = item->type == ITEM_ONE || item->type == ITEM_MANY ||
			item->type == ITEM_LIST;

	return has_rows && item->count ? item->count : 1;
}

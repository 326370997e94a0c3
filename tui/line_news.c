/* What line mode says without being asked: what an action changed, how far an installation is, its log. */
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/line_state.h"
#include "tui/line_text.h"

enum { LOG_ROWS = 20 };

static char *text_of(const struct item *item)
{
	return memory_format("%s:%s", item->label ? item->label : "", item->value);
}

void line_tell_item(struct line *line, const struct item *item)
{
	bool can_change = item->type == ITEM_FACT || item->type == ITEM_NOTE;

	if (can_change && !item->secret) {
		autofree char *text = text_of(item);

		words_add(&line->told, text);
	}
	line_say_item(line->terminal->out, item);
}

void line_note_question(struct line *line, const struct item *item)
{
	autofree char *text = memory_format("?%s", item->id);

	if (!words_contain(&line->told, text))
		words_add(&line->told, text);
}

/* The first question that was not asked yet, or the menu. */
static size_t first_unasked(const struct line *line)
{
	const struct page *page = line->view->page;

	for (size_t i = 0; i < page->count; i++) {
		autofree char *text = memory_format(
			"?%s", page->items[i]->id ? page->items[i]->id : "");

		if (line_is_question(page->items[i]) && !words_contain(&line->told, text))
			return i;
	}
	return page->count;
}

/* Of what was read already only what is new or has another value. A secret is not compared but told again. */
void line_tell_changes(struct line *line)
{
	const struct page *page = line->view->page;

	if (line->acted)
		line->at = first_unasked(line);
	for (size_t i = 0; line->acted && i < line->at; i++) {
		const struct item *item = page->items[i];
		autofree char *text = NULL;

		if (item->type != ITEM_FACT && item->type != ITEM_NOTE)
			continue;
		text = item->secret ? NULL : text_of(item);
		if (!text || !words_contain(&line->told, text))
			line_tell_item(line, item);
	}
	line->acted = false;
}

static void tell_all(const struct line *line, const struct item *item)
{
	line_tell(line, _("%u percent.\n"), item->permille / 10);
	if (item->value && *item->value)
		line_say_wrapped(line->terminal->out, item->value);
	if (line->view->page->detail)
		line_say_wrapped(line->terminal->out, line->view->page->detail);
}

static void tell_steps(struct line *line, const struct item *item)
{
	size_t now = 0;

	while (now < item->count && item->choices[now].state != STEP_NOW)
		now++;
	if (now < item->count && now != line->step_now)
		line_tell(line, _("%zu of %zu: %s.\n"), now + 1, item->count,
			item->choices[now].label);
	if (line->wants_progress)
		tell_all(line, item);
	else if (item->permille / 100 > line->tenth)
		line_tell(line, _("%u percent.\n"), item->permille / 10);
	line->step_now = now;
	line->tenth = item->permille / 100;
	line->wants_progress = false;
}

void line_tell_progress(struct line *line)
{
	const struct page *page = line->view->page;

	for (size_t i = 0; i < page->count; i++)
		if (page->items[i]->type == ITEM_PROGRESS)
			tell_steps(line, page->items[i]);
}

/* The last rows. */
static const char *tail(const char *text, size_t rows)
{
	const char *at = text + strlen(text);

	while (at > text && rows) {
		at--;
		if (at == text || at[-1] == '\n')
			rows--;
	}
	return at;
}

/* What was told already is left out; a log that was cut at its beginning goes on with its last row. */
void line_tell_log(struct line *line)
{
	const struct page *page = line->view->page;
	const struct item *item = NULL;
	const char *from;

	for (size_t i = 0; i < page->count; i++)
		if (page->items[i]->type == ITEM_LOG)
			item = page->items[i];
	if (!item || text_equal(item->value, line->log)) {
		if (!item)
			line_keep(&line->log, NULL);
		return;
	}
	if (!line->log)
		from = tail(item->value, LOG_ROWS);
	else if (text_starts(item->value, line->log))
		from = item->value + strlen(line->log);
	else
		from = tail(item->value, 1);
	line_say(line->terminal->out, from);
	line_keep(&line->log, item->value);
}

#include "tui/pane.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "installer/base/memory.h"
#include "tui/layout.h"

enum { PAGE_ROWS = 8 };

const struct item *pane_focus(const struct view *view)
{
	return view->focus < view->page->count ? view->page->items[view->focus] : NULL;
}

bool pane_uses_picker(const struct item *item)
{
	return item->type == ITEM_ONE && item->count > PICK_ABOVE;
}

void pane_follow(struct pane *pane, const struct view *view)
{
	const struct item *item = pane_focus(view);
	const char *id = item ? item->id : "";
	const char *value = item && item->value ? item->value : "";

	if (!text_equal(pane->item, id)) {
		free(pane->item);
		pane->item = memory_copy_text(id);
		pane->caret = strlen(value);
		pane->reveal = false;
		pane->picking = false;
	}
	if (!view->help)
		pane->help_above = 0;
	if (pane->caret > strlen(value))
		pane->caret = strlen(value);
}

void pane_free(struct pane *pane)
{
	free(pane->item);
	free(pane->text);
	*pane = (struct pane){0};
}

static bool contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; text && *text; text++)
		if (strncasecmp(text, part, length) == 0)
			return true;
	return length == 0;
}

size_t pane_matches(
	const struct pane *pane, const struct item *item, size_t *indices, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < item->count; i++) {
		const struct choice *choice = &item->choices[i];

		if (!contains(choice->label, pane->filter) &&
			!contains(choice->value, pane->filter))
			continue;
		if (count < max)
			indices[count] = i;
		count++;
	}
	return count;
}

static bool send(
	struct input *input, enum input_kind kind, const char *id, const char *text)
{
	*input = (struct input){.kind = kind, .id = id, .text = text};
	return true;
}

static bool send_owned(struct pane *pane, struct input *input, enum input_kind kind,
	const char *id, char *text)
{
	free(pane->text);
	pane->text = text;
	return send(input, kind, id, text);
}

/* Focus. */

static bool focus_on(
	const struct view *view, size_t index, size_t row, struct input *input)
{
	*input = (struct input){
		.kind = INPUT_FOCUS, .id = view->page->items[index]->id, .row = row};
	return true;
}

static bool focus_item(const struct view *view, int direction, struct input *input)
{
	size_t count = view->page->count;
	size_t i = view->focus;

	if (view->focus >= count)
		return false;
	do
		i = (i + count + (direction > 0 ? 1 : count - 1)) % count;
	while (i != view->focus && !item_takes_focus(view->page->items[i]));
	return i != view->focus && focus_on(view, i, SIZE_MAX, input);
}

/* Rows that Up and Down step through: an inline ONE and a picker are one row. */
static size_t steps_of(const struct item *item)
{
	return item_is_inline(item) || pane_uses_picker(item) ? 1 : item_rows(item);
}

static bool focus_row(const struct view *view, int direction, struct input *input)
{
	const struct item *item = pane_focus(view);
	size_t i = view->focus;

	if (!item)
		return false;
	if (steps_of(item) > 1 &&
		(direction > 0 ? view->row + 1 < item->count : view->row > 0))
		return focus_on(view, view->focus,
			view->row + (direction > 0 ? 1 : (size_t)-1), input);
	do {
		if (direction > 0 ? i + 1 >= view->page->count : i == 0)
			return false;
		i += direction > 0 ? 1 : (size_t)-1;
	} while (!item_takes_focus(view->page->items[i]));
	item = view->page->items[i];
	if (steps_of(item) == 1)
		return focus_on(view, i, SIZE_MAX, input);
	return focus_on(view, i, direction > 0 ? 0 : item->count - 1, input);
}

/* Behind the last row PageDown shows what stands below it; any other key comes back. */
static bool focus_page(
	struct pane *pane, const struct view *view, int direction, struct input *input)
{
	const struct item *item = pane_focus(view);
	size_t row;

	if (direction > 0 && !focus_row(view, 1, input)) {
		pane->page_above += PAGE_ROWS;
		return false;
	}
	if (!item || steps_of(item) == 1)
		return focus_item(view, direction, input);
	row = direction > 0 ? view->row + PAGE_ROWS
			    : view->row - (view->row < PAGE_ROWS ? view->row : PAGE_ROWS);
	return focus_on(
		view, view->focus, row < item->count ? row : item->count - 1, input);
}

/* Next item, or the next screen behind the last one. */
static bool go_on(const struct view *view, struct input *input)
{
	size_t i = view->focus + 1;

	while (i < view->page->count && !item_takes_focus(view->page->items[i]))
		i++;
	if (i < view->page->count && view->page->items[i]->type != ITEM_ACTION)
		return focus_on(view, i, SIZE_MAX, input);
	return send(input, INPUT_NEXT, NULL, NULL);
}

/* Typed items. */

static size_t char_before(const char *text, size_t at)
{
	while (at > 0 && ((unsigned char)text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t char_after(const char *text, size_t at)
{
	if (text[at])
		at++;
	while (((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static bool replace(struct pane *pane, const struct item *item, size_t from, size_t to,
	struct input *input, const char *with)
{
	const char *value = item->value ? item->value : "";
	autotext struct text text = {0};

	text_add_bytes(&text, value, from);
	text_add(&text, with);
	text_add(&text, value + to);
	pane->caret = from + strlen(with);
	return send_owned(pane, input, INPUT_SET, item->id, text_take(&text));
}

static bool edit_text(struct pane *pane, const struct item *item,
	const struct press *press, struct input *input)
{
	const char *value = item->value ? item->value : "";
	size_t end = strlen(value);

	switch ((int)press->kind) {
	case PRESS_TEXT:
		return replace(pane, item, pane->caret, pane->caret, input, press->text);
	case PRESS_BACKSPACE:
		return pane->caret > 0 &&
		       replace(pane, item, char_before(value, pane->caret), pane->caret,
			       input, "");
	case PRESS_DELETE:
		return pane->caret < end &&
		       replace(pane, item, pane->caret, char_after(value, pane->caret),
			       input, "");
	case PRESS_LEFT:
		pane->caret = char_before(value, pane->caret);
		break;
	case PRESS_RIGHT:
		pane->caret = char_after(value, pane->caret);
		break;
	case PRESS_HOME:
		pane->caret = 0;
		break;
	case PRESS_END:
		pane->caret = end;
		break;
	case PRESS_CONTROL:
		if (press->text[0] == 'U')
			return replace(pane, item, 0, end, input, "");
		if (press->text[0] == 'K')
			return replace(pane, item, pane->caret, end, input, "");
		break;
	default:
		break;
	}
	return false;
}

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static bool edit_secret(struct pane *pane, const struct item *item,
	const struct press *press, struct input *input)
{
	size_t count = characters(secret_bytes(item->secret));

	if (press->kind == PRESS_TEXT)
		return send_owned(
			pane, input, INPUT_ADD, item->id, memory_copy_text(press->text));
	if (press->kind != PRESS_BACKSPACE &&
		!(press->kind == PRESS_CONTROL && press->text[0] == 'U'))
		return false;
	*input = (struct input){.kind = INPUT_CUT,
		.id = item->id,
		.row = press->kind == PRESS_BACKSPACE && count ? count - 1 : 0};
	return count > 0;
}

/* Choices. */

static bool choose_beside(const struct item *item, int direction, struct input *input)
{
	size_t now = 0;

	for (size_t i = 0; i < item->count; i++)
		if (text_equal(item->choices[i].value, item->value))
			now = i;
	for (size_t step = 1; step < item->count; step++) {
		size_t i =
			(now + (direction > 0 ? step : item->count - step)) % item->count;

		if (!item->choices[i].why_not)
			return send(input, INPUT_SET, item->id, item->choices[i].value);
	}
	return false;
}

static bool toggle(struct pane *pane, const struct view *view, const struct item *item,
	struct input *input)
{
	const struct choice *choice =
		view->row < item->count ? &item->choices[view->row] : NULL;

	if (item->type == ITEM_BOOL)
		return send(input, INPUT_SET, item->id,
			text_equal(item->value, "true") ? "false" : "true");
	if (item->type == ITEM_MANY && choice)
		return send_owned(pane, input, INPUT_SET, item->id,
			memory_format("%c%s", choice->on ? '-' : '+', choice->value));
	if (item_is_inline(item))
		return choose_beside(item, 1, input);
	if (item->type == ITEM_ONE && choice && !pane_uses_picker(item))
		return send(input, INPUT_SET, item->id, choice->value);
	return false;
}

static bool open_picker(struct pane *pane, const struct item *item)
{
	pane->picking = true;
	pane->filter[0] = '\0';
	pane->picked = 0;
	for (size_t i = 0; i < item->count; i++)
		if (text_equal(item->choices[i].value, item->value))
			pane->picked = i;
	return false;
}

static bool enter(struct pane *pane, const struct view *view, const struct item *item,
	struct input *input)
{
	const struct choice *choice =
		view->row < item->count ? &item->choices[view->row] : NULL;

	if (item->type == ITEM_ACTION)
		return send(input, INPUT_ACT, item->id, NULL);
	if ((item->type == ITEM_LIST || item->opens) && choice)
		return send(input, INPUT_ACT, item->id, choice->value);
	if (pane_uses_picker(item))
		return open_picker(pane, item);
	/* The first Enter chooses, the second goes on; on what is chosen already it goes on at once. */
	if (item->type == ITEM_ONE && !item_is_inline(item) && choice &&
		!text_equal(choice->value, item->value))
		return send(input, INPUT_SET, item->id, choice->value);
	return go_on(view, input);
}

static bool press_picker(struct pane *pane, const struct item *item,
	const struct press *press, struct input *input)
{
	size_t indices[256];
	size_t count = pane_matches(pane, item, indices, LENGTH(indices));
	size_t length = strlen(pane->filter);

	count = count < LENGTH(indices) ? count : LENGTH(indices);
	switch ((int)press->kind) {
	case PRESS_UP:
		pane->picked -= pane->picked > 0;
		break;
	case PRESS_DOWN:
		pane->picked += pane->picked + 1 < count;
		break;
	case PRESS_PAGE_UP:
		pane->picked -= pane->picked < 8 ? pane->picked : 8;
		break;
	case PRESS_PAGE_DOWN:
		pane->picked =
			pane->picked + 8 < count ? pane->picked + 8 : count - (count > 0);
		break;
	case PRESS_TEXT:
		if (length + strlen(press->text) < FILTER_MAX &&
			strcmp(press->text, "/") != 0)
			memcpy(pane->filter + length, press->text,
				strlen(press->text) + 1);
		pane->picked = 0;
		break;
	case PRESS_BACKSPACE:
		pane->filter[char_before(pane->filter, length)] = '\0';
		pane->picked = 0;
		break;
	case PRESS_ESCAPE:
		pane->picking = false;
		break;
	case PRESS_ENTER:
		pane->picking = pane->picked >= count;
		return pane->picked < count &&
		       send(input, INPUT_SET, item->id,
			       item->choices[indices[pane->picked]].value);
	default:
		break;
	}
	return false;
}

/* Keys that mean the same everywhere. Every F key has a Ctrl letter beside it, because serial lines often lose F keys. */
static bool press_global(const struct press *press, struct input *input)
{
	static const struct {
		unsigned function;
		char control;
		enum input_kind kind;
	} keys[] = {
		{1,  'G', INPUT_HELP        },
		{4,  'T', INPUT_SHELL       },
		{5,  'R', INPUT_REVIEW      },
		{0,  'B', INPUT_BACK        },
		{10, 'N', INPUT_NEXT        },
		{0,  'C', INPUT_EXPLAIN_STOP},
		{0,  'X', INPUT_QUIT        },
	};

	if (press->kind == PRESS_ESCAPE)
		return send(input, INPUT_BACK, NULL, NULL);
	for (size_t i = 0; i < LENGTH(keys); i++)
		if ((press->kind == PRESS_FUNCTION &&
			    press->number == keys[i].function) ||
			(press->kind == PRESS_CONTROL &&
				press->text[0] == keys[i].control))
			return send(input, keys[i].kind, NULL, NULL);
	if ((press->kind == PRESS_FUNCTION && press->number == 6) ||
		(press->kind == PRESS_CONTROL && press->text[0] == 'O'))
		return send(input, INPUT_SWITCH, NULL, NULL);
	return false;
}

/* The Ctrl letter beside the F key of an action. */
static bool is_beside(unsigned function, char control)
{
	static const char letters[] = "  VW    E"; /* by number */

	return function < sizeof(letters) && letters[function] == control;
}

static bool press_action_key(
	const struct view *view, const struct press *press, struct input *input)
{
	for (size_t i = 0; i < view->page->count; i++) {
		const struct item *item = view->page->items[i];
		bool letter = press->kind == PRESS_TEXT && item->key &&
			      tolower((unsigned char)press->text[0]) == item->key;
		bool function = item->function_key &&
				(press->kind == PRESS_FUNCTION
						? press->number == item->function_key
						: press->kind == PRESS_CONTROL &&
							  is_beside(item->function_key,
								  press->text[0]));

		if (item->type == ITEM_ACTION && (letter || function))
			return send(input, INPUT_ACT, item->id, NULL);
	}
	return false;
}

static bool press_letter(
	const struct view *view, const struct press *press, struct input *input)
{
	static const struct {
		char letter;
		enum input_kind kind;
	} keys[] = {
		{'?', INPUT_HELP  },
                {'!', INPUT_SHELL },
                {'=', INPUT_REVIEW},
		{'<', INPUT_BACK  }
        };

	for (size_t i = 0; i < LENGTH(keys); i++)
		if (press->text[0] == keys[i].letter)
			return send(input, keys[i].kind, NULL, NULL);
	return press_action_key(view, press, input);
}

static bool press_move(struct pane *pane, const struct view *view,
	const struct item *item, const struct press *press, struct input *input)
{
	bool beside = item && item_is_inline(item);

	switch ((int)press->kind) {
	case PRESS_TAB:
		return focus_item(view, 1, input);
	case PRESS_BACKTAB:
		return focus_item(view, -1, input);
	case PRESS_DOWN:
		return focus_row(view, 1, input);
	case PRESS_UP:
		return focus_row(view, -1, input);
	case PRESS_PAGE_DOWN:
		return focus_page(pane, view, 1, input);
	case PRESS_PAGE_UP:
		return focus_page(pane, view, -1, input);
	case PRESS_RIGHT:
		return beside && choose_beside(item, 1, input);
	case PRESS_LEFT:
		return beside && choose_beside(item, -1, input);
	default:
		return false;
	}
}

static bool press_item(struct pane *pane, const struct view *view,
	const struct press *press, struct input *input)
{
	const struct item *item = pane_focus(view);

	if (press->kind == PRESS_ENTER)
		return item ? enter(pane, view, item, input)
			    : send(input, INPUT_NEXT, NULL, NULL);
	if (press_move(pane, view, item, press, input))
		return true;
	if (item && item->type == ITEM_SECRET && press->kind == PRESS_FUNCTION &&
		press->number == 2) {
		pane->reveal = !pane->reveal;
		return false;
	}
	if (item && item_is_typed(item))
		return item->type == ITEM_SECRET ? edit_secret(pane, item, press, input)
						 : edit_text(pane, item, press, input);
	if (item && press->kind == PRESS_TEXT && strcmp(press->text, " ") == 0)
		return toggle(pane, view, item, input);
	if (item && item->type == ITEM_LIST && item->removable &&
		press->kind == PRESS_DELETE && view->row < item->count)
		return send(
			input, INPUT_REMOVE, item->id, item->choices[view->row].value);
	return press->kind == PRESS_TEXT && press_letter(view, press, input);
}

static bool press_help(struct pane *pane, const struct press *press, struct input *input)
{
	if (press->kind == PRESS_DOWN || press->kind == PRESS_PAGE_DOWN)
		pane->help_above += press->kind == PRESS_DOWN ? 1 : 5;
	else if (press->kind == PRESS_UP || press->kind == PRESS_PAGE_UP)
		pane->help_above -= pane->help_above < 5      ? pane->help_above
				    : press->kind == PRESS_UP ? 1
							      : 5;
	else
		return send(input, INPUT_HELP, NULL, NULL);
	return false;
}

bool pane_press(struct pane *pane, const struct view *view, const struct press *press,
	struct input *input)
{
	const struct item *item = pane_focus(view);

	if (press->kind != PRESS_PAGE_DOWN)
		pane->page_above = 0;
	if (view->help && press->kind != PRESS_CONTROL)
		return press_help(pane, press, input);
	if (pane->picking && item && press->kind != PRESS_CONTROL &&
		press->kind != PRESS_FUNCTION)
		return press_picker(pane, item, press, input);
	if (item && item->type == ITEM_SECRET && press->kind == PRESS_CONTROL &&
		press->text[0] == 'V') {
		pane->reveal = !pane->reveal;
		return false;
	}
	if ((press->kind == PRESS_FUNCTION || press->kind == PRESS_CONTROL) &&
		press_action_key(view, press, input))
		return true;
	return press_global(press, input) || press_item(pane, view, press, input);
}

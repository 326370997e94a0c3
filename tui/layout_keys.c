/* The line that says which keys work now. What the page and the field with the focus take stands at the left; what works everywhere has
 * fixed places at the right edge, as far as there is room, so that a move of the focus changes few cells. */
#include <stdio.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/item_draw.h"

enum { EVERYWHERE_MAX = 5 };

struct hint {
	const char *key, *label;
};

static int hint_width(const struct hint *hint)
{
	return text_cells(hint->key) + 1 + text_cells(hint->label);
}

static void put_hint(const struct area *area, int row, int col, enum role role,
	const struct hint *hint)
{
	col += area_put(area, row, col, -1, role, hint->key) + 1;
	(void)area_put(area, row, col, -1, ROLE_QUIET, hint->label);
}

/* Behind the last one, when there is room before column end. Returns the column of the next. */
static int add_hint(const struct area *area, int row, int col, int end, struct hint hint)
{
	int width = hint_width(&hint) + COLUMN_GAP;

	if (col + width > end)
		return col;
	put_hint(area, row, col, ROLE_KEY, &hint);
	return col + width;
}

static const char *enter_label(const struct item *item)
{
	if (!item)
		return _("Next");
	if (item->type == ITEM_ACTION)
		return _("Do it");
	if (item->type == ITEM_LIST || item->opens || pane_uses_picker(item))
		return _("Open");
	return item->type == ITEM_ONE && !item_is_inline(item) ? _("Choose") : _("Go on");
}

static int add_item_keys(
	const struct view *view, const struct area *area, int row, int col)
{
	const struct item *item = pane_focus(view);
	int end = area->cols;

	if (item || view->kind != SCREEN_RUN)
		col = add_hint(area, row, col, end,
			(struct hint){_("Enter"), enter_label(item)});
	if (item && (item->type == ITEM_BOOL || item->type == ITEM_MANY ||
			    item_is_inline(item)))
		col = add_hint(
			area, row, col, end, (struct hint){_("Space"), _("Change")});
	if (item && item->type == ITEM_SECRET)
		col = add_hint(area, row, col, end, (struct hint){"F2", _("Show")});
	if (item && item->type == ITEM_LIST && item->removable)
		col = add_hint(area, row, col, end, (struct hint){_("Del"), _("Remove")});
	return col;
}

/* Letters do nothing while they are typed into a field; F keys always work. */
static int add_action_keys(
	const struct view *view, const struct area *area, int row, int col, int end)
{
	const struct item *focus = pane_focus(view);
	bool types = focus && item_is_typed(focus);

	for (size_t i = 0; i < view->page->count; i++) {
		const struct item *item = view->page->items[i];
		char key[8] = {(char)(item->key >= 'a' && item->key <= 'z'
					      ? item->key - 'a' + 'A'
					      : item->key)};

		if (item->function_key && (types || !item->key))
			(void)snprintf(key, sizeof(key), "F%u", item->function_key % 13);
		if (item->type == ITEM_ACTION && key[0] && (!types || item->function_key))
			col = add_hint(
				area, row, col, end, (struct hint){key, item->label});
	}
	return col;
}

/* The most important first; returns how many. *needed of them go before the keys of actions. */
static size_t everywhere(const struct view *view, struct hint *hints, size_t *needed)
{
	size_t count = 0;

	if (view->kind != SCREEN_RUN && (view->step_now > 0 || view->kind != SCREEN_STEP))
		hints[count++] = (struct hint){_("Esc"), _("Back")};
	hints[count++] = (struct hint){"F1", _("Help")};
	*needed = count;
	if (view->kind == SCREEN_STEP && view->step_now > 0)
		hints[count++] = (struct hint){"F5", _("Review")};
	hints[count++] = (struct hint){"F4", _("Shell")};
	hints[count++] = (struct hint){"F6", _("Display")};
	return count;
}

/* Each change of looks costs fifteen bytes: where bytes are few the keys that are the same everywhere have none. */
static void draw_keys(
	const struct view *view, const struct area *area, int row, bool thin)
{
	const char *next = view->page->next_label ? view->page->next_label : _("Next");
	struct hint hints[EVERYWHERE_MAX];
	size_t needed, count = everywhere(view, hints, &needed);
	int col = 1, end = area->cols, right = area->cols - 1;

	for (size_t i = 0; i < needed; i++)
		end -= hint_width(&hints[i]) + COLUMN_GAP;
	if (view->kind != SCREEN_RUN)
		col = add_hint(area, row, col, area->cols, (struct hint){"F10", next});
	col = add_item_keys(view, area, row, col);
	col = add_action_keys(view, area, row, col, end);
	for (size_t i = 0; i < count; i++) {
		int start = right - hint_width(&hints[i]);

		if (start < col)
			continue;
		put_hint(area, row, start, thin ? ROLE_QUIET : ROLE_KEY, &hints[i]);
		right = start - COLUMN_GAP;
	}
}

void keys_draw(const struct view *view, const struct pane *pane, struct area area,
	int row, bool has_title)
{
	if (view->banner && !has_title) {
		area.cols -= text_cells(view->banner) + COLUMN_GAP;
		(void)area_put(&(struct area){.canvas = area.canvas,
				       .row = area.row,
				       .col = area.col + area.cols + 1,
				       .rows = area.rows,
				       .cols = text_cells(view->banner)},
			row, 0, -1, ROLE_BANNER, view->banner);
	}
	draw_keys(view, &area, row, pane->thin);
}

char *layout_keys(const struct view *view, int cols, bool has_title)
{
	autocanvas struct canvas *canvas = canvas_new(1, larger(cols, 1));
	struct area area = {.canvas = canvas, .rows = 1, .cols = canvas->cols};
	struct pane plain = {0};

	keys_draw(view, &plain, area, 0, has_title);
	return canvas_text(canvas, 0, 0, canvas->cols, GLYPHS_UTF8);
}

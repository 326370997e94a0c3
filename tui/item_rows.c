/* Items that have rows: choices one below the other, lists, tables, and the list that opens for many choices. */
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/item_draw.h"

/* Tables: a tab separates columns; each column is as wide as its widest cell, the last takes what is left. */
struct columns {
	int width[COLUMNS_MAX];
	int count;
};

static const char *cell_end(const char *cell)
{
	return cell + strcspn(cell, "\t");
}

static void columns_measure(struct columns *columns, const char *row)
{
	for (int i = 0; row && i < COLUMNS_MAX; i++) {
		const char *end = cell_end(row);
		autofree char *cell = memory_copy_bytes(row, (size_t)(end - row));

		columns->width[i] = larger(columns->width[i], text_cells(cell));
		columns->count = larger(columns->count, i + 1);
		row = *end ? end + 1 : NULL;
	}
}

static struct columns columns_of(const struct item *item)
{
	struct columns columns = {0};

	columns_measure(&columns, item->header);
	for (size_t i = 0; i < item->count; i++)
		columns_measure(&columns, item->choices[i].label);
	return columns;
}

/* A cell that begins with a digit stands at the right of its column. */
static void put_columns(const struct area *area, int row, int col,
	const struct columns *columns, enum role role, const char *text)
{
	for (int i = 0; text && i < columns->count; i++) {
		const char *end = cell_end(text);
		autofree char *cell = memory_copy_bytes(text, (size_t)(end - text));
		bool last = i + 1 == columns->count;
		int indent = cell[0] >= '0' && cell[0] <= '9' && !last
				     ? columns->width[i] - text_cells(cell)
				     : 0;

		(void)area_put(area, row, col + indent,
			last ? -1 : columns->width[i] - indent, role, cell);
		col += columns->width[i] + COLUMN_GAP;
		text = *end ? end + 1 : NULL;
	}
}

static int columns_width(const struct columns *columns)
{
	int width = 0;

	for (int i = 0; i < columns->count; i++)
		width += columns->width[i] + (i ? COLUMN_GAP : 0);
	return width;
}

/* Rows of ONE, MANY, LIST and TABLE. */

static int mark_width(const struct item *item)
{
	return item->type == ITEM_ONE || item->type == ITEM_MANY ? 4 : 0;
}

struct rows {
	struct columns columns;
	int first_col, note_col, head; /* head: rows above the first choice */
};

static struct rows rows_of(const struct item *item, int width)
{
	struct rows rows = {
		.columns = columns_of(item), .first_col = MARGIN + mark_width(item)};

	rows.note_col = rows.first_col + columns_width(&rows.columns) + COLUMN_GAP;
	if (width - rows.note_col < 20)
		rows.note_col = rows.first_col + COLUMN_GAP;
	rows.head = (item->label ? 1 : 0) + (item->header ? 1 : 0);
	return rows;
}

static bool has_notes_beside(const struct item *item)
{
	return (item->type == ITEM_ONE && !item->brief) || item->type == ITEM_TABLE ||
	       item->notes_beside;
}

static int choice_rows(const struct item *item, const struct choice *choice,
	const struct rows *rows, int width)
{
	bool below = rows->note_col == rows->first_col + COLUMN_GAP;

	if (!has_notes_beside(item) || !choice->note)
		return 1;
	return (below ? 1 : 0) + wrapped_rows(choice->note, width - rows->note_col);
}

int rows_height(const struct item *item, int width)
{
	struct rows rows = rows_of(item, width);
	int height = rows.head;

	for (size_t i = 0; i < item->count; i++)
		height += choice_rows(item, &item->choices[i], &rows, width);
	return height;
}

static void put_mark(const struct frame *frame, const struct item *item, size_t i,
	const struct area *area, int row)
{
	const struct choice *choice = &item->choices[i];
	bool is_on = item->type == ITEM_MANY ? choice->on
					     : text_equal(choice->value, item->value);
	enum role role = is_on && item->type == ITEM_ONE ? ROLE_STRONG : ROLE_VALUE;

	(void)area_put(
		area, row, MARGIN, 3, role, item->type == ITEM_MANY ? "[ ]" : "( )");
	if (is_on)
		area_fill(area, row, MARGIN + 1, 1, role,
			item->type == ITEM_MANY ? GLYPH_MARK : GLYPH_BULLET);
	if (choice->remark)
		(void)area_put(area, row, MARGIN - 1, 1, tone_role(choice->tone),
			choice->tone == TONE_NORMAL ? "*" : "!");
	if (choice->why_not)
		(void)area_put(area, row, MARGIN, 3, ROLE_QUIET, " - ");
	else
		spot_add(frame, area,
			(struct spot){
				.kind = item->type == ITEM_MANY ? SPOT_CHECK : SPOT_RADIO,
				.row = row,
				.col = MARGIN,
				.width = 4,
				.on = is_on,
				.focused = is_focused(frame, item) &&
					   frame->view->row == i});
}

static void draw_choice(const struct frame *frame, const struct item *item, size_t i,
	const struct area *area, int row)
{
	struct rows rows = rows_of(item, area->cols);
	const struct choice *choice = &item->choices[i];
	bool focused = is_focused(frame, item) && frame->view->row == i;
	enum role role = choice->why_not ? ROLE_QUIET : tone_role(choice->tone);
	bool below = rows.note_col == rows.first_col + COLUMN_GAP;

	if (mark_width(item))
		put_mark(frame, item, i, area, row);
	put_columns(area, row, rows.first_col, &rows.columns, focused ? ROLE_FOCUS : role,
		choice->label);
	if (focused) {
		area_fill(area, row, 0, 1, ROLE_STRONG, GLYPH_POINTER);
		area_role(area, row, rows.first_col,
			smaller(columns_width(&rows.columns),
				area->cols - rows.first_col),
			ROLE_FOCUS);
		area_cursor(area, row, mark_width(item) ? MARGIN + 1 : rows.first_col);
		if (!mark_width(item) || choice->why_not)
			spot_add(frame, area,
				(struct spot){.kind = SPOT_ROW,
					.row = row,
					.col = rows.first_col,
					.width = columns_width(&rows.columns),
					.focused = true});
	}
	if (has_notes_beside(item) && choice->note)
		(void)put_wrapped(
			area, row + below, rows.note_col, ROLE_HINT, choice->note);
}

void rows_draw(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	struct rows rows = rows_of(item, area->cols);

	if (item->label)
		(void)area_put(area, row, MARGIN, -1, ROLE_STRONG, item->label);
	if (item->header)
		put_columns(area, row + (item->label ? 1 : 0), rows.first_col,
			&rows.columns, ROLE_HINT, item->header);
	row += rows.head;
	for (size_t i = 0; i < item->count; i++) {
		draw_choice(frame, item, i, area, row);
		row += choice_rows(item, &item->choices[i], &rows, area->cols);
	}
}

int rows_focus(const struct frame *frame, const struct item *item, int width)
{
	struct rows rows = rows_of(item, width);
	int row = rows.head;

	for (size_t i = 0; i < frame->view->row; i++)
		row += choice_rows(item, &item->choices[i], &rows, width);
	return row;
}

void picker_draw(
	const struct frame *frame, const struct item *item, const struct area *area)
{
	size_t indices[256];
	size_t count = pane_matches(frame->pane, item, indices, LENGTH(indices));
	size_t page = (size_t)larger(area->rows - 2, 1);
	size_t first = frame->pane->picked / page * page;
	int row = 2;

	count = count < LENGTH(indices) ? count : LENGTH(indices);
	(void)area_put(area, 0, MARGIN, -1, ROLE_STRONG, item->label);
	(void)area_put(area, 1, MARGIN, -1, ROLE_HINT,
		frame->pane->filter[0] ? _("Filter:") : _("Type to filter"));
	if (frame->pane->filter[0])
		(void)area_put(area, 1, MARGIN + 1 + text_cells(_("Filter:")), -1,
			ROLE_FIELD, frame->pane->filter);
	for (size_t i = first; i < count && i < first + page; i++, row++) {
		bool focused = i == frame->pane->picked;

		if (focused) {
			area_fill(area, row, 0, 1, ROLE_STRONG, GLYPH_POINTER);
			area_cursor(area, row, MARGIN);
			spot_add(frame, area,
				(struct spot){.kind = SPOT_ROW,
					.row = row,
					.col = MARGIN,
					.width = text_cells(
						item->choices[indices[i]].label),
					.focused = true});
		}
		(void)area_put(area, row, MARGIN, -1, focused ? ROLE_FOCUS : ROLE_VALUE,
			item->choices[indices[i]].label);
	}
	if (!count)
		(void)area_put(area, row, MARGIN, -1, ROLE_WARNING,
			_("Nothing matches; Backspace widens the search."));
}

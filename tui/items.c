/* How each type of item looks: its height and its cells. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/item_draw.h"

enum { NARROW = 44 };

enum role tone_role(enum tone tone)
{
	static const enum role roles[] = {[TONE_NORMAL] = ROLE_VALUE,
		[TONE_STRONG] = ROLE_STRONG,
		[TONE_GOOD] = ROLE_GOOD,
		[TONE_WARNING] = ROLE_WARNING,
		[TONE_DANGER] = ROLE_DANGER,
		[TONE_QUIET] = ROLE_QUIET};

	return roles[tone];
}

/* Column where values begin: beside the label, or below it when there is no room. */
static int value_col(const struct frame *frame, int width)
{
	return width < NARROW ? MARGIN : MARGIN + frame->label_width + COLUMN_GAP;
}

static int label_rows(const struct item *item, int width)
{
	return width < NARROW && item->label ? 1 : 0;
}

static void put_label(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	bool focused = is_focused(frame, item);

	if (focused)
		area_fill(area, row, 0, 1, ROLE_STRONG, GLYPH_POINTER);
	if (item->label)
		(void)area_put(area, row, MARGIN,
			area->cols < NARROW ? -1 : frame->label_width,
			focused ? ROLE_STRONG : ROLE_LABEL, item->label);
}

int put_wrapped(
	const struct area *area, int row, int col, enum role role, const char *text)
{
	int width = larger(area->cols - col, 1);
	int rows = 0;

	while (*text) {
		size_t skip;
		size_t length = text_wrap(text, width, &skip);
		autofree char *line = memory_copy_bytes(text, length);

		(void)area_put(area, row + rows, col, width, role, line);
		text += length + skip;
		rows++;
	}
	return larger(rows, 1);
}

int wrapped_rows(const char *text, int width)
{
	return text_lines(text, larger(width, 1));
}

/* ONE beside its label, or its value when a list opens. */

bool item_is_inline(const struct item *item)
{
	int cells = 0;

	if (item->type != ITEM_ONE || item->count > 4)
		return false;
	for (size_t i = 0; i < item->count; i++) {
		if (item->choices[i].note || strchr(item->choices[i].label, '\t'))
			return false;
		cells += text_cells(item->choices[i].label) + 6;
	}
	return cells <= 36;
}

static void draw_inline(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	int col = value_col(frame, area->cols);

	put_label(frame, item, area, row);
	row += label_rows(item, area->cols);
	for (size_t i = 0; i < item->count; i++) {
		const struct choice *choice = &item->choices[i];
		bool is_on = text_equal(choice->value, item->value);
		enum role role = choice->why_not ? ROLE_QUIET : ROLE_VALUE;
		enum role mark = !is_on                    ? role
				 : is_focused(frame, item) ? ROLE_FOCUS
							   : ROLE_STRONG;

		(void)area_put(area, row, col, 3, mark, "( )");
		spot_add(frame, area,
			(struct spot){.kind = SPOT_RADIO,
				.row = row,
				.col = col,
				.width = 4,
				.on = is_on,
				.focused = is_on && is_focused(frame, item)});
		if (is_on) {
			area_fill(area, row, col + 1, 1, mark, GLYPH_BULLET);
			if (is_focused(frame, item))
				area_cursor(area, row, col + 1);
		}
		col += 4 + area_put(area, row, col + 4, -1, role, choice->label) + 2;
	}
}

static void draw_picked(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	const struct choice *choice = item_find(item, item->value);
	bool focused = is_focused(frame, item);
	int col = value_col(frame, area->cols);
	int width;

	put_label(frame, item, area, row);
	row += label_rows(item, area->cols);
	width = area_put(area, row, col, -1, focused ? ROLE_FOCUS : ROLE_VALUE,
		choice        ? choice->label
		: item->value ? item->value
			      : "-");
	area_fill(area, row, col + width + 1, 1, ROLE_HINT, GLYPH_DOWN);
	if (!focused)
		return;
	area_cursor(area, row, col);
	spot_add(frame, area,
		(struct spot){.kind = SPOT_ROW,
			.row = row,
			.col = col,
			.width = width,
			.focused = true});
}

static void draw_bool(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	int col = value_col(frame, area->cols);
	bool is_on = text_equal(item->value, "true");
	enum role role = is_focused(frame, item) ? ROLE_FOCUS : ROLE_VALUE;

	put_label(frame, item, area, row);
	row += label_rows(item, area->cols);
	(void)area_put(area, row, col, 3, role, "[ ]");
	if (is_on)
		area_fill(area, row, col + 1, 1, role, GLYPH_MARK);
	if (is_focused(frame, item))
		area_cursor(area, row, col + 1);
	spot_add(frame, area,
		(struct spot){.kind = SPOT_CHECK,
			.row = row,
			.col = col,
			.width = 4,
			.on = is_on,
			.focused = is_focused(frame, item)});
}

/* Typed items: a field as wide as is useful; the text scrolls so that the caret is seen. */

static int field_width(const struct item *item, int room)
{
	return larger(smaller(room - 1, item->width ? (int)item->width : 40), 4);
}

static const char *secret_shown(
	const struct frame *frame, const struct item *item, struct text *stars)
{
	if (frame->pane->reveal && is_focused(frame, item))
		return secret_bytes(item->secret);
	for (const char *c = secret_bytes(item->secret); *c; c++)
		if (((unsigned char)*c & 0xc0) != 0x80)
			text_add(stars, "*");
	return text_string(stars);
}

static void put_field(const struct frame *frame, const struct item *item,
	const struct area *area, int row, const char *shown)
{
	bool focused = is_focused(frame, item);
	int col = value_col(frame, area->cols);
	int width = field_width(item, area->cols - col);
	size_t caret_byte = item->type == ITEM_SECRET || !focused ? strlen(shown)
								  : frame->pane->caret;
	autofree char *before = memory_copy_bytes(
		shown, caret_byte < strlen(shown) ? caret_byte : strlen(shown));
	int caret = text_cells(before);

	while (focused && caret >= width) {
		uint32_t code;

		shown += utf8_next(shown, &code);
		caret -= code_width(code);
	}
	area_fill(area, row, col, width, focused ? ROLE_FIELD_FOCUS : ROLE_FIELD, ' ');
	(void)area_put(
		area, row, col, width, focused ? ROLE_FIELD_FOCUS : ROLE_FIELD, shown);
	if (focused)
		area_cursor(area, row, col + caret);
	spot_add(frame, area,
		(struct spot){.kind = SPOT_ENTRY,
			.row = row,
			.col = col,
			.width = width,
			.focused = focused});
}

static void draw_typed(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	autotext struct text stars = {0};

	put_label(frame, item, area, row);
	row += label_rows(item, area->cols);
	put_field(frame, item, area, row,
		item->type == ITEM_SECRET ? secret_shown(frame, item, &stars)
		: item->value             ? item->value
					  : "");
}

static void draw_fact(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	if (item->label)
		(void)area_put(area, row, MARGIN,
			area->cols < NARROW ? -1 : frame->label_width, ROLE_LABEL,
			item->label);
	(void)put_wrapped(area, row + label_rows(item, area->cols),
		value_col(frame, area->cols), tone_role(item->tone), item->value);
}

static void draw_action(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	enum role role = is_focused(frame, item) ? ROLE_FOCUS : tone_role(item->tone);
	autofree char *text = memory_format("[ %s ]", item->label);

	if (is_focused(frame, item)) {
		area_fill(area, row, 0, 1, ROLE_STRONG, GLYPH_POINTER);
		area_cursor(area, row, MARGIN + 2);
	}
	(void)area_put(area, row, MARGIN, -1, role, text);
	spot_add(frame, area,
		(struct spot){.kind = SPOT_BUTTON,
			.row = row,
			.col = MARGIN,
			.width = text_cells(text),
			.focused = is_focused(frame, item)});
}

/* A disk as a proportional bar: each segment at least one cell wide, its letter or label inside, a legend below. */

static uint64_t bar_total(const struct item *item)
{
	uint64_t total = 0;

	for (size_t i = 0; i < item->count; i++)
		total += item->choices[i].weight;
	return total ? total : 1;
}

static void bar_widths(const struct item *item, int width, int *cells)
{
	uint64_t total = bar_total(item);
	int used = 0;
	size_t widest = 0;

	for (size_t i = 0; i < item->count; i++) {
		cells[i] = larger(3,
			(int)((double)item->choices[i].weight * width / (double)total));
		used += cells[i];
		if (cells[i] > cells[widest])
			widest = i;
	}
	if (item->count)
		cells[widest] = larger(1, cells[widest] + width - used);
}

enum { SEGMENTS_MAX = 12 };

static size_t bar_count(const struct item *item)
{
	return item->count < SEGMENTS_MAX ? item->count : SEGMENTS_MAX;
}

static void draw_bar_row(
	const struct item *item, const struct area *area, int row, int col)
{
	static const enum role roles[] = {
		ROLE_SEGMENT1, ROLE_SEGMENT2, ROLE_SEGMENT3, ROLE_SEGMENT4};
	int cells[SEGMENTS_MAX] = {0};
	struct item shown = *item;

	shown.count = bar_count(item);
	bar_widths(&shown, area->cols - col, cells);
	for (size_t i = 0; i < shown.count; i++) {
		const struct choice *segment = &item->choices[i];
		enum role role = segment->tone == TONE_QUIET ? ROLE_QUIET
							     : roles[i % LENGTH(roles)];
		char letter[2] = {(char)('a' + i), '\0'};
		const char *text = text_cells(segment->label) + 2 <= cells[i]
					   ? segment->label
					   : letter;

		area_fill(area, row, col, cells[i], role, ' ');
		(void)area_put(area, row, col, 1, role, "[");
		(void)area_put(area, row, col + cells[i] - 1, 1, role, "]");
		(void)area_put(area, row, col + 1, cells[i] - 2, role, text);
		col += cells[i];
	}
}

/* The legend below a bar: entries are not torn apart. With area NULL it is only measured. Returns its rows. */
static int put_legend(
	const struct area *area, int row, int col, int width, const struct item *item)
{
	int used = 0;
	int rows = 1;

	for (size_t i = 0; i < bar_count(item); i++) {
		const struct choice *segment = &item->choices[i];
		autofree char *entry = memory_format("%c %s %s", (int)('a' + i),
			segment->label, segment->note ? segment->note : "");
		int cells = text_cells(entry);

		if (used && used + cells > width) {
			used = 0;
			rows++;
		}
		if (area)
			(void)area_put(area, row + rows - 1, col + used, width - used,
				ROLE_HINT, entry);
		used += cells + 3;
	}
	return rows;
}

static void draw_bar(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	int col = value_col(frame, area->cols);

	(void)area_put(area, row, MARGIN, frame->label_width, ROLE_LABEL, item->label);
	row += label_rows(item, area->cols);
	draw_bar_row(item, area, row, col);
	(void)put_legend(area, row + 1, col, area->cols - col, item);
}

static int bar_height(const struct frame *frame, const struct item *item, int width)
{
	int col = value_col(frame, width);

	return label_rows(item, width) + 1 + put_legend(NULL, 0, col, width - col, item);
}

/* Progress: the steps, a bar for the whole. */

static void draw_step(const struct choice *step, const struct area *area, int row)
{
	static const char *const marks[] = {[STEP_TODO] = "[ ]",
		[STEP_NOW] = "[ ]",
		[STEP_DONE] = "[ ]",
		[STEP_BAD] = "[!]",
		[STEP_SKIPPED] = "[-]"};
	static const enum role roles[] = {[STEP_TODO] = ROLE_STEP_TODO,
		[STEP_NOW] = ROLE_STEP_NOW,
		[STEP_DONE] = ROLE_STEP_DONE,
		[STEP_BAD] = ROLE_DANGER,
		[STEP_SKIPPED] = ROLE_STEP_DONE};
	enum role role = roles[step->state];

	(void)area_put(area, row, MARGIN, 3, role, marks[step->state]);
	if (step->state == STEP_DONE || step->state == STEP_NOW)
		area_fill(area, row, MARGIN + 1, 1, role,
			step->state == STEP_DONE ? GLYPH_MARK : GLYPH_POINTER);
	(void)area_put(
		area, row, MARGIN + 4, area->cols - MARGIN - 4 - 9, role, step->label);
	if (step->note)
		(void)area_put(area, row, area->cols - 8, 8, ROLE_HINT, step->note);
}

static void draw_meter(
	const struct area *area, int row, int col, int width, unsigned permille)
{
	int on = (int)((unsigned)width * (permille > 1000 ? 1000 : permille) / 1000);

	area_fill(area, row, col, on, ROLE_METER_ON, GLYPH_FULL);
	area_fill(area, row, col + on, width - on, ROLE_METER_OFF, GLYPH_SHADE);
}

/* Steps that fit, around the running one. */
static size_t steps_shown(const struct frame *frame, const struct item *item)
{
	size_t room = frame->room > 5 ? (size_t)frame->room - 4 : 1;

	if (frame->compact)
		return 0;
	return item->count < room ? item->count : room;
}

static size_t first_step(const struct item *item, size_t shown)
{
	size_t now = 0;

	while (now < item->count && item->choices[now].state != STEP_NOW &&
		item->choices[now].state != STEP_TODO)
		now++;
	if (now + 2 <= shown)
		return 0;
	return now + 2 - shown < item->count - shown ? now + 2 - shown
						     : item->count - shown;
}

static void draw_progress(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	autofree char *percent = memory_format(_("%3u %%"), item->permille / 10);
	size_t shown = steps_shown(frame, item);
	size_t first = first_step(item, shown);

	draw_meter(area, row, MARGIN, area->cols - MARGIN - 8, item->permille);
	(void)area_put(area, row, area->cols - 6, 6, ROLE_STRONG, percent);
	spot_add(frame, area,
		(struct spot){.kind = SPOT_METER,
			.row = row,
			.col = MARGIN,
			.width = area->cols - MARGIN, /* with the percentage */
			.permille = item->permille});
	if (item->value)
		(void)area_put(area, row + 1, MARGIN, -1, ROLE_VALUE, item->value);
	for (size_t i = 0; i < shown; i++)
		draw_step(&item->choices[first + i], area, row + 3 + (int)i);
}

static int log_rows(const struct frame *frame)
{
	return larger(frame->room - 5, 2);
}

static void draw_log(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	const char *start = item->value + strlen(item->value);
	int lines = 0;

	while (start > item->value && lines < log_rows(frame) + 1)
		if (*--start == '\n')
			lines++;
	start += *start == '\n';
	for (int i = 0; i < log_rows(frame) && *start; i++) {
		size_t length = strcspn(start, "\n");
		autofree char *line = memory_copy_bytes(start, length);

		(void)area_put(area, row + i, MARGIN, -1, ROLE_HINT, line);
		start += length + (start[length] == '\n');
	}
}

/* The two entrances. */

static int error_height(const struct item *item, int width)
{
	return item->error ? wrapped_rows(item->error, width - MARGIN - 2) : 0;
}

static int body_height(const struct frame *frame, const struct item *item, int width)
{
	switch (item->type) {
	case ITEM_NOTE:
		return wrapped_rows(item->value, width - MARGIN);
	case ITEM_FACT:
		return label_rows(item, width) +
		       wrapped_rows(item->value, width - value_col(frame, width));
	case ITEM_ONE:
		return item_is_inline(item) || pane_uses_picker(item)
			       ? 1 + label_rows(item, width)
			       : rows_height(item, width);
	case ITEM_MANY:
	case ITEM_LIST:
	case ITEM_TABLE:
		return rows_height(item, width);
	case ITEM_BAR:
		return bar_height(frame, item, width);
	case ITEM_PROGRESS:
		return 3 + (int)steps_shown(frame, item);
	case ITEM_LOG:
		return log_rows(frame);
	case ITEM_QR:
		return qr_height(frame, item, width);
	case ITEM_BOOL:
	case ITEM_TEXT:
	case ITEM_NUMBER:
	case ITEM_SECRET:
	case ITEM_CONFIRM:
		return 1 + label_rows(item, width);
	case ITEM_ACTION:
		break;
	}
	return 1;
}

int item_height(const struct frame *frame, const struct item *item, int width)
{
	return body_height(frame, item, width) + error_height(item, width);
}

int item_focus_row(const struct frame *frame, const struct item *item, int width)
{
	if (item_is_inline(item) || pane_uses_picker(item) || item_rows(item) == 1)
		return 0;
	return rows_focus(frame, item, width);
}

void item_draw(const struct frame *frame, const struct item *item,
	const struct area *area, int row)
{
	struct frame own = *frame;

	switch (item->type) {
	case ITEM_NOTE:
		(void)put_wrapped(area, row, MARGIN, tone_role(item->tone), item->value);
		break;
	case ITEM_FACT:
		draw_fact(frame, item, area, row);
		break;
	case ITEM_BOOL:
		draw_bool(frame, item, area, row);
		break;
	case ITEM_ONE:
		if (item_is_inline(item))
			draw_inline(frame, item, area, row);
		else if (pane_uses_picker(item))
			draw_picked(frame, item, area, row);
		else
			rows_draw(frame, item, area, row);
		break;
	case ITEM_MANY:
	case ITEM_LIST:
	case ITEM_TABLE:
		rows_draw(frame, item, area, row);
		break;
	case ITEM_TEXT:
	case ITEM_NUMBER:
	case ITEM_SECRET:
		draw_typed(frame, item, area, row);
		break;
	case ITEM_CONFIRM:
		own.label_width = text_cells(item->label); /* it stands alone */
		draw_typed(&own, item, area, row);
		break;
	case ITEM_ACTION:
		draw_action(frame, item, area, row);
		break;
	case ITEM_BAR:
		draw_bar(frame, item, area, row);
		break;
	case ITEM_PROGRESS:
		draw_progress(frame, item, area, row);
		break;
	case ITEM_LOG:
		draw_log(frame, item, area, row);
		break;
	case ITEM_QR:
		qr_draw(frame, item, area, row);
		break;
	}
	if (item->error) {
		row += body_height(frame, item, area->cols);
		(void)area_put(area, row, MARGIN, 1, ROLE_DANGER, "!");
		(void)put_wrapped(area, row, MARGIN + 2, ROLE_DANGER, item->error);
	}
}

/* From view, pane and size to a canvas: a pure function. */
#pragma once

#include "tui/canvas.h"
#include "tui/pane.h"

enum {
	PICK_ABOVE = 9 /* a ONE with more choices opens a list with a filter */,
	COLUMNS_MAX = 8
};

/* Sizes at which the layout changes: with step list, without, one field per page, too small. */
enum tier { TIER_FULL, TIER_PLAIN, TIER_SMALL, TIER_TINY };
enum tier layout_tier(int rows, int cols);

struct canvas *layout_draw(
	const struct view *view, const struct pane *pane, int rows, int cols) CHECKED;

/* Inside the layout: items (items.c). */
struct frame {
	const struct view *view;
	const struct pane *pane;
	int label_width;
	bool compact; /* TIER_SMALL */
	int room;     /* rows of the body */
};
int item_height(const struct frame *frame, const struct item *item, int width);
/* Draw at row; where the focus is inside goes to *focus_row (left alone otherwise). */
void item_draw(const struct frame *frame, const struct item *item,
	const struct area *area, int row);
int item_focus_row(const struct frame *frame, const struct item *item,
	int width);                           /* relative to the item's first row */
bool item_is_inline(const struct item *item); /* a ONE that fits beside its label */
void picker_draw(
	const struct frame *frame, const struct item *item, const struct area *area);

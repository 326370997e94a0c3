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

/* What can be operated on a canvas, for a front end that lays widgets of its own over it; text and caret stand in the cells. */
enum spot_kind {
	SPOT_CHECK, /* "[ ] " */
	SPOT_RADIO, /* "( ) " */
	SPOT_ENTRY,
	SPOT_BUTTON, /* "[ label ]" */
	SPOT_ROW,    /* the one with the focus */
	SPOT_METER
};
struct spot {
	enum spot_kind kind;
	int row, col, width;
	bool on, focused;
	unsigned permille; /* METER */
};
struct spots {
	struct spot *items;
	size_t count;
};
void spots_free(struct spots *spots);
#define autospots __attribute__((cleanup(spots_free)))

/* The parts of a frame, for a front end that arranges them itself. */
/* The page, the open list of choices or the help, over the whole canvas. */
void layout_body(const struct view *view, const struct pane *pane, struct canvas *canvas,
	bool compact, struct spots *spots);
/* As much of it as fits; the caller frees it. */
char *layout_caption(const struct view *view, int cols);
char *layout_place(const struct view *view); /* "Disk    Step 3 of 9" */
/* One line that says which keys work now, at most cols cells; without a title above it also holds the banner. The caller frees all three. */
char *layout_keys(const struct view *view, int cols, bool has_title);
/* What stands below the page, over the whole canvas; captions: the one of a script, too, as it has no place elsewhere. */
void layout_detail(const struct view *view, const struct pane *pane,
	struct canvas *canvas, bool captions);
struct explanation layout_explanation(const struct view *view); /* what stands there, but for captions */

/* Inside the layout: items (items.c). */
struct frame {
	const struct view *view;
	const struct pane *pane;
	struct spots *spots; /* NULL: nobody asks */
	int label_width;
	bool compact; /* TIER_SMALL */
	int room;     /* rows of the body */
};
void spot_add(const struct frame *frame, const struct area *area, struct spot spot);
int item_height(const struct frame *frame, const struct item *item, int width);
/* Draw at row; where the focus is inside goes to *focus_row (left alone otherwise). */
void item_draw(const struct frame *frame, const struct item *item,
	const struct area *area, int row);
int item_focus_row(const struct frame *frame, const struct item *item,
	int width);                           /* relative to the item's first row */
bool item_is_inline(const struct item *item); /* a ONE that fits beside its label */
void keys_draw(const struct view *view, const struct pane *pane, struct area area,
	int row, bool has_title); /* without a title with the banner at its end (layout_keys.c) */
void picker_draw(
	const struct frame *frame, const struct item *item, const struct area *area);

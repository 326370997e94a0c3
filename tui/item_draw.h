/* Shared by the files that draw items. */
#pragma once

#include "tui/layout.h"

enum { MARGIN = 2 /* room for the pointer */, COLUMN_GAP = 2 };

static inline int larger(int a, int b)
{
	return a > b ? a : b;
}

static inline int smaller(int a, int b)
{
	return a < b ? a : b;
}

static inline bool is_focused(const struct frame *frame, const struct item *item)
{
	return pane_focus(frame->view) == item;
}

/* items.c */
enum role tone_role(enum tone tone);
int put_wrapped(const struct area *area, int row, int col, enum role role,
	const char *text); /* rows used */
int wrapped_rows(const char *text, int width);

/* item_qr.c */
int qr_height(const struct frame *frame, const struct item *item, int width);
void qr_draw(const struct frame *frame, const struct item *item, const struct area *area,
	int row);

/* item_rows.c: ONE, MANY, LIST, TABLE as rows */
int rows_height(const struct item *item, int width);
void rows_draw(const struct frame *frame, const struct item *item,
	const struct area *area, int row);
int rows_focus(const struct frame *frame, const struct item *item,
	int width); /* the row with the focus */

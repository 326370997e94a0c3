/* A QR code in half blocks, light on dark with a quiet border: two modules in a cell, one above the other. */
#include <string.h>

#include "tui/item_draw.h"
#include "tui/qr.h"

enum { QUIET = 1 /* modules of border */ };

static const char *text_of(const struct item *item)
{
	return item->secret ? secret_bytes(item->secret) : item->value;
}

/* Where there are no blocks to draw with, the text beside it has to do. */
int qr_height(const struct frame *frame, const struct item *item, int width)
{
	unsigned char *modules = NULL;
	int side = frame->pane->blocks ? qr_make(text_of(item), &modules) : 0;

	qr_free(modules, side);
	return side && side + 2 * QUIET + MARGIN <= width ? (side + 2 * QUIET + 1) / 2
							  : 0;
}

static bool is_light(const unsigned char *modules, int side, int row, int col)
{
	row -= QUIET;
	col -= QUIET;
	if (row < 0 || col < 0 || row >= side || col >= side)
		return row <= side; /* below the border is no code any more */
	return !modules[row * side + col];
}

void qr_draw(const struct frame *frame, const struct item *item, const struct area *area,
	int row)
{
	unsigned char *modules = NULL;
	int rows = qr_height(frame, item, area->cols);
	int side = rows ? qr_make(text_of(item), &modules) : 0;

	for (int i = 0; i < rows; i++)
		for (int col = 0; col < side + 2 * QUIET; col++) {
			bool upper = is_light(modules, side, 2 * i, col);
			bool lower = is_light(modules, side, 2 * i + 1, col);

			area_fill(area, row + i, MARGIN + col, 1, ROLE_QR,
				upper && lower ? GLYPH_FULL
				: upper        ? GLYPH_UPPER_HALF
				: lower        ? GLYPH_LOWER_HALF
					       : ' ');
		}
	qr_free(modules, side);
}

/* A QR code in half blocks, light on dark with a quiet border: two modules in a cell, one above the other. Where it cannot be drawn whole, a
 * sentence stands in its place: half a code opens nothing. */
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/item_draw.h"
#include "tui/qr.h"

enum { QUIET_LEAST = 2, QUIET = 4 /* modules of border, as the standard has it */ };

/* Rows of a code with its border. */
static int rows_of(int side, int quiet)
{
	return (side + 2 * quiet + 1) / 2;
}

static const char *text_of(const struct item *item)
{
	return item->secret ? secret_bytes(item->secret) : item->value;
}

static int side_of(const struct item *item)
{
	unsigned char *modules = NULL;
	int side = text_of(item) ? qr_make(text_of(item), &modules) : 0;

	qr_free(modules, side);
	return side;
}

/* Rows that the rest of the page leaves for it. */
static int rows_left(const struct frame *frame, const struct item *item, int width)
{
	const struct page *page = frame->view->page;
	int rows = frame->room - (frame->compact || page->whole ? 0 : 1);

	for (size_t i = 0; i < page->count; i++)
		if (page->items[i] != item && !page->items[i]->key_only)
			rows -= item_height(frame, page->items[i], width) +
				(page->items[i]->gap && !frame->compact);
	return rows;
}

/* The widest border there is room for; 0: none that a camera would need. */
static int quiet_of(
	const struct frame *frame, const struct item *item, int width, int side)
{
	int rows = rows_left(frame, item, width);

	for (int quiet = QUIET; quiet >= QUIET_LEAST; quiet--)
		if (side + 2 * quiet + MARGIN <= width && rows_of(side, quiet) <= rows)
			return quiet;
	return 0;
}

/* Why there is no code. The caller frees it. */
static char *why_not(const struct frame *frame, int side)
{
	if (!frame->pane->blocks || !side)
		return memory_copy_text(_(
			"This display cannot draw the picture for a camera: the text has to do."));
	if (!frame->view->page->whole)
		return memory_copy_text(
			_("The picture for a camera needs a page of its own: press C."));
	return memory_format(
		_("The picture for a camera needs %d rows and %d columns. Esc goes back to the text."),
		rows_of(side, QUIET_LEAST) + 1, side + 2 * QUIET_LEAST + MARGIN + 1);
}

int qr_height(const struct frame *frame, const struct item *item, int width)
{
	int side = side_of(item);
	int quiet = frame->pane->blocks && side ? quiet_of(frame, item, width, side) : 0;
	autofree char *why = why_not(frame, side);

	return quiet ? rows_of(side, quiet) : wrapped_rows(why, width - MARGIN);
}

struct code {
	unsigned char *modules;
	int side, quiet;
};

static bool is_light(const struct code *code, int row, int col)
{
	int side = code->side;

	row -= code->quiet;
	col -= code->quiet;
	if (row < 0 || col < 0 || row >= side || col >= side)
		return row < side + code->quiet; /* below the border is no code */
	return !code->modules[row * side + col];
}

static void draw_code(const struct code *code, const struct area *area, int row)
{
	for (int i = 0; i < rows_of(code->side, code->quiet); i++)
		for (int col = 0; col < code->side + 2 * code->quiet; col++) {
			bool upper = is_light(code, 2 * i, col);
			bool lower = is_light(code, 2 * i + 1, col);

			area_fill(area, row + i, MARGIN + col, 1, ROLE_QR,
				upper && lower ? GLYPH_FULL
				: upper        ? GLYPH_UPPER_HALF
				: lower        ? GLYPH_LOWER_HALF
					       : ' ');
		}
}

void qr_draw(const struct frame *frame, const struct item *item, const struct area *area,
	int row)
{
	struct code code = {0};

	if (frame->pane->blocks && text_of(item))
		code.side = qr_make(text_of(item), &code.modules);
	if (code.side)
		code.quiet = quiet_of(frame, item, area->cols, code.side);
	if (code.quiet) {
		draw_code(&code, area, row);
	} else {
		autofree char *why = why_not(frame, code.side);

		(void)put_wrapped(area, row, MARGIN, ROLE_QUIET, why);
	}
	qr_free(code.modules, code.side);
}

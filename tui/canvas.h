/* A grid of cells with roles: what a full-screen front end shows, made without any terminal library. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/theme.h"

/* Code points that stand for glyphs; the front end draws what its glyph set has. */
enum glyph {
	GLYPH_FIRST = 0xe000,
	GLYPH_HLINE = GLYPH_FIRST,
	GLYPH_VLINE,
	GLYPH_TEE_DOWN,
	GLYPH_TEE_UP,
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_POINTER,
	GLYPH_BULLET,
	GLYPH_MARK,
	GLYPH_FULL,
	GLYPH_SHADE,
	GLYPH_UP,
	GLYPH_DOWN,
	GLYPH_UPPER_HALF,
	GLYPH_LOWER_HALF,
	GLYPH_LAST
};
uint32_t glyph_code(
	enum glyph_set set, uint32_t glyph); /* the code point to draw in this set */
uint32_t glyph_plain(uint32_t glyph);        /* its ASCII form */

struct cell {
	uint32_t code; /* 0: right half of a wide character */
	unsigned char role;
};

struct canvas {
	int rows, cols;
	struct cell *cells;
	int cursor_row, cursor_col;
};

/* What stands in these cells, with the glyphs of the set; ASCII and LINES have a question mark for what is not ASCII. */
char *canvas_text(const struct canvas *canvas, int row, int col, int width,
	enum glyph_set set) CHECKED;                         /* the caller frees it */
char *text_in(enum glyph_set set, const char *text) CHECKED; /* the same for a text */

/* A part of the canvas; row 0 is shifted up by `above` rows when it is scrolled. */
struct area {
	struct canvas *canvas;
	int row, col, rows, cols;
	int above;
};

struct canvas *canvas_new(int rows, int cols) CHECKED; /* blank, ROLE_SCREEN */
void canvas_free(struct canvas *canvas);
void canvas_free_at(struct canvas **canvas);
#define autocanvas __attribute__((cleanup(canvas_free_at)))

/* Put text, cut at the area's edge or after width cells (negative: no limit) with "…" (two dots in ASCII) as the mark. Returns cells used. */
int area_put(const struct area *area, int row, int col, int width, enum role role,
	const char *text);
void area_fill(const struct area *area, int row, int col, int width, enum role role,
	uint32_t code);
void area_role(const struct area *area, int row, int col, int width,
	enum role role); /* repaint only the role */
void area_cursor(const struct area *area, int row, int col);
bool area_shows(const struct area *area, int row);

/* UTF-8: decode one character, which is always at least a byte; bytes that are no UTF-8 give U+FFFD. */
size_t utf8_next(const char *text, uint32_t *code);
size_t utf8_put(char *to, uint32_t code); /* five bytes; returns the length */
int code_width(uint32_t code);
int text_cells(const char *text);
/* Length in bytes of the next line of text wrapped at width cells; *skip is what to leave out behind it (space, newline). */
size_t text_wrap(const char *text, int width, size_t *skip);
int text_lines(const char *text, int width); /* at least 1 */

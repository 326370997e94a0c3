#include "tui/canvas.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"

/* Columns: ASCII, console font, wide font. Lines are the same code points in both; the console font has only these shapes. */
static const uint32_t glyphs[GLYPH_LAST - GLYPH_FIRST][3] = {
	{'-', 0x2500, 0x2500},
	{'|', 0x2502, 0x2502},
	{'+', 0x252c, 0x252c},
	{'+', 0x2534, 0x2534},
	{'+', 0x250c, 0x250c},
	{'+', 0x2510, 0x2510},
	{'+', 0x2514, 0x2514},
	{'+', 0x2518, 0x2518},
	{'>', 0x25ba, 0x25b8},
	{'*', 0x2022, 0x2022},
	{'x', 'x',    'x'   },
	{'#', 0x2588, 0x2588},
	{'.', 0x2591, 0x2591},
	{'^', 0x25b2, 0x25b4},
	{'v', 0x25bc, 0x25be},
	{'"', 0x2580, 0x2580},
	{'_', 0x2584, 0x2584},
};

uint32_t glyph_plain(uint32_t glyph)
{
	return glyph >= GLYPH_FIRST && glyph < GLYPH_LAST ? glyphs[glyph - GLYPH_FIRST][0]
							  : glyph;
}

uint32_t glyph_code(enum glyph_set set, uint32_t glyph)
{
	if (glyph < GLYPH_FIRST || glyph >= GLYPH_LAST)
		return glyph;
	return glyphs[glyph - GLYPH_FIRST][set == GLYPHS_UTF8    ? 2
					   : set == GLYPHS_CP437 ? 1
								 : 0];
}

struct canvas *canvas_new(int rows, int cols)
{
	struct canvas *canvas = memory_zero(1, sizeof(*canvas));

	canvas->rows = rows;
	canvas->cols = cols;
	canvas->cells = memory_zero((size_t)rows * (size_t)cols + 1, sizeof(struct cell));
	for (int i = 0; i < rows * cols; i++)
		canvas->cells[i] = (struct cell){' ', ROLE_SCREEN};
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	if (canvas)
		free(canvas->cells);
	free(canvas);
}

void canvas_free_at(struct canvas **canvas)
{
	canvas_free(*canvas);
}

size_t utf8_next(const char *text, uint32_t *code)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = bytes[0] >= 0xf0   ? 4
			: bytes[0] >= 0xe0 ? 3
			: bytes[0] >= 0xc2 ? 2
					   : 1;

	*code = bytes[0];
	if (length == 1) {
		if (bytes[0] >= 0x80)
			*code = 0xfffd;
		return 1;
	}
	*code = bytes[0] & (0xffU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80) {
			*code = 0xfffd;
			return 1;
		}
		*code = *code << 6 | (bytes[i] & 0x3fU);
	}
	if (*code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		*code = 0xfffd;
	return length;
}

size_t utf8_put(char *to, uint32_t code)
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = length; i-- > 1; code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(lead[length] | code);
	to[length] = '\0';
	return length;
}

int code_width(uint32_t code)
{
	int width;

	if (code >= GLYPH_FIRST && code < GLYPH_LAST)
		return 1;
	if (code < ' ' || code == 0x7f)
		return 0;
	width = wcwidth((wchar_t)code);
	return width < 0 ? 1 : width;
}

int text_cells(const char *text)
{
	int cells = 0;
	uint32_t code;

	while (*text) {
		text += utf8_next(text, &code);
		cells += code_width(code);
	}
	return cells;
}

bool area_shows(const struct area *area, int row)
{
	return row >= area->above && row < area->above + area->rows;
}

static struct cell *cell_at(const struct area *area, int row, int col)
{
	int y = area->row + row - area->above;
	int x = area->col + col;

	if (!area_shows(area, row) || col < 0 || col >= area->cols || y < 0 ||
		y >= area->canvas->rows || x < 0 || x >= area->canvas->cols)
		return NULL;
	return &area->canvas->cells[y * area->canvas->cols + x];
}

static void put_cell(const struct area *area, int row, int col, struct cell value)
{
	struct cell *cell = cell_at(area, row, col);

	if (cell)
		*cell = value;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

int area_put(const struct area *area, int row, int col, int width, enum role role,
	const char *text)
{
	int room = area->cols - col;
	int used = 0;

	if (width >= 0)
		room = smaller(room, width);
	if (text_cells(text) > room && room >= 2) {
		autofree char *cut = memory_copy_text(text);
		uint32_t code;
		char *end = cut;

		for (int cells = 0; cells < room - 2 && *end; cells += code_width(code))
			end += utf8_next(end, &code);
		*end = '\0';
		used = area_put(area, row, col, room - 2, role, cut);
		return used + area_put(area, row, col + used, 2, role, "..");
	}
	while (*text && used < room) {
		uint32_t code;
		int cells;

		text += utf8_next(text, &code);
		cells = code_width(code);
		if (cells == 0 || used + cells > room)
			continue;
		put_cell(area, row, col + used, (struct cell){code, (unsigned char)role});
		if (cells == 2)
			put_cell(area, row, col + used + 1,
				(struct cell){0, (unsigned char)role});
		used += cells;
	}
	return used;
}

void area_fill(const struct area *area, int row, int col, int width, enum role role,
	uint32_t code)
{
	for (int i = 0; i < width; i++)
		put_cell(area, row, col + i, (struct cell){code, (unsigned char)role});
}

void area_role(const struct area *area, int row, int col, int width, enum role role)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = cell_at(area, row, col + i);

		if (cell)
			cell->role = (unsigned char)role;
	}
}

void area_cursor(const struct area *area, int row, int col)
{
	if (!area_shows(area, row))
		return;
	area->canvas->cursor_row = area->row + row - area->above;
	area->canvas->cursor_col = area->col + smaller(col, area->cols - 1);
}

/* Lines break at a space, or behind a hyphen. */
size_t text_wrap(const char *text, int width, size_t *skip)
{
	size_t at = 0, end = 0;
	int cells = 0;

	*skip = 0;
	while (text[at] && text[at] != '\n') {
		uint32_t code;
		size_t length = utf8_next(text + at, &code);

		if (text[at] == ' ' || (at && text[at - 1] == '-'))
			end = at;
		cells += code_width(code);
		if (cells > width && at > 0) {
			*skip = end && text[end] == ' ';
			return end ? end : at;
		}
		at += length;
	}
	*skip = text[at] == '\n';
	return at;
}

int text_lines(const char *text, int width)
{
	int lines = 0;

	do {
		size_t skip;

		text += text_wrap(text, width < 1 ? 1 : width, &skip);
		text += skip;
		lines++;
	} while (*text);
	return lines;
}

char *canvas_text(
	const struct canvas *canvas, int row, int col, int width, enum glyph_set set)
{
	bool plain = set == GLYPHS_ASCII || set == GLYPHS_LINES;
	struct text text = {0};

	for (int i = 0; i < width && col + i < canvas->cols; i++) {
		const struct cell *cell = &canvas->cells[row * canvas->cols + col + i];
		uint32_t code = glyph_code(set, cell->code);
		char bytes[5];

		if (plain && code > 0x7e)
			code = '?';
		if (code)
			text_add_bytes(&text, bytes, utf8_put(bytes, code));
		else if (plain) /* the right half of a wide one */
			text_add(&text, " ");
	}
	return text_take(&text);
}

char *text_in(enum glyph_set set, const char *text)
{
	int cells = text_cells(text);
	autocanvas struct canvas *canvas = canvas_new(1, cells);
	struct area area = {.canvas = canvas, .rows = 1, .cols = cells};

	(void)area_put(&area, 0, 0, -1, ROLE_SCREEN, text);
	return canvas_text(canvas, 0, 0, cells, set);
}

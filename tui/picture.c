#include "tui/picture.h"

#include <string.h>

#include "installer/base/memory.h"

enum { CELL_WIDTH = 9, CELL_HEIGHT = 19, BASELINE = 14, FONT_SIZE = 15 };

unsigned picture_rgb(int colour)
{
	static const unsigned basic[] = {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa,
		0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55,
		0x5555ff, 0xff55ff, 0x55ffff, 0xffffff};
	static const unsigned steps[] = {0, 95, 135, 175, 215, 255};
	unsigned cube = (unsigned)colour - 16;

	if (colour < 16)
		return basic[colour < 0 ? 0 : colour];
	if (colour >= 232)
		return (8 + 10 * ((unsigned)colour - 232)) * 0x010101;
	return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
}

/* What a cell of this role looks like, in colours that are there: 256 or the basic ones. */
struct look {
	unsigned text, ground;
	bool bold, underline;
};

static struct look look_of(const struct theme *theme, unsigned role)
{
	const struct style *style = &theme->styles[role][DEPTH_256];
	bool bold = style->attributes & STYLE_BOLD;
	int text = style->text < 0 ? 7 : style->text;
	struct look look = {.ground = picture_rgb(style->ground),
		.bold = bold,
		.underline = style->attributes & STYLE_UNDERLINE};

	look.text = picture_rgb(bold && text < 8 ? text + 8 : text);
	if (style->attributes & STYLE_REVERSE) {
		unsigned kept = look.text;

		look.text = look.ground;
		look.ground = kept;
	}
	return look;
}

/* Cells of the same role from col on. */
static int run_length(const struct canvas *canvas, int row, int col)
{
	const struct cell *cells = canvas->cells;
	int first = row * canvas->cols + col;
	int length = 1;

	while (col + length < canvas->cols &&
		cells[first + length].role == cells[first].role)
		length++;
	return length;
}

void picture_text(const struct canvas *canvas, struct text *to)
{
	for (int row = 0; row < canvas->rows; row++) {
		autofree char *line =
			canvas_text(canvas, row, 0, canvas->cols, GLYPHS_UTF8);
		size_t size = strlen(line);

		while (size && line[size - 1] == ' ')
			size--;
		text_add_bytes(to, line, size);
		text_add(to, "\n");
	}
}

void picture_ansi(
	const struct canvas *canvas, int row, const struct theme *theme, struct text *to)
{
	text_addf(to, "\033[%d;1H", row + 1);
	for (int col = 0, length; col < canvas->cols; col += length) {
		unsigned role = canvas->cells[row * canvas->cols + col].role;
		const struct style *style = &theme->styles[role][DEPTH_256];
		autofree char *text = NULL;

		length = run_length(canvas, row, col);
		text = canvas_text(canvas, row, col, length, GLYPHS_UTF8);
		text_addf(to, "\033[0%s%s%s%s",
			style->attributes & STYLE_BOLD ? ";1" : "",
			style->attributes & STYLE_DIM ? ";2" : "",
			style->attributes & STYLE_UNDERLINE ? ";4" : "",
			style->attributes & STYLE_REVERSE ? ";7" : "");
		if (style->text >= 0)
			text_addf(to, ";38;5;%d", style->text);
		if (style->ground >= 0)
			text_addf(to, ";48;5;%d", style->ground);
		text_addf(to, "m%s", text);
	}
}

static void add_escaped(struct text *to, const char *text)
{
	for (; *text; text++)
		if (*text == '<')
			text_add(to, "&lt;");
		else if (*text == '&')
			text_add(to, "&amp;");
		else if (*text == ' ')
			text_add(to, "\302\240"); /* spaces in a row count */
		else
			text_add_bytes(to, text, 1);
}

static void add_run(const struct canvas *canvas, int row, int col, int length,
	const struct look *look, unsigned ground, struct text *to)
{
	autofree char *text = canvas_text(canvas, row, col, length, GLYPHS_UTF8);
	int x = col * CELL_WIDTH, y = row * CELL_HEIGHT, width = length * CELL_WIDTH;
	int blank;
	size_t size;

	if (look->ground != ground)
		text_addf(to,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
			x, y, width, CELL_HEIGHT, look->ground);
	blank = (int)strspn(text, " ");
	size = strlen(text);
	while (size && text[size - 1] == ' ') {
		text[--size] = '\0';
		width -= CELL_WIDTH;
	}
	if (!size)
		return;
	text_addf(to, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>",
		x + blank * CELL_WIDTH, y + BASELINE, width - blank * CELL_WIDTH,
		look->text, look->bold ? " font-weight=\"bold\"" : "",
		look->underline ? " text-decoration=\"underline\"" : "");
	add_escaped(to, text + blank);
	text_add(to, "</text>\n");
}

void picture_svg(const struct canvas *canvas, const struct theme *theme, struct text *to)
{
	struct look screen = look_of(theme, ROLE_SCREEN);
	int width = canvas->cols * CELL_WIDTH, height = canvas->rows * CELL_HEIGHT;

	text_addf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"font-family=\"DejaVu Sans Mono, Liberation Mono, Menlo, Consolas, monospace\" font-size=\"%d\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#%06x\"/>\n",
		width, height, width, height, FONT_SIZE, screen.ground);
	for (int row = 0; row < canvas->rows; row++)
		for (int col = 0, length; col < canvas->cols; col += length) {
			unsigned role = canvas->cells[row * canvas->cols + col].role;
			struct look look = look_of(theme, role);

			length = run_length(canvas, row, col);
			add_run(canvas, row, col, length, &look, screen.ground, to);
		}
	text_add(to, "</svg>\n");
}

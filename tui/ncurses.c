/* Full screen through ncursesw, which is used only to move the cursor and to send differences. */
#include <curses.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/fullscreen.h"

struct screen_state {
	struct fullscreen full; /* first */
	SCREEN *screen;
	FILE *in, *out;
	enum depth depth;
	enum glyph_set glyphs;
};

static enum depth choose_depth(const struct terminal *terminal)
{
	if (!has_colors() || fullscreen_mono(terminal) || start_color() == ERR ||
		COLORS < 8)
		return DEPTH_MONO;
	if (COLOR_PAIRS <= ROLE_COUNT || COLORS < 16)
		return DEPTH_8;
	return COLORS >= 256 ? DEPTH_256 : DEPTH_16;
}

static void make_pairs(const struct screen_state *state)
{
	if (state->depth == DEPTH_MONO)
		return;
	(void)use_default_colors();
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style *style =
			&state->full.terminal->theme->styles[role][state->depth];

		(void)init_pair((short)(role + 1), style->text, style->ground);
	}
}

static attr_t role_attributes(const struct screen_state *state, enum role role)
{
	static const attr_t attributes[] = {A_BOLD, A_REVERSE, A_UNDERLINE, A_DIM};
	const struct style *style =
		&state->full.terminal->theme->styles[role][state->depth];
	attr_t result = 0;

	for (size_t i = 0; i < LENGTH(attributes); i++)
		if (style->attributes & (1U << i))
			result |= attributes[i];
	return result;
}

static void set_modes(void)
{
	(void)raw();
	(void)noecho();
	(void)nonl();
	(void)leaveok(stdscr, FALSE);
	(void)scrollok(stdscr, FALSE);
	(void)idlok(stdscr, FALSE);
	(void)typeahead(
		-1); /* a frame is drawn when nothing is waiting, and then all of it */
}

static void release(struct screen_state *state)
{
	if (state->screen)
		delscreen(state->screen);
	if (state->in)
		(void)fclose(state->in);
	if (state->out)
		(void)fclose(state->out);
	fullscreen_close(&state->full);
	free(state);
}

static FILE *stream(int fd, const char *mode)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? NULL : fdopen(copy, mode);
}

static int screen_open(void **result, const struct terminal *terminal, struct error *err)
{
	struct screen_state *state;
	int rc = fullscreen_check(terminal, err);

	if (rc < 0)
		return rc;
	state = memory_zero(1, sizeof(*state));
	fullscreen_open(&state->full, terminal);
	state->in = stream(terminal->in, "r");
	state->out = stream(terminal->out, "w");
	state->screen = state->in && state->out
				? newterm(terminal->type, state->out, state->in)
				: NULL;
	if (!state->screen) {
		release(state);
		return fullscreen_unknown(terminal, err);
	}
	(void)set_term(state->screen);
	set_modes();
	state->glyphs = fullscreen_glyphs(terminal);
	state->depth = choose_depth(terminal);
	make_pairs(state);
	state->full.pane.blocks =
		state->glyphs == GLYPHS_CP437 || state->glyphs == GLYPHS_UTF8;
	*result = state;
	return 0;
}

static void screen_show(void *data, const struct view *view)
{
	fullscreen_show(data, view);
}

/* Drawing. */

/* Lines go through ncurses, which knows how each terminal draws them; without UTF-8, and where that is not wanted, in the set of the
 * terminal's own. false: not a line. */
static bool make_line(
	enum glyph_set set, uint32_t glyph, attr_t attributes, short pair, cchar_t *drawn)
{
	const struct {
		const cchar_t *line;
		uint32_t glyph;
		wchar_t own; /* its letter in the other set */
	} lines[] = {
		{WACS_HLINE,    GLYPH_HLINE,        L'q'},
                {WACS_VLINE,    GLYPH_VLINE,        L'x'},
		{WACS_TTEE,     GLYPH_TEE_DOWN,     L'w'},
                {WACS_BTEE,     GLYPH_TEE_UP,       L'v'},
		{WACS_ULCORNER, GLYPH_TOP_LEFT,     L'l'},
		{WACS_URCORNER, GLYPH_TOP_RIGHT,    L'k'},
		{WACS_LLCORNER, GLYPH_BOTTOM_LEFT,  L'm'},
		{WACS_LRCORNER, GLYPH_BOTTOM_RIGHT, L'j'}
        };
	size_t i = 0;

	/* Where lines are another character set, one at a time costs seven bytes a row. */
	if (set == GLYPHS_ASCII || (set == GLYPHS_LINES && glyph == GLYPH_VLINE))
		return false;
	while (i < LENGTH(lines) && lines[i].glyph != glyph)
		i++;
	if (i == LENGTH(lines))
		return false;
	if (set == GLYPHS_LINES) {
		const wchar_t own[] = {lines[i].own, L'\0'};

		(void)setcchar(drawn, own, attributes | A_ALTCHARSET, pair, NULL);
	} else {
		wchar_t shape[CCHARW_MAX + 1] = {0};
		attr_t mine = 0;
		short none = 0;

		(void)getcchar(lines[i].line, shape, &mine, &none, NULL);
		(void)setcchar(drawn, shape, attributes | mine, pair, NULL);
	}
	return true;
}

static void put_cell(
	const struct screen_state *state, int row, int col, const struct cell *cell)
{
	attr_t attributes = role_attributes(state, (enum role)cell->role);
	short pair = (short)(state->depth == DEPTH_MONO ? 0 : cell->role + 1);
	wchar_t text[2] = {(wchar_t)glyph_code(state->glyphs, cell->code), L'\0'};
	cchar_t drawn;

	if (cell->code == 0)
		return;
	if (!make_line(state->glyphs, cell->code, attributes, pair, &drawn)) {
		if (text[0] > 0x7e && MB_CUR_MAX == 1)
			text[0] = L'?';
		(void)setcchar(&drawn, text, attributes, pair, NULL);
	}
	(void)mvadd_wch(row, col, &drawn);
}

/* The last cell stays free: writing it scrolls some terminals. */
static void draw(void *data)
{
	struct screen_state *state = data;
	autocanvas struct canvas *canvas =
		layout_draw(state->full.view, &state->full.pane, LINES, COLS);

	if (state->full.torn)
		(void)clearok(stdscr, TRUE);
	(void)erase();
	for (int row = 0; row < canvas->rows; row++)
		for (int col = 0; col < canvas->cols - (row + 1 == canvas->rows); col++)
			put_cell(state, row, col,
				&canvas->cells[row * canvas->cols + col]);
	(void)move(canvas->cursor_row, canvas->cursor_col);
	(void)refresh();
	state->full.stale = state->full.torn = false;
}

static void resize(void *data)
{
	struct screen_state *state = data;

	(void)resizeterm(state->full.rows, state->full.cols);
	state->full.torn = true;
}

static int screen_read(void *data, struct input *input, int timeout_ms)
{
	static const struct surface surface = {resize, draw};

	return fullscreen_read(data, &surface, input, timeout_ms);
}

static void screen_suspend(void *data)
{
	(void)data;
	(void)endwin();
}

static void screen_resume(void *data)
{
	struct screen_state *state = data;

	(void)refresh();
	state->full.stale = state->full.torn = true;
}

static void screen_close(void *data)
{
	struct screen_state *state = data;

	(void)set_term(state->screen);
	(void)endwin();
	release(state);
}

const struct frontend frontend_ncurses = {
	.name = "ncurses",
	.fills_screen = true,
	.open = screen_open,
	.show = screen_show,
	.read = screen_read,
	.suspend = screen_suspend,
	.resume = screen_resume,
	.close = screen_close,
};

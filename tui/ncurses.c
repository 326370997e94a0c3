/* Full screen through ncursesw, which is used only to move the cursor, to send differences and to read keys. */
#include <curses.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tui/fullscreen.h"
#include "tui/keys.h"
#include "tui/language.h"

struct screen_state {
	struct fullscreen full;
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
	return COLORS >= 256 && COLOR_PAIRS > ROLE_COUNT ? DEPTH_256 : DEPTH_8;
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

static void set_modes(const struct screen_state *state)
{
	(void)raw();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)leaveok(stdscr, FALSE);
	(void)intrflush(stdscr, FALSE);
	(void)scrollok(stdscr, FALSE);
	(void)idlok(stdscr, FALSE);
	(void)set_escdelay(fullscreen_escape_ms(state->full.terminal));
}

static void release(struct screen_state *state)
{
	if (state->screen)
		delscreen(state->screen);
	if (state->in)
		(void)fclose(state->in);
	if (state->out)
		(void)fclose(state->out);
	pane_free(&state->full.pane);
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
	state->full.terminal = terminal;
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
	set_modes(state);
	state->glyphs = fullscreen_glyphs(terminal);
	state->depth = choose_depth(terminal);
	make_pairs(state);
	state->full.pane.thin = terminal->is_thin;
	state->full.stale = true;
	*result = state;
	return 0;
}

static void screen_show(void *data, const struct view *view)
{
	struct screen_state *state = data;

	if (fullscreen_show(&state->full, view))
		(void)flushinp();
}

/* Drawing. */

struct special {
	uint32_t glyph;
	const cchar_t *line;
};

/* Lines go through ncurses, which knows how each terminal draws them. NULL: not a line. */
static const cchar_t *line_glyph(enum glyph_set set, uint32_t glyph)
{
	const struct special lines[] = {
		{GLYPH_HLINE,        WACS_HLINE   },
                {GLYPH_VLINE,        WACS_VLINE   },
		{GLYPH_TEE_DOWN,     WACS_TTEE    },
                {GLYPH_TEE_UP,       WACS_BTEE    },
		{GLYPH_TOP_LEFT,     WACS_ULCORNER},
                {GLYPH_TOP_RIGHT,    WACS_URCORNER},
		{GLYPH_BOTTOM_LEFT,  WACS_LLCORNER},
                {GLYPH_BOTTOM_RIGHT, WACS_LRCORNER}
        };

	/* Where lines are another character set, one at a time costs seven bytes a row. */
	if (set == GLYPHS_ASCII || (set == GLYPHS_LINES && glyph == GLYPH_VLINE))
		return NULL;
	for (size_t i = 0; i < LENGTH(lines); i++)
		if (lines[i].glyph == glyph)
			return lines[i].line;
	return NULL;
}

static void put_cell(
	const struct screen_state *state, int row, int col, const struct cell *cell)
{
	attr_t attributes = role_attributes(state, (enum role)cell->role);
	short pair = (short)(state->depth == DEPTH_MONO ? 0 : cell->role + 1);
	const cchar_t *line = line_glyph(state->glyphs, cell->code);
	wchar_t text[2] = {(wchar_t)glyph_code(state->glyphs, cell->code), L'\0'};
	cchar_t drawn;

	if (cell->code == 0)
		return;
	if (text[0] > 0x7e && !line && MB_CUR_MAX == 1)
		text[0] = L'?';
	if (line) {
		wchar_t shape[CCHARW_MAX + 1] = {0};
		attr_t own = 0;
		short none = 0;

		(void)getcchar(line, shape, &own, &none, NULL);
		(void)setcchar(&drawn, shape, attributes | own, pair, NULL);
	} else {
		(void)setcchar(&drawn, text, attributes, pair, NULL);
	}
	(void)mvadd_wch(row, col, &drawn);
}

/* The last cell stays free: writing it scrolls some terminals. */
static void draw(struct screen_state *state)
{
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

/* Keys. */

static struct press press_of_function(wint_t key)
{
	static const struct {
		int key;
		enum press_kind kind;
	} keys[] = {
		{KEY_UP,        PRESS_UP       },
                {KEY_DOWN,      PRESS_DOWN     },
                {KEY_LEFT,      PRESS_LEFT     },
		{KEY_RIGHT,     PRESS_RIGHT    },
                {KEY_HOME,      PRESS_HOME     },
                {KEY_FIND,      PRESS_HOME     },
		{KEY_END,       PRESS_END      },
                {KEY_SELECT,    PRESS_END      },
                {KEY_PPAGE,     PRESS_PAGE_UP  },
		{KEY_NPAGE,     PRESS_PAGE_DOWN},
                {KEY_BACKSPACE, PRESS_BACKSPACE},
		{KEY_DC,        PRESS_DELETE   },
                {KEY_ENTER,     PRESS_ENTER    },
		{KEY_BTAB,      PRESS_BACKTAB  }
        };

	for (size_t i = 0; i < LENGTH(keys); i++)
		if ((wint_t)keys[i].key == key)
			return (struct press){.kind = keys[i].kind};
	if (key >= KEY_F(1) && key <= KEY_F(12))
		return (struct press){.kind = PRESS_FUNCTION, .number = key - KEY_F0};
	return (struct press){.kind = PRESS_NONE};
}

/* 1: input; 0: the key meant nothing to the form. */
static int take_key(struct screen_state *state, int kind, wint_t key, struct input *input)
{
	struct press press =
		kind == KEY_CODE_YES ? press_of_function(key) : press_of_character(key);

	if (kind == KEY_CODE_YES && key == KEY_RESIZE) {
		state->full.stale = state->full.torn = true;
		return 0;
	}
	return fullscreen_press(&state->full, &press, layout_tier(LINES, COLS), input);
}

static int screen_read(void *data, struct input *input, int timeout_ms)
{
	struct screen_state *state = data;
	int rc = 1;

	fullscreen_cover(&state->full);
	while (rc > 0) {
		wint_t key = 0;
		int kind;

		timeout(0);
		kind = get_wch(&key);
		if (kind != ERR) {
			if (take_key(state, kind, key, input))
				return 1;
			continue;
		}
		if (state->full.stale)
			draw(state);
		rc = fullscreen_wait(&state->full, timeout_ms);
	}
	return rc;
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

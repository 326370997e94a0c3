/* Full screen through ncursesw, which is used only to move the cursor, to send differences and to read keys. */
#include <curses.h>

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tui/frontend.h"
#include "tui/language.h"
#include "tui/layout.h"

enum { ESCAPE_LOCAL_MS = 25, ESCAPE_SLOW_MS = 150, REVEAL_SECONDS = 30 };

struct screen_state {
	const struct terminal *terminal;
	SCREEN *screen;
	FILE *in, *out;
	enum depth depth;
	enum glyph_set glyphs;
	struct pane pane;
	const struct view *view;
	unsigned flushes;
	bool stale;      /* what is shown is not what holds */
	time_t revealed; /* when the secret was uncovered, 0: covered */
};

static enum glyph_set choose_glyphs(const struct terminal *terminal)
{
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

	if (terminal->theme->glyphs == GLYPHS_ASCII ||
		terminal->theme->glyphs == GLYPHS_LINES)
		return terminal->theme->glyphs;
	if (!utf8)
		return GLYPHS_LINES;
	if (terminal->theme->glyphs != GLYPHS_AUTO)
		return terminal->theme->glyphs;
	return text_starts(terminal->type, "linux") ? GLYPHS_CP437 : GLYPHS_UTF8;
}

static enum depth choose_depth(void)
{
	const char *no_color = getenv("NO_COLOR");

	if (!has_colors() || (no_color && *no_color) || start_color() == ERR ||
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
			&state->terminal->theme->styles[role][state->depth];

		(void)init_pair((short)(role + 1), style->text, style->ground);
	}
}

static attr_t role_attributes(const struct screen_state *state, enum role role)
{
	static const attr_t attributes[] = {A_BOLD, A_REVERSE, A_UNDERLINE, A_DIM};
	const struct style *style = &state->terminal->theme->styles[role][state->depth];
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
	(void)set_escdelay(state->terminal->is_slow ? ESCAPE_SLOW_MS : ESCAPE_LOCAL_MS);
}

static int check_terminal(const struct terminal *terminal, struct error *err)
{
	if (!isatty(terminal->in) || !isatty(terminal->out))
		return error_set(err, -ENOTTY,
			_("the full-screen display needs a terminal; use --ui line"));
	if (!terminal->type || !*terminal->type || strcmp(terminal->type, "dumb") == 0)
		return error_set(err, -ENOTTY,
			_("TERM is \"%s\", which cannot move the cursor; use --ui line"),
			terminal->type ? terminal->type : "");
	return 0;
}

static void release(struct screen_state *state)
{
	if (state->screen)
		delscreen(state->screen);
	if (state->in)
		(void)fclose(state->in);
	if (state->out)
		(void)fclose(state->out);
	pane_free(&state->pane);
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
	int rc = check_terminal(terminal, err);

	if (rc < 0)
		return rc;
	state = memory_zero(1, sizeof(*state));
	state->terminal = terminal;
	state->in = stream(terminal->in, "r");
	state->out = stream(terminal->out, "w");
	state->screen = state->in && state->out
				? newterm(terminal->type, state->out, state->in)
				: NULL;
	if (!state->screen) {
		release(state);
		return error_set(err, -ENOTTY,
			_("TERM is \"%s\", which is not a known terminal; use --ui line or set TERM"),
			terminal->type);
	}
	(void)set_term(state->screen);
	set_modes(state);
	state->glyphs = choose_glyphs(terminal);
	state->depth = choose_depth();
	make_pairs(state);
	state->stale = true;
	*result = state;
	return 0;
}

static void screen_show(void *data, const struct view *view)
{
	struct screen_state *state = data;

	state->view = view;
	state->stale = true;
	if (view->flushes != state->flushes) {
		(void)flushinp();
		state->flushes = view->flushes;
	}
	pane_follow(&state->pane, view);
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
		layout_draw(state->view, &state->pane, LINES, COLS);

	(void)erase();
	for (int row = 0; row < canvas->rows; row++)
		for (int col = 0; col < canvas->cols - (row + 1 == canvas->rows); col++)
			put_cell(state, row, col,
				&canvas->cells[row * canvas->cols + col]);
	(void)move(canvas->cursor_row, canvas->cursor_col);
	(void)refresh();
	state->stale = false;
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

static size_t utf8_put(char *to, uint32_t code)
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = length; i-- > 1; code >>= 6)
		to[i] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(lead[length] | code);
	to[length] = '\0';
	return length;
}

static struct press press_of_character(wint_t key)
{
	struct press press = {.kind = PRESS_TEXT};

	switch (key) {
	case '\r':
	case '\n':
		press.kind = PRESS_ENTER;
		break;
	case '\t':
		press.kind = PRESS_TAB;
		break;
	case 0x1b:
		press.kind = PRESS_ESCAPE;
		break;
	case 0x08:
	case 0x7f:
		press.kind = PRESS_BACKSPACE;
		break;
	default:
		if (key < ' ') {
			press.kind = key ? PRESS_CONTROL : PRESS_NONE;
			press.text[0] = (char)(key + '@');
		} else {
			(void)utf8_put(press.text, key);
		}
		break;
	}
	return press;
}

static void resize(struct screen_state *state)
{
	(void)clearok(stdscr, TRUE);
	state->stale = true;
}

static bool handle_here(
	struct screen_state *state, const struct press *press, struct input *input)
{
	bool tiny = layout_tier(LINES, COLS) == TIER_TINY;

	if (press->kind == PRESS_CONTROL && press->text[0] == 'L') {
		resize(state);
		return true;
	}
	if (tiny && press->kind == PRESS_TEXT &&
		(press->text[0] == 'L' || press->text[0] == 'l'))
		*input = (struct input){.kind = INPUT_SWITCH, .text = "line"};
	return tiny;
}

/* 1: input; 0: the key meant nothing to the form. */
static int take_key(struct screen_state *state, int kind, wint_t key, struct input *input)
{
	struct press press =
		kind == KEY_CODE_YES ? press_of_function(key) : press_of_character(key);
	bool sends;

	*input = (struct input){0};
	if (kind == KEY_CODE_YES && key == KEY_RESIZE) {
		resize(state);
		return 0;
	}
	state->stale = true;
	if (press.kind == PRESS_NONE)
		return 0;
	if (handle_here(state, &press, input))
		return input->kind != INPUT_NONE;
	sends = pane_press(&state->pane, state->view, &press, input);
	state->revealed = state->pane.reveal ? time(NULL) : 0;
	return sends;
}

/* 1: something to read, 0: time is up, negative: gone or told to end. */
static int wait_for_input(const struct screen_state *state, int timeout_ms)
{
	struct pollfd fds[] = {
		{.fd = state->terminal->in,      .events = POLLIN},
		{.fd = state->terminal->signals, .events = POLLIN}
        };
	int ready = poll(fds, LENGTH(fds), timeout_ms);
	int waiting = 0;

	if (ready < 0)
		return errno == EINTR ? 1 : -errno;
	if (fds[1].revents & POLLIN)
		return -EINTR;
	if (fds[0].revents &&
		(ioctl(state->terminal->in, FIONREAD, &waiting) < 0 || waiting == 0))
		return -EPIPE;
	return ready > 0;
}

static int screen_read(void *data, struct input *input, int timeout_ms)
{
	struct screen_state *state = data;
	int rc = 1;

	if (state->revealed && time(NULL) - state->revealed > REVEAL_SECONDS) {
		state->pane.reveal = false;
		state->revealed = 0;
		state->stale = true;
	}
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
		if (state->stale)
			draw(state);
		rc = wait_for_input(state, timeout_ms);
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

	(void)clearok(stdscr, TRUE);
	(void)refresh();
	state->stale = true;
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
	.open = screen_open,
	.show = screen_show,
	.read = screen_read,
	.suspend = screen_suspend,
	.resume = screen_resume,
	.close = screen_close,
};

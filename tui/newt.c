/* Full screen through libnewt: its windows, widgets and help line show the page; which key means what is decided in pane.c, as for
 * ncurses. newtFormRun() is not used: it takes Ctrl-N, Ctrl-B and Ctrl-V for arrows, would keep secrets in ordinary memory, and
 * leaves SIGWINCH without a handler. */
#include <newt.h>
#include <slang.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/fullscreen.h"

enum {
	SET_METER_ON =
		ROLE_COUNT, /* custom colours of libnewt behind those of the roles */
	SET_METER_OFF
};

struct newt_state {
	struct fullscreen full; /* first */
	enum glyph_set glyphs;
	enum depth depth;
	int silence[2]; /* a pipe nobody writes to */
	bool has_window, has_help_line;
	newtComponent form, focus, secret;
};

/* Colours. */

static void set_colours(
	const struct newt_state *state, int set, const struct style *style)
{
	static const char *const names[] = {"black", "red", "green", "brown", "blue",
		"magenta", "cyan", "lightgray", "gray", "brightred", "brightgreen",
		"yellow", "brightblue", "brightmagenta", "brightcyan", "white"};
	static const SLtt_Char_Type masks[] = {
		SLTT_BOLD_MASK, SLTT_REV_MASK, SLTT_ULINE_MASK, 0};
	const short colours[] = {style->text, style->ground};
	char buffers[2][16];
	SLtt_Char_Type attributes = 0;

	for (size_t i = 0; i < LENGTH(masks); i++)
		if (style->attributes & (1U << i))
			attributes |= masks[i];
	if (state->depth == DEPTH_MONO) {
		(void)SLtt_set_mono(set, NULL, attributes);
		return;
	}
	for (size_t i = 0; i < LENGTH(colours); i++)
		if (colours[i] < 0)
			(void)snprintf(buffers[i], sizeof(buffers[i]), "default");
		else if ((size_t)colours[i] < LENGTH(names))
			(void)snprintf(
				buffers[i], sizeof(buffers[i]), "%s", names[colours[i]]);
		else
			(void)snprintf(
				buffers[i], sizeof(buffers[i]), "color%d", colours[i]);
	newtSetColor(set, buffers[0], buffers[1]);
	(void)SLtt_add_color_attribute(set, attributes);
}

static void make_colours(const struct newt_state *state)
{
	static const struct {
		int set;
		enum role role;
	} sets[] = {
		{NEWT_COLORSET_ROOT,          ROLE_SCREEN     },
		{NEWT_COLORSET_BORDER,        ROLE_BORDER     },
		{NEWT_COLORSET_WINDOW,        ROLE_SCREEN     },
		{NEWT_COLORSET_SHADOW,        ROLE_SCREEN     },
		{NEWT_COLORSET_TITLE,         ROLE_STRONG     },
		{NEWT_COLORSET_BUTTON,        ROLE_FOCUS      },
		{NEWT_COLORSET_ACTBUTTON,     ROLE_FOCUS      },
		{NEWT_COLORSET_COMPACTBUTTON, ROLE_VALUE      },
		{NEWT_COLORSET_CHECKBOX,      ROLE_VALUE      },
		{NEWT_COLORSET_ACTCHECKBOX,   ROLE_FOCUS      },
		{NEWT_COLORSET_ENTRY,         ROLE_FIELD      },
		{NEWT_COLORSET_DISENTRY,      ROLE_FIELD_FOCUS},
		{NEWT_COLORSET_LABEL,         ROLE_LABEL      },
		{NEWT_COLORSET_LISTBOX,       ROLE_VALUE      },
		{NEWT_COLORSET_ACTLISTBOX,    ROLE_FOCUS      },
		{NEWT_COLORSET_SELLISTBOX,    ROLE_STRONG     },
		{NEWT_COLORSET_ACTSELLISTBOX, ROLE_FOCUS      },
		{NEWT_COLORSET_TEXTBOX,       ROLE_VALUE      },
		{NEWT_COLORSET_ACTTEXTBOX,    ROLE_FOCUS      },
		{NEWT_COLORSET_HELPLINE,      ROLE_KEY        },
		{NEWT_COLORSET_ROOTTEXT,      ROLE_TITLE      },
	};
	const struct theme *theme = state->full.terminal->theme;
	struct style on = theme->styles[ROLE_METER_ON][state->depth];
	struct style off = theme->styles[ROLE_METER_OFF][state->depth];
	short text = on.text;

	for (size_t i = 0; i < LENGTH(sets); i++)
		set_colours(
			state, sets[i].set, &theme->styles[sets[i].role][state->depth]);
	for (int role = 0; role < ROLE_COUNT; role++)
		set_colours(state, NEWT_COLORSET_CUSTOM(role),
			&theme->styles[role][state->depth]);
	/* A scale is made of blanks: what is filled shows the colour of the text as ground. */
	on.text = on.ground;
	on.ground = text;
	on.attributes |= state->depth == DEPTH_MONO ? STYLE_REVERSE : 0;
	off.attributes |= state->depth == DEPTH_MONO ? STYLE_UNDERLINE : 0;
	set_colours(state, NEWT_COLORSET_CUSTOM(SET_METER_ON), &on);
	set_colours(state, NEWT_COLORSET_CUSTOM(SET_METER_OFF), &off);
}

static enum depth choose_depth(void)
{
	int colours = SLtt_tgetnum((char[]){"Co"});

	if (!SLtt_Use_Ansi_Colors)
		return DEPTH_MONO;
	return colours >= 256 ? DEPTH_256 : colours >= 16 ? DEPTH_16 : DEPTH_8;
}

/* Opening and closing. */

static void use_plain_text(const struct newt_state *state)
{
	if (state->glyphs != GLYPHS_ASCII && state->glyphs != GLYPHS_LINES)
		return;
	(void)SLutf8_enable(0);
	if (state->glyphs == GLYPHS_ASCII)
		SLtt_Has_Alt_Charset = 0;
	(void)SLsmg_reinit_smg();
}

static void release(struct newt_state *state)
{
	for (size_t i = 0; i < LENGTH(state->silence); i++)
		if (state->silence[i] >= 0)
			(void)close(state->silence[i]);
	fullscreen_close(&state->full);
	free(state);
}

static int start_library(struct newt_state *state, struct error *err)
{
	const struct terminal *terminal = state->full.terminal;
	autofree char *type = memory_copy_text(terminal->type);

	if (SLtt_initialize(type) < 0) /* newtInit() would end the program */
		return fullscreen_unknown(terminal, err);
	if (fullscreen_mono(terminal))
		(void)setenv("NEWT_MONO", "1", 1);
	if (newtInit() < 0)
		return error_set(err, -ENOTTY,
			_("libnewt cannot use the terminal \"%s\""), terminal->type);
	state->glyphs = fullscreen_glyphs(terminal);
	state->full.pane.blocks =
		state->glyphs == GLYPHS_CP437 || state->glyphs == GLYPHS_UTF8;
	use_plain_text(state);
	state->depth = choose_depth();
	make_colours(state);
	newtCls();
	return 0;
}

static int newt_open(void **result, const struct terminal *terminal, struct error *err)
{
	struct newt_state *state;
	int rc = fullscreen_check(terminal, err);

	if (rc < 0)
		return rc;
	state = memory_zero(1, sizeof(*state));
	state->silence[0] = state->silence[1] = -1;
	fullscreen_open(&state->full, terminal);
	if (pipe2(state->silence, O_CLOEXEC) < 0)
		rc = error_errno(err, -errno, "%s", _("making a pipe"));
	if (rc == 0)
		rc = start_library(state, err);
	if (rc < 0) {
		release(state);
		return rc;
	}
	*result = state;
	return 0;
}

static void newt_show(void *data, const struct view *view)
{
	fullscreen_show(data, view);
}

/* Take away what was drawn last; nothing is sent to the terminal by this. */
static void discard(struct newt_state *state)
{
	if (state->secret)
		newtEntrySet(state->secret, "", 0); /* wipes its copy */
	if (state->form)
		newtFormDestroy(state->form);
	if (state->has_window)
		newtPopWindowNoRefresh();
	if (state->has_help_line)
		newtPopHelpLine();
	state->form = state->focus = state->secret = NULL;
	state->has_window = state->has_help_line = false;
}

static void newt_suspend(void *data)
{
	(void)data;
	newtSuspend();
}

static void newt_resume(void *data)
{
	struct newt_state *state = data;

	(void)newtResume();
	state->full.stale = state->full.torn = true;
}

static void newt_close(void *data)
{
	struct newt_state *state = data;

	discard(state);
	(void)newtFinished();
	release(state);
}

/* Drawing: the page is laid out on a canvas; its texts become labels, its spots widgets over them. */

/* Where the window and its parts are; row and column of the window's inside. */
struct shape {
	enum tier tier;
	bool whole; /* only the page, its frame and the keys */
	int row, col, rows, cols;
	int body_rows, detail_rows;
};

static struct shape shape_of(const struct newt_state *state)
{
	struct shape shape = {.tier = layout_tier(state->full.rows, state->full.cols)};
	const struct view *view = state->full.view;
	unsigned wanted = view->page->detail_rows;
	bool small = shape.tier == TIER_SMALL;

	shape.whole = view->page->whole && !view->help;
	small |= shape.whole;
	shape.row = small ? 1 : 2;
	shape.col = small ? 1 : 2;
	shape.rows = state->full.rows - shape.row - 2;
	shape.cols = state->full.cols - 2 * shape.col;
	shape.detail_rows = shape.whole ? 0 : wanted ? (int)wanted : 2;
	shape.body_rows = shape.rows - shape.detail_rows - (small ? 0 : 1);
	return shape;
}

/* libnewt throws away what was typed when it opens a window; it shall find nothing. */
static void open_window(
	struct newt_state *state, const struct shape *shape, const char *title)
{
	int typed = SLang_TT_Read_FD;

	SLang_TT_Read_FD = state->silence[0];
	state->has_window = newtOpenWindow(shape->col, shape->row, (unsigned)shape->cols,
				    (unsigned)shape->rows, title) == 0;
	SLang_TT_Read_FD = typed;
}

/* libnewt frames every window; where nothing but text is wanted, blanks and the title take the frame's place. */
static void erase_frame(const struct shape *shape, const char *title, bool captioned)
{
	int top = shape->row - 1, bottom = shape->row + shape->rows;
	int left = shape->col - 1, right = shape->col + shape->cols;
	unsigned height = (unsigned)shape->rows + 2, width = (unsigned)shape->cols + 2;

	SLsmg_set_color(NEWT_COLORSET_WINDOW);
	SLsmg_fill_region(top, left, 1, width, ' ');
	SLsmg_fill_region(bottom, left, 1, width, ' ');
	SLsmg_fill_region(top, left, height, 1, ' ');
	SLsmg_fill_region(top, right, height, 1, ' ');
	if (shape->tier != TIER_SMALL && !shape->whole && !captioned)
		return; /* the line above has it */
	SLsmg_set_color(NEWT_COLORSET_TITLE);
	SLsmg_gotorc(top, shape->col);
	SLsmg_write_string((char *)(uintptr_t)title);
}

static bool is_covered(const struct spots *spots, int row, int col)
{
	for (size_t i = 0; i < spots->count; i++) {
		const struct spot *spot = &spots->items[i];

		if (spot->row == row && col >= spot->col && col < spot->col + spot->width)
			return true;
	}
	return false;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " ")] == '\0';
}

/* The texts of a canvas, one label for each run of cells with the same role. */
static void add_labels(struct newt_state *state, const struct canvas *canvas, int top,
	int left, const struct spots *spots)
{
	for (int row = 0; row < canvas->rows; row++) {
		const struct cell *cells =
			&canvas->cells[(size_t)row * (size_t)canvas->cols];

		for (int col = 0, end; col < canvas->cols; col = end) {
			autofree char *text = NULL;
			newtComponent label;
			bool covered = is_covered(spots, row, col);

			for (end = col + 1; end < canvas->cols &&
					    cells[end].role == cells[col].role &&
					    is_covered(spots, row, end) == covered;
				end++)
				;
			text = canvas_text(canvas, row, col, end - col, state->glyphs);
			if (covered || (cells[col].role == ROLE_SCREEN && is_blank(text)))
				continue;
			label = newtLabel(left + col, top + row, text);
			newtLabelSetColors(label, NEWT_COLORSET_CUSTOM(cells[col].role));
			newtFormAddComponent(state->form, label);
		}
	}
}

static newtComponent make_entry(struct newt_state *state, const struct spot *spot,
	const struct canvas *canvas, char *text)
{
	const struct item *item = pane_focus(state->full.view);
	autofree char *before = canvas_text(canvas, spot->row, spot->col,
		spot->focused ? canvas->cursor_col - spot->col : 0, state->glyphs);
	size_t caret = strlen(before);
	size_t end = strlen(text);
	newtComponent entry;

	while (end > caret && text[end - 1] == ' ')
		text[--end] = '\0';
	entry = newtEntry(
		spot->col, spot->row, text, spot->width, NULL, NEWT_FLAG_SCROLL);
	newtEntrySetCursorPosition(entry, (int)caret);
	if (spot->focused)
		newtEntrySetColors(entry, NEWT_COLORSET_CUSTOM(ROLE_FIELD_FOCUS),
			NEWT_COLORSET_CUSTOM(ROLE_FIELD));
	if (spot->focused && item && item->type == ITEM_SECRET)
		state->secret = entry;
	explicit_bzero(before, caret);
	return entry;
}

static newtComponent make_row(const struct spot *spot, const char *text)
{
	newtComponent row = newtListbox(spot->col, spot->row, 1, 0);

	newtListboxSetWidth(row, spot->width);
	(void)newtListboxAppendEntry(row, text, NULL);
	return row;
}

static newtComponent make_button(const struct spot *spot, char *text)
{
	size_t size = strlen(text);

	if (size > 1 && text[size - 1] == ']')
		text[size - 1] = '\0'; /* libnewt draws brackets of its own */
	return newtCompactButton(spot->col - 1, spot->row, text + (size > 0));
}

static newtComponent make_meter(const struct spot *spot)
{
	newtComponent scale = newtScale(spot->col, spot->row, spot->width, 1000);

	newtScaleSetColors(scale, NEWT_COLORSET_CUSTOM(SET_METER_OFF),
		NEWT_COLORSET_CUSTOM(SET_METER_ON));
	newtScaleSet(scale, spot->permille);
	return scale;
}

static newtComponent make_widget(struct newt_state *state, const struct spot *spot,
	const struct canvas *canvas, char *text)
{
	switch (spot->kind) {
	case SPOT_CHECK:
		return newtCheckbox(
			spot->col, spot->row, "", spot->on ? '*' : ' ', NULL, NULL);
	case SPOT_RADIO:
		return newtRadiobutton(spot->col, spot->row, "", spot->on, NULL);
	case SPOT_ENTRY:
		return make_entry(state, spot, canvas, text);
	case SPOT_BUTTON:
		return make_button(spot, text);
	case SPOT_METER:
		return make_meter(spot);
	case SPOT_ROW:
		break;
	}
	return make_row(spot, text);
}

static void add_widgets(
	struct newt_state *state, const struct canvas *canvas, const struct spots *spots)
{
	for (size_t i = 0; i < spots->count; i++) {
		const struct spot *spot = &spots->items[i];
		autofree char *text = canvas_text(
			canvas, spot->row, spot->col, spot->width, state->glyphs);
		size_t size = strlen(text);
		newtComponent widget = make_widget(state, spot, canvas, text);

		newtFormAddComponent(state->form, widget);
		if (spot->focused)
			state->focus = widget;
		explicit_bzero(text, size); /* it may be a secret that is shown */
	}
}

/* The line above the window, as wide as the screen. */
static void draw_root(const struct newt_state *state)
{
	const struct view *view = state->full.view;
	autocanvas struct canvas *canvas = canvas_new(1, state->full.cols);
	struct area area = {.canvas = canvas, .rows = 1, .cols = state->full.cols};
	autofree char *place = layout_place(view);
	autofree char *text = NULL;
	int col = state->full.cols - 1 - text_cells(place);

	(void)area_put(&area, 0, 1, -1, ROLE_TITLE, view->product);
	(void)area_put(&area, 0, col, -1, ROLE_TITLE, place);
	if (view->banner)
		(void)area_put(&area, 0, col - text_cells(view->banner) - 4, -1,
			ROLE_TITLE, view->banner);
	text = canvas_text(canvas, 0, 0, state->full.cols, state->glyphs);
	newtDrawRootText(0, 0, text);
}

static void draw_help_line(struct newt_state *state, bool has_title)
{
	autofree char *keys =
		layout_keys(state->full.view, state->full.cols - 1, has_title);
	autofree char *text = text_in(state->glyphs, keys);

	newtPushHelpLine(text);
	state->has_help_line = true;
}

/* A caption stands where the title does, which the line above has, too. */
static char *title_of(const struct newt_state *state, const struct shape *shape)
{
	const struct view *view = state->full.view;
	autofree char *caption = NULL;

	if (!view->caption || shape->tier == TIER_SMALL)
		return text_in(state->glyphs, view->title);
	caption = layout_caption(view, shape->cols - 4);
	return text_in(state->glyphs, caption);
}

static void draw_window(struct newt_state *state)
{
	const struct view *view = state->full.view;
	struct shape shape = shape_of(state);
	autofree char *title = title_of(state, &shape);
	autocanvas struct canvas *body = canvas_new(shape.body_rows, shape.cols);
	autocanvas struct canvas *detail = canvas_new(shape.detail_rows, shape.cols - 2);
	autospots struct spots spots = {0};
	bool has_title = shape.tier != TIER_SMALL && !shape.whole;

	if (has_title)
		draw_root(state);
	open_window(state, &shape, title);
	if (state->full.pane.thin)
		erase_frame(&shape, title, view->caption != NULL);
	state->form = newtForm(NULL, NULL, NEWT_FLAG_NOF12);
	layout_body(view, &state->full.pane, body, shape.tier == TIER_SMALL, &spots);
	add_labels(state, body, 0, 0, &spots);
	add_widgets(state, body, &spots);
	if (!view->help && !shape.whole)
		layout_detail(view, &state->full.pane, detail, shape.tier == TIER_SMALL);
	add_labels(state, detail, shape.rows - shape.detail_rows, 1, &(struct spots){0});
	newtDrawForm(state->form);
	draw_help_line(state, has_title);
	if (state->focus)
		newtFormSetCurrent(state->form, state->focus);
	newtCursorOn();
	SLsmg_gotorc(shape.row + body->cursor_row, shape.col + body->cursor_col);
}

static void draw_too_small(const struct newt_state *state)
{
	autocanvas struct canvas *canvas = layout_draw(
		state->full.view, &state->full.pane, state->full.rows, state->full.cols);

	for (int row = 0; row < state->full.rows; row++) {
		autofree char *text =
			canvas_text(canvas, row, 0, state->full.cols, state->glyphs);

		newtDrawRootText(0, row, text);
	}
	newtCursorOn();
	SLsmg_gotorc(0, 0);
}

static void draw(void *data)
{
	struct newt_state *state = data;

	discard(state);
	if (layout_tier(state->full.rows, state->full.cols) == TIER_TINY)
		draw_too_small(state);
	else
		draw_window(state);
	if (state->full.torn)
		SLsmg_touch_lines(0, (unsigned)state->full.rows);
	newtRefresh();
	state->full.stale = state->full.torn = false;
}

/* libnewt does not lay out anew: everything is built again for the new size. */
static void resize(void *data)
{
	discard(data);
	SLtt_get_screen_size();
	(void)SLsmg_reinit_smg();
	newtCls();
}

static int newt_read(void *data, struct input *input, int timeout_ms)
{
	static const struct surface surface = {resize, draw};

	return fullscreen_read(data, &surface, input, timeout_ms);
}

const struct frontend frontend_newt = {
	.name = "newt",
	.fills_screen = true,
	.open = newt_open,
	.show = newt_show,
	.read = newt_read,
	.suspend = newt_suspend,
	.resume = newt_resume,
	.close = newt_close,
};

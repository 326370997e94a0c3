#include "tui/fullscreen.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/record.h"

enum {
	ESCAPE_LOCAL_MS = 25,
	ESCAPE_SLOW_MS = 150,
	EXPLAIN_MS = 100,
	REVEAL_SECONDS = 30,
	USUAL_ROWS = 24,
	USUAL_COLS = 80
};

int fullscreen_check(const struct terminal *terminal, struct error *err)
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

int fullscreen_unknown(const struct terminal *terminal, struct error *err)
{
	return error_set(err, -ENOTTY,
		_("TERM is \"%s\", which is not a known terminal; use --ui line or set TERM"),
		terminal->type);
}

bool fullscreen_mono(const struct terminal *terminal)
{
	const char *no_color = getenv("NO_COLOR");

	return terminal->is_thin || (no_color && *no_color);
}

enum glyph_set fullscreen_glyphs(const struct terminal *terminal)
{
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

	if (terminal->is_thin)
		return GLYPHS_ASCII;
	if (terminal->theme->glyphs == GLYPHS_ASCII ||
		terminal->theme->glyphs == GLYPHS_LINES)
		return terminal->theme->glyphs;
	/* A real VT shows its own lines, and nothing in UTF-8, where they are three times the bytes. */
	if (!utf8 || text_starts(terminal->type, "vt"))
		return GLYPHS_LINES;
	if (terminal->theme->glyphs != GLYPHS_AUTO)
		return terminal->theme->glyphs;
	return text_starts(terminal->type, "linux") ? GLYPHS_CP437 : GLYPHS_UTF8;
}

static int escape_ms(const struct terminal *terminal)
{
	return terminal->is_slow ? ESCAPE_SLOW_MS : ESCAPE_LOCAL_MS;
}

/* The size that holds now, whatever the library believes; a terminal that does not know its own has the usual one. */
static bool size_changed(struct fullscreen *full)
{
	struct winsize size = {0};
	int rows, cols;

	(void)ioctl(full->terminal->out, TIOCGWINSZ, &size);
	rows = size.ws_row ? size.ws_row : USUAL_ROWS;
	cols = size.ws_col ? size.ws_col : USUAL_COLS;
	if (rows == full->rows && cols == full->cols)
		return false;
	full->rows = rows;
	full->cols = cols;
	return true;
}

void fullscreen_open(struct fullscreen *full, const struct terminal *terminal)
{
	full->terminal = terminal;
	full->pane.thin = terminal->is_thin || terminal->theme->bare;
	full->stale = true;
	(void)size_changed(full);
}

void fullscreen_close(struct fullscreen *full)
{
	keys_drop(&full->keys);
	pane_free(&full->pane);
	free(full->said);
	free(full->explained);
}

void fullscreen_show(struct fullscreen *full, const struct view *view)
{
	if (view->flushes != full->flushes) {
		keys_drop(&full->keys);
		(void)tcflush(full->terminal->in, TCIFLUSH);
	}
	full->view = view;
	full->stale = true;
	full->flushes = view->flushes;
	pane_follow(&full->pane, view);
}

static bool press_here(
	struct fullscreen *full, const struct press *press, struct input *input)
{
	enum tier tier = layout_tier(full->rows, full->cols);

	if (press->kind == PRESS_CONTROL && press->text[0] == 'L') {
		full->torn = true;
		return true;
	}
	if (tier == TIER_TINY && press->kind == PRESS_TEXT &&
		(press->text[0] == 'L' || press->text[0] == 'l'))
		*input = (struct input){.kind = INPUT_SWITCH, .text = "line"};
	return tier == TIER_TINY;
}

static bool take_picture(struct fullscreen *full, struct input *input)
{
	autofree char *name = NULL;
	struct error err = {0};
	int rc = record_picture(full->terminal->pictures, full->terminal->theme,
		full->view, &full->pane, full->rows, full->cols, &name, &err);

	free(full->said);
	full->said =
		rc < 0 ? memory_copy_text(err.text)
		       : memory_format(
				 _("This page is in %s.txt and .svg, without secrets."),
				 name);
	*input = (struct input){.kind = INPUT_SAY, .text = full->said};
	return true;
}

/* true: *input is to be sent. */
static bool take_press(
	struct fullscreen *full, const struct press *press, struct input *input)
{
	bool sends;

	*input = (struct input){0};
	if (press->kind == PRESS_NONE)
		return false;
	full->stale = true;
	if (full->terminal->pictures &&
		((press->kind == PRESS_FUNCTION && press->number == 9) ||
			(press->kind == PRESS_CONTROL && press->text[0] == 'P')))
		return take_picture(full, input);
	if (press_here(full, press, input))
		return input->kind != INPUT_NONE;
	sends = pane_press(&full->pane, full->view, press, input);
	full->revealed = full->pane.reveal ? time(NULL) : 0;
	return sends;
}

/* A secret that was shown long enough. */
static void cover(struct fullscreen *full)
{
	if (!full->revealed || time(NULL) - full->revealed <= REVEAL_SECONDS)
		return;
	full->pane.reveal = false;
	full->revealed = 0;
	full->stale = true;
}

/* 1: something to read, or a signal came; 0: time is up; negative: gone or told to end. */
static int wait_for_input(const struct fullscreen *full, int timeout_ms)
{
	struct pollfd fds[] = {
		{.fd = full->terminal->in,      .events = POLLIN},
		{.fd = full->terminal->signals, .events = POLLIN}
        };
	int ready = poll(fds, LENGTH(fds), timeout_ms);
	int waiting = 0;

	if (ready < 0)
		return errno == EINTR ? 1 : -errno;
	if (fds[1].revents & POLLIN)
		return -EINTR;
	if (fds[0].revents &&
		(ioctl(full->terminal->in, FIONREAD, &waiting) < 0 || waiting == 0))
		return -EPIPE;
	return ready > 0;
}

static int read_more(struct fullscreen *full)
{
	int waiting = 0;
	size_t room;
	char *to = keys_room(&full->keys, &room);
	ssize_t got;

	if (ioctl(full->terminal->in, FIONREAD, &waiting) < 0)
		return -EPIPE;
	if (waiting == 0 || room == 0)
		return 1;
	got = read(full->terminal->in, to, room);
	if (got > 0)
		full->keys.size += (size_t)got;
	return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)) ? 1 : -EPIPE;
}

/* On a slow line what explains the focus comes when no other key does, in a frame of its own; a message comes at once. */
static bool explanation_waits(const struct fullscreen *full)
{
	const struct view *view = full->view;

	return full->terminal->is_slow && !full->torn && !view->message &&
	       !view->caption && !view->help &&
	       text_equal(full->explained_screen, view->screen) &&
	       !text_equal(full->explained, layout_explanation(view).text);
}

static void draw(struct fullscreen *full, const struct surface *surface, bool waits)
{
	struct explanation old = {full->explained, full->explained_role};
	struct explanation now = layout_explanation(full->view);

	full->pane.old = waits ? &old : NULL;
	surface->draw(full);
	full->pane.old = NULL;
	if (waits)
		return;
	free(full->explained);
	full->explained = memory_copy_text(now.text);
	full->explained_role = now.role;
	full->explained_screen = full->view->screen;
	recorder_frame(full->terminal->recorder, full->view, &full->pane, full->rows,
		full->cols);
}

/* Draws what is not shown yet, and waits. */
static int wait_for_key(
	struct fullscreen *full, const struct surface *surface, int timeout_ms)
{
	bool waits = explanation_waits(full);
	int rc = 0;

	if (full->stale)
		draw(full, surface, waits);
	if (waits) {
		rc = wait_for_input(full, EXPLAIN_MS);
		if (rc == 0)
			draw(full, surface, false);
	}
	return rc ? rc : wait_for_input(full, timeout_ms);
}

/* Wait for the rest of a sequence that has begun, otherwise draw before waiting. *last: the rest did not come. */
static int wait_for_more(
	void *state, const struct surface *surface, int timeout_ms, bool *last)
{
	struct fullscreen *full = state;
	bool begun = full->keys.size > 0;
	int rc = wait_for_input(full, begun ? escape_ms(full->terminal) : 0);

	*last = begun && rc == 0;
	if (*last)
		return 1;
	if (rc == 0)
		rc = wait_for_key(full, surface, timeout_ms);
	return rc > 0 ? read_more(full) : rc;
}

int fullscreen_read(
	void *state, const struct surface *surface, struct input *input, int timeout_ms)
{
	struct fullscreen *full = state;
	bool last = false;
	int rc = 1;

	cover(full);
	while (rc > 0) {
		struct press press;

		if (size_changed(full)) {
			surface->resize(state);
			full->stale = true;
		}
		while (keys_take(&full->keys, last, &press))
			if (take_press(full, &press, input))
				return 1;
		rc = wait_for_more(state, surface, timeout_ms, &last);
	}
	if (rc != -EINTR || terminal_signal(full->terminal) != SIGINT)
		return rc;
	*input = (struct input){.kind = INPUT_EXPLAIN_STOP};
	return 1;
}

#include "tui/fullscreen.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tui/language.h"

enum { ESCAPE_LOCAL_MS = 25, ESCAPE_SLOW_MS = 150, REVEAL_SECONDS = 30 };

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
	if (!utf8)
		return GLYPHS_LINES;
	if (terminal->theme->glyphs != GLYPHS_AUTO)
		return terminal->theme->glyphs;
	return text_starts(terminal->type, "linux") ? GLYPHS_CP437 : GLYPHS_UTF8;
}

int fullscreen_escape_ms(const struct terminal *terminal)
{
	return terminal->is_slow ? ESCAPE_SLOW_MS : ESCAPE_LOCAL_MS;
}

bool fullscreen_show(struct fullscreen *full, const struct view *view)
{
	bool flush = view->flushes != full->flushes;

	full->view = view;
	full->stale = true;
	full->flushes = view->flushes;
	pane_follow(&full->pane, view);
	return flush;
}

static bool handle_here(struct fullscreen *full, const struct press *press,
	enum tier tier, struct input *input)
{
	if (press->kind == PRESS_CONTROL && press->text[0] == 'L') {
		full->torn = true;
		return true;
	}
	if (tier == TIER_TINY && press->kind == PRESS_TEXT &&
		(press->text[0] == 'L' || press->text[0] == 'l'))
		*input = (struct input){.kind = INPUT_SWITCH, .text = "line"};
	return tier == TIER_TINY;
}

bool fullscreen_press(struct fullscreen *full, const struct press *press, enum tier tier,
	struct input *input)
{
	bool sends;

	*input = (struct input){0};
	if (press->kind == PRESS_NONE)
		return false;
	full->stale = true;
	if (handle_here(full, press, tier, input))
		return input->kind != INPUT_NONE;
	sends = pane_press(&full->pane, full->view, press, input);
	full->revealed = full->pane.reveal ? time(NULL) : 0;
	return sends;
}

void fullscreen_cover(struct fullscreen *full)
{
	if (!full->revealed || time(NULL) - full->revealed <= REVEAL_SECONDS)
		return;
	full->pane.reveal = false;
	full->revealed = 0;
	full->stale = true;
}

int fullscreen_wait(const struct fullscreen *full, int timeout_ms)
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

/* What the full-screen front ends have in common: what is shown, what a key does before the form sees it, and waiting for one. */
#pragma once

#include <time.h>

#include "tui/frontend.h"
#include "tui/keys.h"
#include "tui/layout.h"

struct fullscreen {
	const struct terminal *terminal;
	const struct view *view;
	struct pane pane;
	struct keys keys;
	int rows, cols;
	unsigned flushes;
	bool stale;      /* what is shown is not what holds */
	bool torn;       /* draw all cells again, not only those that differ */
	char *said;      /* where the last picture is, or why it is not */
	char *explained; /* what stands below the page, how, and on which screen that is */
	enum role explained_role;
	const char *explained_screen;
	time_t revealed; /* when the secret was uncovered, 0: covered */
};

/* What a terminal library does for it; both get the front end's state, whose first member is its struct fullscreen. */
struct surface {
	void (*resize)(void *state); /* rows and cols are new */
	void (*draw)(void *state);
};

/* Full screen needs a terminal that moves its cursor; the message names line mode. */
int fullscreen_check(const struct terminal *terminal, struct error *err) CHECKED;
int fullscreen_unknown(const struct terminal *terminal, struct error *err); /* TERM */
bool fullscreen_mono(const struct terminal *terminal);             /* no colours wanted */
enum glyph_set fullscreen_glyphs(const struct terminal *terminal); /* never AUTO */

void fullscreen_open(struct fullscreen *full, const struct terminal *terminal);
void fullscreen_close(struct fullscreen *full);
/* The show and read of a front end. */
void fullscreen_show(struct fullscreen *full, const struct view *view);
int fullscreen_read(
	void *state, const struct surface *surface, struct input *input, int timeout_ms);

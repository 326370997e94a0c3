/* What the full-screen front ends have in common: what is shown, what a key does before the form sees it, and waiting for one. */
#pragma once

#include <time.h>

#include "tui/frontend.h"
#include "tui/layout.h"

struct fullscreen {
	const struct terminal *terminal;
	const struct view *view;
	struct pane pane;
	unsigned flushes;
	bool stale;      /* what is shown is not what holds */
	bool torn;       /* draw all cells again, not only those that differ */
	time_t revealed; /* when the secret was uncovered, 0: covered */
};

/* Full screen needs a terminal that moves its cursor; the message names line mode. */
int fullscreen_check(const struct terminal *terminal, struct error *err) CHECKED;
int fullscreen_unknown(const struct terminal *terminal, struct error *err); /* TERM */
bool fullscreen_mono(const struct terminal *terminal);             /* no colours wanted */
enum glyph_set fullscreen_glyphs(const struct terminal *terminal); /* never AUTO */
/* How long the rest of an escape sequence may take. */
int fullscreen_escape_ms(const struct terminal *terminal);

/* true: throw away what was typed ahead. */
bool fullscreen_show(struct fullscreen *full, const struct view *view);
/* true: *input is to be sent. */
bool fullscreen_press(struct fullscreen *full, const struct press *press, enum tier tier,
	struct input *input);
void fullscreen_cover(struct fullscreen *full); /* a secret that was shown long enough */
/* 1: something to read, 0: time is up, negative: gone or told to end. */
int fullscreen_wait(const struct fullscreen *full, int timeout_ms);

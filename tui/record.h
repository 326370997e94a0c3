/* A recording of what is shown, and pictures of single frames. Both are drawn anew from a view in which no secret is left. */
#pragma once

#include "tui/layout.h"

struct recorder;

/* Begin an asciicast (version 2) in a file, or go on with one of a display that handed over. */
int recorder_open(struct recorder **recorder, const char *path, bool goes_on,
	const struct theme *theme, struct error *err) CHECKED;
/* What is shown now; the same again is not written. */
void recorder_frame(struct recorder *recorder, const struct view *view,
	const struct pane *pane, int rows, int cols);
void recorder_close(struct recorder *recorder); /* NULL is fine */

/* The frame as DIR/screen-N.txt and .svg, N the first number that is free. The caller frees *name: DIR/screen-N. */
int record_picture(const char *dir, const struct theme *theme, const struct view *view,
	const struct pane *pane, int rows, int cols, char **name,
	struct error *err) CHECKED;

/* The canvas both are made of. */
struct canvas *record_canvas(
	const struct view *view, const struct pane *pane, int rows, int cols) CHECKED;

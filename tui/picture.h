/* A canvas as plain text, as a picture (SVG), or as what makes a terminal show it. */
#pragma once

#include "installer/base/text.h"
#include "tui/canvas.h"

void picture_text(const struct canvas *canvas, struct text *to);
void picture_svg(const struct canvas *canvas, const struct theme *theme, struct text *to);
/* One row, in 256 colours. */
void picture_ansi(
	const struct canvas *canvas, int row, const struct theme *theme, struct text *to);
/* 0xRRGGBB of colour 0 to 255 as xterm and the Linux console have it; of a bold one below 8 the bright one is meant. */
unsigned picture_rgb(int colour);

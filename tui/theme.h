/* Roles → colours and glyphs, read from themes/NAME.theme. Data only: no code knows a colour. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/error.h"

enum role {
	ROLE_SCREEN,
	ROLE_TITLE,
	ROLE_BANNER,
	ROLE_LABEL,
	ROLE_VALUE,
	ROLE_STRONG,
	ROLE_QUIET,
	ROLE_FOCUS,
	ROLE_FIELD,
	ROLE_FIELD_FOCUS,
	ROLE_HINT,
	ROLE_GOOD,
	ROLE_WARNING,
	ROLE_DANGER,
	ROLE_BORDER,
	ROLE_STEP_DONE,
	ROLE_STEP_NOW,
	ROLE_STEP_TODO,
	ROLE_KEY,
	ROLE_METER_ON,
	ROLE_METER_OFF,
	ROLE_SEGMENT1,
	ROLE_SEGMENT2,
	ROLE_SEGMENT3,
	ROLE_SEGMENT4,
	ROLE_QR,
	ROLE_COUNT
};
extern const char *const role_names[]; /* by enum role; NULL-terminated */

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_COUNT };
enum { STYLE_BOLD = 1, STYLE_REVERSE = 2, STYLE_UNDERLINE = 4, STYLE_DIM = 8 };

/* Colours are terminal numbers; -1: the terminal's own. */
struct style {
	short text, ground;
	unsigned char attributes;
};

enum glyph_set {
	GLYPHS_AUTO,
	GLYPHS_ASCII,
	GLYPHS_LINES /* ASCII and drawn lines */,
	GLYPHS_CP437,
	GLYPHS_UTF8
};
extern const char *const glyph_set_names[];

struct theme {
	enum glyph_set glyphs;
	bool bare; /* no lines and no list of steps: only what is to be read */
	struct style styles[ROLE_COUNT][DEPTH_COUNT];
};

/* Read a theme from text; name is for messages ("default.theme:7: …"). Roles that are not named keep what theme had. */
int theme_read(const char *text, const char *name, struct theme *theme,
	struct error *err) CHECKED;
/* By name below dir/themes, or by path. On any error theme is the built-in default and err says why. */
int theme_load(const char *dir, const char *name, struct theme *theme,
	struct error *err) CHECKED;
void theme_default(struct theme *theme);

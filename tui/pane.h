/* What a full-screen front end remembers between keys, and how keys become inputs. No terminal library. */
#pragma once

#include "tui/form.h"
#include "tui/theme.h"

enum press_kind {
	PRESS_NONE,
	PRESS_TEXT,
	PRESS_ENTER,
	PRESS_ESCAPE,
	PRESS_TAB,
	PRESS_BACKTAB,
	PRESS_UP,
	PRESS_DOWN,
	PRESS_LEFT,
	PRESS_RIGHT,
	PRESS_HOME,
	PRESS_END,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_BACKSPACE,
	PRESS_DELETE,
	PRESS_CONTROL,
	PRESS_FUNCTION
};

/* One key. TEXT: a character in UTF-8; CONTROL: text[0] is 'A' to 'Z'; FUNCTION: number. */
struct press {
	enum press_kind kind;
	char text[5];
	unsigned number;
};

enum { FILTER_MAX = 64 };

/* What stands below the page about the focus. */
struct explanation {
	const char *text;
	enum role role;
};

struct pane {
	char *item;   /* id of the item these are about */
	size_t caret; /* bytes, in a typed item */
	bool reveal;  /* show the secret */
	bool picking; /* the list of a ONE with many choices is open */
	char filter[FILTER_MAX];
	size_t picked;     /* index among the matching choices */
	size_t log_back;   /* lines scrolled back */
	size_t help_above; /* rows of the help scrolled away */
	bool blocks; /* half and full blocks can be drawn */
	size_t page_above; /* rows of the page scrolled away below its last focus */
	char *text;        /* what the last input pointed to */
	bool thin;         /* draw as little as possible */
	const struct explanation *old; /* still stands below the page, or NULL */
};

/* Bring the pane in line with a new view. */
void pane_follow(struct pane *pane, const struct view *view);
void pane_free(struct pane *pane);
/* true: *input is to be sent. Its strings live until the next call. */
bool pane_press(struct pane *pane, const struct view *view, const struct press *press,
	struct input *input);

const struct item *pane_focus(const struct view *view); /* NULL: none */
bool pane_uses_picker(
	const struct item *item); /* a ONE with more choices than fit a form */
/* Choices that match the filter, in order; fills at most max indices, returns how many match. */
size_t pane_matches(
	const struct pane *pane, const struct item *item, size_t *indices, size_t max);

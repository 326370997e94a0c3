/* Inside of the form core: shared by form.c (state, view, navigation), form_values.c (drafts and values) and form_input.c. */
#pragma once

#include "tui/form.h"

/* Text that is not (yet) a value, and why. */
struct draft {
	const struct screen *screen;
	char *id, *text, *error;
	bool stored; /* it is the value, only spelled as it was typed: "a, " for "a" */
};

/* A screen that opened a SUB, and where the focus was on it. */
struct opener {
	size_t screen, row;
	char *focus;
};

enum { OPENERS_MAX = 4 };

struct form {
	const struct screen *const *screens; /* NULL-terminated */
	size_t screen_count;
	void *context;
	size_t now; /* index of the current screen */
	struct opener
		openers[OPENERS_MAX]; /* of a SUB, and of the SUB that opened it … */
	size_t opener_count;
	bool *seen;
	struct page *page;
	size_t focus, row;
	char *focus_id; /* item the focus is on, to find it again in a new page */
	struct draft *drafts;
	size_t draft_count;
	bool from_hub; /* Next and Back return to the hub */
	bool help_open;
	char *message, *caption;
	enum tone message_tone;
	const char *product, *banner;
	unsigned guard_ms, flushes;
	double deaf_until; /* seconds, monotonic: a GATE ignores input before */
	bool ended, wants_program;
	struct words program; /* the one that is wanted; empty: a shell */
	int status;
	const char *switch_to;
	struct step *steps;
	struct view view;
};

static inline const struct screen *form_screen(const struct form *form)
{
	return form->screens[form->now];
}

/* form.c */
size_t form_index(const struct form *form, const char *id); /* screen_count: unknown */
size_t form_parent(const struct form *form);                /* of the current SUB */
size_t form_hub(const struct form *form);                   /* screen_count: none */
bool form_shows(const struct form *form, size_t screen);
void form_rebuild(struct form *form);
void form_return(struct form *form); /* from a SUB to what opened it */
void form_quiet(struct form *form);  /* drop the message */

/* form_values.c */
struct draft *draft_find(const struct form *form, const char *id);
void drafts_free(struct form *form);
void drafts_drop_stored(struct form *form);
void drafts_drop_screen(struct form *form, const struct screen *screen);
void value_type(struct form *form, const struct item *item, const char *text); /* SET */
void value_secret_add(struct form *form, const struct item *item, const char *text);
void value_secret_cut(struct form *form, const struct item *item, size_t characters);
void value_check(struct form *form, const char *id); /* mark what is wrong with it */
/* Is everything on this page valid? Otherwise errors are marked and the focus is on the first. */
bool values_commit(struct form *form);

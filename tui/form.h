/* The wizard's core: which screen, which values, where the focus is. Front ends show its view and send it inputs; it owns navigation,
 * visibility and drafts. What was typed is kept as a draft until the screen takes it; Back never checks and never loses anything. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tui/page.h"

struct form;

enum screen_kind {
	SCREEN_STEP, /* in the step list, in order, can be opened from the review */
	SCREEN_HUB,  /* the review: a step that opens the others */
	SCREEN_SUB,  /* opened by an action; Next and Back return to its parent */
	SCREEN_GATE, /* the point of no return: reached only forward, input typed ahead is thrown away */
	SCREEN_RUN, /* reached by the program only; no way back */
};

/* One screen. Every function gets the context given to form_new(). */
struct screen {
	const char *id, *title; /* title: N_() */
	enum screen_kind kind;
	const char *parent; /* SUB: NULL: whichever opened it */
	const char *help;   /* long help of the screen, N_() */
	void (*build)(struct page *page, void *context);
	/* Take a value: 0, or negative and why not. For a SECRET value is NULL: is what was typed good enough? NULL: nothing to set. */
	int (*set)(void *context, const char *id, const char *value, struct error *err);
	/* An action or a row was chosen (row: its value, or NULL), or a row removed. May use form_open(), form_say(), form_end(). */
	void (*act)(struct form *form, const char *id, const char *row);
	void (*remove)(struct form *form, const char *id, const char *row);
	/* Before Next leaves a screen whose items are all valid. On error *at names the item to go to, if there is one; -EAGAIN: nothing is
	 * wrong, but there is more to do here. */
	int (*leave)(void *context, const char **at, struct error *err);
	void (*enter)(struct form *form);
	/* Called about four times a second; true: something changed. */
	bool (*tick)(struct form *form);
	/* The page is left, whatever to: end what it waits for. With one, Ctrl-C goes back. */
	void (*stop)(struct form *form);
	bool (*visible)(const void *context); /* NULL: always */
};

enum input_kind {
	INPUT_NONE,
	INPUT_FOCUS,  /* id, row */
	INPUT_SET,    /* id, text; for MANY "+value" or "-value" */
	INPUT_ADD,    /* id of a SECRET, text behind what is there */
	INPUT_CUT,    /* id of a SECRET, row: how many characters stay */
	INPUT_CHECK,  /* id: mark what is wrong with it, as Next would */
	INPUT_ACT,    /* id, text: value of the row or NULL */
	INPUT_REMOVE, /* id, text: value of the row */
	INPUT_NEXT,
	INPUT_BACK,
	INPUT_GOTO, /* id of a screen */
	INPUT_REVIEW,
	INPUT_HELP,
	INPUT_SHELL,
	INPUT_SWITCH,  /* text: name of the front end to go on with, NULL: the next one */
	INPUT_SAY,     /* text: message of the front end */
	INPUT_CAPTION, /* text: to be shown until the next one, "": none */
	INPUT_RESIZE,  /* done by the front end */
	INPUT_EXPLAIN_STOP, /* Ctrl-C */
	INPUT_QUIT,
};

/* Borrowed strings, good until the front end is asked again. */
struct input {
	enum input_kind kind;
	const char *id, *text;
	size_t row;
};

struct step {
	const char *id, *title;
	enum step_state state;
	unsigned problems;
};

/* All a front end needs to know; good until the next form_* call. */
struct view {
	const char *product; /* "JefeLinux 0.1.0" */
	const char *banner;  /* DEMO, or NULL */
	const char *caption; /* of a script, a line for who watches, or NULL */
	const char *screen, *title;
	const char *message; /* to be shown until the next input, or NULL */
	enum tone message_tone;
	const char *help;  /* long help is open when not NULL */
	const char *about; /* the same text, open or not */
	const struct page *page;
	size_t focus, row; /* item with the focus (page->count: none), row within it */
	const struct step *steps;
	size_t step_count, step_now;
	enum screen_kind kind;
	unsigned flushes; /* has grown: throw away input typed ahead */
};

struct form *form_new(
	const struct screen *const *screens, void *context) CHECKED; /* NULL-terminated */
void form_free(struct form *form);
void form_brand(struct form *form, const char *product,
	const char *banner); /* constants, banner: N_() */
void form_guard(struct form *form,
	unsigned milliseconds); /* how long a GATE ignores input; default 500 */

const struct view *form_view(struct form *form);
void form_input(struct form *form, const struct input *input);
bool form_tick(struct form *form);

bool form_deaf(const struct form *form); /* a GATE ignores input for now */
/* Once: a program is wanted on the terminal; without words a shell. */
bool form_wants_program(struct form *form, struct words *words);
bool form_ended(const struct form *form, int *status);
const char *form_switch_to(
	const struct form *form); /* front end asked for, "": the next one; or NULL */

/* For screens. */
void *form_context(const struct form *form);
void form_open(struct form *form, const char *screen);
void form_focus(struct form *form, const char *id,
	size_t row); /* SIZE_MAX: the one of its value */
void form_say(struct form *form, enum tone tone, const char *format, ...) PRINTF(3, 4);
void form_end(struct form *form, int status);
void form_switch(struct form *form, const char *frontend); /* NULL: stay after all */
void form_shell(struct form *form); /* a shell is wanted; the loop gives it */
void form_program(struct form *form, const struct words *words); /* this one is */
void form_forget(struct form *form, const char *id);             /* drop a draft */
/* On all screens: drafts of ids that begin with from are those of ids that begin with to instead; NULL: they are dropped. */
void form_move_drafts(struct form *form, const char *from, const char *to);
unsigned form_problems(
	const struct form *form); /* drafts that cannot be taken, on all screens */
const char *form_first_problem(
	const struct form *form); /* screen of the first, or NULL */
/* The screens that are open, from the step on, or from the hub where that is gone back to, each with what has the focus (NULL: nothing); and opening the same ones again, the step
 * first. Instead of a GATE the hub is named. */
void form_each_open(const struct form *form,
	void (*call)(void *context, const char *screen, const char *focus, size_t row),
	void *context);
void form_refresh(struct form *form); /* what the page shows has changed */
void form_resume(struct form *form, const char *screen, const char *focus, size_t row);
/* Every draft that is not a value yet, for handing over to another front end. */
void form_each_draft(const struct form *form,
	void (*call)(void *context, const char *screen, const char *id, const char *text),
	void *context);
void form_put_draft(
	struct form *form, const char *screen, const char *id, const char *text);

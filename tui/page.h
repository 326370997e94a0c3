/* What a screen shows, as data: a list of items. A screen's build function makes it anew after every change; front ends draw it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"

enum item_type {
	ITEM_NOTE, /* paragraph */
	ITEM_FACT, /* label and value, nothing to do */
	ITEM_BOOL, /* value "true" or "false" */
	ITEM_ONE,  /* value is that of one choice */
	ITEM_MANY, /* choices that are on or off */
	ITEM_TEXT,
	ITEM_NUMBER,
	ITEM_SECRET, /* typed into item->secret */
	ITEM_LIST,   /* rows that can be opened, and removed when item->removable */
	ITEM_TABLE,  /* rows to look at */
	ITEM_ACTION,
	ITEM_BAR,      /* choices are segments with a weight */
	ITEM_CONFIRM,  /* item->expected must be typed */
	ITEM_PROGRESS, /* choices are steps with a state; value says what happens now */
	ITEM_LOG,      /* value: lines, the newest last */
	ITEM_QR,       /* value or secret as a QR code, where it can be drawn */
};

enum tone { TONE_NORMAL, TONE_STRONG, TONE_GOOD, TONE_WARNING, TONE_DANGER, TONE_QUIET };
enum step_state { STEP_TODO, STEP_NOW, STEP_DONE, STEP_BAD, STEP_SKIPPED };

/* An option, a row, a segment or a step. A tab in label separates columns. */
struct choice {
	const char *value;
	const char *label;
	const char *
		note; /* beside the option of a ONE; in the help line otherwise; may be NULL */
	const char *help; /* long help, may be NULL */
	const char *
		remark; /* MANY: a word or two about it, or NULL; a mark stands for them where there is no room */
	const char *why_not; /* not NULL: shown, but cannot be chosen, and this is why */
	enum tone tone;
	bool on;         /* MANY */
	uint64_t weight; /* BAR: bytes */
	enum step_state state;
};

/* Strings and choices belong to the page or are constants. */
struct item {
	enum item_type type;
	const char *id; /* the answer's path where there is one; unique within the form */
	const char *label;
	const char *value;    /* what the person typed, even when it is not valid; LIST: of the row to begin with, or NULL */
	const char *spoken;   /* FACT: what line mode says instead of value, or NULL */
	const char *why;      /* one sentence for the help line */
	const char *help;     /* long help */
	const char *error;    /* why value cannot be taken, or NULL */
	const char *header;   /* column titles for rows, separated by tabs */
	const char *expected; /* CONFIRM */
	struct choice *choices;
	size_t count;
	struct secret *secret; /* SECRET; what value is made of: nothing records it */
	const struct secret *confirms; /* SECRET: must be equal to this one */
	enum tone tone;
	unsigned permille; /* PROGRESS: of the whole; LOG: unused */
	unsigned width;    /* TEXT, NUMBER, SECRET: cells to show, 0: what is there */
	bool gap;          /* an empty line before it */
	bool brief; /* ONE: notes of choices stand in the help area, not beside them */
	bool removable;        /* LIST */
	bool notes_beside;     /* LIST: notes of rows stand beside them */
	bool opens;            /* MANY: rows can be opened, too */
	bool literal; /* TEXT: line mode takes a single ? or < as text, too */
	bool key_only;         /* ACTION: stands in the key bar, takes no focus */
	char key;              /* ACTION: letter that does it, 0: none */
	unsigned function_key; /* ACTION: F key that does it, 0: none */
};

struct page {
	struct item **items;
	size_t count;
	struct words strings; /* owns formatted text */
	unsigned detail_rows; /* height of the help area; 0: standard */
	const char *detail; /* help area when nothing with the focus says more, or NULL */
	const char *next_label; /* what "next" is called here; NULL: Next */
	bool gap_next;
	bool whole; /* all of the screen but the line of keys: for what is tall */
};

struct page *page_new(void) CHECKED;
void page_free(struct page *page);

/* Text that lives as long as the page. */
const char *page_format(struct page *page, const char *format, ...) PRINTF(2, 3);
const char *page_copy(struct page *page, const char *text); /* NULL stays NULL */

/* Add an item. The pointer stays good; the caller fills in what is special. */
struct item *page_add(
	struct page *page, enum item_type type, const char *id, const char *label);
struct item *page_note(struct page *page, enum tone tone, const char *format, ...)
	PRINTF(3, 4);
struct item *page_fact(struct page *page, const char *label, const char *format, ...)
	PRINTF(3, 4);
void page_gap(struct page *page); /* an empty line before the next item */
/* The pointer is good until the next choice is added. */
struct choice *item_choice(struct item *item, const char *value, const char *label);

const struct item *page_item(const struct page *page, const char *id); /* NULL: none */
const struct choice *item_find(const struct item *item, const char *value);
bool item_takes_focus(const struct item *item);
bool item_is_typed(
	const struct item *item); /* letters go into it: TEXT, NUMBER, SECRET, CONFIRM */
size_t item_rows(
	const struct item *item); /* rows the focus can be on within it, at least 1 */

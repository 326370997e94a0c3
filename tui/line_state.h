/* Inside of line mode: line.c tells and listens, line_answer.c understands what was typed. */
#pragma once

#include <termios.h>

#include "tui/frontend.h"

struct line {
	const struct terminal *terminal;
	const struct view *view;
	struct termios before;
	bool has_termios, silent;
	bool greeted, ended;
	char *screen; /* the one announced */
	char *asked; /* id of the question waiting for a line, "" for the one that goes on, NULL: none */
	size_t at;      /* item to come next */
	char *checking; /* id: show what is wrong with it before going on */
	bool checked, tried_next, sent;
	char *said, *captioned; /* last message and caption */
	char *listed; /* id of a MANY whose rows were told: only what changes is told again */
	size_t switched; /* the row that did */
	struct words trail; /* the step and the sub-screens that were opened from it */
	struct secret
		*typed; /* bytes of the line so far; locked, because it may be a secret */
	struct text answer;
	size_t step_now;
	unsigned tenth;      /* of the progress, told last */
	bool wants_progress; /* all that is known about it */
	/* Facts and notes of this screen, not what has a secret in it, and ids of questions. */
	struct words told;
	bool acted;    /* the last input was an action: what it changed is told */
	char *log;     /* as far as it was told, NULL: it is hidden */
	char *message; /* of an input sent from here */
};

/* A line of the menu behind the questions. */
struct entry {
	const struct item *item;
	const struct choice *row;
};

static inline size_t item_index(const struct page *page, const char *id)
{
	size_t i = 0;

	while (i < page->count && !text_equal(page->items[i]->id, id))
		i++;
	return i;
}

static inline const struct item *line_asked(const struct line *line)
{
	return line->asked ? page_item(line->view->page, line->asked) : NULL;
}

static inline int send(
	struct input *input, enum input_kind kind, const char *id, const char *text)
{
	*input = (struct input){.kind = kind, .id = id, .text = text};
	return 1;
}

void line_tell(const struct line *line, const char *format, ...) PRINTF(2, 3);
void line_keep(char **kept, const char *text); /* a copy instead of what was there */

/* line_news.c: say a fact or a note and remember it; what an action changed; how far an installation is; its log. */
void line_tell_item(struct line *line, const struct item *item);
void line_note_question(struct line *line, const struct item *item);
void line_tell_changes(struct line *line);
void line_tell_progress(struct line *line);
void line_tell_log(struct line *line);

/* A question is everything with the focus except rows and actions, which form one menu at the end. */
bool line_is_question(const struct item *item);
/* How many lines the menu has; number (from 1) fills *found. */
size_t line_menu(const struct view *view, size_t number, struct entry *found);
bool line_removes(const struct page *page); /* has it rows that can be removed? */
/* What was typed, as an input (1), or done here (0). */
int line_answer(struct line *line, struct input *input);

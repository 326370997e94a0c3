/* Line mode's sentences: how items and questions read aloud. */
#pragma once

#include "tui/page.h"

/* "" when text ends a sentence by itself, otherwise stop: "." or ":". */
const char *line_stop(const char *text, const char *stop);
void line_say(int fd, const char *text); /* control bytes are left out, except newlines */
void line_say_wrapped(int fd, const char *text);
void line_say_item(int fd,
	const struct item
		*item); /* what cannot be answered: notes, facts, tables, bars */
void line_say_choice(int fd, size_t number, const char *label, const char *note);
/* Print a question with its choices and its default. Lists longer than listed_max are not read out. */
void line_ask(int fd, const struct item *item, size_t listed_max);
/* A MANY once more: only the row that was switched and the prompt. */
void line_ask_again(int fd, const struct item *item, size_t switched);
/* What was given for an item without being asked: a value, a row, or NULL. */
void line_say_given(int fd, const struct item *item, const char *text);
/* The choice meant by a number, a value, a label or the only one that begins like it; /text prints those that contain text.
 * NULL: none. */
const struct choice *line_find(int fd, const struct item *item, const char *text);

/* What was typed in line mode, and what it means. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/line_state.h"
#include "tui/line_text.h"
#include "tui/record.h"

enum { PICTURE_ROWS = 24, PICTURE_COLS = 80 };

bool line_is_question(const struct item *item)
{
	return item_takes_focus(item) && item->type != ITEM_ACTION &&
	       item->type != ITEM_LIST;
}

size_t line_menu(const struct view *view, size_t number, struct entry *found)
{
	size_t count = 0;

	for (size_t i = 0; i < view->page->count; i++) {
		const struct item *item = view->page->items[i];
		bool is_action = item->type == ITEM_ACTION &&
				 !(item->key_only && view->kind == SCREEN_RUN);
		size_t rows = item->type == ITEM_LIST ? item->count : is_action;

		for (size_t k = 0; k < rows; k++)
			if (++count == number)
				*found = (struct entry){
					item, is_action ? NULL : &item->choices[k]};
	}
	return count;
}

bool line_removes(const struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->items[i]->type == ITEM_LIST && page->items[i]->removable &&
			page->items[i]->count)
			return true;
	return false;
}

/* Take it as answered: the next question comes, after a check where one is needed. */
static int answered(struct line *line, const struct item *item)
{
	line->at = item_index(line->view->page, item->id) + 1;
	if (item_is_typed(item) && item->type != ITEM_CONFIRM)
		line_keep(&line->checking, item->id);
	line_keep(&line->asked, NULL);
	return 0;
}

static int answer_one(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	const struct choice *choice = line_find(line->terminal->out, item, text);

	if (!*text && item_find(item, item->value))
		return answered(line, item);
	if (!choice || choice->why_not) {
		line_tell(line, "%s\n",
			choice ? choice->why_not : _("That is none of the choices."));
		line_keep(&line->asked, NULL);
		return 0;
	}
	(void)answered(line, item);
	return send(input, INPUT_SET, item->id, choice->value);
}

static int answer_many(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	bool opens = item->opens && text[0] == '?';
	const struct choice *choice =
		*text ? line_find(line->terminal->out, item, text + opens) : NULL;

	if (!*text)
		return answered(line, item);
	line_keep(&line->asked, NULL);
	if (choice && opens)
		return send(input, INPUT_ACT, item->id, choice->value);
	if (!choice) {
		line_tell(line, "%s\n", _("That is none of the choices."));
		return 0;
	}
	text_free(&line->answer);
	text_addf(&line->answer, "%c%s", choice->on ? '-' : '+', choice->value);
	line->switched = (size_t)(choice - item->choices);
	return send(input, INPUT_SET, item->id, line->answer.data);
}

static bool is_word(const char *text, const char *letter, const char *word)
{
	return strcasecmp(text, letter) == 0 || strcasecmp(text, word) == 0;
}

/* In one's own language, or in English. */
static int answer_bool(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	bool yes = is_word(text, _("y"), _("yes")) || is_word(text, "y", "yes");

	if (!*text)
		return answered(line, item);
	if (!yes && !is_word(text, _("n"), _("no")) && !is_word(text, "n", "no")) {
		line_tell(line, "%s\n", _("Answer y or n."));
		line_keep(&line->asked, NULL);
		return 0;
	}
	(void)answered(line, item);
	return send(input, INPUT_SET, item->id, yes ? "true" : "false");
}

static int answer_typed(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	bool keeps = !*text && item->type != ITEM_CONFIRM;
	bool empties =
		item->type != ITEM_CONFIRM && !item->literal && strcmp(text, "-") == 0;

	(void)answered(line, item);
	return keeps ? 0 : send(input, INPUT_SET, item->id, empties ? "" : text);
}

/* "-2": the row is removed. */
static int remove_row(struct line *line, const char *text, struct input *input)
{
	struct entry entry = {0};
	uint64_t number;

	if (text_to_u64(text, 1, line_menu(line->view, 0, NULL), &number) == 0)
		(void)line_menu(line->view, number, &entry);
	if (!entry.row || !entry.item->removable) {
		line_tell(line, "%s\n", _("That is no row that can be removed."));
		return 0;
	}
	return send(input, INPUT_REMOVE, entry.item->id, entry.row->value);
}

/* The letter of an action, in either case. 1: *input. */
static int answer_key(struct line *line, const char *text, struct input *input)
{
	for (size_t i = 0; *text && !text[1] && i < line->view->page->count; i++) {
		const struct item *item = line->view->page->items[i];

		if (item->key && item->key == tolower((unsigned char)*text)) {
			line->acted = true;
			return send(input, INPUT_ACT, item->id, NULL);
		}
	}
	return 0;
}

static bool has_progress(const struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->items[i]->type == ITEM_PROGRESS)
			return true;
	return false;
}

static int answer_menu(struct line *line, const char *text, struct input *input)
{
	struct entry entry = {0};
	uint64_t number;

	line_keep(&line->asked, NULL);
	if (!*text && line->view->kind != SCREEN_RUN) {
		line->tried_next = true;
		return send(input, INPUT_NEXT, NULL, NULL);
	}
	if (strcasecmp(text, "p") == 0 && has_progress(line->view->page)) {
		line->wants_progress = true;
		line->step_now = SIZE_MAX;
		return 0;
	}
	if (text[0] == '-')
		return remove_row(line, text + 1, input);
	if (answer_key(line, text, input))
		return 1;
	if (text_to_u64(text, 1, line_menu(line->view, 0, NULL), &number) < 0) {
		line_tell(line, "%s\n", _("Type one of the numbers."));
		return 0;
	}
	(void)line_menu(line->view, number, &entry);
	line->acted = entry.item != NULL;
	return entry.item ? send(input, INPUT_ACT, entry.item->id,
				    entry.row ? entry.row->value : NULL)
			  : 0;
}

static int previous_question(struct line *line, struct input *input)
{
	size_t i = line->asked && *line->asked ? item_index(line->view->page, line->asked)
					       : line->view->page->count;

	line_keep(&line->asked, NULL);
	while (i > 0 && line->view->kind != SCREEN_HUB)
		if (line_is_question(line->view->page->items[--i])) {
			line->at = i;
			return 0;
		}
	return send(input, INPUT_BACK, NULL, NULL);
}

/* As F9: the page as a display of the usual size would show it. */
static int take_picture(struct line *line, struct input *input)
{
	static const struct pane plain;
	autofree char *name = NULL;
	struct error err = {0};
	int rc = record_picture(line->terminal->pictures, line->terminal->theme,
		line->view, &plain, PICTURE_ROWS, PICTURE_COLS, &name, &err);

	line_keep(&line->asked, NULL);
	free(line->message);
	line->message =
		rc < 0 ? memory_copy_text(err.text)
		       : memory_format(
				 _("This page is in %s.txt and .svg, without secrets."),
				 name);
	return send(input, INPUT_SAY, NULL, line->message);
}

/* As F2. Straight from its locked memory. */
static int show_secret(struct line *line, const struct item *item)
{
	line_tell(line, "%s: ", item->label);
	line_keep(&line->asked, NULL);
	if (file_write_all(line->terminal->out, secret_bytes(item->secret),
		    secret_size(item->secret), NULL) < 0)
		return 0; /* the reader sees the end of input next */
	line_tell(line, "\n");
	return 0;
}

/* One character alone is a command wherever it is typed. 1 or 0: done; -1: it is none. */
static int command(struct line *line, const char *text, struct input *input)
{
	static const struct {
		char letter;
		enum input_kind kind;
	} commands[] = {
		{'?', INPUT_HELP  },
                {'=', INPUT_REVIEW},
                {'!', INPUT_SHELL },
		{'@', INPUT_SWITCH}
        };

	const struct item *item = line_asked(line);

	if (text[0] == '\0' || text[1] != '\0' || (item && item->literal))
		return -1;
	if (text[0] == '<')
		return previous_question(line, input);
	if (text[0] == '#' && line->terminal->pictures)
		return take_picture(line, input);
	if (text[0] == '*' && item && item->type == ITEM_SECRET)
		return show_secret(line, item);
	for (size_t i = 0; i < LENGTH(commands); i++) {
		if (commands[i].letter != text[0])
			continue;
		line_keep(&line->asked, NULL);
		return send(input, commands[i].kind, NULL, NULL);
	}
	return -1;
}

int line_answer(struct line *line, struct input *input)
{
	const struct item *item = line_asked(line);
	const char *text = secret_bytes(line->typed);
	int rc = command(line, text, input);

	if (rc >= 0)
		return rc;
	if (!item)
		return answer_menu(line, text, input);
	switch (item->type) {
	case ITEM_ONE:
		return answer_one(line, item, text, input);
	case ITEM_MANY:
		return answer_many(line, item, text, input);
	case ITEM_BOOL:
		return answer_bool(line, item, text, input);
	case ITEM_TEXT:
	case ITEM_NUMBER:
	case ITEM_SECRET:
	case ITEM_CONFIRM:
		return answer_typed(line, item, text, input);
	case ITEM_NOTE:
	case ITEM_FACT:
	case ITEM_LIST:
	case ITEM_TABLE:
	case ITEM_ACTION:
	case ITEM_BAR:
	case ITEM_PROGRESS:
	case ITEM_LOG:
	case ITEM_QR:
		break;
	}
	return 0;
}

/* Line mode: questions and answers, one choice per line, no control bytes. For speech, dumb terminals, pipes and slow lines. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tui/frontend.h"
#include "tui/language.h"
#include "tui/line_text.h"

enum { LINE_MAX_BYTES = 16 * 1024, LISTED_MAX = 20 };

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
	char *said; /* last message */
	struct secret
		*typed; /* bytes of the line so far; locked, because it may be a secret */
	struct text answer;
	size_t step_now;
	unsigned tenth; /* of the progress, told last */
};

static int line_open(void **state, const struct terminal *terminal, struct error *err)
{
	struct line *line = memory_zero(1, sizeof(*line));

	line->terminal = terminal;
	line->typed = secret_new();
	if (!line->typed) {
		free(line);
		return error_set(err, -ENOMEM, "no memory for typed text");
	}
	line->has_termios = tcgetattr(terminal->in, &line->before) == 0;
	line->step_now = SIZE_MAX;
	*state = line;
	return 0;
}

static void set_echo(struct line *line, bool echo)
{
	struct termios now = line->before;

	if (!line->has_termios || line->silent == !echo)
		return;
	line->silent = !echo;
	if (!echo)
		now.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(line->terminal->in, TCSADRAIN, &now);
}

static void line_show(void *state, const struct view *view)
{
	((struct line *)state)->view = view;
}

static void say(const struct line *line, const char *format, ...) PRINTF(2, 3);
static void say(const struct line *line, const char *format, ...)
{
	autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		line_say(line->terminal->out, text);
}

static void replace(char **kept, const char *text)
{
	char *copy = memory_copy_text(text);

	free(*kept);
	*kept = copy;
}

static size_t index_of(const struct page *page, const char *id)
{
	size_t i = 0;

	while (i < page->count && !text_equal(page->items[i]->id, id))
		i++;
	return i;
}

static const struct item *asked_item(const struct line *line)
{
	return line->asked ? page_item(line->view->page, line->asked) : NULL;
}

/* A question is everything with the focus except rows and actions, which form one menu at the end. */
static bool is_question(const struct item *item)
{
	return item_takes_focus(item) && item->type != ITEM_ACTION &&
	       item->type != ITEM_LIST;
}

static void announce(struct line *line)
{
	const struct view *view = line->view;

	if (!line->greeted)
		say(line,
			_("%s, line mode.%s\nType ? for help, < to go back, = for the summary, ! for a shell, /text to search,\n"
			  "Enter to take the answer in [brackets].\n"),
			view->product,
			view->banner ? _(" This is a demonstration.") : "");
	line->greeted = true;
	if (view->kind == SCREEN_RUN || view->kind == SCREEN_SUB)
		say(line, "\n%s.\n", view->title);
	else
		say(line, _("\nStep %zu of %zu: %s.\n"), view->step_now + 1,
			view->step_count, view->title);
	replace(&line->screen, view->screen);
	replace(&line->asked, NULL);
	line->at = 0;
	line->tried_next = false;
}

static void tell_message(struct line *line)
{
	if (line->view->message && !text_equal(line->view->message, line->said))
		say(line, "%s\n", line->view->message);
	replace(&line->said, line->view->message);
}

static void tell_help(struct line *line, struct input *input)
{
	const struct item *item = asked_item(line);

	if (item && item->why)
		say(line, "%s\n", item->why);
	say(line, "%s\n", line->view->help);
	*input = (struct input){.kind = INPUT_HELP};
	replace(&line->asked, NULL);
}

/* The menu behind the questions: rows and actions, numbered. Returns how many; with number it returns that entry. */
struct entry {
	const struct item *item;
	const struct choice *row;
};

static size_t menu(const struct view *view, size_t number, struct entry *found)
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

static void ask_menu(struct line *line)
{
	const struct page *page = line->view->page;
	size_t count = menu(line->view, 0, NULL);

	for (size_t i = 1; i <= count; i++) {
		struct entry entry = {0};

		(void)menu(line->view, i, &entry);
		line_say_choice(line->terminal->out, i,
			entry.row ? entry.row->label : entry.item->label,
			entry.row ? entry.row->note : NULL);
	}
	if (line->view->kind == SCREEN_RUN)
		say(line, "%s", count ? _("Number: ") : "");
	else if (count)
		say(line, _("Number, or Enter for %s: "),
			page->next_label ? page->next_label : _("Next"));
	else
		say(line, _("Enter for %s: "),
			page->next_label ? page->next_label : _("Next"));
	replace(&line->asked, "");
}

static void ask(struct line *line, const struct item *item)
{
	if (item->error)
		say(line, _("Not accepted: %s\n"), item->error);
	line_ask(line->terminal->out, item, LISTED_MAX);
	set_echo(line, item->type != ITEM_SECRET);
	replace(&line->asked, item->id);
}

static bool questions_remain(const struct page *page, size_t at)
{
	for (; at < page->count; at++)
		if (is_question(page->items[at]))
			return true;
	return false;
}

/* Print up to the next question and ask it; without one, the menu, or Next at once. 1: *input is Next. */
static int advance(struct line *line, struct input *input)
{
	const struct page *page = line->view->page;
	bool had_questions = questions_remain(page, 0);

	for (; line->at < page->count; line->at++) {
		const struct item *item = page->items[line->at];

		if (is_question(item)) {
			ask(line, item);
			return 0;
		}
		if (!item_takes_focus(item) && item->type != ITEM_PROGRESS &&
			item->type != ITEM_LOG)
			line_say_item(line->terminal->out, item);
	}
	if (line->view->kind == SCREEN_RUN && !menu(line->view, 0, NULL)) {
		replace(&line->asked, "");
		return 0;
	}
	if (had_questions && line->view->kind != SCREEN_RUN &&
		!menu(line->view, 0, NULL)) {
		line->tried_next = true;
		*input = (struct input){.kind = INPUT_NEXT};
		return 1;
	}
	ask_menu(line);
	return 0;
}

/* Answers. */

static int send(
	struct input *input, enum input_kind kind, const char *id, const char *text)
{
	*input = (struct input){.kind = kind, .id = id, .text = text};
	return 1;
}

/* Take it as answered: the next question comes, after a check where one is needed. */
static int answered(struct line *line, const struct item *item)
{
	line->at = index_of(line->view->page, item->id) + 1;
	if (item_is_typed(item) && item->type != ITEM_CONFIRM)
		replace(&line->checking, item->id);
	replace(&line->asked, NULL);
	return 0;
}

static int answer_one(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	const struct choice *choice = line_find(line->terminal->out, item, text);

	if (!*text && item_find(item, item->value))
		return answered(line, item);
	if (!choice || choice->why_not) {
		say(line, "%s\n",
			choice ? choice->why_not : _("That is none of the choices."));
		replace(&line->asked, NULL);
		return 0;
	}
	(void)answered(line, item);
	return send(input, INPUT_SET, item->id, choice->value);
}

static int answer_many(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	const struct choice *choice =
		*text ? line_find(line->terminal->out, item, text) : NULL;

	if (!*text)
		return answered(line, item);
	replace(&line->asked, NULL);
	if (!choice) {
		say(line, "%s\n", _("That is none of the choices."));
		return 0;
	}
	text_free(&line->answer);
	text_addf(&line->answer, "%c%s", choice->on ? '-' : '+', choice->value);
	return send(input, INPUT_SET, item->id, line->answer.data);
}

static int answer_bool(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	if (!*text)
		return answered(line, item);
	if (strcasecmp(text, _("y")) != 0 && strcasecmp(text, _("yes")) != 0 &&
		strcasecmp(text, _("n")) != 0 && strcasecmp(text, _("no")) != 0) {
		say(line, "%s\n", _("Answer y or n."));
		replace(&line->asked, NULL);
		return 0;
	}
	(void)answered(line, item);
	return send(input, INPUT_SET, item->id,
		strncasecmp(text, _("y"), 1) == 0 ? "true" : "false");
}

static int answer_typed(
	struct line *line, const struct item *item, const char *text, struct input *input)
{
	bool keeps = !*text && item->type != ITEM_CONFIRM;

	(void)answered(line, item);
	if (keeps)
		return 0;
	return send(input, INPUT_SET, item->id,
		item->type != ITEM_CONFIRM && strcmp(text, "-") == 0 ? "" : text);
}

static int answer_menu(struct line *line, const char *text, struct input *input)
{
	struct entry entry = {0};
	uint64_t number;

	replace(&line->asked, NULL);
	if (!*text && line->view->kind != SCREEN_RUN) {
		line->tried_next = true;
		return send(input, INPUT_NEXT, NULL, NULL);
	}
	if (strcasecmp(text, "p") == 0 && line->view->kind == SCREEN_RUN) {
		line->tenth = 0;
		line->step_now = SIZE_MAX;
		return 0;
	}
	if (text_to_u64(text, 1, menu(line->view, 0, NULL), &number) < 0) {
		say(line, "%s\n", _("Type one of the numbers."));
		return 0;
	}
	(void)menu(line->view, number, &entry);
	return send(
		input, INPUT_ACT, entry.item->id, entry.row ? entry.row->value : NULL);
}

static int previous_question(struct line *line, struct input *input)
{
	size_t i = line->asked && *line->asked ? index_of(line->view->page, line->asked)
					       : line->view->page->count;

	replace(&line->asked, NULL);
	while (i > 0 && line->view->kind != SCREEN_HUB)
		if (is_question(line->view->page->items[--i])) {
			line->at = i;
			return 0;
		}
	return send(input, INPUT_BACK, NULL, NULL);
}

/* One character alone is a command wherever it is typed. 1 or 0: done; -1: it is none. */
static int command(struct line *line, const char *text, struct input *input)
{
	if (text[0] == '\0' || text[1] != '\0')
		return -1;
	if (text[0] == '<')
		return previous_question(line, input);
	if (text[0] == '?') {
		replace(&line->asked, NULL);
		return send(input, INPUT_HELP, NULL, NULL);
	}
	if (text[0] == '=' || text[0] == '!') {
		replace(&line->asked, NULL);
		return send(
			input, text[0] == '=' ? INPUT_REVIEW : INPUT_SHELL, NULL, NULL);
	}
	return -1;
}

static int take_answer(struct line *line, struct input *input)
{
	const struct item *item = asked_item(line);
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
		break;
	}
	return 0;
}

/* After a check: an entry that is wrong is asked again; a pair that differs from its first half on. */
static void after_check(struct line *line)
{
	const struct page *page = line->view->page;
	const struct item *item = page_item(page, line->checking);

	if (item && item->error) {
		line->at = index_of(page, item->id);
		for (size_t i = 0; item->confirms && i < page->count; i++)
			if (page->items[i]->secret == item->confirms) {
				say(line, _("Not accepted: %s\n"), item->error);
				line->at = i;
			}
	}
	replace(&line->checking, NULL);
	line->checked = false;
}

/* Next did not leave the screen: go to the first thing that is wrong. */
static void after_next(struct line *line)
{
	const struct page *page = line->view->page;

	line->tried_next = false;
	line->at = line->view->focus;
	if (line->at >= page->count || !is_question(page->items[line->at]))
		line->at = page->count;
}

static void tell_progress(struct line *line)
{
	const struct page *page = line->view->page;

	for (size_t i = 0; i < page->count; i++) {
		const struct item *item = page->items[i];
		size_t now = 0;

		if (item->type != ITEM_PROGRESS)
			continue;
		while (now < item->count && item->choices[now].state != STEP_NOW)
			now++;
		if (now < item->count && now != line->step_now)
			say(line, _("%zu of %zu: %s.\n"), now + 1, item->count,
				item->choices[now].label);
		if (item->permille / 100 > line->tenth)
			say(line, _("%u percent.\n"), item->permille / 10);
		line->step_now = now;
		line->tenth = item->permille / 100;
	}
}

/* Reading: byte by byte into locked memory. 1: a line; 0: not yet; negative: the end. */
static int read_line(struct line *line, int timeout_ms)
{
	struct pollfd fds[] = {
		{.fd = line->terminal->in,      .events = POLLIN},
		{.fd = line->terminal->signals, .events = POLLIN}
        };

	for (;;) {
		char c;
		int ready = poll(fds, LENGTH(fds), timeout_ms);
		ssize_t got;

		if (ready <= 0)
			return ready == 0 || errno == EINTR ? 0 : -errno;
		if (fds[1].revents)
			return -EINTR;
		got = read(line->terminal->in, &c, 1);
		if (got == 0 && secret_size(line->typed) && !line->ended) {
			line->ended = true; /* a last line without a newline counts */
			return 1;
		}
		if (got <= 0)
			return got < 0 && errno == EINTR ? 0 : -EPIPE;
		if (c == '\n')
			return 1;
		if ((unsigned char)c >= ' ' && c != 0x7f &&
			secret_append(line->typed, &c, 1, NULL) < 0)
			continue; /* a line longer than a secret may be is cut */
	}
}

/* What has to be told before the next question. 1: *input is to be sent first. */
static int prepare(struct line *line, struct input *input)
{
	if (!text_equal(line->screen, line->view->screen))
		announce(line);
	else if (line->tried_next)
		after_next(line);
	tell_message(line);
	if (line->view->help) {
		tell_help(line, input);
		return 1;
	}
	if (line->checking && !line->checked) {
		line->checked = true;
		return send(input, INPUT_CHECK, line->checking, NULL);
	}
	if (line->checking)
		after_check(line);
	tell_progress(line);
	return line->asked ? 0 : advance(line, input);
}

static int hear(struct line *line, struct input *input, int timeout_ms)
{
	int rc = read_line(line, timeout_ms);

	if (rc <= 0)
		return rc == 0 ? -EAGAIN : rc;
	if (line->silent)
		say(line, "\n");
	set_echo(line, true);
	rc = take_answer(line, input);
	if (rc == 0)
		secret_cut(line->typed, 0);
	return rc;
}

static int line_read(void *state, struct input *input, int timeout_ms)
{
	struct line *line = state;
	int rc = 0;

	if (line->sent)
		secret_cut(line->typed, 0);
	line->sent = false;
	while (rc == 0) {
		rc = prepare(line, input);
		if (rc == 0)
			rc = hear(line, input, timeout_ms);
	}
	if (rc == -EINTR && terminal_signal(line->terminal) == SIGINT)
		rc = send(input, INPUT_EXPLAIN_STOP, NULL, NULL);
	if (rc > 0) {
		line->sent = true;
		replace(&line->said, NULL);
	}
	return rc == -EAGAIN ? 0 : rc;
}

static void line_suspend(void *state)
{
	set_echo(state, true);
}

static void line_resume(void *state)
{
	replace(&((struct line *)state)->asked, NULL);
}

static void line_close(void *state)
{
	struct line *line = state;

	set_echo(line, true);
	secret_free(line->typed);
	text_free(&line->answer);
	free(line->screen);
	free(line->asked);
	free(line->checking);
	free(line->said);
	free(line);
}

const struct frontend frontend_line = {
	.name = "line",
	.open = line_open,
	.show = line_show,
	.read = line_read,
	.suspend = line_suspend,
	.resume = line_resume,
	.close = line_close,
};

/* Line mode: questions and answers, one choice per line, no control bytes. For speech, dumb terminals, pipes and slow lines. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/line_state.h"
#include "tui/line_text.h"

enum { LINE_MAX_BYTES = 16 * 1024, LISTED_MAX = 20 };

void line_tell(const struct line *line, const char *format, ...)
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

void line_keep(char **kept, const char *text)
{
	char *copy = memory_copy_text(text);

	free(*kept);
	*kept = copy;
}

static int line_open(void **state, const struct terminal *terminal, struct error *err)
{
	struct line *line = memory_zero(1, sizeof(*line));

	line->terminal = terminal;
	line->typed = secret_new();
	if (!line->typed) {
		free(line);
		return error_set(err, -ENOMEM, "%s", _("no memory for typed text"));
	}
	line->has_termios = tcgetattr(terminal->in, &line->before) == 0;
	line->step_now = SIZE_MAX;
	*state = line;
	return 0;
}

/* Changed before a question is printed: whoever answers at once, or ahead, shows no secret. */
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

/* Did a sub-screen that was opened from here end? Everything behind this screen is left. */
static bool comes_back(struct line *line)
{
	const char *screen = line->view->screen;
	struct words *trail = &line->trail;
	size_t i = 0;
	bool back;

	while (i < trail->count && !text_equal(trail->items[i], screen))
		i++;
	back = i + 1 < trail->count;
	if (!back && line->view->kind != SCREEN_SUB)
		i = 0; /* another step */
	while (trail->count > i)
		free(trail->items[--trail->count]);
	words_add(trail, screen);
	return back;
}

/* Back from a sub-screen the person stands in the menu that opened it; what warns is said again, the questions are not asked again. */
static size_t first_item(struct line *line)
{
	const struct view *view = line->view;
	const struct item *item =
		view->focus < view->page->count ? view->page->items[view->focus] : NULL;

	if (!comes_back(line) || !item || line_is_question(item))
		return 0;
	for (size_t i = 0; i < view->focus; i++) {
		const struct item *note = view->page->items[i];

		if (note->type == ITEM_NOTE &&
			(note->tone == TONE_DANGER || note->tone == TONE_WARNING))
			line_tell_item(line, note);
	}
	return view->focus;
}

/* The banner with each page: what was said at the beginning has scrolled away. */
static void tell_place(struct line *line, const struct view *view)
{
	bool is_step = view->kind != SCREEN_RUN && view->kind != SCREEN_SUB;

	if (is_step && view->banner)
		line_tell(line, _("\n%s, step %zu of %zu: %s.\n"), view->banner,
			view->step_now + 1, view->step_count, view->title);
	else if (is_step)
		line_tell(line, _("\nStep %zu of %zu: %s.\n"), view->step_now + 1,
			view->step_count, view->title);
	else if (view->banner)
		line_tell(line, "\n%s, %s.\n", view->banner, view->title);
	else
		line_tell(line, "\n%s.\n", view->title);
}

static void announce(struct line *line)
{
	const struct view *view = line->view;

	if (!line->greeted)
		line_tell(line, _("%s, line mode.\n"), view->product);
	if (!line->greeted)
		line_tell(line, "%s",
			_("Type ? for help, < to go back, = for the summary, ! for a shell,\n"
			  "/text to search, @ for another display, Enter to take the answer in [brackets].\n"));
	line->greeted = true;
	tell_place(line, view);
	line_keep(&line->screen, view->screen);
	line_keep(&line->asked, NULL);
	line_keep(&line->listed, NULL);
	line_keep(&line->log, NULL);
	words_free(&line->told);
	line->acted = false;
	line->at = first_item(line);
	line->tried_next = false;
}

static void tell_message(struct line *line)
{
	if (line->view->message && !text_equal(line->view->message, line->said))
		line_say_wrapped(line->terminal->out, line->view->message);
	line_keep(&line->said, line->view->message);
}

static void tell_caption(struct line *line)
{
	const char *caption = line->view->caption;

	if (caption && !text_equal(caption, line->captioned)) {
		line_tell(line, "%s", line->asked ? "\n" : "");
		line_tell(line, _("Caption: %s\n"), caption);
	}
	line_keep(&line->captioned, caption);
}

/* As if it had been typed: a script sees no question and waits for none. */
static void line_played(void *state, const struct input *input)
{
	const struct line *line = state;
	const struct item *item = page_item(line->view->page, input->id);

	if (!item || (input->kind != INPUT_SET && input->kind != INPUT_ACT))
		return;
	line_tell(line, "\n");
	line_say_given(line->terminal->out, item, input->text);
}

static void tell_help(struct line *line, struct input *input)
{
	const struct item *item = line_asked(line);

	if (item && item->why)
		line_tell(line, "%s\n", item->why);
	line_say_wrapped(line->terminal->out, line->view->help);
	line_say_wrapped(line->terminal->out,
		_("Alone in a line: < goes back, = opens the summary, ! gives a shell, @ another display, # keeps the page as text and picture, * shows the secret that is asked for, p says how far the installation is, L shows or hides its log. /text searches a list, -number removes a row that can be removed."));
	*input = (struct input){.kind = INPUT_HELP};
	line_keep(&line->asked, NULL);
}

static void ask_menu(struct line *line)
{
	const struct page *page = line->view->page;
	size_t count = line_menu(line->view, 0, NULL);

	set_echo(line, true);
	for (size_t i = 1; i <= count; i++) {
		struct entry entry = {0};

		(void)line_menu(line->view, i, &entry);
		if (entry.row == entry.item->choices && entry.row && entry.item->label)
			line_tell(line, "%s%s\n", entry.item->label,
				line_stop(entry.item->label, ":"));
		line_say_choice(line->terminal->out, i,
			entry.row ? entry.row->label : entry.item->label,
			entry.row ? entry.row->note : NULL);
	}
	if (line->view->kind == SCREEN_RUN)
		line_tell(line, "%s", count ? _("Number: ") : "");
	else if (count && line_removes(page))
		line_tell(line, _("Number, -number to remove, or Enter for %s: "),
			page->next_label ? page->next_label : _("Next"));
	else if (count)
		line_tell(line, _("Number, or Enter for %s: "),
			page->next_label ? page->next_label : _("Next"));
	else
		line_tell(line, _("Enter for %s: "),
			page->next_label ? page->next_label : _("Next"));
	line_keep(&line->asked, "");
}

static void ask(struct line *line, const struct item *item)
{
	if (item->error)
		line_tell(line, _("Not accepted: %s\n"), item->error);
	set_echo(line, item->type != ITEM_SECRET);
	if (item->type == ITEM_MANY && text_equal(line->listed, item->id)) {
		line_ask_again(line->terminal->out, item, line->switched);
	} else {
		line_ask(line->terminal->out, item, LISTED_MAX);
		line_keep(&line->listed, item->type == ITEM_MANY ? item->id : NULL);
	}
	line_keep(&line->asked, item->id);
	line_note_question(line, item);
}

static bool questions_remain(const struct page *page, size_t at)
{
	for (; at < page->count; at++)
		if (line_is_question(page->items[at]))
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

		if (line_is_question(item)) {
			ask(line, item);
			return 0;
		}
		if (!item_takes_focus(item) && item->type != ITEM_PROGRESS &&
			item->type != ITEM_LOG && item->type != ITEM_QR)
			line_tell_item(line, item);
	}
	if (line->view->kind == SCREEN_RUN && !line_menu(line->view, 0, NULL)) {
		line_keep(&line->asked, "");
		return 0;
	}
	if (had_questions && line->view->kind != SCREEN_RUN &&
		!line_menu(line->view, 0, NULL)) {
		line->tried_next = true;
		*input = (struct input){.kind = INPUT_NEXT};
		return 1;
	}
	ask_menu(line);
	return 0;
}

/* After a check: an entry that is wrong is asked again; a pair that differs from its first half on. */
static void after_check(struct line *line)
{
	const struct page *page = line->view->page;
	const struct item *item = page_item(page, line->checking);

	if (item && item->error) {
		line->at = item_index(page, item->id);
		for (size_t i = 0; item->confirms && i < page->count; i++)
			if (page->items[i]->secret == item->confirms) {
				line_tell(line, _("Not accepted: %s\n"), item->error);
				line->at = i;
			}
	}
	line_keep(&line->checking, NULL);
	line->checked = false;
}

/* Next did not leave the screen: go to the first thing that is wrong. */
static void after_next(struct line *line)
{
	const struct page *page = line->view->page;

	line->tried_next = false;
	line->at = line->view->focus;
	if (line->at >= page->count || !line_is_question(page->items[line->at]))
		line->at = page->count;
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
	tell_caption(line);
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
	line_tell_log(line);
	line_tell_changes(line);
	line_tell_progress(line);
	return line->asked ? 0 : advance(line, input);
}

static int hear(struct line *line, struct input *input, int timeout_ms)
{
	int rc = read_line(line, timeout_ms);

	if (rc <= 0)
		return rc == 0 ? -EAGAIN : rc;
	if (line->silent)
		line_tell(line, "\n");
	rc = line_answer(line, input);
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
	if (rc == -EINTR && terminal_signal(line->terminal) == SIGINT) {
		line_tell(line, "\n");
		line_keep(&line->asked, NULL);
		secret_cut(line->typed, 0);
		rc = send(input, INPUT_EXPLAIN_STOP, NULL, NULL);
	}
	if (rc > 0) {
		line->sent = true;
		line_keep(&line->said, NULL);
	}
	return rc == -EAGAIN ? 0 : rc;
}

static void line_suspend(void *state)
{
	set_echo(state, true);
}

static void line_resume(void *state)
{
	line_keep(&((struct line *)state)->asked, NULL);
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
	free(line->captioned);
	free(line->listed);
	free(line->log);
	free(line->message);
	words_free(&line->told);
	words_free(&line->trail);
	free(line);
}

const struct frontend frontend_line = {
	.name = "line",
	.open = line_open,
	.show = line_show,
	.read = line_read,
	.played = line_played,
	.suspend = line_suspend,
	.resume = line_resume,
	.close = line_close,
};

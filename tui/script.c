#include "tui/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tui/canvas.h"

enum { PATIENCE_SECONDS = 60, PAUSE_MAX = 600, CAPTION_CELLS = 70, SCRIPT_MAX = 1 << 20 };

struct script {
	char *name;
	FILE *more; /* standard input: its lines are read and checked as they come, for what happens between them */
	struct text text;
	size_t at;          /* of the next line in it */
	unsigned number;    /* of the line */
	struct words words; /* of the line */
	char *line;
	char *awaited; /* screen waited for */
	double until;  /* of the pause, or of patience; seconds, monotonic */
	bool hurries, ended;
	const struct view *view;
};

static double now(void)
{
	struct timespec time = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_more(struct script *script)
{
	autofree char *line = NULL;
	size_t room = 0;
	ssize_t got = script->more ? getline(&line, &room, script->more) : -1;

	if (got > 0)
		text_add_bytes(&script->text, line, (size_t)got);
}

static bool read_line(struct script *script)
{
	const char *line;
	size_t length;

	if (script->at >= script->text.size)
		read_more(script);
	if (script->at >= script->text.size)
		return false;
	line = script->text.data + script->at;
	length = strcspn(line, "\n");
	script->at += length + 1;
	script->number++;
	free(script->line);
	script->line = memory_copy_bytes(line, length);
	words_free(&script->words);
	words_split(&script->words, script->line, " \t");
	return true;
}

static const char *word(const struct script *script, size_t i)
{
	return i < script->words.count ? script->words.items[i] : NULL;
}

/* What stands behind the first `skip` words, spaces included. */
static const char *rest_of(const struct script *script, size_t skip)
{
	const char *rest = script->line + strspn(script->line, " \t");

	for (size_t i = 0; i < skip; i++) {
		rest += strcspn(rest, " \t");
		rest += i + 1 < skip ? strspn(rest, " \t") : *rest != '\0';
	}
	return rest;
}

static int fail(
	const struct script *script, const char *what, const char *got, struct error *err)
{
	return error_set(err, -EINVAL, "%s:%u: expected %s, got \"%s\"", script->name,
		script->number, what, got ? got : "");
}

static bool page_says(const struct page *page, const char *part)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct item *item = page->items[i];

		if ((item->value && strstr(item->value, part)) ||
			(item->label && strstr(item->label, part)))
			return true;
		for (size_t k = 0; k < item->count; k++)
			if (strstr(item->choices[k].label, part))
				return true;
	}
	return false;
}

/* Whether an expectation about the view, or about the item its second word names, is met; got: what is there instead. */
struct expectation {
	const char *what;
	bool (*met)(
		const struct script *script, const struct item *item, const char **got);
};

static bool screen_is(
	const struct script *script, const struct item *item, const char **got)
{
	(void)item;
	*got = script->view->screen;
	return text_equal(*got, word(script, 2));
}

static bool focus_is(
	const struct script *script, const struct item *item, const char **got)
{
	const struct view *view = script->view;
	const struct item *focused =
		view->focus < view->page->count ? view->page->items[view->focus] : NULL;

	*got = focused ? focused->id : "none";
	return focused && focused == item;
}

static bool value_is(
	const struct script *script, const struct item *item, const char **got)
{
	*got = item && item->value ? item->value : "";
	return text_equal(*got, rest_of(script, 3));
}

static bool error_says(
	const struct script *script, const struct item *item, const char **got)
{
	*got = item ? item->error : "no such item";
	return item && item->error && strstr(item->error, rest_of(script, 3));
}

static bool message_says(
	const struct script *script, const struct item *item, const char **got)
{
	(void)item;
	*got = script->view->message;
	return *got && strstr(*got, rest_of(script, 2));
}

static bool text_is_shown(
	const struct script *script, const struct item *item, const char **got)
{
	(void)item;
	*got = script->view->screen;
	return page_says(script->view->page, rest_of(script, 2));
}

static bool no_item(
	const struct script *script, const struct item *item, const char **got)
{
	(void)script;
	*got = "it";
	return !item;
}

static bool caption_says(
	const struct script *script, const struct item *item, const char **got)
{
	(void)item;
	*got = script->view->caption;
	return *got && strstr(*got, rest_of(script, 2));
}

static const struct expectation *find_expectation(const char *what)
{
	static const struct expectation expectations[] = {
		{"screen",  screen_is    },
		{"focus",   focus_is     },
		{"value",   value_is     },
		{"error",   error_says   },
		{"message", message_says },
		{"text",    text_is_shown},
		{"no",      no_item      },
		{"caption", caption_says },
	};

	for (size_t i = 0; i < LENGTH(expectations); i++)
		if (text_equal(what, expectations[i].what))
			return &expectations[i];
	return NULL;
}

static int expect(const struct script *script, struct error *err)
{
	const struct expectation *expectation = find_expectation(word(script, 1));
	const struct item *item = page_item(script->view->page, word(script, 2));
	const char *got = NULL;

	return expectation->met(script, item, &got)
		       ? 0
		       : fail(script, rest_of(script, 1), got, err);
}

static int dump(const struct script *script, int out)
{
	const struct page *page = script->view->page;

	(void)dprintf(out, "screen %s\n", script->view->screen);
	for (size_t i = 0; i < page->count; i++) {
		const struct item *item = page->items[i];

		(void)dprintf(out, "  %s | %s | %s\n", item->id ? item->id : "-",
			item->label ? item->label : "", item->value ? item->value : "");
		for (size_t k = 0; k < item->count; k++)
			(void)dprintf(out, "    %s | %s\n",
				item->choices[k].value ? item->choices[k].value : "-",
				item->choices[k].label);
	}
	return 0;
}

/* Words that are inputs. */
static const struct verb {
	const char *name;
	enum input_kind kind;
	size_t least,
		text_at; /* words of the line; where the text begins, 0: there is none */
} verbs[] = {
	{"set",     INPUT_SET,          2, 2},
	{"check",   INPUT_CHECK,        2, 0},
	{"focus",   INPUT_FOCUS,        2, 0},
	{"act",     INPUT_ACT,          2, 2},
	{"remove",  INPUT_REMOVE,       3, 2},
	{"next",    INPUT_NEXT,         1, 0},
	{"back",    INPUT_BACK,         1, 0},
	{"goto",    INPUT_GOTO,         2, 0},
	{"review",  INPUT_REVIEW,       1, 0},
	{"help",    INPUT_HELP,         1, 0},
	{"caption", INPUT_CAPTION,      1, 1},
	{"quit",    INPUT_QUIT,         1, 0},
	{"stop",    INPUT_EXPLAIN_STOP, 1, 0},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (text_equal(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static int say(const struct script *script, const struct verb *verb, struct input *input)
{
	*input = (struct input){
		.kind = verb->kind, .id = word(script, 1), .row = SIZE_MAX};
	if (verb->text_at &&
		(script->words.count > verb->text_at || verb->kind != INPUT_ACT))
		input->text = rest_of(script, verb->text_at);
	return 1;
}

static int wait_for(struct script *script)
{
	free(script->awaited);
	script->awaited = memory_copy_text(word(script, 1));
	script->until = now() + PATIENCE_SECONDS;
	return 0;
}

static int pause_for(struct script *script)
{
	uint64_t seconds = 0;

	if (!script->hurries && text_to_u64(word(script, 1), 0, PAUSE_MAX, &seconds) == 0)
		script->until = now() + (double)seconds;
	return 0;
}

static int wrong(const struct script *script, const char *what, struct error *err)
{
	return error_set(err, -EINVAL, "%s:%u: %s", script->name, script->number, what);
}

static int unknown(const struct script *script, const char *which, struct error *err)
{
	return error_set(err, -EINVAL, "%s:%u: unknown word \"%s\"", script->name,
		script->number, which ? which : "");
}

static int check_line(const struct script *script, struct error *err)
{
	const char *first = word(script, 0);
	const struct verb *verb = find_verb(first);
	uint64_t seconds;

	if (!first || *first == '#' || text_equal(first, "dump"))
		return 0;
	if (verb && script->words.count < verb->least)
		return wrong(script, "this needs another word", err);
	if (text_equal(first, "caption") &&
		text_cells(rest_of(script, 1)) > CAPTION_CELLS)
		return wrong(script, "a caption has at most 70 characters", err);
	if (verb)
		return 0;
	if (text_equal(first, "expect"))
		return find_expectation(word(script, 1))
			       ? 0
			       : unknown(script, word(script, 1), err);
	if (text_equal(first, "wait"))
		return word(script, 1) ? 0 : wrong(script, "wait for which page?", err);
	if (!text_equal(first, "pause"))
		return unknown(script, first, err);
	if (!word(script, 1) || text_to_u64(word(script, 1), 0, PAUSE_MAX, &seconds) < 0)
		return wrong(script, "a pause is a number of seconds, at most 600", err);
	return 0;
}

static int run_line(
	struct script *script, int out, struct input *input, struct error *err)
{
	const char *first = word(script, 0);
	const struct verb *verb = find_verb(first);

	if (verb)
		return say(script, verb, input);
	if (text_equal(first, "expect"))
		return expect(script, err);
	if (text_equal(first, "dump"))
		return dump(script, out);
	if (text_equal(first, "wait"))
		return wait_for(script);
	return text_equal(first, "pause") ? pause_for(script) : 0;
}

/* Before anything is played. */
static int check(struct script *script, struct error *err)
{
	int rc = 0;

	while (rc == 0 && read_line(script))
		rc = check_line(script, err);
	script->at = 0;
	script->number = 0;
	return rc;
}

static int read_all(struct script *script, int fd, struct error *err)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		text_add_bytes(&script->text, bytes, (size_t)got);
		if (script->text.size > SCRIPT_MAX)
			return error_set(err, -EFBIG, "%s is too long", script->name);
	}
	return got < 0 ? error_errno(err, -errno, "reading %s", script->name) : 0;
}

int script_load(const char *path, struct script **script, struct error *err)
{
	autoclose int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int rc = 0;

	if (path && fd < 0)
		return error_errno(err, -errno, "opening %s", path);
	*script = memory_zero(1, sizeof(**script));
	(*script)->name = memory_copy_text(path ? path : "script");
	if (path)
		rc = read_all(*script, fd, err);
	else if (!((*script)->more =
				 fdopen(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "r")))
		rc = error_errno(err, -errno, "reading the script from standard input");
	if (rc == 0 && path)
		rc = check(*script, err);
	if (rc < 0) {
		script_free(*script);
		*script = NULL;
	}
	return rc;
}

/* Playing. */

int script_next(struct script *script, const struct view *view, int out,
	struct input *input, struct error *err)
{
	int rc = 0;

	script->view = view;
	if (script->awaited && !text_equal(script->awaited, view->screen))
		return now() < script->until
			       ? 0
			       : fail(script, script->awaited, view->screen, err);
	if (!script->awaited && now() < script->until)
		return 0;
	free(script->awaited);
	script->awaited = NULL;
	script->until = 0;
	while (rc == 0 && script->until <= 0 && !script->ended) {
		script->ended = !read_line(script);
		if (!script->ended)
			rc = check_line(script, err);
		if (!script->ended && rc == 0)
			rc = run_line(script, out, input, err);
	}
	return rc;
}

void script_hurry(struct script *script)
{
	script->hurries = true;
}

bool script_hurries(const struct script *script)
{
	return script->hurries;
}

bool script_ended(const struct script *script)
{
	return script->ended;
}

void script_end(struct script *script)
{
	script->ended = true;
}

void script_free(struct script *script)
{
	if (!script)
		return;
	memory_fclose_at(&script->more);
	words_free(&script->words);
	text_free(&script->text);
	free(script->name);
	free(script->line);
	free(script->awaited);
	free(script);
}

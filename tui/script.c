/* The front end without a person: inputs from lines of text, expectations between them. For tests and demos. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tui/frontend.h"

enum { WAIT_TICKS = 240 /* quarter seconds */ };

struct script {
	const struct terminal *terminal;
	const struct view *view;
	unsigned number;    /* line */
	struct words words; /* of the line */
	char *line, *rest;  /* rest: behind the id, as typed */
	char *awaited;      /* screen waited for */
	unsigned patience;
};

static int script_open(void **state, const struct terminal *terminal, struct error *err)
{
	struct script *script = memory_zero(1, sizeof(*script));

	(void)err;
	script->terminal = terminal;
	*state = script;
	return 0;
}

static void script_show(void *state, const struct view *view)
{
	((struct script *)state)->view = view;
}

static bool read_line(struct script *script)
{
	autotext struct text line = {0};
	char c = 0;

	while (read(script->terminal->in, &c, 1) == 1 && c != '\n')
		text_add_bytes(&line, &c, 1);
	if (c != '\n' && !line.size)
		return false;
	script->number++;
	free(script->line);
	script->line = text_take(&line);
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

static int fail(const struct script *script, const char *what, const char *got)
{
	(void)dprintf(script->terminal->out, "script:%u: expected %s, got \"%s\"\n",
		script->number, what, got ? got : "");
	return -EINVAL;
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

static int expect(const struct script *script)
{
	static const struct expectation expectations[] = {
		{"screen",  screen_is    },
		{"focus",   focus_is     },
		{"value",   value_is     },
		{"error",   error_says   },
		{"message", message_says },
		{"text",    text_is_shown},
		{"no",      no_item      },
	};
	const char *what = word(script, 1) ? word(script, 1) : "";
	const struct item *item = page_item(script->view->page, word(script, 2));
	const char *got = NULL;

	for (size_t i = 0; i < LENGTH(expectations); i++)
		if (strcmp(what, expectations[i].what) == 0)
			return expectations[i].met(script, item, &got)
				       ? 0
				       : fail(script, rest_of(script, 1), got);
	return fail(
		script, "screen, focus, value, error, message, text or no item", what);
}

static void dump(const struct script *script)
{
	const struct page *page = script->view->page;

	(void)dprintf(script->terminal->out, "screen %s\n", script->view->screen);
	for (size_t i = 0; i < page->count; i++) {
		const struct item *item = page->items[i];

		(void)dprintf(script->terminal->out, "  %s | %s | %s\n",
			item->id ? item->id : "-", item->label ? item->label : "",
			item->value ? item->value : "");
		for (size_t k = 0; k < item->count; k++)
			(void)dprintf(script->terminal->out, "    %s | %s\n",
				item->choices[k].value ? item->choices[k].value : "-",
				item->choices[k].label);
	}
}

/* 1: *input; 0: done without one; negative: the script is wrong. */
static int run_line(struct script *script, struct input *input)
{
	static const struct {
		const char *name;
		enum input_kind kind;
		size_t text_at;
	} verbs[] = {
		{"set",    INPUT_SET,          2},
                {"check",  INPUT_CHECK,        0},
		{"focus",  INPUT_FOCUS,        0},
                {"act",    INPUT_ACT,          2},
		{"remove", INPUT_REMOVE,       2},
                {"next",   INPUT_NEXT,         0},
		{"back",   INPUT_BACK,         0},
                {"goto",   INPUT_GOTO,         0},
		{"review", INPUT_REVIEW,       0},
                {"help",   INPUT_HELP,         0},
		{"quit",   INPUT_QUIT,         0},
                {"stop",   INPUT_EXPLAIN_STOP, 0}
        };
	const char *verb = word(script, 0);

	if (!verb || *verb == '#')
		return 0;
	if (strcmp(verb, "expect") == 0)
		return expect(script);
	if (strcmp(verb, "dump") == 0) {
		dump(script);
		return 0;
	}
	if (strcmp(verb, "wait") == 0) {
		free(script->awaited);
		script->awaited = memory_copy_text(word(script, 1));
		script->patience = WAIT_TICKS;
		return 0;
	}
	for (size_t i = 0; i < LENGTH(verbs); i++) {
		if (strcmp(verb, verbs[i].name) != 0)
			continue;
		*input = (struct input){.kind = verbs[i].kind, .id = word(script, 1)};
		if (verbs[i].text_at && (verbs[i].kind == INPUT_SET || word(script, 2)))
			input->text = rest_of(script, verbs[i].text_at);
		return 1;
	}
	return fail(script, "a verb", verb);
}

static int script_read(void *state, struct input *input, int timeout_ms)
{
	struct script *script = state;
	int rc = 0;

	if (script->awaited && !text_equal(script->awaited, script->view->screen)) {
		(void)poll(NULL, 0, timeout_ms);
		return script->patience--
			       ? 0
			       : fail(script, script->awaited, script->view->screen);
	}
	free(script->awaited);
	script->awaited = NULL;
	while (rc == 0 && !script->awaited)
		rc = read_line(script) ? run_line(script, input) : -ENODATA;
	return rc;
}

static void script_nothing(void *state)
{
	(void)state;
}

static void script_close(void *state)
{
	struct script *script = state;

	words_free(&script->words);
	free(script->line);
	free(script->awaited);
	free(script);
}

const struct frontend frontend_script = {
	.name = "script",
	.open = script_open,
	.show = script_show,
	.read = script_read,
	.suspend = script_nothing,
	.resume = script_nothing,
	.close = script_close,
};

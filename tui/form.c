#include "tui/form.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/form_state.h"

static double seconds_now(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool form_deaf(const struct form *form)
{
	return seconds_now() < form->deaf_until;
}

struct form *form_new(const struct screen *const *screens, void *context)
{
	struct form *form = memory_zero(1, sizeof(*form));

	form->screens = screens;
	form->context = context;
	form->guard_ms = 500;
	form->product = "";
	while (screens[form->screen_count])
		form->screen_count++;
	form->seen = memory_zero(form->screen_count, sizeof(bool));
	form->steps = memory_zero(form->screen_count, sizeof(struct step));
	form->seen[0] = true;
	form_rebuild(form);
	if (screens[0]->enter)
		screens[0]->enter(form);
	return form;
}

static void openers_drop(struct form *form)
{
	while (form->opener_count)
		free(form->openers[--form->opener_count].focus);
}

void form_free(struct form *form)
{
	if (!form)
		return;
	page_free(form->page);
	drafts_free(form);
	free(form->focus_id);
	openers_drop(form);
	free(form->message);
	free(form->caption);
	free(form->seen);
	free(form->steps);
	words_free(&form->program);
	free(form);
}

void form_brand(struct form *form, const char *product, const char *banner)
{
	form->product = product;
	form->banner = banner;
}

void form_guard(struct form *form, unsigned milliseconds)
{
	form->guard_ms = milliseconds;
}

size_t form_index(const struct form *form, const char *id)
{
	size_t i = 0;

	while (i < form->screen_count && !text_equal(form->screens[i]->id, id))
		i++;
	return i;
}

size_t form_hub(const struct form *form)
{
	size_t i = 0;

	while (i < form->screen_count && form->screens[i]->kind != SCREEN_HUB)
		i++;
	return i;
}

size_t form_parent(const struct form *form)
{
	if (form_screen(form)->parent)
		return form_index(form, form_screen(form)->parent);
	return form->opener_count ? form->openers[form->opener_count - 1].screen : 0;
}

bool form_shows(const struct form *form, size_t i)
{
	return !form->screens[i]->visible || form->screens[i]->visible(form->context);
}

/* Drafts stand in the new page where values would; the page borrows their text until the next rebuild. */
static void overlay_drafts(struct form *form)
{
	for (size_t i = 0; i < form->page->count; i++) {
		struct item *item = form->page->items[i];
		const struct draft *draft = draft_find(form, item->id);

		if (!draft)
			continue;
		if (draft->text)
			item->value = draft->text;
		item->error = draft->error;
	}
}

/* That of its value, or the first that can be chosen. */
static size_t first_row(const struct item *item)
{
	size_t first = item->count;

	if (item->type != ITEM_ONE && item->type != ITEM_LIST)
		return 0;
	for (size_t i = 0; i < item->count; i++) {
		if (text_equal(item->choices[i].value, item->value))
			return i;
		if (first == item->count && !item->choices[i].why_not)
			first = i;
	}
	return first < item->count ? first : 0;
}

static void find_focus(struct form *form)
{
	const struct page *page = form->page;
	size_t i = 0;

	while (i < page->count &&
		!(form->focus_id && text_equal(page->items[i]->id, form->focus_id) &&
			item_takes_focus(page->items[i])))
		i++;
	if (i == page->count) {
		for (i = 0; i < page->count && !item_takes_focus(page->items[i]);)
			i++;
		form->row = i < page->count ? first_row(page->items[i]) : 0;
	}
	form->focus = i;
	if (i < page->count && form->row >= item_rows(page->items[i]))
		form->row = item_rows(page->items[i]) - 1;
	free(form->focus_id);
	form->focus_id = i < page->count ? memory_copy_text(page->items[i]->id) : NULL;
}

void form_rebuild(struct form *form)
{
	page_free(form->page);
	form->page = page_new();
	form_screen(form)->build(form->page, form->context);
	overlay_drafts(form);
	find_focus(form);
}

void form_focus(struct form *form, const char *id, size_t row)
{
	const struct item *item = page_item(form->page, id);

	if (!item || !item_takes_focus(item))
		return;
	form->row = row == SIZE_MAX ? first_row(item) : row;
	free(form->focus_id);
	form->focus_id = memory_copy_text(id);
	find_focus(form);
}

static void remember_opener(struct form *form)
{
	if (form->opener_count == OPENERS_MAX) {
		free(form->openers[0].focus);
		memmove(form->openers, form->openers + 1,
			--form->opener_count * sizeof(form->openers[0]));
	}
	form->openers[form->opener_count++] = (struct opener){.screen = form->now,
		.row = form->row,
		.focus = memory_copy_text(form->focus_id)};
}

static void show_screen(struct form *form, size_t to)
{
	if (form_screen(form)->stop)
		form_screen(form)->stop(form);
	drafts_drop_stored(form);
	form->now = to;
	form->seen[to] = true;
	form->help_open = false;
	form->row = 0;
	free(form->focus_id);
	form->focus_id = NULL;
	if (form_screen(form)->kind == SCREEN_HUB)
		form->from_hub = false;
	if (form_screen(form)->kind == SCREEN_GATE) {
		form->flushes++;
		drafts_drop_screen(form, form_screen(form));
		form->deaf_until = seconds_now() + form->guard_ms / 1000.0;
	}
	if (form_screen(form)->enter)
		form_screen(form)->enter(form);
	if (form->now == to)
		form_rebuild(form);
}

void form_return(struct form *form)
{
	size_t parent = form_parent(form);
	struct opener opener = {0};

	if (form->opener_count)
		opener = form->openers[--form->opener_count];
	show_screen(form, parent);
	if (opener.screen == parent)
		form_focus(form, opener.focus, opener.row);
	free(opener.focus);
}

void form_open(struct form *form, const char *screen)
{
	size_t to = form_index(form, screen);

	if (to == form->screen_count)
		return;
	if (form->screens[to]->kind == SCREEN_SUB)
		remember_opener(form);
	else
		openers_drop(form);
	show_screen(form, to);
}

bool form_tick(struct form *form)
{
	bool changed = form_screen(form)->tick && form_screen(form)->tick(form);

	if (changed)
		form_rebuild(form);
	return changed;
}

static bool is_listed(const struct form *form, size_t i)
{
	enum screen_kind kind = form->screens[i]->kind;

	return (kind == SCREEN_STEP || kind == SCREEN_HUB || kind == SCREEN_GATE) &&
	       form_shows(form, i);
}

/* The step in whose entry the problems of a screen are counted: where it belongs, or the one before it. */
static const struct screen *step_of(const struct form *form, const struct screen *screen)
{
	size_t i = form_index(form, screen->parent ? screen->parent : screen->id);

	while (i > 0 && !is_listed(form, i))
		i--;
	return form->screens[i];
}

/* The word typed at a gate is a draft all the time, and no problem. */
static unsigned screen_problems(const struct form *form, const struct screen *screen)
{
	unsigned count = 0;

	for (size_t i = 0; i < form->draft_count; i++) {
		const struct screen *of = form->drafts[i].screen;

		count += of->kind != SCREEN_GATE && !form->drafts[i].stored &&
			 step_of(form, of) == screen;
	}
	return count;
}

/* The listed screen that stands for the current one: itself, its parent, or the gate before it. */
static size_t listed_now(const struct form *form)
{
	size_t i = form_screen(form)->kind == SCREEN_SUB ? form_parent(form) : form->now;

	while (i > 0 && !is_listed(form, i))
		i--;
	return i;
}

static void view_steps(struct form *form)
{
	size_t now = listed_now(form);
	struct view *view = &form->view;

	view->steps = form->steps;
	view->step_count = 0;
	for (size_t i = 0; i < form->screen_count; i++) {
		const struct screen *screen = form->screens[i];
		struct step *step = &form->steps[view->step_count];

		if (!is_listed(form, i))
			continue;
		*step = (struct step){.id = screen->id,
			.title = _(screen->title),
			.problems = screen_problems(form, screen)};
		step->state = form->seen[i] && screen->kind != SCREEN_GATE ? STEP_DONE
									   : STEP_TODO;
		if (step->problems)
			step->state = STEP_BAD;
		if (i == now) {
			step->state = STEP_NOW;
			view->step_now = view->step_count;
		}
		view->step_count++;
	}
}

/* Long help: of the row, the item, or the screen, whichever has one first. */
static const char *help_text(const struct form *form)
{
	const struct item *item =
		form->focus < form->page->count ? form->page->items[form->focus] : NULL;

	if (item && form->row < item->count && item->choices[form->row].help)
		return item->choices[form->row].help;
	if (item && item->help)
		return item->help;
	if (form_screen(form)->help)
		return _(form_screen(form)->help);
	return item && item->why ? item->why : _("There is nothing more to say here.");
}

const struct view *form_view(struct form *form)
{
	struct view *view = &form->view;
	const struct screen *screen = form_screen(form);

	view->product = form->product;
	view->banner = form->banner ? _(form->banner) : NULL;
	view->screen = screen->id;
	view->caption = form->caption ? _(form->caption) : NULL;
	view->title = _(screen->title);
	view->kind = screen->kind;
	view->message = form->message;
	view->message_tone = form->message_tone;
	view->about = help_text(form);
	view->help = form->help_open ? view->about : NULL;
	view->page = form->page;
	view->focus = form->focus;
	view->row = form->row;
	view->flushes = form->flushes;
	view_steps(form);
	return view;
}

void form_quiet(struct form *form)
{
	free(form->message);
	form->message = NULL;
}

void form_say(struct form *form, enum tone tone, const char *format, ...)
{
	va_list args;

	form_quiet(form);
	va_start(args, format);
	if (vasprintf(&form->message, format, args) < 0)
		form->message = NULL;
	va_end(args);
	form->message_tone = tone;
}

void form_end(struct form *form, int status)
{
	form->ended = true;
	form->status = status;
}

bool form_ended(const struct form *form, int *status)
{
	*status = form->status;
	return form->ended;
}

void form_switch(struct form *form, const char *frontend)
{
	form->switch_to = frontend;
}

const char *form_switch_to(const struct form *form)
{
	return form->switch_to;
}

void form_shell(struct form *form)
{
	words_free(&form->program);
	form->wants_program = true;
}

void form_program(struct form *form, const struct words *words)
{
	form_shell(form);
	for (size_t i = 0; i < words->count; i++)
		words_add(&form->program, words->items[i]);
}

bool form_wants_program(struct form *form, struct words *words)
{
	bool wanted = form->wants_program;

	*words = form->program;
	form->program = (struct words){0};
	form->wants_program = false;
	return wanted;
}

void *form_context(const struct form *form)
{
	return form->context;
}

void form_refresh(struct form *form)
{
	form_rebuild(form);
}

void form_each_open(const struct form *form,
	void (*call)(void *context, const char *screen, const char *focus, size_t row),
	void *context)
{
	enum screen_kind kind = form_screen(form)->kind;

	if (form->from_hub || kind == SCREEN_GATE)
		call(context, form->screens[form_hub(form)]->id, NULL, 0);
	if (kind == SCREEN_GATE)
		return;
	if (kind == SCREEN_SUB && !form->opener_count)
		call(context, form->screens[form_parent(form)]->id, NULL, 0);
	for (size_t i = 0; i < form->opener_count; i++)
		call(context, form->screens[form->openers[i].screen]->id,
			form->openers[i].focus, form->openers[i].row);
	call(context, form_screen(form)->id, form->focus_id, form->row);
}

void form_resume(struct form *form, const char *screen, const char *focus, size_t row)
{
	size_t to = form_index(form, screen);
	bool from_hub = form_screen(form)->kind == SCREEN_HUB;

	if (to == form->screen_count)
		return;
	for (size_t i = 0; form->screens[to]->kind != SCREEN_SUB && i < to; i++)
		form->seen[i] = form->screens[i]->kind == SCREEN_STEP;
	form_open(form, screen);
	form->from_hub |= from_hub && form->screens[to]->kind == SCREEN_STEP;
	form_focus(form, focus, row);
}

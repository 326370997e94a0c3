/* What the person does: inputs change values, focus and screen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/form_state.h"

static void go_forward(struct form *form)
{
	size_t i = form->now + 1;

	while (i < form->screen_count &&
		(form->screens[i]->kind == SCREEN_SUB || !form_shows(form, i)))
		i++;
	if (i < form->screen_count)
		form_open(form, form->screens[i]->id);
}

/* An entry left behind by Back that is not valid: it must be looked at before the gate. */
static bool has_problem(struct form *form)
{
	const char *id = form_first_problem(form);

	if (id)
		form_say(form, TONE_DANGER,
			_("An entry on the page %s cannot be taken; open it."),
			_(form->screens[form_index(form, id)]->title));
	return id != NULL;
}

static void next(struct form *form)
{
	const struct screen *screen = form_screen(form);
	const char *at = NULL;
	struct error err = {0};
	int rc;

	if (screen->kind == SCREEN_RUN || !values_commit(form) ||
		(screen->kind == SCREEN_HUB && has_problem(form)))
		return;
	rc = screen->leave ? screen->leave(form->context, &at, &err) : 0;
	if (rc < 0) {
		form_rebuild(form);
		form_say(form, rc == -EAGAIN ? TONE_NORMAL : TONE_DANGER, "%s", err.text);
		form_focus(form, at, SIZE_MAX);
		return;
	}
	if (form_screen(form) != screen)
		return;
	if (screen->kind == SCREEN_SUB)
		form_return(form);
	else if (screen->kind == SCREEN_STEP && form->from_hub)
		form_open(form, form->screens[form_hub(form)]->id);
	else
		go_forward(form);
}

static void back(struct form *form)
{
	const struct screen *screen = form_screen(form);
	size_t i = form->now;

	if (screen->kind == SCREEN_RUN) {
		form_say(form, TONE_NORMAL, "%s", _("There is no way back from here."));
		return;
	}
	if (screen->kind == SCREEN_SUB) {
		form_return(form);
		return;
	}
	if (screen->kind == SCREEN_STEP && form->from_hub) {
		form_open(form, form->screens[form_hub(form)]->id);
		return;
	}
	while (i > 0 && (i == form->now || form->screens[i]->kind == SCREEN_SUB ||
				!form_shows(form, i)))
		i--;
	if (i == form->now)
		form_say(form, TONE_NORMAL, "%s",
			_("This is the first page. Nothing has been written to any disk."));
	else
		form_open(form, form->screens[i]->id);
}

/* Steps and the review can be gone to from everywhere, pages that come back to their opener from the review. */
static bool can_go_to(const struct form *form, size_t to)
{
	enum screen_kind from = form_screen(form)->kind;
	enum screen_kind kind =
		to < form->screen_count ? form->screens[to]->kind : SCREEN_RUN;

	return from != SCREEN_RUN && (kind == SCREEN_STEP || kind == SCREEN_HUB ||
					     (kind == SCREEN_SUB && from == SCREEN_HUB));
}

static void go_to(struct form *form, const char *id)
{
	size_t to = form_index(form, id);
	size_t hub = form_hub(form);

	if (!can_go_to(form, to))
		return;
	form_open(form, id);
	form->from_hub = hub < form->screen_count && form->seen[hub] && to != hub;
}

static void act(struct form *form, const struct input *input)
{
	const struct screen *screen = form_screen(form);
	autofree char *id = memory_copy_text(input->id);
	autofree char *row = memory_copy_text(input->text);
	const struct item *item = page_item(form->page, id);

	if (!item)
		return;
	if (row && item_find(item, row)) /* whoever comes back from there stands here */
		form_focus(form, id, (size_t)(item_find(item, row) - item->choices));
	if (input->kind == INPUT_ACT && screen->act)
		screen->act(form, id, row);
	if (input->kind == INPUT_REMOVE && screen->remove)
		screen->remove(form, id, row);
	form_rebuild(form);
}

static void change(struct form *form, const struct input *input)
{
	const struct item *item = page_item(form->page, input->id);

	if (!item || !item_takes_focus(item))
		return;
	if (input->kind == INPUT_SET && input->text)
		value_type(form, item, input->text);
	if (item->type == ITEM_SECRET && input->kind == INPUT_ADD && input->text)
		value_secret_add(form, item, input->text);
	if (item->type == ITEM_SECRET && input->kind == INPUT_CUT)
		value_secret_cut(form, item, input->row);
	form_rebuild(form);
}

/* Leaving an item forward shows what is wrong with it; going up or back does not. */
static void move_focus(struct form *form, const struct input *input)
{
	autofree char *left = memory_copy_text(form->focus_id);
	size_t before = form->focus;

	form_focus(form, input->id, input->row);
	if (form->focus > before)
		value_check(form, left);
}

static void explain_stop(struct form *form)
{
	if (form_screen(form)->stop)
		back(form);
	else if (form_screen(form)->kind == SCREEN_RUN)
		form_say(form, TONE_NORMAL, "%s",
			_("Ctrl-C does not stop the installation, nor does closing this display."));
	else
		form_say(form, TONE_NORMAL, "%s",
			_("Nothing has been written to any disk. To leave the installer, choose Quit."));
}

/* Open help is closed by the next key, whatever it is. */
static bool close_help(struct form *form, const struct input *input)
{
	if (!form->help_open || input->kind == INPUT_SHELL || input->kind == INPUT_QUIT)
		return false;
	form->help_open = false;
	return true;
}

static void dispatch(struct form *form, const struct input *input)
{
	switch (input->kind) {
	case INPUT_FOCUS:
		move_focus(form, input);
		break;
	case INPUT_CHECK:
		value_check(form, input->id);
		break;
	case INPUT_SET:
	case INPUT_ADD:
	case INPUT_CUT:
		change(form, input);
		break;
	case INPUT_ACT:
	case INPUT_REMOVE:
		act(form, input);
		break;
	case INPUT_NEXT:
		next(form);
		break;
	case INPUT_BACK:
		back(form);
		break;
	case INPUT_GOTO:
		go_to(form, input->id);
		break;
	case INPUT_REVIEW:
		if (form_hub(form) < form->screen_count)
			go_to(form, form->screens[form_hub(form)]->id);
		break;
	case INPUT_HELP:
		form->help_open = true;
		break;
	case INPUT_SWITCH:
		form->switch_to = input->text ? input->text : "";
		break;
	case INPUT_EXPLAIN_STOP:
		explain_stop(form);
		break;
	case INPUT_QUIT:
		form_end(form, 1);
		break;
	case INPUT_SAY:
		form_say(form, TONE_NORMAL, "%s", input->text);
		break;
	case INPUT_SHELL:
		form_shell(form);
		break;
	case INPUT_NONE:
	case INPUT_CAPTION:
	case INPUT_RESIZE:
		break;
	}
}

/* Nothing of the page changes by it. */
static void take_caption(struct form *form, const char *text)
{
	free(form->caption);
	form->caption = text && *text ? memory_copy_text(text) : NULL;
}

void form_input(struct form *form, const struct input *input)
{
	if (input->kind == INPUT_CAPTION) {
		take_caption(form, input->text);
		return;
	}
	if (input->kind == INPUT_NONE || input->kind == INPUT_RESIZE || form->ended)
		return;
	if (form_deaf(form) && input->kind != INPUT_BACK && input->kind != INPUT_QUIT)
		return;
	form_quiet(form);
	if (!close_help(form, input))
		dispatch(form, input);
}

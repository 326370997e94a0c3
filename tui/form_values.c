/* Drafts and values: what was typed, whether it can be taken, and why not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/form_state.h"

enum { TYPED_MAX = 16 * 1024 }; /* bytes; pasted garbage ends here */

struct draft *draft_find(const struct form *form, const char *id)
{
	for (size_t i = 0; id && i < form->draft_count; i++)
		if (form->drafts[i].screen == form_screen(form) &&
			text_equal(form->drafts[i].id, id))
			return &form->drafts[i];
	return NULL;
}

static void draft_release(struct draft *draft)
{
	free(draft->id);
	free(draft->text);
	free(draft->error);
}

static void draft_drop(struct form *form, const char *id)
{
	struct draft *draft = draft_find(form, id);

	if (!draft)
		return;
	draft_release(draft);
	*draft = form->drafts[--form->draft_count];
}

void drafts_drop_stored(struct form *form)
{
	size_t kept = 0;

	for (size_t i = 0; i < form->draft_count; i++)
		if (form->drafts[i].stored)
			draft_release(&form->drafts[i]);
		else
			form->drafts[kept++] = form->drafts[i];
	form->draft_count = kept;
}

void drafts_drop_screen(struct form *form, const struct screen *screen)
{
	size_t kept = 0;

	for (size_t i = 0; i < form->draft_count; i++)
		if (form->drafts[i].screen == screen)
			draft_release(&form->drafts[i]);
		else
			form->drafts[kept++] = form->drafts[i];
	form->draft_count = kept;
}

static struct draft *draft_make(struct form *form, const char *id)
{
	struct draft *draft = draft_find(form, id);

	if (draft)
		return draft;
	form->drafts = memory_resize(form->drafts, form->draft_count + 1, sizeof(*draft));
	draft = &form->drafts[form->draft_count++];
	*draft = (struct draft){.screen = form_screen(form), .id = memory_copy_text(id)};
	return draft;
}

void drafts_free(struct form *form)
{
	for (size_t i = 0; i < form->draft_count; i++)
		draft_release(&form->drafts[i]);
	free(form->drafts);
}

static void draft_text(struct draft *draft, const char *text)
{
	char *copy = memory_copy_text(text); /* text may be the draft's own */

	free(draft->text);
	draft->text = copy;
	free(draft->error);
	draft->error = NULL;
}

static void draft_blame(struct form *form, const char *id, const char *why)
{
	struct draft *draft = draft_make(form, id);

	free(draft->error);
	draft->error = memory_copy_text(why);
}

static int store(struct form *form, const char *id, const char *value, struct error *err)
{
	const struct screen *screen = form_screen(form);

	return screen->set ? screen->set(form->context, id, value, err) : 0;
}

/* Printable text of bearable length: control bytes of a paste are left out. */
static char *clean(const char *text)
{
	autotext struct text kept = {0};

	for (const char *c = text; *c && kept.size < TYPED_MAX; c++)
		if ((unsigned char)*c >= ' ' && *c != 0x7f)
			text_add_bytes(&kept, c, 1);
	return text_take(&kept);
}

/* Typed text becomes the value as soon as it is a valid one; until then it stays a draft, without reproach. */
static void type_text(struct form *form, const struct item *item, const char *text)
{
	autofree char *kept = clean(text);
	struct draft *draft = draft_make(form, item->id);
	struct error err = {0};

	draft_text(draft, kept);
	draft->stored =
		item->type != ITEM_CONFIRM && store(form, draft->id, kept, &err) == 0;
}

static void choose(struct form *form, const struct item *item, const char *value)
{
	bool is_switch = item->type == ITEM_MANY && (*value == '+' || *value == '-');
	const struct choice *choice = item_find(item, is_switch ? value + 1 : value);
	struct error err = {0};

	if (item->type == ITEM_BOOL && !text_equal(value, "true") &&
		!text_equal(value, "false"))
		return;
	if (item->type != ITEM_BOOL &&
		(!choice || (item->type == ITEM_MANY && !is_switch)))
		form_say(form, TONE_WARNING, _("\"%s\" is not one of the choices."),
			value);
	else if (choice && choice->why_not)
		form_say(form, TONE_WARNING, _("%s cannot be chosen: %s"), choice->value,
			choice->why_not);
	else if (store(form, item->id, value, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else
		draft_drop(form, item->id);
}

void value_type(struct form *form, const struct item *item, const char *text)
{
	switch (item->type) {
	case ITEM_TEXT:
	case ITEM_NUMBER:
	case ITEM_CONFIRM:
		type_text(form, item, text);
		break;
	case ITEM_BOOL:
	case ITEM_ONE:
	case ITEM_MANY:
		choose(form, item, text);
		break;
	case ITEM_SECRET:
		secret_cut(item->secret, 0);
		value_secret_add(form, item, text);
		break;
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
}

void value_secret_add(struct form *form, const struct item *item, const char *text)
{
	struct error err = {0};

	if (secret_append(item->secret, text, strlen(text), &err) < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	draft_drop(form, item->id);
}

void value_secret_cut(struct form *form, const struct item *item, size_t characters)
{
	const char *bytes = secret_bytes(item->secret);
	size_t at = 0;

	while (at < secret_size(item->secret) && characters > 0) {
		at++;
		while (((unsigned char)bytes[at] & 0xc0) == 0x80)
			at++;
		characters--;
	}
	secret_cut(item->secret, at);
	draft_drop(form, item->id);
}

static bool text_is_expected(const char *typed, const char *expected)
{
	size_t size;

	typed += strspn(typed, " ");
	size = strlen(typed);
	while (size && typed[size - 1] == ' ')
		size--;
	return size == strlen(expected) && strncmp(typed, expected, size) == 0;
}

/* NULL, or why the item cannot be left like this. */
static const char *item_complaint(
	struct form *form, const struct item *item, struct error *err)
{
	const struct draft *draft = draft_find(form, item->id);

	if (item->type == ITEM_CONFIRM &&
		!text_is_expected(item->value ? item->value : "", item->expected)) {
		(void)error_set(err, -EINVAL, _("Type %s exactly to go on, or go back."),
			item->expected);
		return err->text;
	}
	if (item->type == ITEM_SECRET && item->confirms &&
		!secret_equal(item->secret, item->confirms))
		return _("The two entries differ; type both again.");
	if (item->type == ITEM_SECRET && store(form, item->id, NULL, err) < 0)
		return err->text;
	if ((item->type == ITEM_TEXT || item->type == ITEM_NUMBER) && draft &&
		draft->text && store(form, item->id, draft->text, err) < 0)
		return err->text;
	return NULL;
}

void value_check(struct form *form, const char *id)
{
	const struct item *item = page_item(form->page, id);
	struct error err = {0};
	const char *complaint = item && item_is_typed(item) && item->type != ITEM_CONFIRM
					? item_complaint(form, item, &err)
					: NULL;
	autofree char *kept = memory_copy_text(id);

	if (complaint)
		draft_blame(form, kept, complaint);
	if (item)
		form_rebuild(form);
}

bool values_commit(struct form *form)
{
	autofree char *first = NULL;

	for (size_t i = 0; i < form->page->count; i++) {
		const struct item *item = form->page->items[i];
		struct error err = {0};
		const char *complaint =
			item_takes_focus(item) ? item_complaint(form, item, &err) : NULL;

		if (complaint) {
			draft_blame(form, item->id, complaint);
			first = first ? first : memory_copy_text(item->id);
		} else if (item->type != ITEM_CONFIRM) {
			draft_drop(form, item->id);
		}
	}
	form_rebuild(form);
	if (first)
		form_focus(form, first, SIZE_MAX);
	return !first;
}

void form_forget(struct form *form, const char *id)
{
	draft_drop(form, id);
}

void form_move_drafts(struct form *form, const char *from, const char *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < form->draft_count; i++) {
		struct draft draft = form->drafts[i];
		char *id = draft.id;

		if (text_starts(id, from) && !to) {
			draft_release(&draft);
			continue;
		}
		if (text_starts(id, from)) {
			draft.id = memory_format("%s%s", to, id + strlen(from));
			free(id);
		}
		form->drafts[kept++] = draft;
	}
	form->draft_count = kept;
}

static bool is_problem(const struct draft *draft)
{
	return !draft->stored && draft->screen->kind != SCREEN_GATE;
}

unsigned form_problems(const struct form *form)
{
	unsigned count = 0;

	for (size_t i = 0; i < form->draft_count; i++)
		count += is_problem(&form->drafts[i]);
	return count;
}

const char *form_first_problem(const struct form *form)
{
	for (size_t k = 0; k < form->screen_count; k++)
		for (size_t i = 0; i < form->draft_count; i++)
			if (form->drafts[i].screen == form->screens[k] &&
				is_problem(&form->drafts[i]))
				return form->screens[k]->id;
	return NULL;
}

void form_each_draft(const struct form *form,
	void (*call)(void *context, const char *screen, const char *id, const char *text),
	void *context)
{
	for (size_t i = 0; i < form->draft_count; i++)
		if (form->drafts[i].text && !form->drafts[i].stored)
			call(context, form->drafts[i].screen->id, form->drafts[i].id,
				form->drafts[i].text);
}

void form_put_draft(
	struct form *form, const char *screen, const char *id, const char *text)
{
	size_t now = form->now;
	size_t at = form_index(form, screen);

	if (at == form->screen_count)
		return;
	form->now = at;
	draft_text(draft_make(form, id), text);
	form->now = now;
	form_rebuild(form);
}

#include "screens/proof.h"

#include <errno.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/typing.h"

static int compare(const struct wizard *wizard, struct error *err)
{
	return typing_compare(wizard->keymap_dir, wizard->answers->system.keymap,
		wizard->passphrase, wizard->moved, wizard->lost, err);
}

static int make_us(const struct wizard *wizard)
{
	struct error err = {0};

	return typing_us(wizard->keymap_dir, wizard->answers->system.keymap,
		wizard->passphrase, wizard->us_passphrase, &err);
}

static void add_secret(
	struct page *page, const char *label, const struct secret *secret, enum tone tone)
{
	struct item *item = page_add(page, ITEM_FACT, NULL, label);

	item->value = secret_bytes(secret);
	item->secret = (struct secret *)(uintptr_t)secret; /* only read through */
	item->tone = tone;
}

static void add_choice(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	if (make_us(wizard) < 0 && !wizard->wants_us) {
		(void)page_note(page, TONE_QUIET, "%s",
			_("A US keyboard has nothing on some of these keys: there the passphrase cannot be typed at all."));
		return;
	}
	item = page_add(page, ITEM_BOOL, "us_slot", _("US keys, too"));
	item->value = wizard->wants_us ? "true" : "false";
	item->why = _(
		"Then the same keys open the disk also when the prompt has the US layout: what they give there becomes one more key of the disk.");
}

static void add_comparison(struct page *page, const struct wizard *wizard)
{
	if (secret_size(wizard->lost))
		add_secret(page, _("No key for"), wizard->lost, TONE_DANGER);
	if (!secret_size(wizard->moved))
		return;
	add_secret(page, _("Not as on US"), wizard->moved, TONE_WARNING);
	(void)page_note(page, TONE_QUIET, "%s",
		_("These sit on other keys if the prompt at the start has the US layout, as after a repair from another medium."));
	if (!secret_size(wizard->lost))
		add_choice(page, wizard);
}

void proof_add(struct page *page, const struct wizard *wizard)
{
	struct error err = {0};

	if (!secret_size(wizard->passphrase))
		return;
	if (compare(wizard, &err) < 0)
		page_fact(page, _("Keys"),
			_("not compared: the keymap %s cannot be read"),
			wizard->answers->system.keymap)
			->tone = TONE_WARNING;
	else
		add_comparison(page, wizard);
}

void proof_add_rehearsal(struct page *page, const struct wizard *wizard)
{
	if (!secret_size(wizard->passphrase))
		return;
	page_add(page, ITEM_ACTION, "rehearse", _("Rehearse the start"))->why = _(
		"Type it once more at a prompt like that of the start, and see whether it opens the disk.");
}

int proof_check(const struct wizard *wizard, struct error *err)
{
	struct error unread = {0};

	if (compare(wizard, &unread) < 0 || !secret_size(wizard->lost))
		return 0; /* that nothing could be compared is said on the page */
	return error_set(err, -EILSEQ,
		_("The layout %s has no key for some characters of it: nobody could type this when the computer starts."),
		wizard->answers->system.keymap);
}

void proof_settle(struct wizard *wizard)
{
	struct secret_source *source = &wizard->answers->disk.us_passphrase;

	if (source->origin != SECRET_NONE && source->origin != SECRET_PROMPT)
		return; /* an answer file has it ready */
	source->origin = wizard->wants_us ? SECRET_PROMPT : SECRET_NONE;
	if (make_us(wizard) == 0 && secret_size(wizard->passphrase) &&
		secret_equal(wizard->us_passphrase, wizard->passphrase))
		source->origin = SECRET_NONE;
	if (source->origin == SECRET_NONE)
		secret_cut(wizard->us_passphrase, 0);
}

/* The rehearsal. */

static void add_result(struct page *page, const struct wizard *wizard)
{
	const struct secret *typed = wizard->rehearsal;
	const char *label = _("At the start");

	if (!secret_size(typed))
		(void)page_fact(page, label, "%s", _("nothing typed yet"));
	else if (secret_equal(typed, wizard->passphrase))
		page_fact(page, label, "%s", _("it matches: the disk opens"))->tone =
			TONE_GOOD;
	else if (make_us(wizard) == 0 && secret_equal(typed, wizard->us_passphrase))
		page_fact(page, label, "%s",
			_("the right keys, but with the US layout: this keyboard has another layout than the one chosen"))
			->tone = TONE_WARNING;
	else
		page_fact(
			page, label, "%s", _("it does not match: the disk stays closed"))
			->tone = TONE_WARNING;
}

static void add_us(struct page *page, const struct wizard *wizard)
{
	struct error err = {0};
	int rc = make_us(wizard);

	if (rc == 0)
		rc = typing_pairs(
			wizard->passphrase, wizard->us_passphrase, wizard->moved, &err);
	if (rc == -EILSEQ)
		(void)page_fact(page, _("On US keys"), "%s", _("it cannot be typed"));
	else if (rc < 0)
		page_fact(page, _("On US keys"),
			_("not known: the keymap %s cannot be read"),
			wizard->answers->system.keymap)
			->tone = TONE_WARNING;
	else if (secret_size(wizard->moved))
		add_secret(page, _("On US keys"), wizard->moved, TONE_WARNING);
	else
		(void)page_fact(page, _("On US keys"), "%s", _("the same"));
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s",
		_("Type the passphrase as you will when the computer starts."));
	(void)page_fact(page, _("Typed with"), _("layout %s, here and at each start"),
		wizard->answers->system.keymap);
	if (wizard->console < 0)
		(void)page_note(page, TONE_QUIET, "%s",
			_("On a serial line or a network connection this proves the spelling; the keys are those of your own computer."));
	page_gap(page);
	item = page_add(page, ITEM_SECRET, "rehearsal", _("Passphrase"));
	item->secret = wizard->rehearsal;
	item->why = _("Nothing here is kept.");
	add_result(page, wizard);
	add_us(page, wizard);
}

static void forget(struct form *form)
{
	const struct wizard *wizard = form_context(form);

	secret_cut(wizard->rehearsal, 0);
}

static int leave(void *context, const char **at, struct error *err)
{
	const struct wizard *wizard = context;

	*at = "rehearsal";
	if (!secret_equal(wizard->rehearsal, wizard->passphrase))
		return error_set(err, -EINVAL, "%s",
			_("This would not open the disk. Try again, or go back and choose another passphrase."));
	secret_cut(wizard->rehearsal, 0);
	return 0;
}

const struct screen screen_rehearsal = {
	.id = "rehearsal",
	.title = N_("Rehearsal"),
	.kind = SCREEN_SUB,
	.parent = "encryption",
	.help = N_(
		"The prompt at the start shows nothing of what is typed, and a wrong layout gives another passphrase. Here you see whether it matches "
		"before anything depends on it.\n\n"
		"On US keys: what the same keys give when the prompt has the US layout, each as chosen=US."),
	.build = build,
	.enter = forget,
	.leave = leave,
};

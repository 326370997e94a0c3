#include <stdlib.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/keymap.h"
#include "screens/console_keymap.h"
#include "screens/wizard.h"

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s", _("Which keyboard do you type on?"));
	(void)page_note(page, TONE_NORMAL, "%s",
		_("The passphrase of the disk is asked for with this layout when the computer starts. A wrong layout locks you out."));
	page_gap(page);
	item = page_field(page, wizard, ITEM_ONE, "system.keymap");
	for (const struct keymap *keymap = keymaps; keymap->name; keymap++)
		(void)item_choice(item, keymap->name,
			page_format(page, "%s (%s)", _(keymap->label), keymap->name));
	page_gap(page);
	item = page_add(page, ITEM_TEXT, "keyboard.test", _("Try it here"));
	item->value = wizard->typing_test;
	item->literal = true;
	item->why = _(
		"Type the characters of your passphrase that are not plain letters. Nothing here is kept.");
	if (wizard->console < 0) {
		page_gap(page);
		(void)page_note(page, TONE_QUIET, "%s",
			_("You are on a serial line or a network connection: the layout of your own computer is in use here. The choice counts for "
			  "the keyboard that is plugged into the computer being installed."));
	}
}

/* On this console, too. */
static int set_keymap(struct wizard *wizard, const char *name, struct error *err)
{
	int rc = wizard_set(wizard, "system.keymap", name, err);

	if (rc == 0 && wizard->console >= 0)
		rc = console_keymap_load(wizard->console, name, err);
	return rc;
}

int wizard_follow_language(
	struct wizard *wizard, const struct language *before, struct error *err)
{
	const struct language *now = language_now();

	if (!text_equal(wizard->answers->system.keymap, before->keymap))
		return 0;
	return set_keymap(wizard, now ? now->keymap : languages->keymap, err);
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	if (text_equal(id, "keyboard.test")) {
		free(wizard->typing_test);
		wizard->typing_test = memory_copy_text(value);
		return 0;
	}
	return set_keymap(wizard, value, err);
}

const struct screen screen_keyboard = {
	.id = "keyboard",
	.title = N_("Keyboard"),
	.kind = SCREEN_STEP,
	.help = N_(
		"The layout is used by this console at once, by the passphrase prompt when the computer starts, and by the installed system.\n\n"
		"It comes before everything secret on purpose: a passphrase typed with another layout is another passphrase. Use the test field "
		"for characters such as y, z, - and @, which move most often."),
	.build = build,
	.set = set,
};

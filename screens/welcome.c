#include <string.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/remote.h"
#include "screens/console_font.h"
#include "screens/wizard.h"

static const char *firmware(const struct machine *machine)
{
	if (machine->firmware == FIRMWARE_BIOS)
		return _("BIOS");
	return machine->secure_boot ? _("UEFI with Secure Boot") : _("UEFI");
}

static const char language_id[] = "language.";

/* The others, by the names that they have for themselves. */
static void add_languages(struct page *page)
{
	for (const struct language *language = languages; language->code; language++)
		if (language != language_now() && language_available(language))
			(void)page_add(page, ITEM_ACTION,
				page_format(page, "%s%s", language_id, language->code),
				language->name);
}

static const char *listed(struct page *page, const struct words *words)
{
	const char *list = words->items[0];

	for (size_t i = 1; i < words->count; i++)
		list = page_format(page, "%s, %s", list, words->items[i]);
	return list;
}

/* What the kernel line asked for and did not come to be is told, too. */
static void add_remote(struct page *page, const struct wizard *wizard)
{
	autoremote struct remote remote = {0};
	autoclose int root = -1;
	autofree char *trouble = NULL;

	if (wizard->demo || wizard->machine_is_file)
		return;
	root = file_open_root("/", NULL);
	if (remote_read(&remote))
		(void)page_fact(page, _("SSH"), _("open, host key %s"),
			remote.fingerprint ? remote.fingerprint : "-");
	else if (root >= 0 && file_read_line(root, REMOTE_TROUBLE, &trouble) == 0)
		page_fact(page, _("SSH"), "%s", trouble)->tone = TONE_WARNING;
}

static void add_reach(struct page *page, const struct machine *machine)
{
	for (size_t i = 0; i < machine->port_count; i++) {
		const struct network_port *port = &machine->ports[i];

		if (port->addresses.count)
			(void)page_fact(page, _("Address"), _("%s, port %s"),
				listed(page, &port->addresses), port->name);
	}
	if (machine->serial_consoles.count)
		(void)page_fact(page, _("Serial line"),
			_("%s: gives this wizard, and shows an installation that runs"),
			listed(page, &machine->serial_consoles));
}

static void add_letters(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	if (wizard->console < 0 || text_equal(wizard->frontend, "line"))
		return;
	item = page_add(page, ITEM_ACTION, "letters", _("Letter size"));
	item->key = 'g';
	item->why = _("Twice as large on this screen, or small again.");
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct machine *machine = wizard->machine;
	autofree char *memory = text_human_size(machine->memory_bytes);

	(void)page_note(page, TONE_STRONG, "%s",
		_("This installs JefeLinux on a disk of this computer."));
	(void)page_note(page, TONE_NORMAL, "%s",
		_("The next pages ask what is needed. Nothing is written to any disk until you type the name of the disk at the end."));
	page_gap(page);
	(void)page_fact(page, _("Computer"), "%s %s",
		machine->vendor ? machine->vendor : "",
		machine->product ? machine->product : _("unknown"));
	(void)page_fact(page, _("Processor"), "%s",
		machine->cpu_model ? machine->cpu_model : _("unknown"));
	(void)page_fact(page, _("Memory"), "%s", memory);
	(void)page_fact(page, _("Firmware"), "%s", firmware(machine));
	add_reach(page, machine);
	add_remote(page, wizard);
	if (wizard->demo) {
		page_gap(page);
		(void)page_note(page, TONE_WARNING, "%s",
			_("Demonstration: the computer is a recorded one, the installation is played back."));
	}
	page_gap(page);
	page_add(page, ITEM_ACTION, "start", _("Start"))->why = _(
		"F1 explains every page. Esc goes back and never loses what you typed.");
	if (text_equal(wizard->frontend, "line")) {
		page_add(page, ITEM_ACTION, "fullscreen", _("Full screen"))->why = _(
			"Go on in full screen; needs a terminal that moves its cursor.");
	} else {
		struct item *item = page_add(page, ITEM_ACTION, "line", _("Line mode"));

		item->key = 'l';
		item->why = _(
			"One question after the other, for speech, braille and slow lines.");
	}
	add_letters(page, wizard);
	page_add(page, ITEM_ACTION, "tasks", _("Other tasks"))->why =
		_("Only plan, repair an installed system, a demonstration, a shell.");
	page_add(page, ITEM_ACTION, "quit", _("Quit"))->key = 'q';
	add_languages(page);
}

static void change_language(struct form *form, const char *code)
{
	const struct language *before = language_now();
	const struct language *language = language_find(code);
	struct error err = {0};

	if (!language)
		return;
	language_use(language);
	if (wizard_follow_language(
		    form_context(form), before ? before : languages, &err) < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	else
		form_say(form, TONE_GOOD, "%s", _("The wizard goes on in English."));
}

static void resize(struct form *form)
{
	const struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (console_font_resize(wizard->console, &err) < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "letters"))
		resize(form);
	else if (text_equal(id, "line"))
		form_switch(form, "line");
	else if (text_equal(id, "fullscreen"))
		form_switch(form, "ncurses");
	else if (text_equal(id, "tasks"))
		form_open(form, "tasks");
	else if (text_equal(id, "quit"))
		form_end(form, 1);
	else if (text_starts(id, language_id))
		change_language(form, id + strlen(language_id));
	else
		form_input(form, &(struct input){.kind = INPUT_NEXT});
}

const struct screen screen_welcome = {
	.id = "welcome",
	.title = N_("Welcome"),
	.kind = SCREEN_STEP,
	.help = N_(
		"Enter does what is marked, Tab and the arrows move, Esc goes back, F10 goes on. Every F key has a Ctrl letter for terminals "
		"that lose F keys: F1 is Ctrl-G, F2 Ctrl-V, F3 Ctrl-W, F4 Ctrl-T, F5 Ctrl-R, F6 Ctrl-O, F8 Ctrl-E, F9 Ctrl-P, F10 Ctrl-N. Ctrl-B goes back, Ctrl-L draws the screen again.\n\n"
		"F5 opens the review, from where each page can be reached. F6 goes on with another display, line mode among them, and keeps everything. F4 gives a shell; "
		"exit comes back here. F9 keeps the page as text and picture.\n\n"
		"The installation runs as a program of its own: closing this display or losing the connection does not stop it."),
	.build = build,
	.act = act,
};

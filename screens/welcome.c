#include "installer/base/memory.h"
#include "screens/wizard.h"
#include "tui/language.h"

static const char *firmware(const struct machine *machine)
{
	if (machine->firmware == FIRMWARE_BIOS)
		return _("BIOS");
	return machine->secure_boot ? _("UEFI with Secure Boot") : _("UEFI");
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct machine *machine = wizard->machine;
	autofree char *memory = text_human_size(machine->memory_bytes);

	(void)page_note(page, TONE_STRONG, "%s",
		_("This installs JefeLinux on a disk of this computer."));
	page_gap(page);
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
	page_add(page, ITEM_ACTION, "tasks", _("Other tasks"))->why =
		_("Only plan, repair an installed system, a demonstration, a shell.");
	page_add(page, ITEM_ACTION, "quit", _("Quit"))->key = 'q';
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "line"))
		form_switch(form, "line");
	else if (text_equal(id, "fullscreen"))
		form_switch(form, "ncurses");
	else if (text_equal(id, "tasks"))
		form_open(form, "tasks");
	else if (text_equal(id, "quit"))
		form_end(form, 1);
	else
		form_input(form, &(struct input){.kind = INPUT_NEXT});
}

const struct screen screen_welcome = {
	.id = "welcome",
	.title = N_("Welcome"),
	.kind = SCREEN_STEP,
	.help = N_(
		"Enter does what is marked, Tab and the arrows move, Esc goes back, F10 goes on. Every F key has a Ctrl letter for terminals "
		"that lose F keys: F1 is Ctrl-G, F4 Ctrl-T, F5 Ctrl-R, F6 Ctrl-O, F9 Ctrl-P, F10 Ctrl-N. Ctrl-B goes back, Ctrl-L draws the screen again.\n\n"
		"F5 opens the review, from where each page can be reached. F6 goes on with another display, line mode among them, and keeps everything. F4 gives a shell; "
		"exit comes back here. F9 keeps the page as text and picture.\n\n"
		"The installation runs as a program of its own: closing this display or losing the connection does not stop it."),
	.build = build,
	.act = act,
};

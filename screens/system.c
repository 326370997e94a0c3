#include "installer/base/language.h"
#include "screens/wizard.h"

static void relabel(struct item *item, const char *value, const char *label)
{
	for (size_t i = 0; i < item->count; i++)
		if (text_equal(item->choices[i].value, value))
			item->choices[i].label = label;
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s", _("How should the computer be set up?"));
	page_gap(page);
	(void)page_field(page, wizard, ITEM_TEXT, "system.hostname");
	(void)page_field(page, wizard, ITEM_TEXT, "system.timezone");
	page_gap(page);
	item = page_field(page, wizard, ITEM_ONE, "system.console");
	relabel(item, "both", _("both"));
	relabel(item, "vga", _("screen"));
	relabel(item, "serial", _("serial"));
	page_gap(page);
	item = page_field(page, wizard, ITEM_ONE, "hardening.ssh");
	relabel(item, "none", _("none"));
	page_gap(page);
	page_add(page, ITEM_ACTION, "services", _("Services and open ports"))->key = 's';
	page_add(page, ITEM_ACTION, "time", _("Time zone and servers"))->key = 't';
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	form_open(form, id);
}

const struct screen screen_system = {
	.id = "system",
	.title = N_("System"),
	.kind = SCREEN_STEP,
	.help = N_(
		"The host name is how the computer shows itself on the network. Times in logs follow the time zone; the hardware clock keeps UTC."),
	.build = build,
	.set = wizard_set,
	.act = act,
};

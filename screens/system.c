#include "screens/wizard.h"
#include "tui/language.h"

static void relabel(struct item *item, const char *value, const char *label)
{
	for (size_t i = 0; i < item->count; i++)
		if (text_equal(item->choices[i].value, value))
			item->choices[i].label = label;
}

static void add_network(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_field(page, wizard, ITEM_ONE, "network.method");

	relabel(item, "dhcp", _("automatic"));
	relabel(item, "static", _("fixed"));
	if (wizard->answers->network.method != NETWORK_STATIC)
		return;
	page_field(page, wizard, ITEM_TEXT, "network.address")->width = 24;
	page_field(page, wizard, ITEM_TEXT, "network.gateway")->width = 24;
	(void)page_field(page, wizard, ITEM_TEXT, "network.dns");
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
	add_network(page, wizard);
	page_gap(page);
	item = page_field(page, wizard, ITEM_ONE, "system.console");
	relabel(item, "vga", _("screen"));
}

const struct screen screen_system = {
	.id = "system",
	.title = N_("System"),
	.kind = SCREEN_STEP,
	.help = N_(
		"The host name is how the computer shows itself on the network. Times in logs follow the time zone; the hardware clock keeps UTC.\n\n"
		"A fixed address is written with the length of its network, as 192.0.2.10/24. No network is needed to install."),
	.build = build,
	.set = wizard_set,
};

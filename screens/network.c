/* How the installed system reaches the network: by DHCP or with a fixed address, on which port, in which VLAN. Wired ports only. */
#include <errno.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/wizard.h"

static const char any_port[] = "any";
static const char *const methods[] = {N_("automatic"), N_("fixed"), N_("none")};

static void add_ports(struct page *page, const struct wizard *wizard)
{
	const struct machine *machine = wizard->machine;
	const char *chosen = wizard->answers->network.interface;
	struct item *item = page_field(page, wizard, ITEM_ONE, "network.interface");
	bool is_there = !chosen;

	if (!chosen)
		item->value = any_port;
	(void)item_choice(item, any_port, _("first with a link"));
	for (size_t i = 0; i < machine->port_count; i++) {
		const struct network_port *port = &machine->ports[i];

		if (port->wireless || !port->name)
			continue;
		is_there |= text_equal(port->name, chosen);
		(void)item_choice(item, port->name, port->name);
	}
	if (!is_there)
		(void)item_choice(item, item->value, item->value);
}

static void add_fixed(struct page *page, const struct wizard *wizard)
{
	page_gap(page);
	page_field(page, wizard, ITEM_TEXT, "network.address")->width = 24;
	page_field(page, wizard, ITEM_TEXT, "network.gateway")->width = 24;
	(void)page_field(page, wizard, ITEM_TEXT, "network.dns");
	page_gap(page);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	enum network_method method = wizard->answers->network.method;
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s", _("How does it reach the network?"));
	page_gap(page);
	item = page_field(page, wizard, ITEM_ONE, "network.method");
	for (size_t i = 0; i < item->count && i < LENGTH(methods); i++)
		item->choices[i].label = _(methods[i]);
	if (method == NETWORK_NONE)
		return;
	add_ports(page, wizard);
	page_field(page, wizard, ITEM_NUMBER, "network.vlan")->width = 6;
	if (method == NETWORK_STATIC)
		add_fixed(page, wizard);
	(void)page_field(page, wizard, ITEM_TEXT, "network.proxy");
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	bool is_any = text_equal(id, "network.interface") && text_equal(value, any_port);

	return is_any ? answers_set(wizard->answers, id, NULL, err)
		      : wizard_set(wizard, id, value, err);
}

/* A fixed address that is missing is better found here than on the review. */
static int leave(void *context, const char **at, struct error *err)
{
	const struct answers *answers = ((const struct wizard *)context)->answers;

	*at = "network.address";
	if (answers->network.method == NETWORK_STATIC && !answers->network.address)
		return error_set(err, -EINVAL, "%s",
			_("A fixed address is needed, such as 192.0.2.10/24."));
	return 0;
}

const struct screen screen_network = {
	.id = "network",
	.title = N_("Network"),
	.kind = SCREEN_STEP,
	.help = N_(
		"This is about the installed system; no network is needed to install. A fixed address is written with the length of its network, "
		"as 192.0.2.10/24.\n\n"
		"A VLAN number is for ports on which the switch expects tagged frames; 0 is for all others. Ports are named as the kernel names "
		"them, and the installed system names them in the same way. Wireless networks are set up later, by hand."),
	.build = build,
	.set = set,
	.leave = leave,
};

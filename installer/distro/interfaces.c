/* /etc/network/interfaces, which BusyBox, ifupdown and ifupdown-ng all read. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

static const char path[] = "etc/network/interfaces";

/* The interface is made and removed by commands: ifupdown, ifupdown-ng and BusyBox spell it differently otherwise. */
static void add_vlan(
	struct text *text, const char *port, const char *name, unsigned number)
{
	text_addf(text,
		"\tpre-up ip link show dev %s >/dev/null 2>&1 || ip link add link %s name %s type vlan id %u\n",
		name, port, name, number);
	text_addf(text, "\tpost-down ip link del dev %s\n", name);
}

static void add_interface(
	struct text *text, const struct answers *answers, const char *name)
{
	const char *address = answers->network.address;

	if (answers->network.method == NETWORK_DHCP || !address) {
		text_addf(text, "iface %s inet dhcp\n", name);
		return;
	}
	text_addf(text, "iface %s %s static\n\taddress %s\n", name,
		strchr(address, ':') ? "inet6" : "inet", address);
	if (answers->network.gateway)
		text_addf(text, "\tgateway %s\n", answers->network.gateway);
}

static void add_port(struct text *text, const struct answers *answers)
{
	const char *port =
		answers->network.interface ? answers->network.interface : "eth0";
	unsigned vlan = (unsigned)answers->network.vlan;
	autofree char *name =
		vlan ? memory_format("vlan%u", vlan) : memory_copy_text(port);

	if (vlan)
		text_addf(text,
			"\nauto %s\niface %s inet manual\n\tpre-up ip link set dev %s up\n",
			port, port, port);
	text_addf(text, "\nauto %s\n", name);
	add_interface(text, answers, name);
	if (vlan)
		add_vlan(text, port, name, vlan);
}

static int write_resolvers(int root_fd, const struct words *servers, struct error *err)
{
	autotext struct text text = {0};

	for (size_t i = 0; i < servers->count; i++)
		text_addf(&text, "nameserver %s\n", servers->items[i]);
	return file_write(
		root_fd, "etc/resolv.conf", text_string(&text), text.size, 0644, err);
}

int interfaces_write(int root_fd, const struct answers *answers, struct error *err)
{
	autotext struct text text = {0};
	int rc = file_make_dirs(root_fd, "etc/network", 0755, err);

	if (rc < 0)
		return rc;
	text_add(&text, "auto lo\niface lo inet loopback\n");
	if (answers->network.method != NETWORK_NONE)
		add_port(&text, answers);
	rc = file_write(root_fd, path, text_string(&text), text.size, 0644, err);
	if (rc == 0 && answers->network.method == NETWORK_STATIC &&
		answers->network.dns.count)
		rc = write_resolvers(root_fd, &answers->network.dns, err);
	return rc;
}

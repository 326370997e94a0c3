/* Who waits for connections: what /proc/net lists against the ports that the policy opens. */
#include <stdio.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

enum { TABLE_MAX = 4 << 20 };

/* The kernel's tables, and the state in which a socket waits for others. */
static const struct table {
	const char *path, *protocol, *state;
} tables[] = {
	{"proc/net/tcp",  "tcp", "0A"},
	{"proc/net/tcp6", "tcp", "0A"},
	{"proc/net/udp",  "udp", "07"},
	{"proc/net/udp6", "udp", "07"},
};

/* Answers to DHCP come to these; the packet filter knows them, too. */
static const char own[] = "68/udp 546/udp";

/* 127.0.0.0/8 in host byte order of each 32-bit word, as the kernel prints it, or ::1, or 127.0.0.0/8 in ::ffff:0:0/96. */
static bool is_local(const char *address)
{
	size_t size = strcspn(address, ":");

	if (size == 8)
		return strncmp(address + 6, "7F", 2) == 0;
	return strncmp(address, "00000000000000000000000001000000", 32) == 0 ||
	       (strncmp(address, "0000000000000000FFFF0000", 24) == 0 &&
		       strncmp(address + 30, "7F", 2) == 0);
}

static void ports_allowed(
	const struct site *site, const struct control *control, struct words *allowed)
{
	autowords struct words target = {0};

	words_split(&target, control->target, " ");
	words_split(allowed, own, " ");
	for (size_t i = 0; i < target.count; i++) {
		size_t size = strcspn(target.items[i], "=");
		autofree char *id = memory_copy_bytes(target.items[i], size);
		const struct control *list = control_named(id);
		autofree char *role = control_excluded(list, site->policy);
		const char *ports = target.items[i][size]
					    ? target.items[i] + size + 1
					    : control_wanted(list, site->policy);

		if (role)
			continue;
		words_split(allowed, ports ? ports : "", " ,");
	}
}

/* Is it listed, by itself or within "6000-6010/udp"? */
static bool is_allowed(
	const struct words *allowed, unsigned long port, const char *protocol)
{
	for (size_t i = 0; i < allowed->count; i++) {
		char *end;
		unsigned long first = strtoul(allowed->items[i], &end, 10);
		unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

		if (*end == '/' && strcmp(end + 1, protocol) == 0 && first <= port &&
			port <= last)
			return true;
	}
	return false;
}

static void add_strangers(const struct table *table, const char *text,
	const struct words *allowed, struct words *strangers)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *line;

	while ((line = line_next(&rest))) {
		autowords struct words columns = {0};
		const char *colon;
		autofree char *name = NULL;
		unsigned long port;

		words_split(&columns, line, " ");
		if (columns.count < 4 || strcmp(columns.items[3], table->state) != 0)
			continue;
		colon = strchr(columns.items[1], ':');
		port = colon ? strtoul(colon + 1, NULL, 16) : 0;
		name = memory_format("%lu/%s", port, table->protocol);
		if (!is_local(columns.items[1]) &&
			!is_allowed(allowed, port, table->protocol) &&
			!words_contain(strangers, name))
			words_add(strangers, name);
	}
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words allowed = {0}, strangers = {0};
	autotext struct text list = {0};

	ports_allowed(site, control, &allowed);
	for (size_t i = 0; i < LENGTH(tables); i++) {
		autotext struct text text = {0};

		if (file_read(site->scope->root_fd, tables[i].path, TABLE_MAX, &text,
			    NULL) == 0)
			add_strangers(
				&tables[i], text_string(&text), &allowed, &strangers);
	}
	for (size_t i = 0; i < strangers.count; i++)
		text_addf(&list, "%s%s", i ? " " : "", strangers.items[i]);
	if (strangers.count)
		find(finding, FOUND_WRONG, memory_copy_text(list.data),
			memory_format("/proc/net: not listed: %s", list.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("/proc/net/tcp, udp"));
}

const struct control_kind kind_listener = {
	.name = "listener",
	.place = "proc/net",
	.fix = "Stop the service, bind it to 127.0.0.1, or list its port in network.open_ports.",
	.persisted = running_persisted,
	.effective = effective,
};

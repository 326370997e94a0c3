#include "screens/consequences.h"

#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/hardening.h"

enum { RECORD_BYTES = 8970 /* longest audit record */, RECORDS = 8192, MIB = 1 << 20 };

/* A measure that is wanted with this value. */
struct query {
	struct page *page;
	const struct wizard *wizard;
	const struct control *control;
	const char *wanted;
};

static void add_name(struct text *names, const char *name)
{
	text_addf(names, "%s%s", names->size ? ", " : "", name);
}

static const char *threads(const struct query *query)
{
	const struct machine *machine = query->wizard->machine;

	if (!machine->smt || machine->cpus < 2 || !strstr(query->wanted, "nosmt"))
		return NULL;
	return page_format(query->page,
		_("%u of the %u processor threads here are switched off."),
		machine->cpus / 2, machine->cpus);
}

static const char *usb_keyboard(const struct query *query)
{
	const struct words *keyboards = &query->wizard->machine->usb_keyboards;

	return keyboards->count
		       ? page_format(query->page,
				 _("The keyboard %s is on USB: plugged in again it stays dead until the restart."),
				 keyboards->items[0])
		       : NULL;
}

static const char *usb_disks(const struct query *query)
{
	const struct disk *chosen = wizard_disk(query->wizard);
	autotext struct text names = {0};

	if (chosen && chosen->bus == BUS_USB)
		return page_format(query->page,
			_("%s, where JefeLinux goes, is a USB disk and needs this driver."),
			chosen->name);
	for (size_t i = 0; i < query->wizard->machine->disk_count; i++)
		if (query->wizard->machine->disks[i].bus == BUS_USB &&
			!query->wizard->machine->disks[i].live_medium)
			add_name(&names, query->wizard->machine->disks[i].name);
	return names.size ? page_format(query->page, _("The USB disk %s cannot be used."),
				    text_string(&names))
			  : NULL;
}

/* File systems on disks that stay as they are, whose driver is among the blocked ones. */
static const char *file_systems(const struct query *query)
{
	const struct disk *chosen = wizard_disk(query->wizard);
	autowords struct words blocked = {0};

	words_split(&blocked, query->control->target, " ");
	for (size_t i = 0; i < query->wizard->machine->disk_count; i++) {
		const struct disk *disk = &query->wizard->machine->disks[i];

		for (size_t k = 0; disk != chosen && k < disk->content_count; k++) {
			const struct content *content = &disk->contents[k];

			if (content->type && words_contain(&blocked, content->type))
				return page_format(query->page,
					_("%s holds %s and cannot be mounted."),
					content->path, content->type);
		}
	}
	return NULL;
}

static const char *several_networks(const struct query *query)
{
	autotext struct text names = {0};
	size_t linked = 0;

	for (size_t i = 0; i < query->wizard->machine->port_count; i++)
		if (query->wizard->machine->ports[i].link) {
			add_name(&names, query->wizard->machine->ports[i].name);
			linked++;
		}
	if (linked < 2 || !text_equal(query->wanted, "1"))
		return NULL;
	return page_format(query->page,
		_("%zu networks are connected (%s): answers that leave by another port are dropped. The role multihomed allows them."),
		linked, text_string(&names));
}

static const char *serial_lines(const struct query *query)
{
	const struct words *lines = &query->wizard->machine->serial_consoles;

	if (!lines->count || !text_equal(query->wanted, "0"))
		return NULL;
	return page_format(query->page,
		_("A break on the console %s brings no emergency keys any more."),
		lines->items[0]);
}

static const char *no_keys(const struct query *query)
{
	const struct answers *answers = query->wizard->answers;
	autotext struct text names = {0};
	size_t without = 0;

	if (query->wizard->installed) /* who is there is not in its policy */
		return NULL;
	for (size_t i = 0; i < answers->user_count; i++)
		if (!answers->users[i].ssh_keys.count) {
			add_name(&names, answers->users[i].name ? answers->users[i].name
								: _("(no name)"));
			without++;
		}
	if (without == answers->user_count)
		return _(
			"No account has a public key yet: without one nobody can log in over SSH. Keys are added on the page Users.");
	return without ? page_format(query->page,
				 _("Without a public key these accounts cannot log in over SSH: %s."),
				 text_string(&names))
		       : NULL;
}

static const char *not_encrypted(const struct query *query)
{
	return !query->wizard->installed &&
			       query->wizard->answers->disk.encryption == ENCRYPTION_NONE
		       ? _("The disk is not to be encrypted: the audit will report this as failed.")
		       : NULL;
}

static const char *little_memory(const struct query *query)
{
	uint64_t memory = query->wizard->machine->memory_bytes;

	if (!memory || memory >= 1024ULL * MIB)
		return NULL;
	return page_format(query->page,
		_("Under load waiting audit records take up to %d of the %llu MiB of memory."),
		RECORD_BYTES * RECORDS / MIB, (unsigned long long)(memory / MIB));
}

/* Whether an address was announced or given by DHCPv6 cannot be seen in it. */
static const char *announced_address(const struct query *query)
{
	const struct machine *machine = query->wizard->machine;

	for (size_t i = 0; i < machine->port_count; i++)
		for (size_t k = 0; k < machine->ports[i].addresses.count; k++) {
			const char *address = machine->ports[i].addresses.items[k];

			if (strchr(address, ':') && text_equal(query->wanted, "0"))
				return page_format(query->page,
					_("%s has the address %s: if a router announced it, it is lost. The role ipv6-autoconf keeps it."),
					machine->ports[i].name, address);
		}
	return NULL;
}

/* What was chosen needs a port that the list does not have. */
static const char *closed_ports(const struct query *query)
{
	const struct answers *answers = query->wizard->answers;
	autowords struct words list = {0};

	words_split(&list, query->wanted, " ,");
	if (answers->network.dns.count && !words_contain(&list, "53/udp"))
		return page_format(query->page,
			_("The name server %s is asked over 53/udp, which is not listed."),
			answers->network.dns.items[0]);
	if (answers->network.proxy) {
		const char *port = page_format(
			query->page, "%s/tcp", strrchr(answers->network.proxy, ':') + 1);

		if (!words_contain(&list, port))
			return page_format(query->page,
				_("The proxy %s is reached over %s, which is not listed."),
				answers->network.proxy, port);
	}
	if (answers->time.nts && !words_contain(&list, "4460/tcp"))
		return _(
			"Time servers that prove who they are (NTS) are asked over 4460/tcp, which is not listed.");
	if (answers->time.servers.count && !words_contain(&list, "123/udp"))
		return page_format(query->page,
			_("The time server %s is asked over 123/udp, which is not listed."),
			answers->time.servers.items[0]);
	return NULL;
}

static const char *nothing_signed(const struct query *query)
{
	return query->wizard->machine->secure_boot
		       ? _("Secure Boot is on here, and nothing in this boot chain is signed: the firmware would not start it. Keys of your own are not set up.")
		       : NULL;
}

static const char *no_way_to_repair(const struct query *query)
{
	const struct words *lines = &query->wizard->machine->serial_consoles;

	return lines->count
		       ? page_format(query->page,
				 _("On the console %s nothing can be repaired any more when starting fails: somebody has to start the live medium there."),
				 lines->items[0])
		       : NULL;
}

static const struct consequence {
	const char *control;
	const char *(*say)(const struct query *query);
} consequences[] = {
	{"kernel.smt",                    threads          },
	{"kernel.usb_guard",              usb_keyboard     },
	{"kernel.usb_storage",            usb_disks        },
	{"kernel.sysrq",                  serial_lines     },
	{"kernel.rare_file_systems",      file_systems     },
	{"network.rp_filter",             several_networks },
	{"auth.ssh_keys_only",            no_keys          },
	{"audit.kernel",                  little_memory    },
	{"boot.encryption",               not_encrypted    },
	{"boot.secure_boot",              nothing_signed   },
	{"boot.rescue_shell",             no_way_to_repair },
	{"network.output_list",           closed_ports     },
	{"network.router_advertisements", announced_address},
};

const char *consequence_control(size_t i)
{
	return i < LENGTH(consequences) ? consequences[i].control : NULL;
}

const char *consequence_of_value(struct page *page, const struct wizard *wizard,
	const struct control *control, const char *wanted)
{
	const struct query query = {page, wizard, control, wanted};
	const char *said = NULL;

	for (size_t i = 0; wanted && i < LENGTH(consequences); i++)
		if (text_equal(consequences[i].control, control->id))
			said = consequences[i].say(&query);
	return said;
}

const char *consequence_of(
	struct page *page, const struct wizard *wizard, const struct control *control)
{
	struct policy policy = policy_of(wizard->answers);

	return hardening_is_on(wizard, control)
		       ? consequence_of_value(
				 page, wizard, control, control_wanted(control, &policy))
		       : NULL;
}

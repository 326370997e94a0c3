/* Facts about the machine as a whole, and reading sysfs. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/addresses.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/machine_probe.h"

static char *trimmed(const char *line)
{
	static const char blanks[] = " \t\r\n";
	size_t size;

	line += strspn(line, blanks);
	size = strlen(line);
	while (size && strchr(blanks, line[size - 1]))
		size--;
	return size ? memory_copy_bytes(line, size) : NULL;
}

/* The path in a format and its arguments. */
static char *format_path(const char *format, va_list args) PRINTF(1, 0);

static char *format_path(const char *format, va_list args)
{
	char *path = NULL;

	return vasprintf(&path, format, args) < 0 ? memory_copy_text("") : path;
}

char *probe_line(const struct probe *probe, const char *format, ...)
{
	autofree char *path = NULL;
	autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	path = format_path(format, args);
	va_end(args);
	if (file_read_line(probe->root_fd, path, &line) < 0 || !line)
		return NULL;
	return trimmed(line);
}

uint64_t probe_number(const struct probe *probe, const char *format, ...)
{
	autofree char *path = NULL;
	autofree char *line = NULL;
	uint64_t number = 0;
	va_list args;

	va_start(args, format);
	path = format_path(format, args);
	va_end(args);
	line = probe_line(probe, "%s", path);
	return line && text_to_u64(line, 0, UINT64_MAX, &number) == 0 ? number : 0;
}

bool probe_exists(const struct probe *probe, const char *format, ...)
{
	autofree char *path = NULL;
	va_list args;

	va_start(args, format);
	path = format_path(format, args);
	va_end(args);
	return file_exists(probe->root_fd, path);
}

char *probe_link(const struct probe *probe, const char *format, ...)
{
	autofree char *path = NULL;
	char target[4096];
	ssize_t size;
	va_list args;

	va_start(args, format);
	path = format_path(format, args);
	va_end(args);
	size = readlinkat(probe->root_fd, path, target, sizeof(target));
	return size > 0 ? memory_copy_bytes(target, (size_t)size) : NULL;
}

void probe_list(const struct probe *probe, const char *dir, struct words *names)
{
	struct error err = {0};

	if (file_list(probe->root_fd, dir, true, names, &err) < 0)
		words_free(names);
}

void probe_read(const struct probe *probe, const char *path, struct text *text)
{
	enum { PROC_MAX = 16 * 1024 * 1024 };
	struct error err = {0};

	if (file_read(probe->root_fd, path, PROC_MAX, text, &err) < 0)
		text_free(text);
}

static bool efivars_writable(const struct probe *probe)
{
	autowords struct words lines = {0};

	words_split(&lines, text_string(&probe->mounts), "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (strstr(lines.items[i], " /sys/firmware/efi/efivars rw"))
			return true;
	return false;
}

static void probe_firmware(const struct probe *probe)
{
	static const char secure_boot[] =
		"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	autotext struct text value = {0};

	if (!probe_exists(probe, "sys/firmware/efi"))
		return;
	probe->machine->firmware = FIRMWARE_UEFI;
	probe->machine->nvram_writable = efivars_writable(probe);
	probe_read(probe, secure_boot, &value);
	/* four bytes of attributes, then the value */
	probe->machine->secure_boot = value.size == 5 && value.data[4] == 1;
}

/* The value behind "key   : value" in the style of /proc/cpuinfo; NULL when there is none. */
static char *proc_value(const struct text *file, const char *key)
{
	autowords struct words lines = {0};

	words_split(&lines, text_string(file), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *rest = lines.items[i] + strlen(key);

		if (!text_starts(lines.items[i], key))
			continue;
		rest += strspn(rest, " \t");
		if (*rest == ':')
			return trimmed(rest + 1);
	}
	return NULL;
}

static void probe_processor(const struct probe *probe)
{
	autotext struct text cpuinfo = {0};
	autofree char *flags = NULL;
	autowords struct words words = {0};

	probe_read(probe, "proc/cpuinfo", &cpuinfo);
	for (const char *at = text_string(&cpuinfo); (at = strstr(at, "processor\t"));
		at++)
		probe->machine->cpus++;
	probe->machine->cpu_model = proc_value(&cpuinfo, "model name");
	flags = proc_value(&cpuinfo, "flags");
	words_split(&words, flags ? flags : "", " ");
	probe->machine->virtual_machine = words_contain(&words, "hypervisor");
	probe->machine->smt =
		probe_number(probe, "sys/devices/system/cpu/smt/active") == 1;
}

static void probe_memory(const struct probe *probe)
{
	autotext struct text meminfo = {0};
	autofree char *total = NULL;
	uint64_t kib;

	probe_read(probe, "proc/meminfo", &meminfo);
	total = proc_value(&meminfo, "MemTotal");
	if (!total)
		return;
	total[strspn(total, "0123456789")] = '\0';
	if (text_to_u64(total, 0, UINT64_MAX / 1024, &kib) == 0)
		probe->machine->memory_bytes = kib * 1024;
}

/* /proc/bus/input/devices: paragraphs of lines "I: Bus=0003 …", "N: Name=\"…\"", "B: EV=120013". Keyboards repeat keys (EV_REP). */
static void take_keyboard(const char *paragraph, struct words *names)
{
	const char *name = strstr(paragraph, "N: Name=\"");
	const char *events = strstr(paragraph, "B: EV=");
	autofree char *copy = NULL;

	if (!strstr(paragraph, "Bus=0003") || !events ||
		!(strtoul(events + strlen("B: EV="), NULL, 16) & (1UL << 20)))
		return;
	name = name ? name + strlen("N: Name=\"") : "keyboard";
	copy = memory_copy_bytes(name, strcspn(name, "\"\n"));
	words_add(names, copy);
}

void machine_usb_keyboards(const char *devices, struct words *names)
{
	while (*devices) {
		const char *end = strstr(devices, "\n\n");
		autofree char *paragraph = memory_copy_bytes(
			devices, end ? (size_t)(end - devices) : strlen(devices));

		take_keyboard(paragraph, names);
		devices = end ? end + 2 : devices + strlen(devices);
	}
}

static void probe_keyboards(const struct probe *probe)
{
	autotext struct text devices = {0};

	probe_read(probe, "proc/bus/input/devices", &devices);
	machine_usb_keyboards(text_string(&devices), &probe->machine->usb_keyboards);
}

static void probe_consoles(const struct probe *probe)
{
	autotext struct text consoles = {0};
	autowords struct words lines = {0};

	probe_read(probe, "proc/consoles", &consoles);
	words_split(&lines, text_string(&consoles), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autofree char *name =
			memory_copy_bytes(lines.items[i], strcspn(lines.items[i], " "));

		if (text_starts(name, "ttyS") || text_starts(name, "ttyAMA") ||
			text_starts(name, "hvc"))
			words_add(&probe->machine->serial_consoles, name);
	}
}

/* Ports without a device behind them (lo, bridges, tunnels) are nobody's way to the network. */
static void probe_port(const struct probe *probe, const char *name)
{
	struct machine *machine = probe->machine;
	autofree char *driver = probe_link(probe, "sys/class/net/%s/device/driver", name);
	const char *slash = driver ? strrchr(driver, '/') : NULL;

	if (!probe_exists(probe, "sys/class/net/%s/device", name))
		return;
	machine->ports = memory_resize(
		machine->ports, machine->port_count + 1, sizeof(*machine->ports));
	machine->ports[machine->port_count++] = (struct network_port){
		.name = memory_copy_text(name),
		.mac = probe_line(probe, "sys/class/net/%s/address", name),
		.driver = memory_copy_text(slash ? slash + 1 : NULL),
		.link = probe_number(probe, "sys/class/net/%s/carrier", name) == 1,
		.wireless = probe_exists(probe, "sys/class/net/%s/phy80211", name) ||
			    probe_exists(probe, "sys/class/net/%s/wireless", name),
	};
}

static void probe_ports(const struct probe *probe)
{
	autowords struct words names = {0};

	probe_list(probe, "sys/class/net", &names);
	for (size_t i = 0; i < names.count; i++)
		probe_port(probe, names.items[i]);
}

static void add_address(void *context, const char *port, const char *address)
{
	struct machine *machine = context;

	for (size_t i = 0; i < machine->port_count; i++)
		if (text_equal(machine->ports[i].name, port))
			words_add(&machine->ports[i].addresses, address);
}

void probe_addresses(struct machine *machine)
{
	addresses_each(add_address, machine);
}

void probe_system(const struct probe *probe)
{
	struct machine *machine = probe->machine;
	uint64_t tpm;

	probe_firmware(probe);
	probe_processor(probe);
	probe_memory(probe);
	machine->vendor = probe_line(probe, "sys/class/dmi/id/sys_vendor");
	machine->product = probe_line(probe, "sys/class/dmi/id/product_name");
	machine->serial = probe_line(probe, "sys/class/dmi/id/product_serial");
	tpm = probe_number(probe, "sys/class/tpm/tpm0/tpm_version_major");
	machine->tpm2 = tpm == 2;
	machine->tpm12 = tpm == 1;
	probe_keyboards(probe);
	probe_consoles(probe);
	probe_ports(probe);
}

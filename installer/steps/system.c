/* The new system's own settings: names, clock, keyboard, file systems, network, consoles. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/distro.h"
#include "installer/run.h"
#include "installer/ssh_key.h"
#include "installer/steps/steps.h"

static const char host_key[] = "etc/ssh/ssh_host_ed25519_key",
		  host_key_public[] = "etc/ssh/ssh_host_ed25519_key.pub";
static const char *const method_names[] = {"by DHCP", "static", "none"};
static const char *const console_names[] = {
	"screen and serial line", "screen", "serial line"};

const char *network_port(const struct recipe *recipe)
{
	const struct machine *machine = recipe->machine;
	const char *first = NULL;

	if (recipe->answers->network.interface)
		return recipe->answers->network.interface;
	for (size_t i = 0; i < machine->port_count; i++) {
		const struct network_port *port = &machine->ports[i];

		if (port->wireless || !port->name)
			continue;
		if (port->link)
			return port->name;
		first = first ? first : port->name;
	}
	return first;
}

static void describe_network(const struct recipe *recipe, struct text *to)
{
	const struct answers *answers = recipe->answers;
	const char *port = network_port(recipe);

	text_addf(to, "network: %s", method_names[answers->network.method]);
	if (port && answers->network.method != NETWORK_NONE)
		text_addf(to, " on %s", port);
	if (answers->network.vlan && answers->network.method != NETWORK_NONE)
		text_addf(to, ", VLAN %u", (unsigned)answers->network.vlan);
	if (answers->network.address)
		text_addf(to, ", %s", answers->network.address);
	if (answers->network.gateway)
		text_addf(to, " through %s", answers->network.gateway);
	for (size_t i = 0; i < answers->network.dns.count; i++)
		text_addf(to, "%s %s", i ? "," : "; name servers",
			answers->network.dns.items[i]);
	if (answers->network.proxy)
		text_addf(to, "; proxy %s", answers->network.proxy);
	text_add(to, "\n");
}

/* Other servers make theirs on the first start. */
static bool makes_host_key(const struct answers *answers)
{
	return answers->hardening.ssh == SSH_OPENSSH &&
	       answers->system.identity == IDENTITY_INSTALLATION;
}

static void describe_time(const struct answers *answers, struct text *to)
{
	if (!answers->time.servers.count)
		return;
	text_addf(to, "time from");
	for (size_t i = 0; i < answers->time.servers.count; i++)
		text_addf(to, " %s", answers->time.servers.items[i]);
	text_addf(to, "%s\n", answers->time.nts ? ", by NTS" : "");
}

static void system_describe(const struct recipe *recipe, struct text *to)
{
	const struct answers *answers = recipe->answers;

	text_addf(to, "host name %s, time zone %s, keymap %s\n", answers->system.hostname,
		answers->system.timezone, answers->system.keymap);
	text_addf(to, "login on %s\n", console_names[answers->system.console]);
	describe_network(recipe, to);
	describe_time(answers, to);
	text_addf(to, "/etc/fstab%s by UUID\n",
		recipe->layout.encrypted ? " and /etc/crypttab" : "");
	if (recipe->layout.disks[1])
		text_add(to, "/etc/mdadm/mdadm.conf: the mirror's two arrays by UUID\n");
	if (answers->disk.discard)
		text_add(to,
			"once a week: tell the disk which blocks are free (fstrim)\n");
	text_add(to, "remove SSH host keys, machine id and random seed of the payload\n");
	if (makes_host_key(answers))
		text_addf(to, "make an SSH host key: /%s\n", host_key);
}

static int put(
	int root_fd, const char *path, struct text *text, mode_t mode, struct error *err)
{
	return file_write(root_fd, path, text_string(text), text->size, mode, err);
}

static int set_names(const struct answers *answers, int root, struct error *err)
{
	autotext struct text hostname = {0}, hosts = {0};
	const char *name = answers->system.hostname;
	int rc;

	text_addf(&hostname, "%s\n", name);
	text_addf(&hosts,
		"127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost\n",
		name);
	rc = put(root, "etc/hostname", &hostname, 0644, err);
	return rc < 0 ? rc : put(root, "etc/hosts", &hosts, 0644, err);
}

static int set_timezone(const struct answers *answers, int root, struct error *err)
{
	const char *zone = answers->system.timezone;
	autofree char *path = memory_format("usr/share/zoneinfo/%s", zone);
	autofree char *target = memory_format("/%s", path);
	autotext struct text name = {0};

	if (!file_exists(root, path))
		return error_set(err, -ENOENT,
			"time zone %s: the new system has no /%s; choose another zone, for example UTC",
			zone, path);
	if (file_link(root, target, "etc/localtime", err) < 0)
		return error_prefix(err, "time zone %s", zone);
	text_addf(&name, "%s\n", zone);
	return put(root, "etc/timezone", &name, 0644, err);
}

/* The map itself comes from the live system: the new one may have none. */
static int set_keymap(const struct run *run, const char *keymap, struct error *err)
{
	autofree char *map = memory_format("usr/share/jefelinux/keymaps/%s.bmap", keymap);
	autoclose int live = file_open_root("/", err);
	int rc;

	if (live < 0)
		return live;
	rc = file_make_dirs(run->target_fd, "usr/share/jefelinux/keymaps", 0755, err);
	if (rc == 0 && file_exists(live, map))
		rc = file_copy(live, map, run->target_fd, map, err);
	if (rc == 0 && file_exists(run->target_fd, map))
		rc = file_copy(run->target_fd, map, run->target_fd,
			"etc/jefelinux/keymap.bmap", err);
	if (rc < 0)
		return error_prefix(err, "keymap %s", keymap);
	return run->distro->set_keymap(run->target_fd, keymap, err);
}

/* UUIDs of what was made, as the files of the new system name them. */
struct uuids {
	char *volumes[VOLUMES], *luks, *group;
	char *boot_array, *root_array; /* NULL without a mirror */
};

static void uuids_free(struct uuids *uuids)
{
	for (size_t i = 0; i < VOLUMES; i++)
		memory_free_at(&uuids->volumes[i]);
	memory_free_at(&uuids->luks);
	memory_free_at(&uuids->group);
	memory_free_at(&uuids->boot_array);
	memory_free_at(&uuids->root_array);
}

static int uuids_read(
	const struct disk_layout *layout, struct uuids *uuids, struct error *err)
{
	autofree char *luks = layout_device(layout, PART_ROOT);
	bool complete = true;

	for (size_t i = 0; i < VOLUMES; i++) {
		autofree char *device = run_volume_device(layout, i);

		if (!run_has_volume(layout, i))
			continue;
		uuids->volumes[i] = fs_uuid(device);
		complete = complete && uuids->volumes[i];
	}
	uuids->luks = layout->encrypted ? luks_uuid(luks) : NULL;
	uuids->group = run_group_uuid(layout);
	uuids->boot_array = run_array_uuid(layout, PART_BOOT);
	uuids->root_array = run_array_uuid(layout, PART_ROOT);
	if (!complete || !uuids->luks != !layout->encrypted ||
		!uuids->group != !layout->has_volumes ||
		!uuids->boot_array != !layout->disks[1] ||
		!uuids->root_array != !layout->disks[1])
		return error_set(err, -EIO,
			"something on %s that was just made has no UUID",
			layout->disks[0]);
	return 0;
}

/* Of a mirror, the EFI partition may be gone: no start depends on it. */
static void add_mounts(const struct uuids *uuids, struct text *fstab)
{
	for (size_t i = 0; i < VOLUMES; i++) {
		const struct volume *volume = &layout_volumes[i];

		if (uuids->volumes[i])
			text_addf(fstab, "UUID=%s\t%s\t%s\t%s%s%s%s\t0 %u\n",
				uuids->volumes[i], volume->point ? volume->point : "none",
				fs_type_names[volume->type], volume->options,
				i == VOLUME_ESP && uuids->boot_array ? ",nofail" : "",
				*volume->flags ? "," : "", volume->flags, volume->check);
	}
}

/* The initramfs opens them; this is for mdadm by hand, and for udev, which takes up a disk that comes back. */
static int write_arrays(const struct uuids *uuids, int root, struct error *err)
{
	autotext struct text text = {0};
	int rc = file_make_dirs(root, "etc/mdadm", 0755, err);

	text_addf(&text,
		"ARRAY /dev/md/" ARRAY_BOOT
		" metadata=1.2 UUID=%s\nARRAY /dev/md/" ARRAY_ROOT
		" metadata=1.2 UUID=%s\n",
		uuids->boot_array, uuids->root_array);
	if (rc == 0)
		rc = put(root, "etc/mdadm/mdadm.conf", &text, 0644, err);
	return rc < 0 ? rc : file_link(root, "mdadm/mdadm.conf", "etc/mdadm.conf", err);
}

static int write_tables(const struct recipe *recipe, int root, struct error *err)
{
	static const char *const consoles[] = {[CONSOLE_BOTH] = "both",
		[CONSOLE_VGA] = "vga",
		[CONSOLE_SERIAL] = "serial"};
	__attribute__((cleanup(uuids_free))) struct uuids uuids = {0};
	autotext struct text fstab = {0}, crypttab = {0}, boot = {0};
	int rc = uuids_read(&recipe->layout, &uuids, err);

	if (rc < 0)
		return rc;
	add_mounts(&uuids, &fstab);
	text_addf(&boot, "ROOT_UUID=%s\nBOOT_UUID=%s\nCONSOLE=%s\n",
		uuids.volumes[VOLUME_ROOT], uuids.volumes[VOLUME_BOOT],
		consoles[recipe->answers->system.console]);
	if (uuids.luks) {
		text_addf(&crypttab, "root\tUUID=%s\tnone\tluks\n", uuids.luks);
		text_addf(&boot, "LUKS_UUID=%s\n", uuids.luks);
	}
	if (recipe->layout.shares)
		text_add(&boot, "OTHERS=yes\n");
	if (uuids.group)
		text_addf(&boot, "VOLUMES_UUID=%s\n", uuids.group);
	if (uuids.root_array)
		text_addf(&boot, "MIRROR_ROOT_UUID=%s\nMIRROR_BOOT_UUID=%s\n",
			uuids.root_array, uuids.boot_array);
	rc = put(root, "etc/fstab", &fstab, 0644, err);
	if (rc == 0 && uuids.root_array)
		rc = write_arrays(&uuids, root, err);
	if (rc == 0 && uuids.luks)
		rc = put(root, "etc/crypttab", &crypttab, 0600, err);
	return rc < 0 ? rc : put(root, "etc/jefelinux/boot", &boot, 0644, err);
}

/* What no two machines may share. */
static int remove_identity(int root, struct error *err)
{
	static const char *const files[] = {"etc/machine-id", "var/lib/dbus/machine-id",
		"var/lib/random-seed", "var/lib/urandom/random-seed",
		"var/lib/misc/random-seed", "var/lib/seedrng/seed.credit",
		"var/lib/seedrng/seed.no-credit", NULL};
	autowords struct words names = {0};
	int rc = file_list(root, "etc/ssh", true, &names, err);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		autofree char *path = memory_format("etc/ssh/%s", names.items[i]);

		if (text_matches(names.items[i], "ssh_host_*_key*"))
			rc = file_remove(root, path, err);
	}
	for (size_t i = 0; rc == 0 && files[i]; i++)
		rc = file_exists(root, files[i]) ? file_remove(root, files[i], err) : 0;
	return rc;
}

/* Made here unless the disk is to be copied, so that people know what to compare at their first login over the network. */
static int make_host_key(const struct run *run, struct error *err)
{
	autosecret struct secret *file = secret_new();
	autofree char *line = NULL;
	autofree char *text = NULL;
	autofree char *fingerprint = NULL;
	int root = run->target_fd;
	int rc = file ? ssh_key_make(file, &line, err) : -ENOMEM;

	if (rc == 0)
		rc = file_write(
			root, host_key, secret_bytes(file), secret_size(file), 0600, err);
	if (rc < 0)
		return error_prefix(err, "making an SSH host key");
	text = memory_format("%s\n", line);
	fingerprint = ssh_key_fingerprint(line);
	rc = file_write(root, host_key_public, text, strlen(text), 0644, err);
	if (rc == 0)
		events_emit(run->events,
			&(struct event){.kind = EVENT_HOST_KEY, .text = fingerprint});
	return rc;
}

static int set_network(
	const struct recipe *recipe, const struct run *run, struct error *err)
{
	struct answers answers = *recipe->answers; /* borrowed, but for the port */
	autofree char *port = memory_copy_text(network_port(recipe));

	answers.network.interface = port;
	return run->distro->set_network(run->target_fd, &answers, err);
}

/* Told to the disk by day, not at each deletion, which is slow on some; where it cannot be told, nothing happens. */
static const char trim[] =
	"#!/bin/sh\n"
	"# Written by jefe-setup (disk.discard): on Sundays the disk is told which blocks are free.\n"
	"[ \"$(date +%u)\" = 7 ] || exit 0\n"
	"while read -r _ point type _; do\n"
	"\t[ \"$type\" != ext4 ] || fstrim \"$point\" >/dev/null 2>&1 || true\n"
	"done </proc/mounts\n";

static int write_trim(const struct run *run, struct error *err)
{
	autofree char *path =
		memory_format("%s/jefelinux-trim", run->distro->daily_folder);
	int rc = file_make_dirs(run->target_fd, run->distro->daily_folder, 0755, err);

	return rc < 0 ? rc
		      : file_write(run->target_fd, path, trim, strlen(trim), 0755, err);
}

static int system_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct answers *answers = recipe->answers;
	int root = run->target_fd;
	int rc = file_make_dirs(root, "etc/jefelinux", 0755, err);

	if (rc == 0)
		rc = set_names(answers, root, err);
	if (rc == 0)
		rc = set_timezone(answers, root, err);
	if (rc == 0)
		rc = set_keymap(run, answers->system.keymap, err);
	if (rc == 0)
		rc = write_tables(recipe, root, err);
	if (rc == 0)
		rc = set_network(recipe, run, err);
	if (rc == 0)
		rc = run->distro->set_time_servers(root, answers, err);
	if (rc == 0)
		rc = run->distro->set_consoles(root, answers->system.console, err);
	if (rc == 0 && answers->disk.discard)
		rc = write_trim(run, err);
	if (rc == 0)
		rc = remove_identity(root, err);
	if (rc == 0 && makes_host_key(answers) && file_exists(root, "etc/ssh"))
		rc = make_host_key(run, err);
	return rc;
}

const struct step_ops step_system = {
	.id = "system", .describe = system_describe, .run = system_run};

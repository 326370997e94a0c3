/* Facts about a disk from sysfs: what it is, how it is attached and who uses it. */
#include <fcntl.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/machine_probe.h"
#include "installer/medium.h"

/* Two texts with a space between them; either may be NULL. */
static char *joined(const char *first, const char *second)
{
	if (!first || !second)
		return memory_copy_text(first ? first : second);
	return memory_format("%s %s", first, second);
}

/* The vendor says something only of SCSI and USB disks; ATA disks all say "ATA". */
static char *disk_model(const struct probe *probe, const char *name)
{
	autofree char *vendor = probe_line(probe, "sys/block/%s/device/vendor", name);
	autofree char *model = probe_line(probe, "sys/block/%s/device/model", name);
	autofree char *card = probe_line(probe, "sys/block/%s/device/name", name);

	if (!vendor || strcmp(vendor, "ATA") == 0 || text_starts(vendor, "0x"))
		return memory_copy_text(model ? model : card);
	return joined(vendor, model);
}

static enum disk_bus disk_bus(const struct probe *probe, const char *name)
{
	static const struct {
		const char *prefix;
		enum disk_bus bus;
	} names[] = {
		{"nvme",   BUS_NVME  },
                {"vd",     BUS_VIRTIO},
                {"mmcblk", BUS_MMC   },
		{"loop",   BUS_LOOP  }
        };
	autofree char *link = probe_link(probe, "sys/block/%s", name);

	for (size_t i = 0; i < LENGTH(names); i++)
		if (text_starts(name, names[i].prefix))
			return names[i].bus;
	if (!link || !text_starts(name, "sd"))
		return BUS_UNKNOWN;
	if (strstr(link, "/usb"))
		return BUS_USB;
	return strstr(link, "/ata") ? BUS_ATA : BUS_SCSI;
}

/* Page 0x80 of a SCSI disk: four bytes of header, then the serial number. */
static char *scsi_serial(const struct probe *probe, const char *name)
{
	autofree char *path = memory_format("sys/block/%s/device/vpd_pg80", name);
	autotext struct text page = {0};
	char *serial;
	size_t start = 4;

	probe_read(probe, path, &page);
	while (start < page.size && (page.data[start] == ' ' || page.data[start] == '\0'))
		start++;
	if (start >= page.size)
		return NULL;
	serial = memory_copy_bytes(page.data + start, page.size - start);
	for (size_t end = strlen(serial); end && serial[end - 1] == ' '; end--)
		serial[end - 1] = '\0';
	return serial;
}

/* The serial number of the USB device that a disk is part of: the nearest directory above it that has one. */
static char *usb_serial(const struct probe *probe, const char *name)
{
	autofree char *link = probe_link(probe, "sys/block/%s", name);
	char *serial = NULL;

	while (link && !serial && strrchr(link, '/') && strstr(link, "/usb")) {
		*strrchr(link, '/') = '\0';
		serial = probe_line(probe, "sys/block/%s/serial", link);
	}
	return serial;
}

static char *disk_serial(const struct probe *probe, const struct disk *disk)
{
	char *serial = probe_line(probe, "sys/block/%s/serial", disk->name);

	if (!serial)
		serial = probe_line(probe, "sys/block/%s/device/serial", disk->name);
	if (!serial && disk->bus == BUS_USB)
		serial = usb_serial(probe, disk->name);
	return serial ? serial : scsi_serial(probe, disk->name);
}

/* The kernel writes naa.5000… where everybody else writes 0x5000…; t10.… is made of vendor and model and names nothing. */
static char *disk_wwn(const struct probe *probe, const char *name)
{
	autofree char *own = probe_line(probe, "sys/block/%s/wwid", name);
	autofree char *scsi = probe_line(probe, "sys/block/%s/device/wwid", name);
	const char *wwid = own ? own : scsi;

	if (!wwid || text_starts(wwid, "t10."))
		return NULL;
	return text_starts(wwid, "naa.") ? memory_format("0x%s", wwid + strlen("naa."))
					 : memory_copy_text(wwid);
}

/* Links that tell model and serial are better than those that hold a bare number. */
static unsigned link_rank(const char *name)
{
	static const char *const poor[] = {
		"wwn-", "nvme-eui.", "nvme-nvme.", "scsi-3", "lvm-", "dm-", NULL};
	unsigned rank = 2;

	for (const char *const *prefix = poor; *prefix; prefix++)
		if (text_starts(name, *prefix))
			rank = 1;
	return rank;
}

/* The best link in a folder of /dev/disk that points to the disk itself; NULL when there is none. */
static char *stable_link(const struct probe *probe, const char *folder, const char *name)
{
	autofree char *dir = memory_format("dev/disk/%s", folder);
	autofree char *wanted = memory_format("../../%s", name);
	autowords struct words links = {0};
	const char *best = NULL;

	probe_list(probe, dir, &links);
	for (size_t i = 0; i < links.count; i++) {
		autofree char *target = probe_link(probe, "%s/%s", dir, links.items[i]);

		if (text_equal(target, wanted) &&
			(!best || link_rank(links.items[i]) > link_rank(best)))
			best = links.items[i];
	}
	return best ? memory_format("/%s/%s", dir, best) : NULL;
}

/* Without udev: the name that udev would give. */
static char *derived_id(const struct disk *disk)
{
	static const char *const prefixes[] = {[BUS_ATA] = "ata",
		[BUS_SCSI] = "scsi",
		[BUS_USB] = "usb",
		[BUS_NVME] = "nvme",
		[BUS_VIRTIO] = "virtio",
		[BUS_MMC] = "mmc",
		[BUS_LOOP] = NULL};
	char *id;

	if (!prefixes[disk->bus] || !disk->serial)
		return disk->wwn ? memory_format("/dev/disk/by-id/wwn-%s", disk->wwn)
				 : NULL;
	id = memory_format("/dev/disk/by-id/%s-%s%s%s", prefixes[disk->bus],
		disk->model ? disk->model : "", disk->model ? "_" : "", disk->serial);
	for (char *c = id; *c; c++)
		if (*c == ' ')
			*c = '_';
	return id;
}

void probe_disk_facts(const struct probe *probe, struct disk *disk)
{
	const char *name = disk->name;

	disk->path = memory_format("/dev/%s", name);
	disk->bus = disk_bus(probe, name);
	disk->size_bytes = probe_number(probe, "sys/block/%s/size", name) * 512;
	disk->logical_sector = (uint32_t)probe_number(
		probe, "sys/block/%s/queue/logical_block_size", name);
	disk->physical_sector = (uint32_t)probe_number(
		probe, "sys/block/%s/queue/physical_block_size", name);
	disk->removable = probe_number(probe, "sys/block/%s/removable", name) == 1;
	disk->read_only = probe_number(probe, "sys/block/%s/ro", name) == 1;
	disk->rotational =
		probe_number(probe, "sys/block/%s/queue/rotational", name) == 1;
	disk->model = disk_model(probe, name);
	disk->serial = disk_serial(probe, disk);
	disk->wwn = disk_wwn(probe, name);
	disk->by_id = stable_link(probe, "by-id", name);
	disk->by_path = stable_link(probe, "by-path", name);
	if (!disk->by_id)
		disk->by_id = derived_id(disk);
}

void probe_partitions(const struct probe *probe, const char *disk, struct words *names)
{
	autofree char *dir = memory_format("sys/block/%s", disk);
	autowords struct words entries = {0};

	probe_list(probe, dir, &entries);
	for (size_t i = 0; i < entries.count; i++)
		if (probe_exists(probe, "%s/%s/partition", dir, entries.items[i]))
			words_add(names, entries.items[i]);
}

/* A block device of a disk: the disk itself or a partition. */
struct part {
	const char *name;
	const char *sysfs;
	const char *number; /* "254:1" */
};

/* Mount points of the part. Fields of a mountinfo line: id, parent, major:minor, root, mount point, …, " - ", type, source, options. */
static void find_mounts(
	const struct probe *probe, const struct part *part, struct disk *disk)
{
	autofree char *source = memory_format("/dev/%s", part->name);
	autowords struct words lines = {0};

	words_split(&lines, text_string(&probe->mounts), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *dash = strstr(lines.items[i], " - ");
		autowords struct words fields = {0};
		autowords struct words tail = {0};

		words_split(&fields, lines.items[i], " ");
		words_split(&tail, dash ? dash : "", " ");
		if (fields.count < 5 || tail.count < 3 ||
			(strcmp(fields.items[2], part->number) != 0 &&
				strcmp(tail.items[2], source) != 0))
			continue;
		if (strcmp(fields.items[4], MEDIUM_MOUNT) == 0)
			disk->live_medium = true;
		words_addf(&disk->holders, "%s is mounted on %s", part->name,
			fields.items[4]);
	}
}

static void find_swap(
	const struct probe *probe, const struct part *part, struct disk *disk)
{
	autofree char *source = memory_format("/dev/%s", part->name);
	autowords struct words lines = {0};

	words_split(&lines, text_string(&probe->swaps), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		lines.items[i][strcspn(lines.items[i], " \t")] = '\0';
		if (strcmp(lines.items[i], source) == 0)
			words_addf(&disk->holders, "%s is used as swap", part->name);
	}
}

/* RAID, LVM and encryption built on the part. */
static void find_stacked(
	const struct probe *probe, const struct part *part, struct disk *disk)
{
	autofree char *dir = memory_format("%s/holders", part->sysfs);
	autowords struct words names = {0};

	probe_list(probe, dir, &names);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *mapping =
			probe_line(probe, "sys/block/%s/dm/name", names.items[i]);

		if (mapping)
			words_addf(&disk->holders, "%s is held by %s (%s)", part->name,
				names.items[i], mapping);
		else
			words_addf(&disk->holders, "%s is held by %s", part->name,
				names.items[i]);
	}
}

/* Loop devices whose backing file is the part itself. */
static void find_loops(
	const struct probe *probe, const struct part *part, struct disk *disk)
{
	autofree char *path = memory_format("/dev/%s", part->name);
	autowords struct words names = {0};

	probe_list(probe, "sys/block", &names);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *backing = NULL;

		if (!text_starts(names.items[i], "loop"))
			continue;
		backing = probe_line(
			probe, "sys/block/%s/loop/backing_file", names.items[i]);
		if (text_equal(backing, path))
			words_addf(&disk->holders, "%s is behind %s", part->name,
				names.items[i]);
	}
}

static void find_holders(
	const struct probe *probe, const char *name, const char *sysfs, struct disk *disk)
{
	autofree char *number = probe_line(probe, "%s/dev", sysfs);
	struct part part = {name, sysfs, number ? number : ""};

	find_mounts(probe, &part, disk);
	find_swap(probe, &part, disk);
	find_stacked(probe, &part, disk);
	find_loops(probe, &part, disk);
}

void probe_holders(const struct probe *probe, struct disk *disk)
{
	autofree char *sysfs = memory_format("sys/block/%s", disk->name);
	autowords struct words names = {0};

	find_holders(probe, disk->name, sysfs, disk);
	probe_partitions(probe, disk->name, &names);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *below = memory_format("%s/%s", sysfs, names.items[i]);

		find_holders(probe, names.items[i], below, disk);
	}
}

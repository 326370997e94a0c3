/* Probes the running machine: finds the disks and, through libblkid, what lies on them. */
#include "installer/machine_probe.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/storage.h"

static void probe_free_at(blkid_probe *probe)
{
	if (*probe)
		blkid_free_probe(*probe);
}
#define autoblkid __attribute__((cleanup(probe_free_at)))

static char *blkid_value(blkid_probe probe, const char *name)
{
	const char *value = NULL;

	return blkid_probe_lookup_value(probe, name, &value, NULL) == 0 && *value
		       ? memory_copy_text(value)
		       : NULL;
}

/* A probe of a device that has been run; NULL when it cannot be read (no permission, no medium). */
static blkid_probe open_probe(const char *path)
{
	blkid_probe probe = blkid_new_probe_from_filename(path);

	if (!probe)
		return NULL;
	(void)blkid_probe_enable_superblocks(probe, 1);
	(void)blkid_probe_set_superblocks_flags(
		probe, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE);
	(void)blkid_probe_enable_partitions(probe, 1);
	(void)blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	return probe;
}

/* Fill in what lies on a device. Signatures of several file systems at once are content too, of no known type. */
static void probe_content(blkid_probe probe, struct content *content)
{
	enum { FOUND = 0, AMBIVALENT = -2 };
	int rc = probe ? blkid_do_safeprobe(probe) : -1;

	if (rc == AMBIVALENT)
		content->type = memory_copy_text("several");
	if (rc != FOUND)
		return;
	content->type = blkid_value(probe, "TYPE");
	content->label = blkid_value(probe, "LABEL");
	content->uuid = blkid_value(probe, "UUID");
	content->part_name = blkid_value(probe, "PART_ENTRY_NAME");
	content->part_type = blkid_value(probe, "PART_ENTRY_TYPE");
	content->part_uuid = blkid_value(probe, "PART_ENTRY_UUID");
}

static struct content *add_content(struct disk *disk, struct content content)
{
	disk->contents =
		memory_resize(disk->contents, disk->content_count + 1, sizeof(content));
	disk->contents[disk->content_count] = content;
	return &disk->contents[disk->content_count++];
}

static void probe_partition(
	const struct probe *probe, struct disk *disk, const char *name)
{
	struct content *content = add_content(
		disk, (struct content){
			      .path = memory_format("/dev/%s", name),
			      .start_bytes = probe_number(probe, "sys/block/%s/%s/start",
						     disk->name, name) *
					     512,
			      .size_bytes = probe_number(probe, "sys/block/%s/%s/size",
						    disk->name, name) *
					    512,
		      });
	autoblkid blkid_probe device = open_probe(content->path);

	probe_content(device, content);
}

/* In the order on the disk. */
static int by_start(const void *a, const void *b)
{
	const struct content *first = a;
	const struct content *second = b;

	return (first->start_bytes > second->start_bytes) -
	       (first->start_bytes < second->start_bytes);
}

static void probe_contents(const struct probe *probe, struct disk *disk)
{
	struct content whole = {
		.path = memory_copy_text(disk->path), .size_bytes = disk->size_bytes};
	autoblkid blkid_probe device = open_probe(disk->path);
	autowords struct words names = {0};

	probe_content(device, &whole);
	disk->table = device ? blkid_value(device, "PTTYPE") : NULL;
	if (whole.type)
		(void)add_content(disk, whole);
	else
		free(whole.path);
	probe_partitions(probe, disk->name, &names);
	for (size_t i = 0; i < names.count; i++)
		probe_partition(probe, disk, names.items[i]);
	if (disk->content_count > 1)
		qsort(disk->contents, disk->content_count, sizeof(*disk->contents),
			by_start);
}

/* Disks that hold an installation: not memory, mappings, arrays, CDs, floppies, boot areas of cards or paths of multipath NVMe. */
static bool is_disk(const struct probe *probe, const char *name)
{
	static const char *const others[] = {
		"ram", "zram", "dm-", "md", "sr", "fd", "nbd", "mtdblock", NULL};

	for (const char *const *prefix = others; *prefix; prefix++)
		if (text_starts(name, *prefix))
			return false;
	if (text_starts(name, "loop"))
		return probe->loops &&
		       probe_exists(probe, "sys/block/%s/loop/backing_file", name);
	if (text_matches(name, "mmcblk*boot*") || text_matches(name, "mmcblk*rpmb") ||
		probe_number(probe, "sys/block/%s/hidden", name))
		return false;
	return probe_number(probe, "sys/block/%s/size", name) > 0;
}

static void probe_disks(const struct probe *probe)
{
	struct machine *machine = probe->machine;
	autowords struct words names = {0};

	probe_list(probe, "sys/block", &names);
	for (size_t i = 0; i < names.count; i++) {
		struct disk *disk;

		if (!is_disk(probe, names.items[i]))
			continue;
		machine->disks = memory_resize(
			machine->disks, machine->disk_count + 1, sizeof(*disk));
		disk = &machine->disks[machine->disk_count++];
		*disk = (struct disk){.name = memory_copy_text(names.items[i])};
		probe_disk_facts(probe, disk);
		probe_health(disk);
		probe_contents(probe, disk);
		probe_holders(probe, disk);
	}
}

/* Windows reserves a partition of its own on each GPT disk it starts from; its system is the largest NTFS there. */
static void find_windows(struct machine *machine, const struct disk *disk)
{
	const struct content *largest = NULL;
	bool reserved = false;

	for (size_t i = 0; i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];

		reserved = reserved || text_equal(content->part_type,
					       "e3c9e316-0b5c-4db8-817d-f92df00215ae");
		if (text_equal(content->type, "ntfs") &&
			(!largest || content->size_bytes > largest->size_bytes))
			largest = content;
	}
	if (!reserved || !largest)
		return;
	machine->systems = memory_resize(
		machine->systems, machine->system_count + 1, sizeof(*machine->systems));
	machine->systems[machine->system_count++] = (struct found_system){
		memory_copy_text(largest->path), memory_copy_text("Windows")};
}

static int run_probe(struct probe *probe, struct error *err)
{
	autoclose int root_fd = file_open_root("/", err);

	if (root_fd < 0)
		return root_fd;
	probe->root_fd = root_fd;
	if (!probe_exists(probe, "sys/block") || !probe_exists(probe, "proc/self"))
		return error_set(err, -ENOENT,
			"/sys or /proc is not mounted; run: mount -t sysfs sysfs /sys, mount -t proc proc /proc");
	probe_read(probe, "proc/self/mountinfo", &probe->mounts);
	probe_read(probe, "proc/swaps", &probe->swaps);
	probe_system(probe);
	probe_addresses(probe->machine);
	probe_disks(probe);
	for (size_t i = 0; i < probe->machine->disk_count; i++)
		find_windows(probe->machine, &probe->machine->disks[i]);
	return 0;
}

static int probe_machine(bool loops, struct machine **machine, struct error *err)
{
	struct probe probe = {
		.loops = loops, .machine = memory_zero(1, sizeof(**machine))};
	int rc = run_probe(&probe, err);

	text_free(&probe.mounts);
	text_free(&probe.swaps);
	if (rc < 0)
		machine_free(probe.machine);
	else
		*machine = probe.machine;
	return rc < 0 ? error_prefix(err, "probing this machine") : 0;
}

int machine_probe(struct machine **machine, struct error *err)
{
	return probe_machine(false, machine, err);
}

int machine_probe_with_loops(struct machine **machine, struct error *err)
{
	return probe_machine(true, machine, err);
}

/* From here on: the operations of storage.h that libblkid does. */

/* A probe that finds file systems and partition tables with the places of their signatures. */
static blkid_probe wipe_probe(int fd)
{
	blkid_probe probe = blkid_new_probe();

	if (probe && (blkid_probe_set_device(probe, fd, 0, 0) < 0 ||
			     blkid_probe_enable_superblocks(probe, 1) < 0 ||
			     blkid_probe_set_superblocks_flags(
				     probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_MAGIC |
						    BLKID_SUBLKS_BADCSUM) < 0 ||
			     blkid_probe_enable_partitions(probe, 1) < 0 ||
			     blkid_probe_set_partitions_flags(probe,
				     BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT) < 0)) {
		blkid_free_probe(probe);
		return NULL;
	}
	return probe;
}

/* Signatures found; each is erased when wiping. */
static int walk_signatures(int fd, bool wipe)
{
	blkid_probe probe = wipe_probe(fd);
	int found = 0, rc;

	if (!probe)
		return -ENOMEM;
	while ((rc = blkid_do_probe(probe)) == 0) {
		found++;
		if (wipe && (rc = blkid_do_wipe(probe, 0)) < 0)
			break;
	}
	blkid_free_probe(probe);
	return rc < 0 ? -EIO : found;
}

int storage_wipe_signatures(const char *device, struct error *err)
{
	autoclose int fd = open(device, O_RDWR | O_CLOEXEC);
	int left;

	if (fd < 0)
		return error_errno(err, -errno, "opening %s to wipe it", device);
	left = walk_signatures(fd, true);
	if (left >= 0 && fsync(fd) < 0)
		left = -errno;
	if (left >= 0)
		left = walk_signatures(fd, false);
	if (left < 0)
		return error_errno(err, left, "wiping the signatures of %s", device);
	return left ? error_set(err, -EIO, "%s: %d signature%s came back after wiping",
			      device, left, left == 1 ? "" : "s")
		    : 0;
}

/* "TYPE" or "UUID" of what lies on a device. */
static char *device_value(const char *device, const char *name)
{
	autoblkid blkid_probe probe = open_probe(device);

	return probe && blkid_do_safeprobe(probe) == 0 ? blkid_value(probe, name) : NULL;
}

char *fs_uuid(const char *device)
{
	return device_value(device, "UUID");
}

char *fs_type(const char *device)
{
	return device_value(device, "TYPE");
}

/* libparted's one entrance: GUID partition tables. It is loaded when the first disk is opened: as it is loaded, Debian's starts dmidecode to
 * ask for the computer's maker, and most commands never open a disk. */
#include "installer/storage.h"

#include <dlfcn.h>
#include <errno.h>
#include <parted/parted.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "installer/base/memory.h"

enum { MESSAGE_MAX = 300 };

const char *const partition_type_guids[] = {"21686148-6449-6e6f-744e-656564454649",
	"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0fc63daf-8483-4772-8e79-3d69d8477de4",
	NULL};

#define FUNCTIONS                                                                        \
	FUNCTION(constraint_destroy)                                                     \
	FUNCTION(constraint_exact)                                                       \
	FUNCTION(device_destroy)                                                         \
	FUNCTION(device_get)                                                             \
	FUNCTION(disk_add_partition)                                                     \
	FUNCTION(disk_commit)                                                            \
	FUNCTION(disk_commit_to_dev)                                                     \
	FUNCTION(disk_delete_partition)                                                  \
	FUNCTION(disk_destroy)                                                           \
	FUNCTION(disk_get_last_partition_num)                                            \
	FUNCTION(disk_get_partition)                                                     \
	FUNCTION(disk_new)                                                               \
	FUNCTION(disk_new_fresh)                                                         \
	FUNCTION(disk_probe)                                                             \
	FUNCTION(disk_type_get)                                                          \
	FUNCTION(exception_set_handler)                                                  \
	FUNCTION(partition_destroy)                                                      \
	FUNCTION(partition_get_name)                                                     \
	FUNCTION(partition_new)                                                          \
	FUNCTION(partition_set_flag)                                                     \
	FUNCTION(partition_set_name)

#define FUNCTION(name) __typeof__ (&ped_##name)(name);
static struct {
	FUNCTIONS
} ped;
#undef FUNCTION

/* libparted tells errors to one handler without a context; the last one waits here for parted_error(). */
static char *last_message(void)
{
	static _Thread_local char message[MESSAGE_MAX];

	return message;
}

static PedExceptionOption take_exception(PedException *exception)
{
	(void)snprintf(last_message(), MESSAGE_MAX, "%s", exception->message);
	if (exception->options & PED_EXCEPTION_IGNORE &&
		exception->type < PED_EXCEPTION_ERROR)
		return PED_EXCEPTION_IGNORE;
	return PED_EXCEPTION_UNHANDLED;
}

static int parted_error(struct error *err, const char *doing, const char *disk)
{
	const char *message = last_message();

	return error_set(err, -EIO, "%s %s: %s", doing, disk,
		message[0] ? message : "libparted failed without a message");
}

static void device_close(PedDevice **device)
{
	if (*device)
		ped.device_destroy(*device);
}

static void disk_close(PedDisk **disk)
{
	if (*disk)
		ped.disk_destroy(*disk);
}

#define autodevice __attribute__((cleanup(device_close)))
#define autodisk   __attribute__((cleanup(disk_close)))

static bool load(void)
{
#define FUNCTION(name) {"ped_" #name, (void **)&ped.name},
	static const struct {
		const char *name;
		void **place;
	} functions[] = {FUNCTIONS};
#undef FUNCTION
	void *library = dlopen("libparted.so.2", RTLD_NOW);

	for (size_t i = 0; library && i < LENGTH(functions); i++) {
		*functions[i].place = dlsym(library, functions[i].name);
		if (!*functions[i].place)
			library = NULL;
	}
	if (!library) {
		(void)snprintf(last_message(), MESSAGE_MAX, "%s", dlerror());
		memset(&ped, 0, sizeof(ped));
	}
	return library;
}

static PedDevice *device_get(const char *path)
{
	last_message()[0] = '\0';
	if (!ped.device_get && !load())
		return NULL;
	ped.exception_set_handler(take_exception);
	return ped.device_get(path);
}

static int partition_mark(PedPartition *partition, const struct partition_spec *spec)
{
	if (!ped.partition_set_name(partition, spec->name))
		return -EIO;
	switch (spec->type) {
	case PARTITION_BIOS_BOOT:
		return ped.partition_set_flag(partition, PED_PARTITION_BIOS_GRUB, 1)
			       ? 0
			       : -EIO;
	case PARTITION_ESP:
		return ped.partition_set_flag(partition, PED_PARTITION_ESP, 1) ? 0 : -EIO;
	case PARTITION_LINUX:
		break; /* what libparted gives a new partition */
	}
	return 0;
}

/* Exactly this place: the plan has aligned it, libparted must not move it. */
static int partition_add(PedDisk *disk, const struct partition_spec *spec)
{
	PedSector sector = disk->dev->sector_size;
	PedSector start = (PedSector)spec->start_bytes / sector;
	PedSector end = start + (PedSector)spec->size_bytes / sector - 1;
	PedPartition *partition =
		ped.partition_new(disk, PED_PARTITION_NORMAL, NULL, start, end);
	PedConstraint *exact;
	int added;

	if (!partition)
		return -EIO;
	exact = ped.constraint_exact(&partition->geom);
	added = exact && ped.disk_add_partition(disk, partition, exact);
	if (exact)
		ped.constraint_destroy(exact);
	if (!added) {
		ped.partition_destroy(partition);
		return -EIO;
	}
	return partition_mark(partition, spec);
}

static bool is_file(const char *disk)
{
	struct stat st;

	return stat(disk, &st) == 0 && S_ISREG(st.st_mode);
}

static int wait_for_nodes(const char *disk, const struct partition_spec *specs,
	size_t count, struct error *err)
{
	if (is_file(disk))
		return 0;
	for (size_t i = 0; i < count; i++) {
		autofree char *path = storage_partition_path(disk, specs[i].number);

		if (specs[i].number && storage_wait(path, err) < 0)
			return error_prefix(err, "partitioning %s", disk);
	}
	return 0;
}

static int add_all(PedDisk *table, const struct partition_spec *specs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!specs[i].found && partition_add(table, &specs[i]) < 0)
			return -EIO;
	return 0;
}

static int commit(PedDisk *table, const char *disk, const struct partition_spec *specs,
	size_t count, struct error *err)
{
	if (!ped.disk_commit(table))
		return parted_error(err, "writing the partition table of", disk);
	return wait_for_nodes(disk, specs, count, err);
}

int storage_partition(const char *disk, const struct partition_spec *specs, size_t count,
	struct error *err)
{
	autodevice PedDevice *device = device_get(disk);
	autodisk PedDisk *table = NULL;

	if (device)
		table = ped.disk_new_fresh(device, ped.disk_type_get("gpt"));
	if (!table)
		return parted_error(err, "making a partition table on", disk);
	if (add_all(table, specs, count) < 0)
		return parted_error(err, "adding a partition to", disk);
	return commit(table, disk, specs, count, err);
}

static bool partition_matches(
	PedDisk *table, int number, const struct partition_spec *spec)
{
	PedPartition *partition = ped.disk_get_partition(table, number);
	uint64_t sector = (uint64_t)table->dev->sector_size;

	return partition &&
	       (uint64_t)partition->geom.start * sector == spec->start_bytes &&
	       (uint64_t)partition->geom.length * sector == spec->size_bytes &&
	       strcmp(ped.partition_get_name(partition), spec->name) == 0;
}

/* Are they what the plan says? */
static int compare(PedDisk *table, const char *disk, const struct partition_spec *specs,
	size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (specs[i].number &&
			!partition_matches(table, (int)specs[i].number, &specs[i]))
			return error_set(err, -ESTALE,
				"partition %u of %s is not what the plan was made for; plan again",
				specs[i].number, disk);
	return 0;
}

static int remove_all(PedDisk *table, const struct partition_spec *removed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (removed[i].number &&
			!ped.disk_delete_partition(table,
				ped.disk_get_partition(table, (int)removed[i].number)))
			return -EIO;
	return 0;
}

/* An image in a file has no nodes, and nothing in it is in use. */
static int wipe_made(const char *disk, const struct partition_spec *specs, size_t count,
	struct error *err)
{
	if (is_file(disk))
		return 0;
	for (size_t i = 0; i < count; i++) {
		autofree char *path = storage_partition_path(disk, specs[i].number);

		if (!specs[i].found && storage_wipe_signatures(path, err) < 0)
			return error_prefix(err, "wiping what was in its place");
	}
	return 0;
}

/* libparted gives the numbers, and what is wiped and formatted goes by ours: they are compared, too, before the table is written. */
int storage_partition_beside(const char *disk, const struct partition_spec *specs,
	size_t count, const struct partition_spec *removed, size_t removed_count,
	struct error *err)
{
	autodevice PedDevice *device = device_get(disk);
	autodisk PedDisk *table = device ? ped.disk_new(device) : NULL;
	int rc;

	if (!table)
		return parted_error(err, "reading the partition table of", disk);
	rc = compare(table, disk, removed, removed_count, err);
	if (rc < 0)
		return rc;
	if (remove_all(table, removed, removed_count) < 0)
		return parted_error(err, "removing a partition of", disk);
	if (add_all(table, specs, count) < 0)
		return parted_error(err, "adding a partition to", disk);
	rc = compare(table, disk, specs, count, err);
	if (rc == 0)
		rc = commit(table, disk, specs, count, err);
	return rc < 0 ? rc : wipe_made(disk, specs, count, err);
}

/* exactly: and no other. */
static int partitioned(const char *disk, const struct partition_spec *specs, size_t count,
	bool exactly, struct error *err)
{
	autodevice PedDevice *device = device_get(disk);
	autodisk PedDisk *table = NULL;

	if (!device)
		return parted_error(err, "opening", disk);
	if (ped.disk_probe(device))
		table = ped.disk_new(device);
	if (!table || strcmp(table->type->name, "gpt") != 0)
		return 0;
	if (exactly && ped.disk_get_last_partition_num(table) != (int)count)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (specs[i].number &&
			!partition_matches(table, (int)specs[i].number, &specs[i]))
			return 0;
	return 1;
}

int storage_partitioned(const char *disk, const struct partition_spec *specs,
	size_t count, struct error *err)
{
	return partitioned(disk, specs, count, true, err);
}

int storage_partitioned_beside(const char *disk, const struct partition_spec *specs,
	size_t count, struct error *err)
{
	return partitioned(disk, specs, count, false, err);
}

/* The kernel knows no GPT names, so only the disk is told: its partitions may be mounted. */
int storage_rename_partition(
	const char *disk, unsigned number, const char *name, struct error *err)
{
	autodevice PedDevice *device = device_get(disk);
	autodisk PedDisk *table = device ? ped.disk_new(device) : NULL;
	PedPartition *partition =
		table ? ped.disk_get_partition(table, (int)number) : NULL;

	if (!partition || !ped.partition_set_name(partition, name) ||
		!ped.disk_commit_to_dev(table))
		return parted_error(err, "renaming a partition of", disk);
	return 0;
}

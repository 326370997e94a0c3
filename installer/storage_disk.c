/* Whole disks: claiming one, naming who holds it, wiping it, waiting for its partitions. No foreign library. */
#include "installer/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/layout.h"
#include "installer/machine.h"

enum { WAIT_STEPS = 200, WAIT_STEP_MS = 50 };
enum { BLINK_MS = 400, BLINK_PLACES = 100, BLINK_BLOCK = 1 << 20 };

static double clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

char *storage_partition_path(const char *disk, unsigned number)
{
	size_t size = strlen(disk);
	bool digit = size && disk[size - 1] >= '0' && disk[size - 1] <= '9';

	return memory_format("%s%s%u", disk, digit ? "p" : "", number);
}

unsigned storage_partition_number(const char *disk, const char *partition)
{
	const char *end = partition + strlen(partition);
	autofree char *path = NULL;
	unsigned number;

	while (end > partition && end[-1] >= '0' && end[-1] <= '9')
		end--;
	number = (unsigned)strtoul(end, NULL, 10);
	path = storage_partition_path(disk, number);
	return text_equal(path, partition) ? number : 0;
}

int storage_wait(const char *device, struct error *err)
{
	const struct timespec pause = {.tv_nsec = WAIT_STEP_MS * 1000000L};
	struct stat st;

	for (int i = 0; i < WAIT_STEPS; i++) {
		if (stat(device, &st) == 0 && S_ISBLK(st.st_mode))
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return error_set(err, -ENOENT,
		"%s did not appear within %d s; is devtmpfs mounted on /dev?", device,
		WAIT_STEPS * WAIT_STEP_MS / 1000);
}

/* Past the page cache, a MiB at one of a hundred places, for some tenths of a second. */
static int keep_reading(int fd, uint64_t size, void *block, double until, unsigned *place)
{
	while (clock_now() < until) {
		uint64_t at = size / BLINK_PLACES * ((*place)++ * 37 % BLINK_PLACES);

		if (pread(fd, block, BLINK_BLOCK,
			    (off_t)(at & ~(uint64_t)(BLINK_BLOCK - 1))) < 0 &&
			(errno == ENODEV || errno == ENXIO))
			return -errno;
	}
	return 0;
}

int storage_blink(const char *disk, unsigned seconds, struct error *err)
{
	autoclose int fd = open(disk, O_RDONLY | O_DIRECT | O_CLOEXEC);
	const struct timespec pause = {.tv_nsec = BLINK_MS * 1000000L};
	autofree void *block = aligned_alloc(BLINK_BLOCK, BLINK_BLOCK);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	double end = clock_now() + seconds;
	unsigned place = 0;
	int rc = 0;

	if (size < 0 || !block)
		return error_errno(err, -errno, "reading %s", disk);
	while (rc == 0 && clock_now() < end) {
		rc = keep_reading(fd, (uint64_t)size, block,
			clock_now() + BLINK_MS / 1000.0, &place);
		(void)nanosleep(&pause, NULL);
	}
	return rc < 0 ? error_errno(err, rc, "reading %s", disk) : 0;
}

static int refuse_holders(const struct disk *disk, struct error *err)
{
	autotext struct text all = {0};

	for (size_t i = 0; i < disk->holders.count; i++)
		text_addf(&all, "%s%s", i ? ", " : "", disk->holders.items[i]);
	return error_set(err, -EBUSY,
		"%s is in use: %s; release it or choose another disk", disk->name,
		text_string(&all));
}

static int compare_with_plan(const struct disk *disk, const char *serial,
	uint64_t size_bytes, struct error *err)
{
	if (serial && !text_equal(serial, disk->serial))
		return error_set(err, -ESTALE,
			"%s now has serial %s, the plan was made for %s; plan again",
			disk->name, disk->serial ? disk->serial : "(none)", serial);
	if (disk->size_bytes != size_bytes)
		return error_set(err, -ESTALE,
			"%s now has %llu bytes, the plan was made for %llu; plan again",
			disk->name, (unsigned long long)disk->size_bytes,
			(unsigned long long)size_bytes);
	if (disk->read_only)
		return error_set(err, -EROFS, "%s is read-only", disk->name);
	if (disk->live_medium)
		return error_set(err, -EBUSY, "%s is the medium this system runs from",
			disk->name);
	return disk->holders.count ? refuse_holders(disk, err) : 0;
}

int storage_claim(
	const char *disk, const char *serial, uint64_t size_bytes, struct error *err)
{
	automachine struct machine *machine = NULL;
	const struct disk *now;
	off_t end;
	int fd;

	if (machine_probe_with_loops(&machine, err) < 0)
		return error_prefix(err, "looking at %s again", disk);
	now = machine_disk(machine, disk);
	if (!now)
		return error_set(err, -ENODEV,
			"%s is gone; it was there when the plan was made", disk);
	if (compare_with_plan(now, serial, size_bytes, err) < 0)
		return err ? err->code : -EIO;
	fd = open(disk, O_RDWR | O_EXCL | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, -errno, "opening %s exclusively", disk);
	end = lseek(fd, 0, SEEK_END);
	if (end < 0 || (uint64_t)end != size_bytes || lseek(fd, 0, SEEK_SET) < 0) {
		(void)close(fd);
		return error_set(
			err, -ESTALE, "%s changed while it was opened; plan again", disk);
	}
	return fd;
}

/* Mount points at and below dir, and at "DIR.esp" beside it, the newest mount last. */
static int mounts_below(const char *dir, struct words *points, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	autotext struct text mounts = {0};
	autowords struct words lines = {0};
	size_t length = strlen(dir);

	if (root < 0 || file_read(root, "proc/self/mountinfo", 4 << 20, &mounts, err) < 0)
		return error_prefix(err, "listing mounts");
	words_split(&lines, text_string(&mounts), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words fields = {0};

		words_split(&fields, lines.items[i], " ");
		if (fields.count > 4 && text_starts(fields.items[4], dir) &&
			(fields.items[4][length] == '/' || !fields.items[4][length] ||
				text_equal(fields.items[4] + length, ".esp")))
			words_add(points, fields.items[4]);
	}
	return 0;
}

/* Logical volumes on the device, if there are any. */
static int close_volumes(const char *device, struct error *err)
{
	autofree char *type = access(device, F_OK) == 0 ? fs_type(device) : NULL;

	return text_equal(type, "LVM2_member") ? lvm_close(device, VOLUME_GROUP, err) : 0;
}

static int close_arrays(struct error *err)
{
	static const char *const devices[] = {ARRAY_DEVICE "boot", ARRAY_DEVICE "root"};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < LENGTH(devices); i++)
		if (access(devices[i], F_OK) == 0)
			rc = md_close(devices[i], err);
	return rc;
}

int storage_release_leftovers(const char *target, const char *mapping, struct error *err)
{
	autowords struct words points = {0};
	autofree char *node = memory_format("/dev/mapper/%s", mapping);

	if (mounts_below(target, &points, err) < 0)
		return error_prefix(err, "releasing what an earlier installation left");
	while (points.count) {
		char *point = points.items[--points.count];
		int rc = fs_unmount(point, err);

		free(point);
		points.items[points.count] = NULL;
		if (rc < 0)
			return error_prefix(
				err, "releasing what an earlier installation left");
	}
	if (close_volumes(node, err) < 0 ||
		(access(node, F_OK) == 0 && luks_close(mapping, err) < 0) ||
		close_volumes(ARRAY_DEVICE "root", err) < 0 || close_arrays(err) < 0)
		return error_prefix(err, "releasing what an earlier installation left");
	return 0;
}

/* Partitions the kernel has of the disk, "/dev/vda1" …, sorted. */
static int list_partitions(const char *disk, struct words *paths, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	autowords struct words names = {0};
	const char *name = strrchr(disk, '/') + 1;
	autofree char *dir = memory_format("sys/class/block/%s", name);

	if (root < 0 || file_list(root, dir, false, &names, err) < 0)
		return error_prefix(err, "listing the partitions of %s", disk);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *number =
			memory_format("%s/%s/partition", dir, names.items[i]);

		if (text_starts(names.items[i], name) && file_exists(root, number))
			words_addf(paths, "/dev/%s", names.items[i]);
	}
	return 0;
}

int storage_wipe(const char *disk, struct error *err)
{
	autowords struct words partitions = {0};

	if (list_partitions(disk, &partitions, err) < 0)
		return error_prefix(err, "wiping %s", disk);
	for (size_t i = partitions.count; i > 0; i--)
		if (storage_wipe_signatures(partitions.items[i - 1], err) < 0)
			return error_prefix(err, "wiping %s", disk);
	return storage_wipe_signatures(disk, err);
}

/* libblkid for what lies on devices: erasing signatures, reading type and UUID. */
#include "installer/storage.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "installer/base/memory.h"

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
	int found = 0;

	if (!probe)
		return -ENOMEM;
	while (blkid_do_probe(probe) == 0) {
		found++;
		if (wipe && blkid_do_wipe(probe, 0) < 0) {
			found = -EIO;
			break;
		}
	}
	blkid_free_probe(probe);
	return found;
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

/* One value of what lies on a device: "TYPE", "UUID". */
static char *device_value(const char *device, const char *name)
{
	blkid_probe probe = blkid_new_probe_from_filename(device);
	const char *value = NULL;
	char *copy = NULL;

	if (!probe)
		return NULL;
	if (blkid_probe_enable_superblocks(probe, 1) == 0 &&
		blkid_probe_set_superblocks_flags(
			probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID) == 0 &&
		blkid_do_safeprobe(probe) == 0 &&
		blkid_probe_lookup_value(probe, name, &value, NULL) == 0)
		copy = memory_copy_text(value);
	blkid_free_probe(probe);
	return copy;
}

char *fs_uuid(const char *device)
{
	return device_value(device, "UUID");
}

char *fs_type(const char *device)
{
	return device_value(device, "TYPE");
}

/* Operations on disks, LUKS and file systems that steps need. No type of a library shows here.
 * Paths are device nodes; every call that writes says so. All sizes in bytes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"

enum partition_type { PARTITION_BIOS_BOOT, PARTITION_ESP, PARTITION_LINUX };
extern const char *const partition_type_guids[]; /* by enum, NULL-terminated */

struct partition_spec {
	const char *name;      /* GPT name */
	enum partition_type type;
	unsigned number;       /* in the table, from 1 */
	uint64_t start_bytes, size_bytes;
	bool found;            /* not to be made: somebody's that is shared, or with number 0 none at all */
};

/* -EBUSY with every holder named when anything uses the disk or a partition of it; otherwise an O_EXCL|O_RDWR descriptor that keeps it
 * ours: while it is open no partition of the disk can be mounted or opened exclusively. serial (may be NULL) and size must be what the
 * plan saw: -ESTALE otherwise. */
int storage_claim(const char *disk, const char *serial, uint64_t size_bytes, struct error *err) CHECKED;
/* What an engine that was killed left behind: unmount everything at and below target, close its volumes, the mapping and the arrays of a mirror. */
int storage_release_leftovers(const char *target, const char *mapping, struct error *err) CHECKED;
/* Wipe every signature libblkid knows on the disk's partitions, then on the disk; verify that none is left. Writes. */
int storage_wipe(const char *disk, struct error *err) CHECKED;
/* Wipe every signature on one device; -EIO when one stays. Writes. In machine_probe.c, libblkid's entrance. */
int storage_wipe_signatures(const char *device, struct error *err) CHECKED;
/* Replace the partition table by this GPT, tell the kernel, wait for the nodes (a disk image in a file has none). Writes. */
int storage_partition(const char *disk, const struct partition_spec *specs, size_t count, struct error *err) CHECKED;
/* Add these partitions, where specs say, to the table that is there, after removing others; what lay in their place is wiped. Everything
 * else stays as it is. -ESTALE, and nothing is written, when those to be removed or shared are not there as they are described, or when a new
 * one would get another number than planned. Writes. */
int storage_partition_beside(const char *disk, const struct partition_spec *specs, size_t count, const struct partition_spec *removed,
	size_t removed_count, struct error *err) CHECKED;
/* Are the partitions of specs there (places, sizes, names), whatever else is? 1 or 0. */
int storage_partitioned_beside(const char *disk, const struct partition_spec *specs, size_t count, struct error *err) CHECKED;
/* 1 when the disk holds exactly these partitions (places, sizes, names), 0 when not. */
int storage_partitioned(const char *disk, const struct partition_spec *specs, size_t count, struct error *err) CHECKED;
int storage_rename_partition(const char *disk, unsigned number, const char *name, struct error *err) CHECKED;
/* "/dev/nvme0n1" 2: "/dev/nvme0n1p2". The caller frees it. */
char *storage_partition_path(const char *disk, unsigned number) CHECKED;
/* The other way round; 0: it is no partition of this disk. */
unsigned storage_partition_number(const char *disk, const char *partition);
/* Keep the disk reading here and there, with pauses, so that its activity light blinks for so many seconds. What cannot be read is skipped;
 * -ENODEV, -ENXIO: it is gone. */
int storage_blink(const char *disk, unsigned seconds, struct error *err) CHECKED;
/* Wait until the device node is there, at most 10 s. */
int storage_wait(const char *device, struct error *err) CHECKED;

struct luks_spec {
	const char *device, *label;
	uint64_t kdf_memory_bytes;
	/* 0: as many as keep unlocking near kdf_seconds on this machine, with less memory where even 4 take longer. */
	unsigned kdf_iterations, kdf_seconds;
	unsigned kdf_threads;
	bool allow_discards;   /* at each opening: kept in the header */
	const char *open_as;   /* leave it open under this name, without a second key derivation; NULL: closed */
};
#define LUKS_ROOT "root" /* what it is called when the installed system runs */
enum { LUKS_PASSPHRASE, LUKS_RECOVERY_KEY, LUKS_US_PASSPHRASE, LUKS_SLOTS,
	LUKS_TPM = LUKS_SLOTS, LUKS_FIDO2 /* added to what is there */ };
/* keys by slot; all but the first may be NULL: no such slot. Writes. */
int luks_format(const struct luks_spec *spec, const struct secret *const keys[LUKS_SLOTS], struct error *err) CHECKED;
/* -EPERM: no slot takes it. name NULL: only try. */
int luks_open(const char *device, const char *name, const struct secret *passphrase, struct error *err) CHECKED;
int luks_close(const char *name, struct error *err) CHECKED;
/* Replace the passphrase that opens it, the same for US keys with it; the recovery key proves who one is and stays. Never is there
 * nothing that opens it. Returns the key slot of the new one; -EPERM: no slot takes opens. Writes. */
int luks_change(const char *device, const struct secret *opens, const struct secret *chosen, struct error *err) CHECKED;
/* Put a key that the computer makes and knows into a slot of its own; nobody guesses it, so it opens at once. opens: what opens the device
 * now; -EPERM: it does not; -EEXIST: the slot is taken. Writes. */
int luks_add_key(const char *device, int slot, const struct secret *opens, const struct secret *key, struct error *err) CHECKED;
/* luks_open() by this slot alone. */
int luks_open_by(const char *device, const char *name, int slot, const struct secret *key, struct error *err) CHECKED;
/* That nothing is in it is success; -EPERM: nothing else would open the device. Writes. */
int luks_remove_key(const char *device, int slot, struct error *err) CHECKED;
/* The first token of this type, a JSON object; *json NULL: there is none. The caller frees it. */
int luks_token_get(const char *device, const char *type, char **json, struct error *err) CHECKED;
/* In place of those of this type; json NULL: remove them. Writes. */
int luks_token_set(const char *device, const char *type, const char *json, struct error *err) CHECKED;
/* What is open under this name; NULL: nothing. The caller frees it. */
char *luks_device(const char *name) CHECKED;
char *luks_uuid(const char *device) CHECKED; /* NULL when it is none; the caller frees it */
/* Copy the header, with its key slots, to a file that must not exist; mode 0400. */
int luks_header_save(const char *device, const char *file, struct error *err) CHECKED;
/* The other way; -EINVAL when the device has the header of another volume, or the file none at all. Writes. */
int luks_header_restore(const char *device, const char *file, struct error *err) CHECKED;

struct lvm_volume {
	const char *name;
	uint64_t size_bytes; /* whole units of 4 MiB, LVM's default */
};
/* Make device the one physical volume of a new group with these logical volumes, and leave them active; none is after a failure. Writes. */
int lvm_make(const char *device, const char *group, const struct lvm_volume *volumes, size_t count, struct error *err) CHECKED;
/* The group on device, and on no other: its volumes appear as /dev/mapper/GROUP-NAME, and go away. */
int lvm_open(const char *device, const char *group, struct error *err) CHECKED;
int lvm_close(const char *device, const char *group, struct error *err) CHECKED;
/* Has the group on device exactly these volumes? */
bool lvm_has(const char *device, const char *group, const struct lvm_volume *volumes, size_t count);

char *lvm_uuid(const char *device, const char *group) CHECKED; /* of the group; NULL: there is none. The caller frees it. */

/* Make a new mirror (RAID1) of the members, which is called name wherever it is opened, and leave it open as device. Their content begins
 * start_bytes behind the start of each; the kernel makes them equal in the background. Writes. */
int md_make(const char *device, const char *name, uint64_t start_bytes, const char *const *members, size_t count, struct error *err) CHECKED;
/* Open the mirror with this UUID, libblkid's of its members, as device "/dev/md/NAME": with all its members or those that are there. */
int md_open(const char *device, const char *uuid, struct error *err) CHECKED;
int md_close(const char *device, struct error *err) CHECKED;
/* Has the open mirror all its members? */
bool md_is_whole(const char *device);

enum file_system { FS_EXT4, FS_FAT32, FS_SWAP };
extern const char *const fs_type_names[]; /* "ext4", "vfat", "swap", by enum: those of libblkid and of mount */
int fs_format(const char *device, enum file_system type, const char *label, struct error *err) CHECKED;
/* vfat again on a second device, under the label and with the UUID of the first: whichever is there is found. */
int fs_format_twin(const char *device, const char *first, const char *label, struct error *err) CHECKED;
/* options as in fstab: "nosuid,nodev,umask=0077". */
int fs_mount(const char *device, const char *dir, const char *type, const char *options, struct error *err) CHECKED;
int fs_unmount(const char *dir, struct error *err) CHECKED;
char *fs_uuid(const char *device) CHECKED; /* of what lies on it, by libblkid; NULL: none. The caller frees it. */
char *fs_type(const char *device) CHECKED;

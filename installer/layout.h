/* Where everything goes on the disk: computed from answers and facts, nothing is read or written. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/answers.h"
#include "installer/machine.h"
#include "installer/problem.h"
#include "installer/storage.h"

enum { PART_BIOS, PART_ESP, PART_BOOT, PART_ROOT, PART_COUNT };

/* GPT names of the root partition: until the last step, then, and then when it holds logical volumes. */
#define NAME_INCOMPLETE "jefe-incomplete"
#define NAME_ROOT       "root"
#define NAME_VOLUMES    "volumes"
/* Names in the table with /boot's: with these the two need not lie side by side, in partitions that somebody made. */
#define NAME_BOOT          "boot"
#define NAME_BOOT_APART    "jefe-boot"
#define NAME_ROOT_APART    "jefe-root"
#define NAME_VOLUMES_APART "jefe-volumes"
/* Of root until the last step of an installation that keeps what people have in it. */
#define NAME_KEEPING_ROOT    "jefe-keeping-root"
#define NAME_KEEPING_VOLUMES "jefe-keeping-volumes"

/* Least room for the root file system. */
#define ROOT_MIN_BYTES ((uint64_t)3 << 30)

/* The highest number of a partition; entries that a GPT has as everybody makes it. */
#define PARTITION_LAST 128

/* The group of the logical volumes, in what LVM calls a physical volume. */
#define VOLUME_GROUP "jefe"

/* Each file system there can be, in the order of mounting. Those in the root partition are logical volumes as soon as there is more than
 * the root file system. */
enum { VOLUME_ROOT, VOLUME_BOOT, VOLUME_ESP, VOLUMES = 10 };
struct volume {
	unsigned part;
	enum file_system type;
	const char *name;   /* of the logical volume, and in disk.rest */
	const char *label;
	const char *point;  /* mount point in the installed system; NULL: swap */
	const char *while_installing; /* mount options */
	const char *options, *flags; /* those of /etc/fstab: what it is, and what nothing on it may do ("": all) */
	unsigned check; /* when it is checked at a start, 0: never */
	const char *key; /* of the answer that says how large it is */
	size_t offset;   /* of that answer in struct answers */
};
extern const struct volume layout_volumes[VOLUMES];
const char *volume_below(const struct volume *volume); /* its mount point behind the folder where the system is mounted; "": itself */
/* "/dev/mapper/jefe-home", of the volume while the group is active. The caller frees it. */
char *volume_device(const struct volume *volume) CHECKED;

/* On two disks the partitions of /boot and root are halves of two arrays. Their devices while installing, and where their content begins
 * in a partition: fixed, so that sizes are known beforehand, with room for the superblock and the bitmap. */
#define ARRAY_DEVICE    "/dev/md/jefe-target-"
#define ARRAY_START_MIB 8
#define ARRAY_BOOT      "jefe-boot"
#define ARRAY_ROOT      "jefe-root"
#define ARRAY_ENCRYPTED "jefe-luks" /* root in a LUKS container */

enum { DISKS = 2 };

struct disk_layout {
	const char *disks[DISKS];      /* /dev/vda, and the second of a mirror or NULL; borrowed from the machine */
	struct partition_spec partitions[PART_COUNT]; /* in the order of the enum */
	bool in_place;                 /* the partition table stays: only what partitions says is done */
	bool shares;                   /* the disk, and the start of the computer, with others, who stay as they are */
	bool apart;                    /* /boot and root need not lie side by side: their names say whose they are */
	bool esp_is_empty;             /* it is there, and gets its file system */
	bool keeps;                    /* /home and /srv of the system that is replaced */
	struct partition_spec removed[3]; /* then: partitions of an installation that did not finish, which go first; number 0: none */
	bool has_volumes;              /* the root partition, encrypted or not, holds logical volumes */
	/* By layout_volumes; 0: there is none. With keeps, root's is all of the partition: which volumes there are is known when it is open. */
	uint64_t volume_bytes[VOLUMES];
	uint64_t free_bytes;           /* behind the root partition, or in the group of volumes, for nobody yet */
	bool encrypted, recovery_slot, us_slot;
	uint64_t kdf_memory_bytes;
	unsigned kdf_iterations;       /* 0: measured when the key slots are made, for kdf_seconds */
	unsigned kdf_seconds;
	unsigned kdf_threads;
};

/* Problems say what does not fit; the layout is usable when none of them is an error. */
void layout_make(const struct answers *answers, const struct machine *machine, const struct disk *disk, struct disk_layout *layout,
	struct problems *problems);
/* The device of a partition, PART_BOOT …, on the first disk, or on one of layout->disks. The caller frees it. */
char *layout_partition(const struct disk_layout *layout, unsigned part) CHECKED;
char *layout_partition_on(const struct disk_layout *layout, size_t disk, unsigned part) CHECKED;
/* What its content lies on: the array where there is one, or the partition. The caller frees it. */
char *layout_device(const struct disk_layout *layout, unsigned part) CHECKED;
/* Is it on both disks as the halves of an array? What an array is called, wherever it is opened, tells what it holds. */
bool layout_is_array(const struct disk_layout *layout, unsigned part);
const char *layout_array_name(const struct disk_layout *layout, unsigned part);
/* Does it hold the /boot of a JefeLinux, by its label, or as a half of that array? */
bool layout_holds_boot(const struct content *content);
/* What the root partition is called when everything is done, and until then. */
const char *layout_root_name(const struct disk_layout *layout);
const char *layout_incomplete_name(const struct disk_layout *layout);
/* Folders whose content stays with keeps, NULL-terminated: a volume at one of them, or the folder in the root file system. */
extern const char *const layout_kept[];
/* What becomes of that which is in the place of a volume. */
enum fate { FATE_FORMATTED, FATE_EMPTIED /* but for /home and /srv */, FATE_STAYS };
enum fate layout_fate(const struct disk_layout *layout, size_t volume);

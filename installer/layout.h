/* Where everything goes on the disk: computed from answers and facts, nothing is read or written. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/answers.h"
#include "installer/machine.h"
#include "installer/problem.h"
#include "installer/storage.h"

enum { PART_BIOS, PART_ESP, PART_BOOT, PART_ROOT, PART_COUNT }; /* GPT number is one more */

/* GPT name of the root partition until the last step. */
#define NAME_INCOMPLETE "jefe-incomplete"

/* Least room for the root partition. */
#define ROOT_MIN_BYTES ((uint64_t)3 << 30)

/* Each file system, in the order of mounting. */
enum { VOLUMES = 3 };
struct volume {
	unsigned part;
	enum file_system type;
	const char *type_name, *label;
	const char *point; /* mount point in the installed system */
	const char *while_installing; /* mount options */
	const char *options, *flags; /* those of /etc/fstab: what it is, and what nothing on it may do ("": all) */
	unsigned check; /* when it is checked at a start, 0: never */
};
extern const struct volume layout_volumes[VOLUMES];
const char *volume_below(const struct volume *volume); /* its mount point behind the folder where the system is mounted; "": itself */

struct disk_layout {
	const char *disk;              /* /dev/vda; borrowed from the machine */
	struct partition_spec partitions[PART_COUNT]; /* in the order of the enum */
	uint64_t free_bytes;           /* behind the root partition, for nobody yet */
	bool encrypted, recovery_slot, us_slot;
	uint64_t kdf_memory_bytes;
	unsigned kdf_iterations;       /* 0: measured when the key slots are made */
	unsigned kdf_threads;
};

/* Problems say what does not fit; the layout is usable when none of them is an error. */
void layout_make(const struct answers *answers, const struct machine *machine, const struct disk *disk, struct disk_layout *layout,
	struct problems *problems);

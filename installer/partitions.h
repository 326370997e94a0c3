/* Where on the disk the partitions go; for layout.c, and for those who look for them later. */
#pragma once

#include "installer/layout.h"

/* An error with the place of the key in the answer file. */
void layout_error(const struct answers *answers, struct problems *problems, const char *key, const char *format, ...) PRINTF(4, 5);
/* Place all partitions; returns the room for the one of root, which is the last and has no size yet. 0, with a problem, when there is no
 * place for them. */
uint64_t partitions_place(const struct answers *answers, const struct machine *machine, const struct disk *disk, struct disk_layout *layout,
	struct problems *problems) CHECKED;
/* The EFI system partition that an installation beside others shares: the first with room for a boot loader more, but for those that layout
 * says are removed. NULL: there is none. */
const struct content *partitions_esp(const struct disk *disk, const struct disk_layout *layout);
/* The partition of this name that ends where the next one starts; NULL: there is none. */
const struct content *partitions_before(const struct disk *disk, const struct content *next, const char *name);
bool partitions_is_type(const struct content *content, enum partition_type type);
/* It as one that need not be made; NULL: none at all. */
struct partition_spec partitions_found(const struct disk *disk, const struct content *content, enum partition_type type);
/* Can something be put beside what is on the disk? The problem says why not. */
bool partitions_can_share(const struct answers *answers, const struct machine *machine, const struct disk *disk, struct problems *problems);
/* The JefeLinux on a disk, by the names of its partitions; borrowed from the disk. */
struct named_system {
	const struct content *bios /* NULL: it shares the disk with others */, *esp, *boot, *root;
	bool has_volumes;
	bool is_apart;   /* see NAME_BOOT_APART */
	bool is_keeping; /* it was being replaced, and is not complete */
};
bool partitions_find(const struct disk *disk, struct named_system *system);
/* For disk.layout keep and manual: take those that are there; returns the size of the one of root. 0, with a problem: it cannot be done. In
 * partitions_found.c. */
uint64_t partitions_keep(const struct answers *answers, const struct disk *disk, struct disk_layout *layout, struct problems *problems) CHECKED;
uint64_t partitions_manual(const struct answers *answers, const struct machine *machine, const struct disk *disk, struct disk_layout *layout,
	struct problems *problems) CHECKED;

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

/* Inside machine_*.c: reading facts from sysfs and procfs below a root descriptor. */
#pragma once

#include "installer/machine.h"

struct probe {
	int root_fd;               /* of "/", or of a tree that looks like it */
	bool loops;                /* list loop devices with a backing file as disks */
	struct text mounts, swaps; /* /proc/self/mountinfo, /proc/swaps */
	struct machine *machine;
};

/* First line of a file, without spaces around it; NULL when there is no file or nothing in it. The caller frees it. */
char *probe_line(const struct probe *probe, const char *format, ...) PRINTF(2, 3) CHECKED;
uint64_t probe_number(const struct probe *probe, const char *format, ...) PRINTF(2, 3); /* 0 when there is none */
bool probe_exists(const struct probe *probe, const char *format, ...) PRINTF(2, 3);
char *probe_link(const struct probe *probe, const char *format, ...) PRINTF(2, 3) CHECKED; /* where a link points, or NULL */
/* Sorted names in a directory; empty when it is not there. */
void probe_list(const struct probe *probe, const char *dir, struct words *names);
void probe_read(const struct probe *probe, const char *path, struct text *text);

void probe_system(const struct probe *probe); /* firmware, memory, DMI, TPM, keyboards, consoles, ports */
void probe_addresses(struct machine *machine); /* of its ports, as this system has them now */

/* What sysfs tells about a disk: everything but contents. */
void probe_disk_facts(const struct probe *probe, struct disk *disk);
/* What the disk says of its health; and what its answers mean: the log page of an NVMe disk, the sense data of an ATA disk. */
enum { NVME_LOG_SIZE = 512, ATA_SENSE_SIZE = 32 };
void probe_health(struct disk *disk);
void health_of_nvme(const unsigned char log[NVME_LOG_SIZE], struct disk *disk);
void health_of_ata(const unsigned char sense[ATA_SENSE_SIZE], struct disk *disk);
/* Names of the partitions of a disk, as the kernel knows them. */
void probe_partitions(const struct probe *probe, const char *disk, struct words *names);
/* Who uses the disk or a partition of it; also whether the running system came from it. */
void probe_holders(const struct probe *probe, struct disk *disk);

/* Facts about a computer: probed from the running one or loaded from what `jefe-setup probe` wrote elsewhere.
 * Everything above this works from these facts alone. All strings are owned by the struct; an unknown fact is NULL or 0. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

/* One partition, or what lies directly on a whole disk. */
struct content {
	char *path;       /* /dev/vda1 */
	char *type;       /* libblkid TYPE: ext4, vfat, ntfs, crypto_LUKS, LVM2_member, linux_raid_member … */
	char *label, *uuid;
	char *part_name;  /* GPT name */
	char *part_type;  /* GPT type GUID */
	char *part_uuid;  /* GPT GUID of this partition */
	uint64_t start_bytes, size_bytes;
};

enum disk_bus { BUS_UNKNOWN, BUS_ATA, BUS_SCSI, BUS_USB, BUS_NVME, BUS_VIRTIO, BUS_MMC, BUS_LOOP };
extern const char *const disk_bus_names[]; /* "unknown", "ata" … NULL; indexed by enum disk_bus */

/* As the disk itself says (SMART). */
enum disk_health { HEALTH_UNKNOWN, HEALTH_GOOD, HEALTH_FAILING };
extern const char *const disk_health_names[]; /* "unknown", "good", "failing", NULL; indexed by enum disk_health */

struct disk {
	char *name;        /* vda; what the operator types */
	char *path;        /* /dev/vda */
	char *by_id;       /* /dev/disk/by-id/… best stable link, or NULL; without udev the name udev would give, which is then no node */
	char *by_path;
	char *serial, *wwn, *model;
	uint64_t size_bytes;
	enum disk_bus bus;
	uint32_t logical_sector, physical_sector; /* bytes */
	bool removable, read_only, rotational;
	bool live_medium;  /* the running system came from it: never offered */
	enum disk_health health;
	uint32_t worn_percent; /* of the life that its maker expects; NVMe alone tells */
	uint64_t used_hours;
	char *table;       /* gpt, dos or NULL */
	struct content *contents;
	size_t content_count;
	struct words holders; /* why it is in use: "vda1 is mounted on /mnt", "vda2 is held by dm-0 (cryptroot)" */
};

/* Is it plugged in for a while (USB, removable), in no use, and not what this system runs from? */
bool disk_is_stick(const struct disk *disk);

enum firmware { FIRMWARE_BIOS, FIRMWARE_UEFI };

struct network_port {
	char *name, *mac, *driver;
	bool link;     /* carrier */
	struct words addresses; /* "192.0.2.10", "2001:db8::10"; not those that work on one link only */
	bool wireless;
};

/* Another installed system: "Debian GNU/Linux 12" on /dev/sda2. Found by os-release on unmounted file systems only when
 * it can be read without mounting writable; may be empty. */
struct found_system {
	char *path, *name;
};

struct machine {
	enum firmware firmware;
	bool secure_boot, nvram_writable;
	uint64_t memory_bytes;
	unsigned cpus;
	char *cpu_model, *vendor, *product, *serial; /* DMI */
	bool tpm2, tpm12; /* which TPM it has, if any */
	bool virtual_machine;
	bool smt; /* threads share processor cores */
	struct words usb_keyboards;  /* one entry per USB keyboard */
	struct words serial_consoles; /* ttyS0 … that are consoles of the running kernel */
	struct disk *disks;
	size_t disk_count;
	struct network_port *ports;
	size_t port_count;
	struct found_system *systems;
	size_t system_count;
};

/* The running machine. Needs root for contents; without it, what cannot be read stays unknown. The caller frees it. */
int machine_probe(struct machine **machine, struct error *err) CHECKED;
/* The same with loop devices that have a backing file among the disks: for image files and tests. */
int machine_probe_with_loops(struct machine **machine, struct error *err) CHECKED;
/* From JSON text; name is used in messages. Unknown keys are ignored (newer probes), wrong types are errors. */
int machine_load(const char *json, const char *name, struct machine **machine, struct error *err) CHECKED;
int machine_load_file(const char *path, struct machine **machine, struct error *err) CHECKED;
/* Canonical JSON (sorted keys, "schema": 1), ends with a newline. The caller frees it. */
char *machine_save(const struct machine *machine) CHECKED;
void machine_free(struct machine *machine);
void machine_free_at(struct machine **machine);
#define automachine __attribute__((cleanup(machine_free_at)))

/* Add the names of the USB keyboards in the text of /proc/bus/input/devices. */
void machine_usb_keyboards(const char *devices, struct words *names);

/* By name, path or stable link; NULL when there is none. */
const struct disk *machine_disk(const struct machine *machine, const char *name);
/* "vda 20.0 GiB virtio QEMU HARDDISK, serial JEFE1, holds Windows (3 partitions)". The caller frees it. */
char *disk_describe(const struct disk *disk) CHECKED;

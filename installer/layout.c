#include "installer/layout.h"

#include <stdarg.h>
#include <stdio.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"

#define MIB ((uint64_t)1 << 20)

enum { KDF_MIN_MIB = 32, KDF_MAX_MIB = 1024, KDF_ITERATIONS = 4, KDF_THREADS = 4 };

/* vfat knows no owners: `quiet` lets the archive set them. */
// clang-format off
const struct volume layout_volumes[VOLUMES] = {
	{PART_ROOT, FS_EXT4,  "ext4", "jefe-root", "/",         "noatime",          "relatime",   "",                    1},
	{PART_BOOT, FS_EXT4,  "ext4", "jefe-boot", "/boot",     "noatime",          "relatime",   "nosuid,nodev,noexec", 2},
	{PART_ESP,  FS_FAT32, "vfat", "JEFE-ESP",  "/boot/efi", "umask=0077,quiet", "umask=0077", "nosuid,nodev,noexec", 0},
};
// clang-format on

const char *volume_below(const struct volume *volume)
{
	return volume->part == PART_ROOT ? "" : volume->point;
}

/* FAT32 has at least 65525 clusters of at least one sector. */
static uint64_t esp_minimum(const struct disk *disk)
{
	return disk->logical_sector > 512 ? 260 * MIB : 33 * MIB;
}

static uint64_t kdf_memory(const struct answers *answers, const struct machine *machine)
{
	uint64_t wanted = answers->disk.kdf_memory;

	if (wanted)
		return wanted;
	wanted = machine->memory_bytes / 4 / MIB * MIB;
	if (wanted < KDF_MIN_MIB * MIB)
		return KDF_MIN_MIB * MIB;
	return wanted > KDF_MAX_MIB * MIB ? KDF_MAX_MIB * MIB : wanted;
}

static uint64_t round_up(uint64_t bytes)
{
	return (bytes + MIB - 1) / MIB * MIB;
}

static void set_encryption(const struct answers *answers, const struct machine *machine,
	struct disk_layout *layout)
{
	layout->encrypted = answers->disk.encryption == ENCRYPTION_LUKS2;
	if (!layout->encrypted)
		return;
	layout->us_slot = answers->disk.us_passphrase.origin != SECRET_NONE;
	layout->recovery_slot = answers->disk.recovery_key.origin != SECRET_NONE;
	layout->kdf_memory_bytes = kdf_memory(answers, machine);
	layout->kdf_iterations = answers->disk.kdf_memory ? KDF_ITERATIONS : 0;
	layout->kdf_threads = machine->cpus < 1             ? 1
			      : machine->cpus < KDF_THREADS ? machine->cpus
							    : KDF_THREADS;
}

/* An error with the place of the key in the answer file. */
static void PRINTF(4, 5) add_error(const struct answers *answers,
	struct problems *problems, const char *key, const char *format, ...)
{
	unsigned line = 0, column = 0;
	char text[300];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	answers_place(answers, key, &line, &column);
	problems_add(problems, SEVERITY_ERROR, key, line, column, "%s", text);
}

static void check(const struct answers *answers, const struct disk *disk, uint64_t room,
	const struct disk_layout *layout, struct problems *problems)
{
	const struct partition_spec *root = &layout->partitions[PART_ROOT];
	uint64_t needed = root->start_bytes + ROOT_MIN_BYTES + MIB;
	autofree char *has = text_human_size(disk->size_bytes);
	autofree char *needs = text_human_size(needed);
	autofree char *minimum = text_human_size(esp_minimum(disk));
	autofree char *most = text_from_size(room);

	if (disk->size_bytes < needed)
		add_error(answers, problems, "disk.match",
			_("%s is too small: it has %s, this layout needs %s (%llu MiB)"),
			disk->name, has, needs, (unsigned long long)(needed / MIB));
	else if (answers->disk.root_size > room)
		add_error(answers, problems, "disk.root_size",
			_("does not fit on %s: at most %s are left for it; leave it out to take all of that"),
			disk->name, most);
	if (layout->partitions[PART_ESP].size_bytes < esp_minimum(disk))
		add_error(answers, problems, "disk.esp_size",
			_("FAT32 on %s (%u-byte sectors) needs at least %s"), disk->name,
			disk->logical_sector, minimum);
}

/* What the root partition gets of the room behind the others. */
static uint64_t root_size(const struct answers *answers, uint64_t room)
{
	uint64_t wanted = answers->disk.root_size;

	return wanted && wanted < room ? round_up(wanted) : room;
}

void layout_make(const struct answers *answers, const struct machine *machine,
	const struct disk *disk, struct disk_layout *layout, struct problems *problems)
{
	struct partition_spec *parts = layout->partitions;
	uint64_t end = disk->size_bytes > MIB ? (disk->size_bytes - MIB) / MIB * MIB
					      : 0; /* backup GPT */
	uint64_t at = MIB, room;

	*layout = (struct disk_layout){.disk = disk->path};
	parts[PART_BIOS] = (struct partition_spec){
		.name = "bios", .type = PARTITION_BIOS_BOOT, .size_bytes = MIB};
	parts[PART_ESP] = (struct partition_spec){.name = "esp",
		.type = PARTITION_ESP,
		.size_bytes = round_up(answers->disk.esp_size)};
	parts[PART_BOOT] = (struct partition_spec){.name = "boot",
		.type = PARTITION_LINUX,
		.size_bytes = round_up(answers->disk.boot_size)};
	parts[PART_ROOT] =
		(struct partition_spec){.name = NAME_INCOMPLETE, .type = PARTITION_LINUX};
	for (size_t i = 0; i < PART_COUNT; i++) {
		parts[i].start_bytes = at;
		at += parts[i].size_bytes;
	}
	room = end > at ? end - at : 0;
	parts[PART_ROOT].size_bytes = root_size(answers, room);
	layout->free_bytes = room - parts[PART_ROOT].size_bytes;
	set_encryption(answers, machine, layout);
	check(answers, disk, room, layout, problems);
}

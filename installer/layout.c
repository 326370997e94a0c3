#include "installer/layout.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/partitions.h"

#define MIB ((uint64_t)1 << 20)

/* Two seconds are what cryptsetup aims at, too. */
enum {
	KDF_MIN_MIB = 32,
	KDF_MAX_MIB = 1024,
	KDF_ITERATIONS = 4,
	KDF_THREADS = 4,
	KDF_SECONDS = 2
};

/* What LVM takes for itself at the start of its partition, and the unit of its volumes: pvcreate's and vgcreate's defaults. One unit
 * more stays free. */
enum { LVM_START_MIB = 1, EXTENT_MIB = 4 };
/* cryptsetup's default for both headers of LUKS2. */
enum { LUKS_START_MIB = 16 };
/* Below this a volume is no use. */
enum { VOLUME_MIN_MIB = 256 };

#define SIZE(member)                                                                     \
	.key = "disk." #member, .offset = offsetof(struct answers, disk.member)

/* vfat knows no owners: `quiet` lets the archive set them. */
// clang-format off
const struct volume layout_volumes[VOLUMES] = {
	[VOLUME_ROOT] = {PART_ROOT, FS_EXT4, "root", "jefe-root", "/", "noatime", "relatime", "", 1, SIZE(root_size)},
	[VOLUME_BOOT] = {PART_BOOT, FS_EXT4, "boot", "jefe-boot", "/boot", "noatime", "relatime", "nosuid,nodev,noexec", 2, SIZE(boot_size)},
	[VOLUME_ESP] = {PART_ESP, FS_FAT32, "esp", "JEFE-ESP", "/boot/efi", "umask=0077,quiet", "umask=0077", "nosuid,nodev,noexec", 0, SIZE(esp_size)},
	{PART_ROOT, FS_EXT4, "home", "jefe-home", "/home", "noatime", "relatime", "nosuid,nodev", 2, SIZE(home_size)},
	{PART_ROOT, FS_EXT4, "srv", "jefe-srv", "/srv", "noatime", "relatime", "nosuid,nodev", 2, SIZE(srv_size)},
	{PART_ROOT, FS_EXT4, "var", "jefe-var", "/var", "noatime", "relatime", "nodev", 2, SIZE(var_size)},
	{PART_ROOT, FS_EXT4, "var_log", "jefe-log", "/var/log", "noatime", "relatime", "nosuid,nodev,noexec", 2, SIZE(var_log_size)},
	{PART_ROOT, FS_EXT4, "audit", "jefe-audit", "/var/log/audit", "noatime", "relatime", "nosuid,nodev,noexec", 2, SIZE(audit_size)},
	{PART_ROOT, FS_EXT4, "var_tmp", "jefe-tmp", "/var/tmp", "noatime", "relatime", "nosuid,nodev,noexec", 2, SIZE(var_tmp_size)},
	{PART_ROOT, FS_SWAP, "swap", "jefe-swap", NULL, NULL, "sw", "", 0, SIZE(swap_size)},
};
// clang-format on

const char *volume_below(const struct volume *volume)
{
	return volume == &layout_volumes[VOLUME_ROOT] ? "" : volume->point;
}

char *volume_device(const struct volume *volume)
{
	return memory_format("/dev/mapper/" VOLUME_GROUP "-%s", volume->name);
}

char *layout_partition_on(const struct disk_layout *layout, size_t disk, unsigned part)
{
	return storage_partition_path(
		layout->disks[disk], layout->partitions[part].number);
}

char *layout_partition(const struct disk_layout *layout, unsigned part)
{
	return layout_partition_on(layout, 0, part);
}

bool layout_is_array(const struct disk_layout *layout, unsigned part)
{
	return layout->disks[1] && (part == PART_BOOT || part == PART_ROOT);
}

char *layout_device(const struct disk_layout *layout, unsigned part)
{
	return layout_is_array(layout, part)
		       ? memory_format(ARRAY_DEVICE "%s",
				 layout_volumes[part == PART_BOOT ? VOLUME_BOOT
								  : VOLUME_ROOT]
					 .name)
		       : layout_partition(layout, part);
}

const char *layout_array_name(const struct disk_layout *layout, unsigned part)
{
	if (part == PART_BOOT)
		return ARRAY_BOOT;
	return layout->encrypted ? ARRAY_ENCRYPTED : ARRAY_ROOT;
}

/* libblkid's label of a member is the name of the array, behind the computer it belongs to. */
bool layout_holds_boot(const struct content *content)
{
	return text_equal(content->label, layout_volumes[VOLUME_BOOT].label) ||
	       (text_equal(content->type, "linux_raid_member") && content->label &&
		       text_matches(content->label, "*:" ARRAY_BOOT));
}

const char *layout_root_name(const struct disk_layout *layout)
{
	if (layout->apart)
		return layout->has_volumes ? NAME_VOLUMES_APART : NAME_ROOT_APART;
	return layout->has_volumes ? NAME_VOLUMES : NAME_ROOT;
}

const char *layout_incomplete_name(const struct disk_layout *layout)
{
	if (!layout->keeps)
		return NAME_INCOMPLETE;
	return layout->has_volumes ? NAME_KEEPING_VOLUMES : NAME_KEEPING_ROOT;
}

const char *const layout_kept[] = {"/home", "/srv", NULL};

static bool is_kept(const struct volume *volume)
{
	for (size_t i = 0; layout_kept[i]; i++)
		if (text_equal(volume->point, layout_kept[i]))
			return true;
	return false;
}

enum fate layout_fate(const struct disk_layout *layout, size_t volume)
{
	if (volume == VOLUME_ESP && layout->partitions[PART_ESP].found)
		return layout->esp_is_empty ? FATE_FORMATTED : FATE_STAYS;
	if (!layout->keeps || volume == VOLUME_BOOT)
		return FATE_FORMATTED;
	if (volume == VOLUME_ROOT) /* where those without a volume are */
		return FATE_EMPTIED;
	return is_kept(&layout_volumes[volume]) ? FATE_STAYS : FATE_FORMATTED;
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

static void set_encryption(const struct answers *answers, const struct machine *machine,
	struct disk_layout *layout)
{
	layout->encrypted = answers->disk.encryption == ENCRYPTION_LUKS2;
	if (!layout->encrypted)
		return;
	layout->us_slot = answers->disk.us_passphrase.origin != SECRET_NONE;
	layout->recovery_slot = answers->disk.recovery_key.origin != SECRET_NONE;
	layout->kdf_memory_bytes = kdf_memory(answers, machine);
	if (answers->disk.kdf_memory && !answers->disk.kdf_time)
		layout->kdf_iterations = KDF_ITERATIONS;
	layout->kdf_seconds =
		answers->disk.kdf_time ? (unsigned)answers->disk.kdf_time : KDF_SECONDS;
	layout->kdf_threads = machine->cpus < 1             ? 1
			      : machine->cpus < KDF_THREADS ? machine->cpus
							    : KDF_THREADS;
}

void layout_error(const struct answers *answers, struct problems *problems,
	const char *key, const char *format, ...)
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

static uint64_t round_up(uint64_t bytes, uint64_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

/* As it was answered; 0: not at all. */
static uint64_t wanted(const struct answers *answers, size_t volume)
{
	uint64_t bytes;

	memcpy(&bytes, (const char *)answers + layout_volumes[volume].offset,
		sizeof(bytes));
	return bytes;
}

static bool is_in_root(size_t volume)
{
	return layout_volumes[volume].part == PART_ROOT;
}

/* The volume that gets what the others leave. */
static size_t rest_volume(const struct answers *answers)
{
	for (size_t i = 0; i < VOLUMES; i++)
		if (text_equal(layout_volumes[i].name,
			    layout_rest_names[answers->disk.rest]))
			return i;
	return VOLUME_ROOT;
}

static bool wants_volumes(const struct answers *answers)
{
	bool found = rest_volume(answers) != VOLUME_ROOT;

	for (size_t i = 0; i < VOLUMES; i++)
		found = found ||
			(i != VOLUME_ROOT && is_in_root(i) && wanted(answers, i));
	return found;
}

/* Is the room for the root partition enough for the smallest system? */
static bool check_room(const struct answers *answers, const struct disk *disk,
	const struct disk_layout *layout, uint64_t room, struct problems *problems)
{
	uint64_t needed =
		layout->partitions[PART_ROOT].start_bytes + ROOT_MIN_BYTES + MIB;
	uint64_t needed_beside =
		ROOT_MIN_BYTES + layout->partitions[PART_BOOT].size_bytes;
	autofree char *has = text_human_size(disk->size_bytes);
	autofree char *needs = text_human_size(layout->shares ? needed_beside : needed);
	autofree char *given = text_human_size(room);
	autofree char *least = text_human_size(ROOT_MIN_BYTES);

	if (room >= ROOT_MIN_BYTES)
		return true;
	if (answers->disk.layout == LAYOUT_MANUAL)
		layout_error(answers, problems, "disk.root_partition",
			_("has %s, and the smallest system needs %s"), given, least);
	else if (layout->shares)
		layout_error(answers, problems, "disk.layout",
			_("%s has no free space of %s in one piece beside its partitions"),
			disk->name, needs);
	else
		layout_error(answers, problems, "disk.match",
			_("%s is too small: it has %s, this layout needs %s (%llu MiB)"),
			disk->name, has, needs, (unsigned long long)(needed / MIB));
	return false;
}

static void check_esp(const struct answers *answers, const struct disk *disk,
	const struct disk_layout *layout, struct problems *problems)
{
	autofree char *minimum = text_human_size(esp_minimum(disk));

	if (layout_fate(layout, VOLUME_ESP) == FATE_FORMATTED &&
		layout->partitions[PART_ESP].size_bytes < esp_minimum(disk))
		layout_error(answers, problems,
			layout->esp_is_empty ? "disk.esp_partition" : "disk.esp_size",
			_("FAT32 on %s (%u-byte sectors) needs at least %s"), disk->name,
			disk->logical_sector, minimum);
}

/* What a volume gets of the room that is left; too much is an error, and gets all of it. */
static uint64_t take(const struct answers *answers, size_t volume, uint64_t unit,
	uint64_t *room, struct problems *problems)
{
	uint64_t bytes = wanted(answers, volume);
	autofree char *most = text_from_size(*room);

	if (bytes > *room)
		layout_error(answers, problems, layout_volumes[volume].key,
			_("does not fit on the disk: at most %s are left for it; make this one or another smaller"),
			most);
	bytes = bytes > *room ? *room : round_up(bytes, unit);
	*room -= bytes;
	return bytes;
}

/* The one that gets the rest is a file system that must be of use. */
static uint64_t take_rest(const struct answers *answers, size_t volume, uint64_t unit,
	uint64_t *room, struct problems *problems)
{
	uint64_t least = volume == VOLUME_ROOT ? ROOT_MIN_BYTES : VOLUME_MIN_MIB * MIB;
	autofree char *has = text_human_size(*room);
	autofree char *needs = text_human_size(least);
	uint64_t bytes;

	if (wanted(answers, volume))
		return take(answers, volume, unit, room, problems);
	if (*room < least)
		layout_error(answers, problems, "disk.rest",
			_("the other sizes leave %s for %s, which needs %s at least"),
			has, layout_volumes[volume].name, needs);
	bytes = *room;
	*room = 0;
	return bytes;
}

static void divide(const struct answers *answers, struct disk_layout *layout,
	uint64_t room, struct problems *problems)
{
	uint64_t unit = EXTENT_MIB * MIB,
		 taken = (LVM_START_MIB + EXTENT_MIB +
				 (layout->encrypted ? LUKS_START_MIB : 0) +
				 (layout->disks[1] ? ARRAY_START_MIB : 0)) *
			 MIB;
	size_t rest = rest_volume(answers), known = problems->count;

	layout->partitions[PART_ROOT].size_bytes = room;
	room = room > taken ? (room - taken) / unit * unit : 0;
	for (size_t i = 0; i < VOLUMES; i++)
		if (is_in_root(i) && i != rest)
			layout->volume_bytes[i] = take(answers, i, unit, &room, problems);
	if (problems->count == known)
		layout->volume_bytes[rest] =
			take_rest(answers, rest, unit, &room, problems);
	layout->free_bytes = room;
	if (rest != VOLUME_ROOT && !wanted(answers, VOLUME_ROOT))
		layout_error(answers, problems, "disk.root_size",
			_("must be given when %s gets the rest of the disk (for example: 16G)"),
			layout_volumes[rest].name);
}

static void fill(const struct answers *answers, struct disk_layout *layout, uint64_t room,
	struct problems *problems)
{
	struct partition_spec *root = &layout->partitions[PART_ROOT];

	if (wants_volumes(answers)) {
		layout->has_volumes = true;
		divide(answers, layout, room, problems);
		return;
	}
	if (root->found) {
		layout->volume_bytes[VOLUME_ROOT] = room;
		return;
	}
	root->size_bytes = take_rest(answers, VOLUME_ROOT, MIB, &room, problems);
	layout->volume_bytes[VOLUME_ROOT] = root->size_bytes;
	layout->free_bytes = room;
}

/* NULL: there is none, as of free space. */
static const struct disk *mirror_of(const struct answers *answers,
	const struct machine *machine, const struct disk *disk)
{
	autofree const struct disk **others = answers_mirrors(answers, machine, disk);

	return others[0] && !others[1] && answers->disk.layout == LAYOUT_WHOLE ? others[0]
									       : NULL;
}

void layout_make(const struct answers *answers, const struct machine *machine,
	const struct disk *disk, struct disk_layout *layout, struct problems *problems)
{
	const struct disk *second = mirror_of(answers, machine, disk), *other = disk;
	size_t known = problems->count;
	uint64_t room;

	*layout = (struct disk_layout){
		.disks = {disk->path, second ? second->path : NULL}
        };
	if (second && second->size_bytes < disk->size_bytes)
		disk = second;
	else if (second)
		other = second;
	set_encryption(answers, machine, layout);
	room = partitions_place(answers, machine, disk, layout, problems);
	layout->volume_bytes[VOLUME_BOOT] = layout->partitions[PART_BOOT].size_bytes;
	layout->volume_bytes[VOLUME_ESP] = layout->partitions[PART_ESP].size_bytes;
	check_esp(answers, disk->logical_sector < other->logical_sector ? other : disk,
		layout, problems);
	if (layout->keeps)
		layout->volume_bytes[VOLUME_ROOT] = room;
	else if (problems->count == known || room)
		if (check_room(answers, disk, layout, room, problems))
			fill(answers, layout, room, problems);
}

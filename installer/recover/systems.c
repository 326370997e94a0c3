/* Which systems are installed on this computer, and which of them is open. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/partitions.h"
#include "installer/recover/operation.h"

enum { MOUNTS_MAX = 4 << 20, MOUNT_FIELDS = 10 };

bool installed_system_on(const struct disk *disk, struct installed_system *system)
{
	struct named_system found = {0};
	bool is_complete = partitions_find(disk, &found) && !found.is_keeping;

	*system = (struct installed_system){.disk = disk,
		.root = found.root,
		.boot = found.boot,
		.esp = found.esp,
		.shares = !found.bios,
		.has_volumes = found.has_volumes};
	if (!is_complete)
		return false;
	system->mirrored = text_equal(system->root->type, "linux_raid_member");
	system->encrypted =
		system->mirrored
			? system->root->label &&
				  text_matches(system->root->label, "*:" ARRAY_ENCRYPTED)
			: text_equal(system->root->type, "crypto_LUKS");
	return true;
}

/* The UUID of a member is that of the array. */
static bool is_mirror(const struct installed_system *one, const struct disk *disk)
{
	struct installed_system other;

	return installed_system_on(disk, &other) && other.mirrored &&
	       text_equal(other.root->uuid, one->root->uuid);
}

bool installed_system_at(
	const struct machine *machine, size_t index, struct installed_system *system)
{
	if (!installed_system_on(&machine->disks[index], system))
		return false;
	for (size_t i = 0; system->mirrored && i < machine->disk_count; i++) {
		if (i == index || !is_mirror(system, &machine->disks[i]))
			continue;
		if (i < index)
			return false;
		system->mirror = &machine->disks[i];
	}
	return true;
}

static const struct content *content_of(
	const struct installed_system *system, size_t volume)
{
	return volume == VOLUME_ROOT   ? system->root
	       : volume == VOLUME_BOOT ? system->boot
				       : system->esp;
}

char *recover_device(const struct recover *recover, size_t volume)
{
	if (recover->system.mirrored && volume != VOLUME_ESP)
		return memory_format(RECOVER_ARRAY "%s", layout_volumes[volume].name);
	return memory_copy_text(content_of(&recover->system, volume)->path);
}

char *recover_container(const struct recover *recover)
{
	return recover->system.encrypted
		       ? memory_copy_text("/dev/mapper/" RECOVER_MAPPING)
		       : recover_device(recover, VOLUME_ROOT);
}

static char *device_of(const struct recover *recover, size_t volume)
{
	if (volume != VOLUME_ROOT)
		return recover_device(recover, volume);
	return recover->system.has_volumes ? volume_device(&layout_volumes[volume])
					   : recover_container(recover);
}

void recover_volumes(
	const struct recover *recover, struct recover_volume volumes[RECOVER_VOLUMES])
{
	const struct installed_system *system = &recover->system;

	for (size_t i = 0; i < RECOVER_VOLUMES; i++) {
		const struct volume *volume = &layout_volumes[i];
		const char *type = content_of(system, i)->type;
		bool is_inside = (i == VOLUME_ROOT &&
					 (system->encrypted || system->has_volumes)) ||
				 (i != VOLUME_ESP && system->mirrored);

		volumes[i] = (struct recover_volume){.device = device_of(recover, i),
			.dir = memory_format("%s%s", RECOVER_DIR, volume_below(volume)),
			.type = memory_copy_text(
				is_inside || !type ? fs_type_names[volume->type] : type)};
	}
}

void recover_volumes_free(struct recover_volume volumes[RECOVER_VOLUMES])
{
	for (size_t i = 0; i < RECOVER_VOLUMES; i++) {
		memory_free_at(&volumes[i].device);
		memory_free_at(&volumes[i].dir);
		memory_free_at(&volumes[i].type);
	}
}

/* One line of mountinfo. The number of its optional fields varies; behind them and a "-" come type and source. */
struct mounted {
	const char *dir, *options, *source;
};

static bool read_mounted(const struct words *fields, struct mounted *mounted)
{
	for (size_t i = 6; i + 2 < fields->count; i++)
		if (text_equal(fields->items[i], "-")) {
			*mounted = (struct mounted){.dir = fields->items[4],
				.options = fields->items[5],
				.source = fields->items[i + 2]};
			return true;
		}
	return false;
}

/* Of the mounts below RECOVER_DIR, that of /boot tells the disk. */
static void take_mounted(
	struct recover *recover, const struct mounted *mounted, struct text *boot)
{
	bool is_root = text_equal(mounted->dir, RECOVER_DIR);

	if (!is_root && !text_starts(mounted->dir, RECOVER_DIR "/"))
		return;
	words_add(&recover->mounts, mounted->dir);
	if (is_root) {
		recover->mounted = true;
		recover->writable = text_starts(mounted->options, "rw");
	} else if (text_equal(mounted->dir, RECOVER_DIR "/boot")) {
		text_cut(boot, 0);
		text_add(boot, mounted->source);
	}
}

static int look_at_mounts(struct recover *recover, struct text *boot, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	autotext struct text text = {0};
	autowords struct words lines = {0};

	if (root < 0 ||
		file_read(root, "proc/self/mountinfo", MOUNTS_MAX, &text, err) < 0)
		return error_prefix(err, "listing mounts");
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words fields = {0};
		struct mounted mounted;

		words_split(&fields, lines.items[i], " ");
		if (read_mounted(&fields, &mounted))
			take_mounted(recover, &mounted, boot);
	}
	return 0;
}

static bool is_meant(
	const struct installed_system *system, const char *disk, const char *boot)
{
	const struct disk *const disks[DISKS] = {system->disk, system->mirror};

	for (size_t i = 0; disk && i < DISKS && disks[i]; i++)
		if (text_equal(disk, disks[i]->name) || text_equal(disk, disks[i]->path))
			return true;
	if (disk || !*boot)
		return !disk;
	/* arrays that are open hold their disks */
	return system->mirrored ? text_equal(boot, RECOVER_ARRAY "boot") &&
					  system->disk->holders.count
				: text_equal(boot, system->boot->path);
}

static int choose(struct recover *recover, const char *boot, struct error *err)
{
	const char *disk = recover->options.disk;
	autotext struct text names = {0};
	size_t count = 0;

	for (size_t i = 0; i < recover->machine->disk_count; i++) {
		struct installed_system system;

		if (!installed_system_at(recover->machine, i, &system) ||
			!is_meant(&system, disk, boot))
			continue;
		recover->system = system;
		text_addf(&names, "%s%s", count++ ? ", " : "", system.disk->name);
	}
	if (count < 2)
		return 0;
	recover->system = (struct installed_system){0};
	return error_set(err, -EEXIST,
		"there are %zu installed systems, on %s: name the disk of the one that is meant",
		count, text_string(&names));
}

int recover_look(struct recover *recover, struct error *err)
{
	autofree char *root = volume_device(&layout_volumes[VOLUME_ROOT]);
	autotext struct text boot = {0};
	autofree char *own_boot = NULL;
	int rc = look_at_mounts(recover, &boot, err);

	recover->unlocked = access("/dev/mapper/" RECOVER_MAPPING, F_OK) == 0;
	if (rc == 0)
		rc = choose(recover, text_string(&boot), err);
	recover->volumes_open = recover->system.has_volumes && access(root, F_OK) == 0;
	recover->arrays_open = access(RECOVER_ARRAY "root", F_OK) == 0;
	if (recover->system.disk)
		own_boot = recover_device(recover, VOLUME_BOOT);
	if (rc < 0 || !boot.size || !own_boot || text_equal(boot.data, own_boot))
		return rc;
	return error_set(err, -EBUSY,
		"another system is open on %s: close it first with `jefe-setup recover close`",
		RECOVER_DIR);
}

void recover_forget(struct recover *recover)
{
	words_free(&recover->mounts);
}

/* Partitions that are there and are used again: those of a JefeLinux that is replaced, or those that somebody made for one. */
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/partitions.h"

#define MIB ((uint64_t)1 << 20)

enum { MANUAL_BOOT_MIN_MIB = 256 }; /* least of disk.boot_size */

static void take(const struct disk *disk, struct disk_layout *layout, unsigned part,
	enum partition_type type, const struct content *content)
{
	layout->partitions[part] = partitions_found(disk, content, type);
}

/* What the partitions of root and /boot of a JefeLinux are called, and what that says. */
static const struct names {
	const char *root, *boot;
	bool has_volumes, is_keeping;
} names[] = {
	{NAME_ROOT,            NAME_BOOT,       false, false},
	{NAME_VOLUMES,         NAME_BOOT,       true,  false},
	{NAME_ROOT_APART,      NAME_BOOT_APART, false, false},
	{NAME_VOLUMES_APART,   NAME_BOOT_APART, true,  false},
	{NAME_KEEPING_ROOT,    NAME_BOOT,       false, true },
	{NAME_KEEPING_VOLUMES, NAME_BOOT,       true,  true },
	{NAME_KEEPING_ROOT,    NAME_BOOT_APART, false, true },
	{NAME_KEEPING_VOLUMES, NAME_BOOT_APART, true,  true },
};

static const struct content *find_named(const struct disk *disk, const char *name)
{
	for (size_t i = 0; i < disk->content_count; i++)
		if (text_equal(disk->contents[i].part_name, name))
			return &disk->contents[i];
	return NULL;
}

/* One that is shared has the name that somebody else gave it. */
static const struct content *esp_of(const struct disk *disk, const struct content *boot)
{
	const struct content *own = partitions_before(disk, boot, "esp");

	return own ? own : partitions_esp(disk, &(const struct disk_layout){0});
}

/* Others name partitions like that, too: our /boot has this file system, unless it is being made. */
static bool is_system(const struct disk *disk, const struct content *root,
	const struct names *row, struct named_system *system)
{
	bool apart = text_equal(row->boot, NAME_BOOT_APART);
	const struct content *boot = apart ? find_named(disk, row->boot)
					   : partitions_before(disk, root, row->boot);

	if (!text_equal(root->part_name, row->root) || !boot ||
		(!row->is_keeping && !layout_holds_boot(boot)))
		return false;
	*system = (struct named_system){.bios = find_named(disk, "bios"),
		.esp = esp_of(disk, boot),
		.boot = boot,
		.root = root,
		.has_volumes = row->has_volumes,
		.is_apart = apart,
		.is_keeping = row->is_keeping};
	return system->esp;
}

bool partitions_find(const struct disk *disk, struct named_system *system)
{
	for (size_t i = 0; i < disk->content_count; i++)
		for (size_t k = 0; k < LENGTH(names); k++)
			if (is_system(disk, &disk->contents[i], &names[k], system))
				return true;
	return false;
}

/* What the partition of root should hold, by its name. */
static const char *inside(const struct disk_layout *layout)
{
	return layout->has_volumes ? "LVM2_member" : "ext4";
}

static bool can_keep(const struct answers *answers, const struct disk *disk,
	const struct named_system *system, const struct disk_layout *layout,
	struct problems *problems)
{
	const struct content *root = system->root;
	const char *expected = inside(layout);

	if (text_equal(root->type, "linux_raid_member"))
		layout_error(answers, problems, "disk.layout",
			_("the JefeLinux on %s lies on a mirror, which cannot be kept: copy what is worth it from recovery, and take the whole disk"),
			disk->name);
	else if (!layout->encrypted && !text_equal(root->type, expected))
		layout_error(answers, problems, "disk.layout",
			_("%s should hold %s and holds %s: recovery may help, but nothing can be kept like this"),
			root->path, expected, root->type ? root->type : _("nothing"));
	else if (!text_equal(system->esp->type, "vfat"))
		layout_error(answers, problems, "disk.layout",
			_("%s, which the firmware starts from, holds no FAT file system: mend it in recovery, and look again"),
			system->esp->path);
	else if (layout->encrypted != (answers->disk.encryption == ENCRYPTION_LUKS2))
		layout_error(answers, problems, "disk.encryption",
			layout->encrypted
				? _("%s is encrypted and stays so: take luks2, with the passphrase that opens it")
				: _("%s is not encrypted, and what is kept in it cannot become so: take none"),
			root->path);
	else
		return true;
	return false;
}

/* Their slots are in the header that stays. */
static void refuse_new_keys(const struct answers *answers, struct problems *problems)
{
	static const char *const keys[] = {"disk.recovery_key", "disk.us_passphrase"};
	const struct secret_source *sources[] = {
		&answers->disk.recovery_key, &answers->disk.us_passphrase};

	for (size_t i = 0; i < LENGTH(keys); i++)
		if (sources[i]->origin != SECRET_NONE)
			layout_error(answers, problems, keys[i], "%s",
				_("layout keep leaves the key slots as they are: leave this line out; those of before go on working"));
}

uint64_t partitions_keep(const struct answers *answers, const struct disk *disk,
	struct disk_layout *layout, struct problems *problems)
{
	struct named_system system = {0};

	layout->keeps = layout->in_place = true;
	if (!partitions_find(disk, &system)) {
		layout_error(answers, problems, "disk.layout",
			_("there is no JefeLinux on %s whose /home could be kept"),
			disk->name);
		return 0;
	}
	layout->shares = !system.bios;
	layout->apart = system.is_apart;
	layout->has_volumes = system.has_volumes;
	layout->encrypted = text_equal(system.root->type, "crypto_LUKS");
	layout->recovery_slot = layout->us_slot = false;
	take(disk, layout, PART_BIOS, PARTITION_BIOS_BOOT, system.bios);
	take(disk, layout, PART_ESP, PARTITION_ESP, system.esp);
	take(disk, layout, PART_BOOT, PARTITION_LINUX, system.boot);
	take(disk, layout, PART_ROOT, PARTITION_LINUX, system.root);
	refuse_new_keys(answers, problems);
	return can_keep(answers, disk, &system, layout, problems)
		       ? system.root->size_bytes
		       : 0;
}

/* As cfdisk calls them, which keeps to English. */
static const char *const type_words[] = {
	[PARTITION_BIOS_BOOT] = "BIOS boot",
	[PARTITION_ESP] = "EFI System",
	[PARTITION_LINUX] = "Linux filesystem",
};

/* One that the answers name. NULL, with a problem, when it is not there or cannot be taken for this. */
static const struct content *chosen(const struct answers *answers,
	const struct disk *disk, uint64_t number, const char *key,
	enum partition_type type, struct problems *problems)
{
	autofree char *path = storage_partition_path(disk->path, (unsigned)number);

	for (size_t i = 0; number && i < disk->content_count; i++) {
		const struct content *content = &disk->contents[i];

		if (!text_equal(content->path, path))
			continue;
		if (partitions_is_type(content, type))
			return content;
		layout_error(answers, problems, key,
			_("%s is of another type: it must be \"%s\"; choose another, or change its type (cfdisk %s)"),
			path, type_words[type], disk->path);
		return NULL;
	}
	if (number)
		layout_error(answers, problems, key, _("there is no %s"), path);
	else
		layout_error(answers, problems, key,
			_("layout manual needs the number of a partition here (for example: %s)"),
			answers_field(key)->example);
	return NULL;
}

/* Recovery could not tell two of them apart. */
static bool is_beside_another(const struct disk *disk, const struct content *boot)
{
	for (size_t i = 0; i < disk->content_count; i++)
		if (&disk->contents[i] != boot && layout_holds_boot(&disk->contents[i]))
			return true;
	return false;
}

static bool are_usable(const struct answers *answers, const struct disk *disk,
	const struct content *esp, const struct content *boot, struct problems *problems)
{
	autofree char *has = text_human_size(boot->size_bytes);

	if (answers->disk.root_partition == answers->disk.boot_partition)
		layout_error(answers, problems, "disk.boot_partition", "%s",
			_("is the same as root_partition: /boot needs one of its own"));
	else if (is_beside_another(disk, boot))
		layout_error(answers, problems, "disk.layout",
			_("there is another JefeLinux on %s, and recovery could not tell two of them apart: take its partitions, or remove them first"),
			disk->name);
	else if (esp->type && !text_equal(esp->type, "vfat"))
		layout_error(answers, problems, "disk.esp_partition",
			_("%s holds %s, and firmware reads only FAT: make that in the shell (mkfs.vfat -F 32 %s), and look again"),
			esp->path, esp->type, esp->path);
	else if (boot->size_bytes < MANUAL_BOOT_MIN_MIB * MIB)
		layout_error(answers, problems, "disk.boot_partition",
			_("has %s, and /boot needs %u MiB at least"), has,
			MANUAL_BOOT_MIN_MIB);
	else
		return true;
	return false;
}

uint64_t partitions_manual(const struct answers *answers, const struct machine *machine,
	const struct disk *disk, struct disk_layout *layout, struct problems *problems)
{
	const struct content *esp, *boot, *root;

	layout->in_place = layout->shares = layout->apart = true;
	take(disk, layout, PART_BIOS, PARTITION_BIOS_BOOT, NULL);
	if (!partitions_can_share(answers, machine, disk, problems))
		return 0;
	root = chosen(answers, disk, answers->disk.root_partition, "disk.root_partition",
		PARTITION_LINUX, problems);
	boot = chosen(answers, disk, answers->disk.boot_partition, "disk.boot_partition",
		PARTITION_LINUX, problems);
	esp = chosen(answers, disk, answers->disk.esp_partition, "disk.esp_partition",
		PARTITION_ESP, problems);
	if (!root || !boot || !esp || !are_usable(answers, disk, esp, boot, problems))
		return 0;
	layout->esp_is_empty = !esp->type;
	take(disk, layout, PART_ESP, PARTITION_ESP, esp);
	take(disk, layout, PART_BOOT, PARTITION_LINUX, boot);
	take(disk, layout, PART_ROOT, PARTITION_LINUX, root);
	return root->size_bytes;
}

#include "installer/machine.h"

#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"

const char *const disk_bus_names[] = {
	"unknown", "ata", "scsi", "usb", "nvme", "virtio", "mmc", "loop", NULL};
const char *const disk_health_names[] = {"unknown", "good", "failing", NULL};
static const char *const firmware_names[] = {"bios", "uefi", NULL};

/* The shape of the structs, read by load, save and free. JSON keys are the names of the members. */
enum member_kind {
	MEMBER_TEXT,
	MEMBER_U64,
	MEMBER_U32,
	MEMBER_FLAG,
	MEMBER_WORDS,
	MEMBER_NAME,
	MEMBER_LIST
};

struct shape;
struct member {
	const char *key;
	enum member_kind kind;
	size_t offset;
	const char *const *names;  /* NAME: of an enum */
	const struct shape *items; /* LIST: a pointer here and its count elsewhere */
	size_t count_offset;
};

struct shape {
	const struct member *members; /* ends with key NULL */
	size_t size;
};

#define MEMBER(type, name, kind)                                                         \
	{                                                                                \
#name, kind, offsetof(type, name), NULL, NULL, 0                         \
	}
#define NAMED(type, name, names)                                                         \
	{                                                                                \
#name, MEMBER_NAME, offsetof(type, name), names, NULL, 0                 \
	}
#define LIST(type, name, count, shape)                                                   \
	{                                                                                \
#name, MEMBER_LIST, offsetof(type, name), NULL, shape,                   \
			offsetof(type, count)                                            \
	}

static const struct member content_members[] = {
	MEMBER(struct content, path, MEMBER_TEXT),
	MEMBER(struct content, type, MEMBER_TEXT),
	MEMBER(struct content, label, MEMBER_TEXT),
	MEMBER(struct content, uuid, MEMBER_TEXT),
	MEMBER(struct content, part_name, MEMBER_TEXT),
	MEMBER(struct content, part_type, MEMBER_TEXT),
	MEMBER(struct content, part_uuid, MEMBER_TEXT),
	MEMBER(struct content, start_bytes, MEMBER_U64),
	MEMBER(struct content, size_bytes, MEMBER_U64),
	{0},
};
static const struct shape content_shape = {content_members, sizeof(struct content)};

static const struct member disk_members[] = {
	MEMBER(struct disk, name, MEMBER_TEXT),
	MEMBER(struct disk, path, MEMBER_TEXT),
	MEMBER(struct disk, by_id, MEMBER_TEXT),
	MEMBER(struct disk, by_path, MEMBER_TEXT),
	MEMBER(struct disk, serial, MEMBER_TEXT),
	MEMBER(struct disk, wwn, MEMBER_TEXT),
	MEMBER(struct disk, model, MEMBER_TEXT),
	NAMED(struct disk, bus, disk_bus_names),
	MEMBER(struct disk, size_bytes, MEMBER_U64),
	MEMBER(struct disk, logical_sector, MEMBER_U32),
	MEMBER(struct disk, physical_sector, MEMBER_U32),
	MEMBER(struct disk, removable, MEMBER_FLAG),
	MEMBER(struct disk, read_only, MEMBER_FLAG),
	MEMBER(struct disk, rotational, MEMBER_FLAG),
	MEMBER(struct disk, live_medium, MEMBER_FLAG),
	NAMED(struct disk, health, disk_health_names),
	MEMBER(struct disk, worn_percent, MEMBER_U32),
	MEMBER(struct disk, used_hours, MEMBER_U64),
	MEMBER(struct disk, table, MEMBER_TEXT),
	LIST(struct disk, contents, content_count, &content_shape),
	MEMBER(struct disk, holders, MEMBER_WORDS),
	{0},
};
static const struct shape disk_shape = {disk_members, sizeof(struct disk)};

static const struct member port_members[] = {
	MEMBER(struct network_port, name, MEMBER_TEXT),
	MEMBER(struct network_port, mac, MEMBER_TEXT),
	MEMBER(struct network_port, driver, MEMBER_TEXT),
	MEMBER(struct network_port, link, MEMBER_FLAG),
	MEMBER(struct network_port, wireless, MEMBER_FLAG),
	MEMBER(struct network_port, addresses, MEMBER_WORDS),
	{0},
};
static const struct shape port_shape = {port_members, sizeof(struct network_port)};

static const struct member system_members[] = {
	MEMBER(struct found_system, path, MEMBER_TEXT),
	MEMBER(struct found_system, name, MEMBER_TEXT),
	{0},
};
static const struct shape system_shape = {system_members, sizeof(struct found_system)};

static const struct member machine_members[] = {
	NAMED(struct machine, firmware, firmware_names),
	MEMBER(struct machine, secure_boot, MEMBER_FLAG),
	MEMBER(struct machine, nvram_writable, MEMBER_FLAG),
	MEMBER(struct machine, memory_bytes, MEMBER_U64),
	MEMBER(struct machine, cpus, MEMBER_U32),
	MEMBER(struct machine, cpu_model, MEMBER_TEXT),
	MEMBER(struct machine, vendor, MEMBER_TEXT),
	MEMBER(struct machine, product, MEMBER_TEXT),
	MEMBER(struct machine, serial, MEMBER_TEXT),
	MEMBER(struct machine, tpm2, MEMBER_FLAG),
	MEMBER(struct machine, tpm12, MEMBER_FLAG),
	MEMBER(struct machine, virtual_machine, MEMBER_FLAG),
	MEMBER(struct machine, smt, MEMBER_FLAG),
	MEMBER(struct machine, usb_keyboards, MEMBER_WORDS),
	MEMBER(struct machine, serial_consoles, MEMBER_WORDS),
	LIST(struct machine, disks, disk_count, &disk_shape),
	LIST(struct machine, ports, port_count, &port_shape),
	LIST(struct machine, systems, system_count, &system_shape),
	{0},
};
static const struct shape machine_shape = {machine_members, sizeof(struct machine)};

static const enum json_type member_types[] = {
	[MEMBER_TEXT] = JSON_IS_TEXT,
	[MEMBER_U64] = JSON_IS_NUMBER,
	[MEMBER_U32] = JSON_IS_NUMBER,
	[MEMBER_FLAG] = JSON_IS_BOOL,
	[MEMBER_WORDS] = JSON_IS_ARRAY,
	[MEMBER_NAME] = JSON_IS_TEXT,
	[MEMBER_LIST] = JSON_IS_ARRAY,
};

static int load_shape(const struct json *object, const struct shape *shape, void *base,
	struct error *err);

static int load_words(
	const struct json *array, const char *key, struct words *words, struct error *err)
{
	for (size_t i = 0; i < json_count(array); i++) {
		const char *word = json_as_text(json_item(array, i));

		if (!word)
			return error_set(err, -EINVAL, "%s[%zu]: must be a text", key, i);
		words_add(words, word);
	}
	return 0;
}

static int load_name(
	const char *text, const struct member *member, unsigned *index, struct error *err)
{
	*index = 0;
	if (!text)
		return 0;
	while (member->names[*index] && strcmp(member->names[*index], text) != 0)
		++*index;
	if (member->names[*index])
		return 0;
	*index = 0;
	return error_set(err, -EINVAL, "%s: \"%s\" is unknown", member->key, text);
}

static int load_list(const struct json *array, const struct member *member, char *base,
	struct error *err)
{
	size_t *count = (size_t *)(void *)(base + member->count_offset);
	char *items = memory_zero(json_count(array), member->items->size);

	*(void **)(void *)(base + member->offset) = items;
	while (*count < json_count(array)) {
		size_t at = (*count)++;

		if (load_shape(json_item(array, at), member->items,
			    items + at * member->items->size, err) < 0)
			return error_prefix(err, "%s[%zu]", member->key, at);
	}
	return 0;
}

static int load_member(const struct json *object, const struct member *member, char *base,
	struct error *err)
{
	void *at = base + member->offset;
	int rc = json_expect(object, member->key, member_types[member->kind], err);

	if (rc < 0)
		return rc;
	switch (member->kind) {
	case MEMBER_TEXT:
		*(char **)at = memory_copy_text(json_text(object, member->key));
		return 0;
	case MEMBER_U64:
		*(uint64_t *)at = json_number(object, member->key);
		return 0;
	case MEMBER_U32:
		*(uint32_t *)at = (uint32_t)json_number(object, member->key);
		return 0;
	case MEMBER_FLAG:
		*(bool *)at = json_bool(object, member->key);
		return 0;
	case MEMBER_WORDS:
		return load_words(json_member(object, member->key), member->key, at, err);
	case MEMBER_NAME:
		return load_name(json_text(object, member->key), member, at, err);
	case MEMBER_LIST:
		return load_list(json_member(object, member->key), member, base, err);
	}
	return 0;
}

static int load_shape(const struct json *object, const struct shape *shape, void *base,
	struct error *err)
{
	for (const struct member *member = shape->members; member->key; member++) {
		int rc = load_member(object, member, base, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct json *save_shape(const struct shape *shape, const char *base);

static struct json *save_words(const struct words *words)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < words->count; i++)
		json_append_text(array, words->items[i]);
	return array;
}

static struct json *save_list(const struct member *member, const char *base)
{
	const char *items = *(const char *const *)(const void *)(base + member->offset);
	size_t count = *(const size_t *)(const void *)(base + member->count_offset);
	struct json *array = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(array,
			save_shape(member->items, items + i * member->items->size));
	return array;
}

static void save_member(
	struct json *object, const struct member *member, const char *base)
{
	const void *at = base + member->offset;

	switch (member->kind) {
	case MEMBER_TEXT:
		json_put_text(object, member->key, *(const char *const *)at);
		return;
	case MEMBER_U64:
		json_put_number(object, member->key, *(const uint64_t *)at);
		return;
	case MEMBER_U32:
		json_put_number(object, member->key, *(const uint32_t *)at);
		return;
	case MEMBER_FLAG:
		json_put_bool(object, member->key, *(const bool *)at);
		return;
	case MEMBER_WORDS:
		json_put(object, member->key, save_words(at));
		return;
	case MEMBER_NAME:
		json_put_text(object, member->key, member->names[*(const unsigned *)at]);
		return;
	case MEMBER_LIST:
		json_put(object, member->key, save_list(member, base));
		return;
	}
}

static struct json *save_shape(const struct shape *shape, const char *base)
{
	struct json *object = json_new_object();

	for (const struct member *member = shape->members; member->key; member++)
		save_member(object, member, base);
	return object;
}

static void free_shape(const struct shape *shape, char *base)
{
	for (const struct member *member = shape->members; member->key; member++) {
		void *at = base + member->offset;
		char *items;

		if (member->kind == MEMBER_WORDS)
			words_free(at);
		else if (member->kind == MEMBER_TEXT)
			free(*(char **)at);
		else if (member->kind == MEMBER_LIST) {
			items = *(char **)at;
			for (size_t i = 0;
				i < *(size_t *)(void *)(base + member->count_offset); i++)
				free_shape(
					member->items, items + i * member->items->size);
			free(items);
		}
	}
}

/* What planning cannot do without. */
static int check_disks(struct machine *machine, struct error *err)
{
	for (size_t i = 0; i < machine->disk_count; i++) {
		struct disk *disk = &machine->disks[i];

		if (!disk->name || !*disk->name)
			return error_set(err, -EINVAL, "disks[%zu]: name is missing", i);
		if (!disk->path)
			disk->path = memory_format("/dev/%s", disk->name);
		if (!disk->logical_sector)
			disk->logical_sector = 512;
		if (!disk->physical_sector)
			disk->physical_sector = disk->logical_sector;
	}
	return 0;
}

static int load_document(
	const struct json *document, struct machine *machine, struct error *err)
{
	int rc = json_expect(document, "schema", JSON_IS_NUMBER, err);

	if (rc == 0 && json_number(document, "schema") != 1)
		rc = error_set(err, -EINVAL,
			"schema: must be 1; is this the output of `jefe-setup probe`?");
	if (rc == 0)
		rc = load_shape(document, &machine_shape, machine, err);
	return rc == 0 ? check_disks(machine, err) : rc;
}

int machine_load(
	const char *json, const char *name, struct machine **machine, struct error *err)
{
	automachine struct machine *loaded = memory_zero(1, sizeof(*loaded));
	autojson struct json *document = NULL;
	int rc = json_parse(json, name, &document, err);

	if (rc < 0)
		return rc;
	rc = load_document(document, loaded, err);
	if (rc < 0)
		return error_prefix(err, "%s", name);
	*machine = loaded;
	loaded = NULL;
	return 0;
}

int machine_load_file(const char *path, struct machine **machine, struct error *err)
{
	enum { MACHINE_MAX = 4 * 1024 * 1024 };
	autotext struct text text = {0};
	int rc = file_read_argument(path, MACHINE_MAX, &text, err);

	return rc < 0 ? rc : machine_load(text_string(&text), path, machine, err);
}

char *machine_save(const struct machine *machine)
{
	autojson struct json *document =
		save_shape(&machine_shape, (const char *)machine);
	autofree char *json = NULL;

	json_put_number(document, "schema", 1);
	json = json_write(document, false);
	return memory_format("%s\n", json);
}

void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	free_shape(&machine_shape, (char *)machine);
	free(machine);
}

void machine_free_at(struct machine **machine)
{
	machine_free(*machine);
}

const struct disk *machine_disk(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->disk_count; i++) {
		const struct disk *disk = &machine->disks[i];

		if (strcmp(disk->name, name) == 0 || strcmp(disk->path, name) == 0 ||
			text_equal(disk->by_id, name) || text_equal(disk->by_path, name))
			return disk;
	}
	return NULL;
}

/* What people call the things libblkid finds; ends with type NULL. */
static const struct {
	const char *type, *words;
} content_words[] = {
	{"ntfs",              N_("Windows")                 },
	{"BitLocker",         N_("BitLocker-encrypted data")},
	{"ext2",              N_("Linux data")              },
	{"ext3",              N_("Linux data")              },
	{"ext4",              N_("Linux data")              },
	{"xfs",               N_("Linux data")              },
	{"btrfs",             N_("Linux data")              },
	{"f2fs",              N_("Linux data")              },
	{"crypto_LUKS",       N_("encrypted data")          },
	{"LVM2_member",       N_("part of an LVM")          },
	{"linux_raid_member", N_("part of a RAID")          },
	{"zfs_member",        N_("part of a ZFS pool")      },
	{"swap",              NULL			  }, /* nothing anybody misses */
	{"vfat",              N_("files")                   },
	{"exfat",             N_("files")                   },
	{"apfs",              N_("macOS data")              },
	{"hfsplus",           N_("macOS data")              },
	{"iso9660",           N_("a CD image")              },
	{NULL,		N_("other data")              },
};

static const char efi_system[] = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
static const char microsoft_reserved[] = "e3c9e316-0b5c-4db8-817d-f92df00215ae";

static const char *words_for(const struct content *content)
{
	size_t i = 0;

	if (text_equal(content->part_type, microsoft_reserved))
		return "Windows";
	if (!content->type || text_equal(content->part_type, efi_system))
		return NULL;
	while (content_words[i].type && strcmp(content_words[i].type, content->type) != 0)
		i++;
	return content_words[i].words ? _(content_words[i].words) : NULL;
}

static void describe_contents(const struct disk *disk, struct text *to)
{
	autowords struct words found = {0};
	autotext struct text list = {0};
	size_t partitions = 0;

	for (size_t i = 0; i < disk->content_count; i++) {
		const char *words = words_for(&disk->contents[i]);

		partitions += !text_equal(disk->contents[i].path, disk->path);
		if (words && !words_contain(&found, words))
			words_add(&found, words);
	}
	if (found.count == 0 && partitions == 0)
		text_add(to, disk->table ? _(", no partitions") : _(", empty"));
	for (size_t i = 0; i < found.count; i++)
		text_addf(&list, "%s%s", i ? ", " : "", found.items[i]);
	if (found.count)
		text_addf(to, _(", holds %s"), text_string(&list));
	if (partitions)
		text_addf(to, P_(" (%zu partition)", " (%zu partitions)", partitions),
			partitions);
}

bool disk_is_stick(const struct disk *disk)
{
	return (disk->bus == BUS_USB || disk->removable) && !disk->live_medium &&
	       !disk->holders.count;
}

char *disk_describe(const struct disk *disk)
{
	autofree char *size = text_human_size(disk->size_bytes);
	struct text text = {0};

	text_addf(&text, "%s %s", disk->name, size);
	if (disk->bus != BUS_UNKNOWN)
		text_addf(&text, " %s", disk_bus_names[disk->bus]);
	if (disk->model)
		text_addf(&text, " %s", disk->model);
	if (disk->serial)
		text_addf(&text, _(", serial %s"), disk->serial);
	describe_contents(disk, &text);
	return text_take(&text);
}

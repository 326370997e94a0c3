/* Rules about the boot chain and data at rest that nothing here can change: they were decided in the firmware, or when the disk was
 * set up. They are read from the disks and the firmware of the running system. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/keeper.h"
#include "installer/storage.h"

enum { HEADER = 4096, HEADER_MAX = 4 << 20, KEYSLOTS = 32 };

/* One rule: fill the finding. */
struct rule {
	const char *name;
	void (*look)(struct site *site, const char *value, struct finding *finding);
};

/* An encrypted device that is open: dm-0, and below it vda3. */
struct volume {
	char *mapping, *device;
	bool is_luks2;
};

static char *line_of(const struct site *site, const char *path)
{
	char *line = NULL;

	return file_read_line(site->scope->root_fd, path, &line) == 0 ? line : NULL;
}

/* The first one; false when none is open. What it holds is to be freed by volume_free(). */
static bool volume_find(const struct site *site, struct volume *volume)
{
	autowords struct words paths = {0};

	paths_expand(site, "sys/class/block/dm-*", &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autofree char *uuid_path = memory_format("%s/dm/uuid", paths.items[i]);
		autofree char *slaves = memory_format("%s/slaves", paths.items[i]);
		autofree char *uuid = line_of(site, uuid_path);
		autowords struct words names = {0};

		if (!uuid || !text_starts(uuid, "CRYPT-LUKS") ||
			file_list(site->scope->root_fd, slaves, true, &names, NULL) < 0 ||
			!names.count)
			continue;
		volume->mapping = memory_copy_text(paths.items[i]);
		volume->device = memory_format("dev/%s", names.items[0]);
		volume->is_luks2 = text_starts(uuid, "CRYPT-LUKS2-");
		return true;
	}
	return false;
}

static void volume_free(struct volume *volume)
{
	free(volume->mapping);
	free(volume->device);
}
#define autovolume __attribute__((cleanup(volume_free)))

static bool is_encrypted(const struct site *site)
{
	autofree char *entry = encryption_entry(site);

	return entry;
}

/* No device to look at: nothing is encrypted, this is not the running system, or its devices are hidden. */
static void find_no_volume(const struct site *site, struct finding *finding)
{
	if (!is_encrypted(site))
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("the disk is not encrypted"));
	else if (!site->scope->running)
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("only the running system tells"));
	else
		find(finding, FOUND_UNKNOWN, NULL,
			memory_copy_text("no open LUKS device below /sys/class/block"));
}

/* The JSON part of a LUKS2 header. */
static int read_header(const struct site *site, const struct volume *volume,
	struct json **header, struct error *err)
{
	autoclose int fd =
		file_open(site->scope->root_fd, volume->device, O_RDONLY, 0, err);
	autotext struct text text = {0};
	uint64_t size;
	char chunk[HEADER];

	if (fd < 0)
		return fd;
	if (pread(fd, chunk, sizeof(chunk), 0) != (ssize_t)sizeof(chunk) ||
		memcmp(chunk, "LUKS\xba\xbe", 6) != 0)
		return error_set(err, -EINVAL, "%s: no LUKS header", volume->device);
	memcpy(&size, chunk + 8, sizeof(size));
	size = be64toh(size);
	if (size <= HEADER || size > HEADER_MAX)
		return error_set(err, -EINVAL, "%s: a header of %llu bytes",
			volume->device, (unsigned long long)size);
	for (uint64_t at = HEADER; at < size; at += sizeof(chunk)) {
		if (pread(fd, chunk, sizeof(chunk), (off_t)at) != (ssize_t)sizeof(chunk))
			return error_set(err, -EIO, "%s: a short header", volume->device);
		text_add_bytes(&text, chunk, strnlen(chunk, sizeof(chunk)));
		if (memchr(chunk, '\0', sizeof(chunk)))
			break;
	}
	return json_parse(text_string(&text), volume->device, header, err);
}

/* What every key slot says, each different answer once, behind one another. */
static void add_once(struct words *words, const char *word)
{
	if (word && !words_contain(words, word))
		words_add(words, word);
}

static void take_slots(
	const struct json *header, struct words *kdfs, struct words *ciphers)
{
	const struct json *slots = json_member(header, "keyslots");

	for (unsigned i = 0; i < KEYSLOTS; i++) {
		autofree char *number = memory_format("%u", i);
		const struct json *slot = slots ? json_member(slots, number) : NULL;
		const struct json *area = slot ? json_member(slot, "area") : NULL;
		const struct json *kdf = slot ? json_member(slot, "kdf") : NULL;
		autofree char *cipher = NULL;

		if (!area || !kdf)
			continue;
		cipher = memory_format("%s/%llu", json_text(area, "encryption"),
			(unsigned long long)json_number(slot, "key_size") * 8);
		add_once(kdfs, json_text(kdf, "type"));
		add_once(ciphers, cipher);
	}
}

static void look_at_slots(
	struct site *site, const char *value, bool at_kdf, struct finding *finding)
{
	autovolume struct volume volume = {0};
	autowords struct words kdfs = {0}, ciphers = {0};
	const struct words *found = at_kdf ? &kdfs : &ciphers;
	autotext struct text text = {0};
	autojson struct json *header = NULL;
	struct error err = {0};

	if (!volume_find(site, &volume)) {
		find_no_volume(site, finding);
		return;
	}
	if (!volume.is_luks2) {
		find(finding, FOUND_WRONG, memory_copy_text("LUKS1"),
			memory_format("/%s is LUKS1", volume.device));
		return;
	}
	if (read_header(site, &volume, &header, &err) < 0) {
		find(finding, FOUND_UNKNOWN, NULL, memory_copy_text(err.text));
		return;
	}
	take_slots(header, &kdfs, &ciphers);
	for (size_t i = 0; i < found->count; i++)
		text_addf(&text, "%s%s", i ? " " : "", found->items[i]);
	find(finding, text_equal(text_string(&text), value) ? FOUND_RIGHT : FOUND_WRONG,
		memory_copy_text(text_string(&text)),
		memory_format("header of /%s: %s", volume.device, text_string(&text)));
}

static void look_at_kdf(struct site *site, const char *value, struct finding *finding)
{
	look_at_slots(site, value, true, finding);
}

static void look_at_cipher(struct site *site, const char *value, struct finding *finding)
{
	look_at_slots(site, value, false, finding);
}

static void look_at_discard(struct site *site, const char *value, struct finding *finding)
{
	autovolume struct volume volume = {0};
	autofree char *path = NULL, *line = NULL;
	bool right;

	if (!volume_find(site, &volume)) {
		find_no_volume(site, finding);
		return;
	}
	path = memory_format("%s/queue/discard_max_bytes", volume.mapping);
	line = line_of(site, path);
	right = text_equal(line, "0");
	find(finding, right ? FOUND_RIGHT : FOUND_WRONG,
		memory_copy_text(right ? value : "on"),
		memory_format("/%s = %s", path, line ? line : "nothing"));
}

/* A mapping may have a key of its own for each start, so what it is only the kernel tells. */
static bool is_safe_swap(const struct site *site, const char *path)
{
	if (!text_starts(path, "/dev/"))
		return is_encrypted(site); /* on the root file system, or beside it */
	if (text_starts(path, "/dev/dm-") || text_starts(path, "/dev/mapper/"))
		return !site->scope->running || encryption_below(site, path);
	return text_starts(path, "/dev/zram");
}

/* Rows of /etc/fstab or /proc/swaps that swap in the clear. */
static void take_swaps(
	const struct site *site, const char *table, bool is_fstab, struct text *wrong)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, table, &text))
		return;
	rest = text.data;
	while ((line = line_next(&rest))) {
		autowords struct words fields = {0};

		words_split(&fields, line, " \t");
		if (!fields.count || fields.items[0][0] == '#' ||
			strcmp(fields.items[0], "Filename") == 0 ||
			(is_fstab && (fields.count < 3 ||
					     strcmp(fields.items[2], "swap") != 0)))
			continue;
		if (!is_safe_swap(site, fields.items[0]))
			text_addf(wrong, "%s%s: %s", wrong->size ? "; " : "", table,
				fields.items[0]);
	}
}

static void look_at_swap(struct site *site, const char *value, struct finding *finding)
{
	autotext struct text wrong = {0};

	take_swaps(site, "etc/fstab", true, &wrong);
	if (site->scope->running)
		take_swaps(site, "proc/swaps", false, &wrong);
	if (wrong.size)
		find(finding, FOUND_WRONG, memory_copy_text("in the clear"),
			memory_copy_text(wrong.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("etc/fstab and /proc/swaps"));
}

/* The variable is four bytes of attributes and one of value. */
static void look_at_secure_boot(
	struct site *site, const char *value, struct finding *finding)
{
	static const char path[] =
		"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	autotext struct text text = {0};

	if (!file_exists(site->scope->root_fd, "sys/firmware/efi"))
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("not started by UEFI"));
	else if (disk_read(site, path, &text) && text.size == 5 && text.data[4] == 1)
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("/%s", path));
	else
		find(finding, FOUND_UNAVAILABLE, NULL,
			memory_copy_text(
				"the firmware does not check signatures, and nothing in this boot chain is signed"));
}

/* "/dev/md127 lacks 1 of its disks" of each mirror that lacks one; how many there are. */
static size_t take_arrays(const struct site *site, struct text *wrong)
{
	autowords struct words paths = {0};
	size_t count = 0;

	paths_expand(site, "sys/class/block/md*", &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autofree char *path = memory_format("%s/md/degraded", paths.items[i]);
		autofree char *line = line_of(site, path);

		count += line != NULL;
		if (line && strcmp(line, "0") != 0)
			text_addf(wrong, "%s/dev%s lacks %s of its disks",
				wrong->size ? "; " : "", strrchr(paths.items[i], '/'),
				line);
	}
	return count;
}

static void look_at_mirror(struct site *site, const char *value, struct finding *finding)
{
	autotext struct text wrong = {0};

	if (!site->scope->running)
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("only the running system tells"));
	else if (!take_arrays(site, &wrong))
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("no disk is mirrored"));
	else if (wrong.size)
		find(finding, FOUND_WRONG, memory_copy_text("incomplete"),
			memory_format("%s; see MIRROR in jefe-setup(8)", wrong.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("/sys/class/block/md*/md/degraded"));
}

/* Has the header the key slot of the device, and a token for it? */
static bool has_slot(const struct keeper *keeper, const struct json *header)
{
	const struct json *slots = json_member(header, "keyslots");
	const struct json *tokens = json_member(header, "tokens");
	autofree char *slot = memory_format("%d", keeper->slot);

	for (unsigned i = 0; slots && tokens && i < KEYSLOTS; i++) {
		autofree char *number = memory_format("%u", i);
		const struct json *token = json_member(tokens, number);

		if (token && text_equal(json_text(token, "type"), keeper->token))
			return json_member(slots, slot);
	}
	return false;
}

static void find_slot(struct site *site, const struct keeper *keeper, const char *value,
	const char *state, struct finding *finding)
{
	autovolume struct volume volume = {0};
	autojson struct json *header = NULL;
	struct error err = {0};

	if (!volume_find(site, &volume))
		find_no_volume(site, finding);
	else if (read_header(site, &volume, &header, &err) < 0)
		find(finding, FOUND_UNKNOWN, NULL, memory_copy_text(err.text));
	else
		find(finding, has_slot(keeper, header) ? FOUND_RIGHT : FOUND_WRONG,
			memory_copy_text(
				has_slot(keeper, header) ? value : "no key slot"),
			memory_format("header of /%s; /%s: %s", volume.device,
				keeper->state, state));
}

/* What came of it at this start: the initramfs says so, and what confirmed the start. */
static void look_at_tpm(struct site *site, const char *value, struct finding *finding)
{
	const struct keeper *keeper = &keepers[KEEPER_TPM];
	autovolume struct volume volume = {0};
	autofree char *state = line_of(site, keeper->state);

	if (!keeper_is_on(keeper, site->scope->root_fd))
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("no TPM is to unlock the disk"));
	else if (!volume_find(site, &volume))
		find_no_volume(site, finding);
	else if (!state || text_starts(state, "asked") || text_starts(state, "kept"))
		find(finding, FOUND_NOTHING, NULL,
			memory_format("not at this start; %s",
				state ? state : "the next one tells"));
	else if (text_starts(state, "failed"))
		find(finding, FOUND_WRONG, NULL,
			memory_format("/%s: %s", keeper->state, state));
	else
		find_slot(site, keeper, value, state, finding);
}

/* Who has it with him decides at each start: that it was not asked is no fault. */
static void look_at_fido2(struct site *site, const char *value, struct finding *finding)
{
	const struct keeper *keeper = &keepers[KEEPER_FIDO2];
	autofree char *state = line_of(site, keeper->state);

	if (!keeper_is_on(keeper, site->scope->root_fd))
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("no security key is to unlock the disk"));
	else
		find_slot(site, keeper, value, state ? state : "not asked", finding);
}

static const struct rule rules[] = {
	{"encryption",   encryption_look    },
	{"luks-kdf",     look_at_kdf        },
	{"luks-cipher",  look_at_cipher     },
	{"discard",      look_at_discard    },
	{"swap",         look_at_swap       },
	{"mirror",       look_at_mirror     },
	{"secure-boot",  look_at_secure_boot},
	{"tpm-unlock",   look_at_tpm        },
	{"fido2-unlock", look_at_fido2      },
};

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const struct rule *rule = rules;

	while (strcmp(rule->name, control->target) != 0)
		rule++;
	rule->look(site, value, finding);
}

const struct control_kind kind_machine = {
	.name = "machine",
	.place = "etc/crypttab",
	.fix = "It is decided when the system is installed, or in the firmware.",
	.persisted = persisted,
};

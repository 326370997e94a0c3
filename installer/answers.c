#include "installer/answers.h"

#include <errno.h>
#include <string.h>

#include "installer/answers_value.h"
#include "installer/base/memory.h"

/* Defaults or release of every value: of the answers themselves, or of one user. */
static void each_slot(struct answers *answers, const struct slot *user,
	void (*call)(const struct slot *slot))
{
	for (const struct field *field = answer_fields; field->key; field++)
		if (field_is_user(field) == (user != NULL))
			call(&(struct slot){field, answers, user ? user->user : 0});
}

static void store_standard(const struct slot *slot)
{
	slot_store(slot, NULL);
}

struct answers *answers_new(void)
{
	struct answers *answers = memory_zero(1, sizeof(*answers));

	each_slot(answers, NULL, store_standard);
	return answers;
}

void answers_free(struct answers *answers)
{
	if (!answers)
		return;
	while (answers->user_count)
		answers_remove_user(answers, answers->user_count - 1);
	free(answers->users);
	each_slot(answers, NULL, slot_free);
	for (size_t i = 0; i < answers->place_count; i++)
		free(answers->places[i].path);
	free(answers->places);
	free(answers);
}

void answers_free_at(struct answers **answers)
{
	answers_free(*answers);
}

struct user *answers_add_user(struct answers *answers)
{
	struct slot user = {.user = answers->user_count};

	answers->users = memory_resize(
		answers->users, answers->user_count + 1, sizeof(*answers->users));
	answers->users[answers->user_count++] = (struct user){0};
	each_slot(answers, &user, store_standard);
	return &answers->users[user.user];
}

void answers_remove_user(struct answers *answers, size_t index)
{
	struct slot user = {.user = index};

	if (index >= answers->user_count)
		return;
	each_slot(answers, &user, slot_free);
	answers->user_count--;
	memmove(&answers->users[index], &answers->users[index + 1],
		(answers->user_count - index) * sizeof(*answers->users));
}

/* The length of the digits of "users.12.name", and where they start; 0 for other paths. */
static size_t user_digits(const char *path, const char **digits)
{
	size_t size;

	if (!text_starts(path, "users."))
		return 0;
	*digits = path + strlen("users.");
	size = strspn(*digits, "0123456789");
	return (*digits)[size] == '.' ? size : 0;
}

size_t answers_user_index(const char *path)
{
	const char *digits = "";
	size_t size = user_digits(path, &digits);
	autofree char *number = memory_copy_bytes(digits, size);
	uint64_t index;

	return text_to_u64(number, 0, UINT32_MAX, &index) == 0 ? index : SIZE_MAX;
}

/* "users.12.name" to the table's "users[].name"; other paths stay as they are. The caller frees it. */
static char *table_key(const char *path)
{
	const char *digits = "";
	size_t size = user_digits(path, &digits);

	return size ? memory_format("users[]%s", digits + size) : memory_copy_text(path);
}

const struct field *answers_field(const char *path)
{
	autofree char *key = table_key(path);

	for (const struct field *field = answer_fields; field->key; field++)
		if (strcmp(field->key, key) == 0)
			return field;
	return NULL;
}

/* The list that path names a setting of, and that setting; NULL: it names none. */
static const struct field *settings_field(const char *path, const char **setting)
{
	for (const struct field *field = answer_fields; field->key; field++) {
		const char *rest = path + strlen(field->key);

		if (!field_is_settings(field) || !text_starts(path, field->key) ||
			rest[0] != '.' || !rest[1])
			continue;
		*setting = rest + 1;
		return field;
	}
	*setting = NULL;
	return NULL;
}

bool slot_find(struct answers *answers, const char *path, struct slot *slot,
	const char **setting)
{
	const struct field *settings = settings_field(path, setting);

	*slot = (struct slot){settings ? settings : answers_field(path), answers, 0};
	if (!slot->field)
		return false;
	if (!field_is_user(slot->field))
		return true;
	slot->user = answers_user_index(path);
	return slot->user < answers->user_count;
}

char *answers_get(const struct answers *answers, const char *path)
{
	const char *setting;
	struct slot slot;

	/* Reading through a slot changes nothing. */
	if (!slot_find((struct answers *)(uintptr_t)answers, path, &slot, &setting))
		return NULL;
	return setting ? memory_copy_text(slot_setting(&slot, setting))
		       : slot_text(&slot);
}

/* Check value, which may hold several items, against the slot's field. */
static bool accepts_all(const struct slot *slot, const char *value, struct text *why_not)
{
	autowords struct words items = {0};

	if (!field_is_list(slot->field))
		return field_accepts(slot->field, value, why_not);
	words_split(
		&items, value, slot->field->separators ? slot->field->separators : "\n");
	for (size_t i = 0; i < items.count; i++)
		if (!field_accepts(slot->field, items.items[i], why_not))
			return false;
	if (items.count <= slot->field->max)
		return true;
	text_addf(why_not, "at most %u are possible", (unsigned)slot->field->max);
	return false;
}

static int set_setting(
	const struct slot *slot, const char *id, const char *value, struct error *err)
{
	autofree char *item = memory_format("%s=%s", id, value ? value : "");
	autotext struct text why_not = {0};

	if (value && *value && !field_accepts(slot->field, item, &why_not))
		return error_set(
			err, -EINVAL, "%s.%s: %s", slot->field->key, id, why_not.data);
	slot_set_setting(slot, id, value && *value ? value : NULL);
	return 0;
}

int answers_set(
	struct answers *answers, const char *path, const char *value, struct error *err)
{
	autotext struct text why_not = {0};
	const char *setting;
	struct slot slot;

	if (!slot_find(answers, path, &slot, &setting))
		return error_set(err, -ENOENT, "%s: there is no such answer", path);
	if (setting)
		return set_setting(&slot, setting, value, err);
	if (value && !*value && !slot.field->standard)
		value = NULL;
	if (value && !accepts_all(&slot, value, &why_not))
		return error_set(err, -EINVAL, "%s: %s", path, why_not.data);
	if (value && slot.field->type == FIELD_SECRET && text_starts(value, "literal:") &&
		!answers->allow_plaintext)
		return error_set(err, -EPERM,
			"%s: a secret may stand here only with allow_plaintext: true",
			path);
	slot_store(&slot, value);
	return 0;
}

void answers_add_place(
	struct answers *answers, const char *path, unsigned line, unsigned column)
{
	answers->places = memory_resize(
		answers->places, answers->place_count + 1, sizeof(*answers->places));
	answers->places[answers->place_count++] =
		(struct place){memory_copy_text(path), line, column};
}

void answers_place(
	const struct answers *answers, const char *path, unsigned *line, unsigned *column)
{
	size_t best = 0;

	*line = *column = 0;
	for (size_t i = 0; i < answers->place_count; i++) {
		const struct place *place = &answers->places[i];
		size_t size = strlen(place->path);

		if (size < best || !text_starts(path, place->path) ||
			(size && path[size] && path[size] != '.'))
			continue;
		best = size;
		*line = place->line;
		*column = place->column;
	}
}

/* Does a pattern of the match say no to this fact? */
static bool differs(const char *pattern, const char *fact)
{
	return pattern && (!fact || !text_matches(fact, pattern));
}

static bool path_differs(const char *pattern, const struct disk *disk)
{
	return differs(pattern, disk->path) && differs(pattern, disk->by_id) &&
	       differs(pattern, disk->by_path);
}

static bool matches_nothing(const struct answers *answers)
{
	return !answers->disk.match.name && !answers->disk.match.path &&
	       !answers->disk.match.serial && !answers->disk.match.wwn &&
	       !answers->disk.match.model && !answers->disk.match.bus &&
	       !answers->disk.match.min_size && !answers->disk.match.max_size;
}

const char *answers_disk_differs(const struct answers *answers, const struct disk *disk)
{
	if (disk->live_medium)
		return "live_medium";
	if (matches_nothing(answers))
		return "match";
	if (differs(answers->disk.match.name, disk->name))
		return "name";
	if (path_differs(answers->disk.match.path, disk))
		return "path";
	if (differs(answers->disk.match.serial, disk->serial))
		return "serial";
	if (differs(answers->disk.match.wwn, disk->wwn))
		return "wwn";
	if (differs(answers->disk.match.model, disk->model))
		return "model";
	if (differs(answers->disk.match.bus, disk_bus_names[disk->bus]))
		return "bus";
	if (disk->size_bytes < answers->disk.match.min_size)
		return "min_size";
	if (answers->disk.match.max_size &&
		disk->size_bytes > answers->disk.match.max_size)
		return "max_size";
	return NULL;
}

static bool is_mirror(const char *pattern, const struct disk *disk)
{
	return !differs(pattern, disk->name) || !path_differs(pattern, disk) ||
	       !differs(pattern, disk->serial) || !differs(pattern, disk->wwn);
}

const struct disk **answers_mirrors(const struct answers *answers,
	const struct machine *machine, const struct disk *first)
{
	const char *pattern = answers->disk.mirror;
	const struct disk **disks =
		memory_zero(machine->disk_count + 1, sizeof(struct disk *));
	size_t count = 0;

	for (size_t i = 0; pattern && i < machine->disk_count; i++)
		if (!text_equal(machine->disks[i].path, first->path) &&
			!machine->disks[i].live_medium &&
			is_mirror(pattern, &machine->disks[i]))
			disks[count++] = &machine->disks[i];
	return disks;
}

const struct disk **answers_disks(
	const struct answers *answers, const struct machine *machine)
{
	const struct disk **disks =
		memory_zero(machine->disk_count + 1, sizeof(struct disk *));
	size_t count = 0;

	for (size_t i = 0; i < machine->disk_count; i++)
		if (!answers_disk_differs(answers, &machine->disks[i]))
			disks[count++] = &machine->disks[i];
	return disks;
}

/* The answers in words, for the review. */
#include "installer/answers.h"

#include <string.h>

#include "installer/answers_value.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/keymap.h"

struct summary {
	struct summary_row *rows;
	size_t count;
};

/* value becomes the summary's; NULL: unset. */
static void add_row(struct summary *summary, const char *screen, const char *label,
	char *value, bool changed)
{
	summary->rows =
		memory_resize(summary->rows, summary->count + 1, sizeof(*summary->rows));
	summary->rows[summary->count++] = (struct summary_row){screen, label,
		value ? value : memory_copy_text(_("not set")), changed, !value};
}

static char *disk_words(const struct answers *answers, const struct machine *machine)
{
	autofree const struct disk **disks =
		machine ? answers_disks(answers, machine) : NULL;
	struct text text = {0};

	if (!machine)
		return memory_copy_text(_("as the match says, on the machine itself"));
	for (size_t i = 0; disks[i]; i++) {
		autofree char *description = disk_describe(disks[i]);

		text_addf(&text, "%s%s", i ? "; " : "", description);
	}
	if (!disks[0])
		text_add(&text, _("none selected"));
	return text_take(&text);
}

static char *secret_words(const char *source)
{
	const char *argument = strchr(source, ':');

	if (strcmp(source, "prompt") == 0)
		return memory_copy_text(_("asked for before the installation"));
	if (strcmp(source, "literal") == 0)
		return memory_copy_text(_("stands in the answer file"));
	if (!argument)
		return memory_copy_text(_("none"));
	if (text_starts(source, "generate:"))
		return memory_format(_("made and written to %s"), argument + 1);
	return memory_format(text_starts(source, "fd:") ? _("read from descriptor %s")
							: _("read from %s"),
		argument + 1);
}

char *secret_source_words(const struct secret_source *source)
{
	autofree char *text = secret_source_text(source);

	return secret_words(text);
}

static char *keymap_words(const char *name)
{
	const struct keymap *keymap = keymap_named(name);

	return keymap ? memory_format("%s (%s)", _(keymap->label), name)
		      : memory_copy_text(name);
}

static char *one_line(const char *value)
{
	struct text text = {0};
	autowords struct words lines = {0};

	words_split(&lines, value, "\n");
	for (size_t i = 0; i < lines.count; i++)
		text_addf(&text, "%s%s", i ? ", " : "", lines.items[i]);
	return text_take(&text);
}

static const char *const layouts[] = {N_("the whole disk"),
	N_("the free space of the disk"),
	N_("in place of JefeLinux; /home and /srv stay"),
	N_("in partitions that are there")};

static char *value_words(const struct slot *slot)
{
	autofree char *value = slot_text(slot);

	if (!value)
		return NULL;
	if (slot->field->type == FIELD_SECRET)
		return secret_words(value);
	if (slot->field->type == FIELD_BOOL)
		return memory_copy_text(strcmp(value, "true") == 0 ? _("yes") : _("no"));
	if (strcmp(slot->field->key, "system.keymap") == 0)
		return keymap_words(value);
	if (strcmp(slot->field->key, "disk.layout") == 0)
		return memory_copy_text(_(layouts[slot->answers->disk.layout]));
	return one_line(value);
}

static void add_users(struct summary *summary, const struct answers *answers)
{
	for (size_t i = 0; i < answers->user_count; i++) {
		const struct user *user = &answers->users[i];
		autofree char *password = secret_source_words(&user->password);
		size_t keys = user->ssh_keys.count;

		add_row(summary, "users", user->admin ? N_("Administrator") : N_("User"),
			memory_format(P_("%s, %zu SSH key, password: %s",
					      "%s, %zu SSH keys, password: %s", keys),
				user->name ? user->name : _("(no name)"), keys, password),
			true);
	}
}

/* What lies where is a question of the partitions that are there, and so are the keys that open one that is kept. */
static bool fits_layout(const struct slot *slot)
{
	const char *key = slot->field->key;
	enum layout layout = slot->answers->disk.layout;

	if (text_ends(key, "_partition"))
		return layout == LAYOUT_MANUAL;
	if (text_equal(key, "disk.esp_size") || text_equal(key, "disk.boot_size"))
		return layout == LAYOUT_WHOLE || layout == LAYOUT_FREE;
	if ((text_starts(key, "disk.") && text_ends(key, "_size")) ||
		text_equal(key, "disk.rest") || text_equal(key, "disk.recovery_key") ||
		text_equal(key, "disk.us_passphrase"))
		return layout != LAYOUT_KEEP;
	return true;
}

/* Values that say nothing in this combination are left out, as are users, match and what only experts change unless it was changed. */
static bool belongs(const struct slot *slot)
{
	const char *key = slot->field->key;
	bool is_static = slot->answers->network.method == NETWORK_STATIC;

	if (!slot->field->screen || field_is_user(slot->field) ||
		text_starts(key, "disk.match.") || !fits_layout(slot))
		return false;
	if (strcmp(key, "network.address") == 0 || strcmp(key, "network.gateway") == 0 ||
		strcmp(key, "network.dns") == 0)
		return is_static;
	if (strcmp(key, "disk.passphrase") == 0 ||
		strcmp(key, "disk.recovery_key") == 0 ||
		strcmp(key, "disk.us_passphrase") == 0 ||
		strcmp(key, "disk.remote_unlock") == 0 ||
		strcmp(key, "disk.tpm_unlock") == 0 || text_starts(key, "disk.fido2_") ||
		text_starts(key, "disk.kdf_"))
		if (slot->answers->disk.encryption == ENCRYPTION_NONE)
			return false;
	return !slot->field->advanced || !slot_is_standard(slot);
}

struct summary_row *answers_summary(
	const struct answers *answers, const struct machine *machine, size_t *count)
{
	struct slot slot = {
		.answers = (struct answers *)(uintptr_t)answers}; /* only read through */
	struct summary summary = {0};
	const char *section = "";

	for (slot.field = answer_fields; slot.field->key; slot.field++) {
		if (text_starts(slot.field->key, "disk.") &&
			!text_starts(section, "disk."))
			add_row(&summary, "disk", N_("Disk"),
				disk_words(answers, machine), true);
		if (field_is_user(slot.field) && !text_starts(section, "users[]"))
			add_users(&summary, answers);
		section = slot.field->key;
		if (belongs(&slot))
			add_row(&summary, slot.field->screen, slot.field->label,
				value_words(&slot), !slot_is_standard(&slot));
	}
	*count = summary.count;
	return summary.rows;
}

void summary_free(struct summary_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(rows[i].value);
	free(rows);
}

#include "screens/wizard.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/accounts.h"
#include "screens/installed.h"

const struct screen *const wizard_screens[] = {&screen_welcome, &screen_tasks,
	&screen_remote, &screen_remote_code, &screen_repair, &screen_keyboard,
	&screen_disk, &screen_layout, &screen_volumes, &screen_encryption, &screen_luks,
	&screen_rehearsal, &screen_recovery, &screen_recovery_code, &screen_copied,
	&screen_hardening, &screen_layer, &screen_here, &screen_roles, &screen_compare,
	&screen_changes, &screen_control, &screen_waiver, &screen_waivers, &screen_system,
	&screen_services, &screen_time, &screen_zones, &screen_places, &screen_network,
	&screen_users, &screen_user, &screen_key, &screen_review, &screen_save,
	&screen_operations, &screen_confirm, &screen_progress, &screen_done,
	&screen_failed, &screen_logs, &screen_host_key, &screen_host_key_code,
	&screen_unlock_key_code, &screen_checking, &screen_checked, &screen_waiting,
	NULL};

struct wizard *wizard_new(struct answers *answers, struct machine *machine)
{
	struct wizard *wizard = memory_zero(1, sizeof(*wizard));

	wizard->machine = machine;
	wizard->console = -1;
	wizard->setup = "jefe-setup";
	wizard->run_dir = "/run/jefe";
	wizard->data_dir = PKGDATADIR;
	wizard->frontend = "";
	wizard->passphrase = secret_new();
	wizard->passphrase_again = secret_new();
	wizard->recovery_key = secret_new();
	wizard->fido2_pin = secret_new();
	wizard->suggestion = secret_new();
	wizard->us_passphrase = secret_new();
	wizard->rehearsal = secret_new();
	wizard->moved = secret_new();
	wizard->lost = secret_new();
	wizard->keymap_dir = "/usr/share/jefelinux/keymaps";
	for (size_t i = 0; i < RECOVERY_ASKED; i++)
		wizard->groups[i] = secret_new();
	wizard_take_answers(wizard, answers);
	return wizard;
}

void wizard_take_answers(struct wizard *wizard, struct answers *answers)
{
	if (wizard->answers != answers)
		answers_free(wizard->answers);
	wizard->answers = answers;
	if (!answers->user_count)
		answers_add_user(answers)->admin = true;
	accounts_match(wizard);
	wizard->wants_us = answers->disk.us_passphrase.origin == SECRET_PROMPT;
}

int wizard_look(struct wizard *wizard, struct error *err)
{
	struct machine *machine = NULL;
	int rc = wizard->machine_path
			 ? machine_load_file(wizard->machine_path, &machine, err)
			 : machine_probe(&machine, err);

	if (rc < 0)
		return rc;
	machine_free(wizard->machine);
	wizard->machine = machine;
	return 0;
}

void wizard_free(struct wizard *wizard)
{
	if (!wizard)
		return;
	job_stop(&wizard->job);
	answers_free(wizard->answers);
	machine_free(wizard->machine);
	secret_free(wizard->passphrase);
	secret_free(wizard->passphrase_again);
	secret_free(wizard->recovery_key);
	secret_free(wizard->fido2_pin);
	accounts_free(wizard);
	secret_free(wizard->suggestion);
	secret_free(wizard->us_passphrase);
	secret_free(wizard->rehearsal);
	secret_free(wizard->moved);
	secret_free(wizard->lost);
	for (size_t i = 0; i < RECOVERY_ASKED; i++)
		secret_free(wizard->groups[i]);
	free(wizard->wrong);
	free(wizard->typing_test);
	free(wizard->new_key);
	free(wizard->key_shown);
	free(wizard->key_source);
	words_free(&wizard->keys_found);
	words_free(&wizard->keys_confirmed);
	free(wizard->save_path);
	free(wizard->stick);
	free(wizard->logs_path);
	free(wizard->recover_disk);
	free(wizard->recover_path);
	free(wizard->recover_user);
	free(wizard->region);
	free(wizard->waiver_reason);
	free(wizard->waiver_expires);
	preview_free(&wizard->preview);
	follow_free(&wizard->follow);
	text_free(&wizard->check_log);
	installed_free(wizard->installed);
	free(wizard);
}

/* A field of a choice becomes a ONE with its names; screens may give them better labels. */
struct item *page_field(struct page *page, const struct wizard *wizard,
	enum item_type type, const char *path)
{
	const struct field *field = answers_field(path);
	autofree char *value = answers_get(wizard->answers, path);
	struct item *item = page_add(
		page, type, page_copy(page, path), field ? _(field->label) : path);

	item->value = page_copy(page, value);
	if (!field)
		return item;
	item->why = _(field->why);
	item->help = _(field->help);
	if (type == ITEM_ONE && field->type == FIELD_CHOICE)
		for (const char *const *choice = field->choices; *choice; choice++)
			(void)item_choice(item, *choice, *choice);
	return item;
}

struct item *page_add_code(
	struct page *page, const struct wizard *wizard, const char *screen)
{
	struct item *item;

	if (text_equal(wizard->frontend, "line"))
		return NULL; /* which shows none */
	item = page_add(page, ITEM_ACTION, screen, _("Picture"));
	item->key = 'c';
	item->key_only = true;
	return item;
}

void page_open_code(struct form *form, const char *id, const char *row)
{
	(void)row;
	form_open(form, id);
}

int wizard_set(void *context, const char *path, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	const struct field *field = answers_field(path);
	bool is_count =
		field && (field->type == FIELD_NUMBER || field->type == FIELD_SIZE);

	if (!value)
		return 0;
	return answers_set(
		wizard->answers, path, is_count && !*value ? NULL : value, err);
}

const struct disk *wizard_disk(const struct wizard *wizard)
{
	autofree const struct disk **disks =
		answers_disks(wizard->answers, wizard->machine);

	return disks[0] && !disks[1] ? disks[0] : NULL;
}

const struct disk *wizard_mirror(const struct wizard *wizard)
{
	const struct disk *disk = wizard_disk(wizard);
	autofree const struct disk **disks =
		disk ? answers_mirrors(wizard->answers, wizard->machine, disk) : NULL;

	return disks && disks[0] && !disks[1] ? disks[0] : NULL;
}

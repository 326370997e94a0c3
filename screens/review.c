#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/accounts.h"
#include "screens/answers_file.h"
#include "screens/hardening.h"
#include "screens/proof.h"
#include "screens/stick.h"

/* What the wizard knows better than the answers: a secret that was typed or made here, which is the operator's own. */
static const char *value_of(
	struct page *page, const struct wizard *wizard, struct summary_row *row)
{
	bool is_passphrase =
		text_equal(row->label, answers_field("disk.passphrase")->label);
	bool is_recovery =
		text_equal(row->label, answers_field("disk.recovery_key")->label);
	bool is_pin = text_equal(row->label, answers_field("disk.fido2_pin")->label);

	if (is_passphrase && wizard->answers->disk.passphrase.origin == SECRET_PROMPT) {
		row->changed = secret_size(wizard->passphrase) > 0;
		return row->changed ? _("typed") : _("missing");
	}
	if (is_pin && wizard->answers->disk.fido2_pin.origin == SECRET_PROMPT)
		return secret_size(wizard->fido2_pin) ? _("typed") : _("missing");
	row->changed = row->changed || (is_recovery && wizard->wants_recovery);
	if (is_recovery && wizard->wants_recovery)
		return wizard->recovery_proven ? _("made, and copied by you")
					       : _("made, not copied yet");
	return page_copy(page, row->value);
}

/* What is done at the end is asked at the end. */
static bool is_of_interest(const struct summary_row *row)
{
	return row->screen && strcmp(row->screen, "review") != 0 &&
	       (row->changed || !row->unset);
}

/* id: its screen, and a number that makes it another one than the next. */
static void add_row(struct page *page, struct item *item, const char *id,
	const char *label, bool changed, const char *value)
{
	(void)item_choice(item, id,
		page_format(page, "%s\t%s\t%s", label, changed ? _("you") : _("default"),
			value));
}

static void add_services(
	struct page *page, struct item *item, const struct wizard *wizard)
{
	const struct control *ports = control_named("network.open_ports");
	struct policy policy = policy_of(wizard->answers);
	const char *open = control_wanted(ports, &policy);
	bool changed = hardening_is_changed(wizard, ports);
	size_t count = 0;

	for (const struct control *const *at = controls; *at; at++) {
		if (!control_is_service(*at))
			continue;
		count += hardening_is_on(wizard, *at);
		changed = changed || hardening_is_changed(wizard, *at);
	}
	add_row(page, item, "services 0", _("Services"), changed,
		!open || text_equal(open, "none")
			? page_format(page, _("%zu on, no port open for them"), count)
			: page_format(page, _("%zu on, open ports: %s"), count, open));
}

/* Pages that others open, and that no answer stands for as long as it is the default. */
static void add_subpages(
	struct page *page, struct item *item, const struct wizard *wizard)
{
	add_services(page, item, wizard);
	if (!wizard->answers->time.servers.count)
		add_row(page, item, "time 0", _("Time servers"), false,
			_("the pool of its distribution"));
}

/* The first one is on the page of all. */
static void add_user(struct page *page, struct item *item, const struct wizard *wizard,
	const char *label, size_t index)
{
	add_row(page, item, page_format(page, "%s %zu", index ? "user" : "users", index),
		label, true, account_words(page, wizard, index));
}

/* Where something is put right: the page, and which account's; without a page it is not known. */
struct cure {
	const char *screen;
	size_t user;
};

static struct cure cure_of(const struct problem *problem)
{
	const struct field *field = problem->key ? answers_field(problem->key) : NULL;
	struct cure cure = {.user = SIZE_MAX};

	if (!problem->key)
		return cure;
	cure.user = answers_user_index(problem->key);
	if (hardening_control_of(problem))
		cure.screen = "hardening";
	else if (field)
		cure.screen = field->screen;
	else if (text_equal(problem->key, "users"))
		cure.screen = "users";
	else if (text_equal(problem->key, "disk.match"))
		cure.screen = "disk";
	return cure;
}

/* How the row begins that has to be opened; NULL: none is known. */
static char *row_at(const struct wizard *wizard, const struct cure *cure)
{
	if (text_equal(cure->screen, "users") && cure->user > 0 &&
		cure->user < wizard->account_count)
		return memory_format("user %zu", cure->user);
	return cure->screen ? memory_format("%s ", cure->screen) : NULL;
}

static void add_rows(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_add(page, ITEM_LIST, "sections", NULL);
	size_t count = 0;
	size_t user = 0;
	bool are_added = false;
	struct summary_row *rows =
		answers_summary(wizard->answers, wizard->machine, &count);

	item->why = _("Enter opens the page of a row; Next there comes back here.");
	for (size_t i = 0; i < count; i++) {
		const char *value = value_of(page, wizard, &rows[i]);

		if (text_equal(rows[i].screen, "network") && !are_added) {
			add_subpages(page, item, wizard);
			are_added = true;
		}
		if (text_equal(rows[i].screen, "users"))
			add_user(page, item, wizard, _(rows[i].label), user++);
		else if (is_of_interest(&rows[i]))
			add_row(page, item,
				page_format(page, "%s %zu", rows[i].screen, i),
				_(rows[i].label), rows[i].changed, value);
	}
	for (size_t i = 0; wizard->wrong && i < item->count; i++)
		if (!item->value && text_starts(item->choices[i].value, wizard->wrong))
			item->value = item->choices[i].value;
	summary_free(rows, count);
}

static const char *problem_text(
	struct page *page, const struct wizard *wizard, const struct problem *problem)
{
	size_t users = wizard->answers->user_count;
	const struct field *field = problem->key ? answers_field(problem->key) : NULL;
	const struct control *control = hardening_control_of(problem);
	size_t index = problem->key ? answers_user_index(problem->key) : SIZE_MAX;
	const char *name = index < users ? wizard->answers->users[index].name : NULL;

	if (field && name && users > 1)
		return page_format(
			page, "! %s, %s: %s", name, _(field->label), problem->text);
	if (control)
		return page_format(page, "! %s: %s", _(control->title), problem->text);
	if (field)
		return page_format(page, "! %s: %s", _(field->label), problem->text);
	return page_format(page, "! %s", problem->text);
}

static void add_problems(struct page *page, const struct wizard *wizard)
{
	autoproblems struct problems problems = {0};

	answers_check(wizard->answers, wizard->machine, false, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		const struct problem *problem = &problems.items[i];
		bool is_conflict = problem->severity == SEVERITY_ERROR &&
				   hardening_control_of(problem);
		enum tone tone = problem->severity == SEVERITY_ERROR     ? TONE_DANGER
				 : problem->severity == SEVERITY_WARNING ? TONE_WARNING
									 : TONE_QUIET;

		if (!is_conflict)
			(void)page_note(
				page, tone, "%s", problem_text(page, wizard, problem));
	}
	hardening_add_problems(page, wizard);
}

static void add_plan(struct page *page, const struct wizard *wizard)
{
	const struct disk *disk = wizard_disk(wizard), *mirror = wizard_mirror(wizard);

	if (wizard->preview.id)
		(void)page_fact(page, _("Plan"),
			P_("%s, %zu step", "%s, %zu steps", wizard->preview.titles.count),
			wizard->preview.id, wizard->preview.titles.count);
	else if (wizard->preview.error)
		page_note(page, TONE_QUIET, _("No plan yet: %s"), wizard->preview.error);
	if (mirror)
		page_fact(page, _("Destroyed"), _("everything on %s and on %s"),
			disk->name, mirror->name)
			->tone = TONE_WARNING;
	else if (disk && disk->content_count)
		page_fact(page, _("Destroyed"),
			P_("everything on %s: %zu part", "everything on %s: %zu parts",
				disk->content_count),
			disk->name, disk->content_count)
			->tone = TONE_WARNING;
	else if (disk)
		(void)page_fact(page, _("Destroyed"), _("nothing of value seen on %s"),
			disk->name);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	page->next_label = wizard->plan_only ? _("Plan") : _("Install");
	(void)page_note(page, TONE_STRONG, "%s",
		_("Nothing has been written yet. Is everything right?"));
	page_gap(page);
	add_problems(page, wizard);
	add_rows(page, wizard);
	page_gap(page);
	add_plan(page, wizard);
	item = page_add(page, ITEM_ACTION, "save", _("Save answers"));
	item->key = 's';
	item->function_key = 2;
	item->key_only = true;
	item = page_add(page, ITEM_ACTION, "operations", _("Plan"));
	item->key = 'p';
	item->key_only = true;
	item = page_add(page, ITEM_ACTION, "quit", _("Quit"));
	item->key = 'q';
	item->key_only = true;
}

/* A match from an answer file may be wider than this one disk; from here on it is exact. */
static void enter(struct form *form)
{
	struct wizard *wizard = form_context(form);
	const struct disk *disk = wizard_disk(wizard);
	struct error err = {0};

	if (disk && wizard_choose_disk(wizard, disk, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	free(wizard->wrong);
	wizard->wrong = NULL;
	proof_settle(wizard);
	preview_make(wizard);
}

static void open_section(struct form *form, const char *row)
{
	struct wizard *wizard = form_context(form);
	autofree char *screen = memory_copy_bytes(row, strcspn(row, " "));
	uint64_t user;

	if (text_equal(screen, "user") && text_to_u64(row + strlen("user "), 0,
						  wizard->account_count - 1, &user) == 0)
		wizard->user = (unsigned)user;
	form_input(form, &(struct input){.kind = INPUT_GOTO, .id = screen});
}

static void act(struct form *form, const char *id, const char *row)
{
	if (text_equal(id, "save") || text_equal(id, "operations"))
		form_open(form, id);
	else if (text_equal(id, "quit"))
		form_end(form, 1);
	else if (row)
		open_section(form, row);
}

/* A passphrase that was never typed is not seen in the answers. */
static int check_secrets(const struct wizard *wizard, struct error *err)
{
	const struct answers *answers = wizard->answers;
	bool typed = answers->disk.passphrase.origin == SECRET_PROMPT ||
		     answers->disk.passphrase.origin == SECRET_NONE;

	if (answers->disk.encryption != ENCRYPTION_NONE && typed &&
		!secret_size(wizard->passphrase))
		return error_set(err, -EINVAL, "%s",
			_("The passphrase of the disk is missing: open Encryption."));
	if (answers->disk.encryption != ENCRYPTION_NONE && typed &&
		proof_check(wizard, err) < 0)
		return err->code;
	if (answers->disk.encryption != ENCRYPTION_NONE &&
		answers->disk.us_passphrase.origin == SECRET_PROMPT &&
		!secret_size(wizard->us_passphrase))
		return error_set(err, -EINVAL, "%s",
			_("What the passphrase gives on US keys cannot be worked out: open Encryption and type another one, or switch the US keys off."));
	if (answers->disk.fido2_unlock &&
		answers->disk.fido2_pin.origin == SECRET_PROMPT &&
		!secret_size(wizard->fido2_pin))
		return error_set(err, -EINVAL, "%s",
			_("The PIN of the security key is missing: open Encryption."));
	if (answers->disk.encryption != ENCRYPTION_NONE && wizard->wants_recovery &&
		!wizard->recovery_proven)
		return error_set(err, -EINVAL, "%s",
			_("The recovery key was not typed back yet: open Recovery, or switch it off in Encryption."));
	return 0;
}

/* The message is that of the first problem, the place the first that is known. */
static int check_answers(
	const struct wizard *wizard, struct cure *cure, struct error *err)
{
	autoproblems struct problems problems = {0};
	int rc = 0;

	answers_check(wizard->answers, wizard->machine, false, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		const struct problem *problem = &problems.items[i];

		if (problem->severity != SEVERITY_ERROR)
			continue;
		if (rc == 0)
			rc = error_set(err, -EINVAL, _("Not yet: %s"), problem->text);
		if (!cure->screen)
			*cure = cure_of(problem);
	}
	return rc;
}

static int check_all(const struct wizard *wizard, struct cure *cure, struct error *err)
{
	const char *item;

	if (check_answers(wizard, cure, err) < 0)
		return err->code;
	cure->screen = "disk";
	if (!wizard_disk(wizard))
		return error_set(
			err, -EINVAL, "%s", _("Choose a disk first: open Disk."));
	cure->screen = "encryption";
	if (check_secrets(wizard, err) < 0)
		return err->code;
	cure->screen = "users";
	if (accounts_check(wizard, &cure->user, &item, err) < 0)
		return error_prefix(err, "%s", _("Users"));
	return 0;
}

int wizard_check(struct wizard *wizard, struct error *err)
{
	struct cure cure = {0};
	int rc = check_all(wizard, &cure, err);

	free(wizard->wrong);
	wizard->wrong = rc < 0 ? row_at(wizard, &cure) : NULL;
	return rc;
}

static int leave(void *context, const char **at, struct error *err)
{
	*at = "sections";
	return wizard_check(context, err);
}

const struct screen screen_review = {
	.id = "review",
	.title = N_("Review"),
	.kind = SCREEN_HUB,
	.help = N_(
		"Every choice in one place. Enter on a row opens its page, and Next there returns here. Lines with ! say what must or should be "
		"changed.\n\n"
		"The plan number stands for exactly these steps on exactly this disk. It is in the log and on the installed system, so that "
		"\"is this what we agreed on?\" has an answer."),
	.build = build,
	.act = act,
	.enter = enter,
	.leave = leave,
};

/* Saving the answers. */

static void build_save(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	page->next_label = _("Save");
	(void)page_note(page, TONE_STRONG, "%s", _("Save these answers to a file"));
	(void)page_note(page, TONE_NORMAL, "%s",
		_("Passphrases and passwords are never in it: they are asked for again, or named by you as a source. Only its owner can read it."));
	page_gap(page);
	stick_add(page, wizard);
	item = page_add(page, ITEM_TEXT, "save.path", _("File"));
	item->value = wizard->save_path ? wizard->save_path : "/root/answers.yaml";
	item->why = stick_why(wizard);
}

static int set_path(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	if (stick_is_id(id))
		return stick_set(wizard, value, err);
	if (!value || *value != '/')
		return error_set(err, -EINVAL, "%s",
			_("The path must begin with /, as /root/answers.yaml."));
	free(wizard->save_path);
	wizard->save_path = memory_copy_text(value);
	return 0;
}

static int leave_save(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	const char *path = wizard->save_path ? wizard->save_path : "/root/answers.yaml";

	autofree char *yaml = answers_write(wizard->answers);

	*at = "save.path";
	return stick_save(wizard, path, yaml, err);
}

const struct screen screen_save = {
	.id = "save",
	.title = N_("Save answers"),
	.kind = SCREEN_SUB,
	.parent = "review",
	.build = build_save,
	.enter = stick_look,
	.set = set_path,
	.leave = leave_save,
};

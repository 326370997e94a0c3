/* From the point of no return to the end: confirm, progress, done, failed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/accounts.h"
#include "screens/engine.h"

/* What comes to what is there, or what goes. */
static void add_changes(
	struct page *page, const struct wizard *wizard, const struct disk *disk)
{
	if (wizard->answers->disk.layout != LAYOUT_WHOLE)
		page_add_then(page, wizard, disk);
	else
		page_add_losses(page, disk, wizard_mirror(wizard));
}

static void add_disk(struct page *page, const struct disk *disk)
{
	autofree char *size = text_human_size(disk->size_bytes);

	(void)page_fact(page, _("Disk"), "%s, %s, %s", disk->name, size,
		disk->model ? disk->model : _("unknown model"));
	(void)page_fact(page, _("Serial"), "%s", disk->serial ? disk->serial : _("none"));
}

static void add_what_happens(struct page *page, const struct wizard *wizard,
	const struct disk *disk, const struct disk *mirror)
{
	const struct answers *answers = wizard->answers;

	switch (answers->disk.layout) {
	case LAYOUT_FREE:
		(void)page_note(page, TONE_WARNING,
			_("Partitions are added to %s. What is on it stays."),
			disk->name);
		return;
	case LAYOUT_KEEP:
		(void)page_note(page, TONE_DANGER,
			_("The JefeLinux on %s is replaced. Its /home and /srv stay, everything else in it is lost."),
			disk->name);
		return;
	case LAYOUT_MANUAL:
		(void)page_note(page, TONE_DANGER,
			_("Everything in partitions %llu and %llu of %s is lost. The others stay."),
			(unsigned long long)answers->disk.root_partition,
			(unsigned long long)answers->disk.boot_partition, disk->name);
		return;
	case LAYOUT_WHOLE:
		break;
	}
	if (mirror)
		(void)page_note(page, TONE_DANGER,
			_("Everything on %s and on %s will be erased."), disk->name,
			mirror->name);
	else
		(void)page_note(page, TONE_DANGER, _("Everything on %s will be erased."),
			disk->name);
}

static void build_confirm(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct disk *disk = wizard_disk(wizard), *mirror = wizard_mirror(wizard);
	struct item *item;

	page->next_label = wizard->answers->disk.layout == LAYOUT_WHOLE
				   ? _("Erase and install")
				   : _("Install");
	if (!disk) {
		(void)page_note(page, TONE_DANGER, "%s",
			_("There is no disk to install on. Go back and choose one."));
		return;
	}
	add_what_happens(page, wizard, disk, mirror);
	page_gap(page);
	add_disk(page, disk);
	if (mirror)
		add_disk(page, mirror);
	if (wizard->preview.id)
		(void)page_fact(page, _("Plan"), "%s", wizard->preview.id);
	page_gap(page);
	add_changes(page, wizard, disk);
	page_gap(page);
	item = page_add(page, ITEM_CONFIRM, "confirm",
		page_format(page, _("Type %s to start"), disk->name));
	item->expected = disk->name;
	item->width = 20;
	item->why = _(
		"There is no way back after this. Esc goes back without changing anything.");
}

static int leave_confirm(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;

	*at = "confirm";
	if (!wizard_disk(wizard))
		return error_set(
			err, -ENODEV, "%s", _("There is no disk to install on."));
	return engine_start(wizard, err);
}

static bool may_install(const void *context)
{
	return !((const struct wizard *)context)->plan_only;
}

const struct screen screen_confirm = {
	.visible = may_install,
	.id = "confirm",
	.title = N_("Install"),
	.kind = SCREEN_GATE,
	.help = N_(
		"This is the only point of no return. Up to here no disk has been touched. Type the name of the disk exactly as it is shown."),
	.build = build_confirm,
	.leave = leave_confirm,
};

/* Progress. */

static const char *clock_text(struct page *page, double seconds)
{
	unsigned whole = seconds > 0 ? (unsigned)seconds : 0;

	return page_format(page, "%u:%02u", whole / 60, whole % 60);
}

static void add_steps(struct page *page, const struct follow *follow, struct item *item)
{
	for (size_t i = 0; i < follow->count; i++) {
		const struct follow_step *step = &follow->steps[i];
		autofree char *shown = follow_said(step->title);
		const char *title = *shown ? page_copy(page, shown)
					   : page_format(page, _("Step %zu"), i + 1);
		struct choice *choice = item_choice(item, NULL, title);

		choice->state = step->state;
		if (step->state == STEP_DONE)
			choice->note = clock_text(page, step->ended - step->began);
	}
}

/* Honest: a range, and only when there is a pace to judge by. NULL: too early. */
static const char *time_left(struct page *page, const struct follow *follow)
{
	double now = follow_now(follow);
	double left = follow_remaining(follow, now);
	unsigned least = (unsigned)(left * 0.8 / 60),
		 most = (unsigned)(left * 1.2 / 60) + 1;

	if (follow->finished || left < 0)
		return NULL;
	if (follow_is_slow(follow, now))
		return page_format(page,
			_("Slower than planned: about %u to %u minutes are left."), least,
			most);
	if (most == 1)
		return _(
			"Less than a minute is left; closing this display does not stop it.");
	if (least == 0)
		return page_format(page,
			_("Up to %u minutes are left; closing this display does not stop it."),
			most);
	return page_format(page,
		_("About %u to %u minutes are left; closing this display does not stop it."),
		least, most);
}

static const char *how_much(struct page *page, const struct follow *follow)
{
	double speed = follow_speed(follow, follow_now(follow));
	const char *elapsed = clock_text(page, follow_elapsed(follow));
	autofree char *done = text_human_size(follow->done);
	autofree char *total = text_human_size(follow->total);
	autofree char *pace = text_human_size((uint64_t)speed);

	if (speed < 1)
		return page_format(
			page, _("%s of %s    elapsed %s"), done, total, elapsed);
	return page_format(page, _("%s of %s, %s per second    elapsed %s"), done, total,
		pace, elapsed);
}

static const char *what_now(struct page *page, const struct follow *follow)
{
	if (follow->total > 1 << 20)
		return how_much(page, follow);
	return page_format(page, _("elapsed %s    %s"),
		clock_text(page, follow_elapsed(follow)),
		follow->note ? follow->note : "");
}

static void add_log(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	if (wizard->show_log) {
		page_gap(page);
		page_add(page, ITEM_LOG, "log", NULL)->value =
			page_copy(page, text_string(&wizard->follow.log));
	}
	item = page_add(page, ITEM_ACTION, "toggle-log",
		wizard->show_log ? _("Hide log") : _("Show log"));
	item->key = 'l';
	item->function_key = 8;
	item->key_only = true;
}

static void build_progress(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	page->detail_rows = 1;
	item = page_add(page, ITEM_PROGRESS, "progress", NULL);
	page->detail = time_left(page, &wizard->follow);
	if (!page->detail)
		page->detail = _("Closing this display does not stop the installation.");
	item->permille = follow_permille(&wizard->follow);
	if (!wizard->show_log)
		add_steps(page, &wizard->follow, item);
	item->value = what_now(page, &wizard->follow);
	add_log(page, wizard);
}

static void act_progress(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);

	(void)id;
	(void)row;
	wizard->show_log = !wizard->show_log;
}

static bool tick_progress(struct form *form)
{
	struct wizard *wizard = form_context(form);
	bool changed = follow_poll(&wizard->follow);
	unsigned second = (unsigned)follow_elapsed(&wizard->follow);
	struct error err = {0};

	changed |= second != wizard->shown_second;
	wizard->shown_second = second;

	if (!wizard->follow.finished && engine_died(wizard, &err)) {
		wizard->follow.finished = wizard->follow.failed = true;
		wizard->follow.failure = memory_copy_text(err.text);
	}
	if (wizard->follow.finished)
		form_open(form, wizard->follow.failed ? "failed" : "done");
	return changed || wizard->follow.finished;
}

static void hide_log(struct form *form)
{
	((struct wizard *)form_context(form))->show_log = false;
}

const struct screen screen_progress = {
	.id = "progress",
	.title = N_("Installing"),
	.kind = SCREEN_RUN,
	.help = N_(
		"The installation is a program of its own and goes on when this display is closed or the connection is lost; start the wizard again "
		"to see it. L shows what it says in detail."),
	.build = build_progress,
	.act = act_progress,
	.enter = hide_log,
	.tick = tick_progress,
};

/* The two ends. */

static void add_end_actions(struct page *page, const char *about_logs)
{
	struct item *item = page_add(page, ITEM_ACTION, "logs", _("Save logs"));

	item->key = 's';
	item->why = about_logs;
	item = page_add(page, ITEM_ACTION, "shell", _("Shell"));
	item->why = _("A root shell; exit comes back here.");
}

static void add_audit(struct page *page, const struct follow *follow)
{
	bool holds = follow->audit_passed == follow->audit_applicable;

	if (!follow->audit_applicable)
		return;
	page_fact(page, _("Audit"), _("%llu of %llu controls are in place"),
		(unsigned long long)follow->audit_passed,
		(unsigned long long)follow->audit_applicable)
		->tone = holds ? TONE_GOOD : TONE_WARNING;
	if (!holds)
		(void)page_note(page, TONE_WARNING, "%s",
			_("The log says what is missing; so does jefe-setup audit."));
}

/* Who can log in, and where when that is known. */
static void add_login(struct page *page, const struct answers *answers)
{
	autotext struct text names = {0};
	const char *address = answers->network.method == NETWORK_STATIC
				      ? answers->network.address
				      : NULL;

	for (size_t i = 0; i < answers->user_count; i++)
		text_addf(&names, "%s%s", i ? ", " : "",
			answers->users[i].name ? answers->users[i].name : "-");
	if (address)
		(void)page_fact(page, _("Log in as"), _("%s at %.*s"),
			text_string(&names), (int)strcspn(address, "/"), address);
	else
		(void)page_fact(page, _("Log in as"), "%s", text_string(&names));
}

static void add_facts(struct page *page, const struct wizard *wizard)
{
	const struct follow *follow = &wizard->follow;
	const char *time = clock_text(page, follow->time);

	if (follow->plan_id)
		(void)page_fact(page, _("Time"), _("%s, plan %s"), time, follow->plan_id);
	else
		(void)page_fact(page, _("Time"), "%s", time);
	add_login(page, wizard->answers);
	if (follow->host_key)
		(void)page_fact(page, _("SSH host key"), "%s", follow->host_key);
	if (follow->unlock_key)
		(void)page_fact(page, _("While locked"), "%s", follow->unlock_key);
	add_audit(page, follow);
}

static void add_done_actions(struct page *page, const struct follow *follow)
{
	struct item *item = page_add(page, ITEM_ACTION, "reboot", _("Restart"));

	item->key = 'r';
	item->why = _("Starts the installed system.");
	page_add(page, ITEM_ACTION, "poweroff", _("Power off"))->key = 'p';
	if (follow->host_key || follow->unlock_key) {
		item = page_add(page, ITEM_ACTION, "host-key", _("Host key"));
		item->key = 'h';
		item->why = _(
			"What to compare at the first login over the network, also for a camera.");
	}
	add_end_actions(page,
		_("The new system has its log in /var/lib/jefelinux; this copies it."));
}

/* With all there may be to say, it fits on 80x24: nobody has to scroll for what comes next. */
static void build_done(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct follow *follow = &wizard->follow;

	page->detail_rows = 1;
	(void)page_note(page, TONE_GOOD, "%s", _("JefeLinux is installed."));
	add_facts(page, wizard);
	if (follow->audit_passed == follow->audit_applicable)
		page_gap(page); /* otherwise a sentence has begun */
	(void)page_note(page, TONE_NORMAL, "%s",
		_("Take the installation medium out when the screen goes dark, so that the computer starts from its disk."));
	if (wizard->wants_recovery)
		(void)page_note(page, TONE_WARNING, "%s",
			_("Keep the recovery key apart from the computer."));
	page_gap(page);
	add_done_actions(page, follow);
}

static void add_failed_actions(struct page *page)
{
	struct item *item = page_add(page, ITEM_ACTION, "retry", _("Try again"));

	item->key = 't';
	item->why = _("Begins with the first step, with the same answers.");
	item = page_add(page, ITEM_ACTION, "change", _("Change answers"));
	item->key = 'a';
	item->why = _("Opens the review; everything is as you chose it.");
	add_end_actions(page,
		_("Copy the event log and the plan to a file that survives the restart."));
	item = page_add(page, ITEM_ACTION, "quit", _("Stop"));
	item->key = 'q';
	item->why = _("Ends the wizard and leaves the disk as it is now.");
}

static void build_failed(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct follow *follow = &wizard->follow;

	(void)page_note(page, TONE_DANGER, "%s", _("The installation failed."));
	page_gap(page);
	if (follow->now < follow->count) {
		autofree char *title = follow_said(follow->steps[follow->now].title);

		(void)page_fact(page, _("Step"), _("%zu of %zu: %s"), follow->now + 1,
			follow->count, title);
	}
	(void)page_fact(
		page, _("Cause"), "%s", follow->failure ? follow->failure : _("unknown"));
	if (follow->disk_state) {
		autofree char *state = follow_said(follow->disk_state);

		(void)page_fact(page, _("The disk"), "%s", state);
	}
	add_log(page, wizard);
	page_gap(page);
	add_failed_actions(page);
}

static void leave_computer(struct form *form, const char *program)
{
	const struct wizard *wizard = form_context(form);
	struct command command = {.argv = COMMAND(program), .timeout_seconds = 30};
	struct error err = {0};

	if (!wizard->demo && command_run(&command, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else
		form_end(form, 0);
}

/* The computer is no longer what it was before the installation. */
static void open_review(struct form *form)
{
	struct error err = {0};

	if (wizard_look(form_context(form), &err) < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	form_open(form, "review");
}

/* Secrets of an installation that was started elsewhere are not here; Next on the review says which, and goes there. */
static void retry(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (wizard_check(wizard, &err) < 0) {
		open_review(form);
		form_input(form, &(struct input){.kind = INPUT_NEXT});
	} else if (engine_start(wizard, &err) < 0) {
		form_say(form, TONE_DANGER, "%s", err.text);
	} else {
		form_open(form, "progress");
	}
}

static void act_end(struct form *form, const char *id, const char *row)
{
	if (text_equal(id, "reboot") || text_equal(id, "poweroff"))
		leave_computer(form, id);
	else if (text_equal(id, "logs") || text_equal(id, "host-key"))
		form_open(form, id);
	else if (text_equal(id, "toggle-log"))
		act_progress(form, id, row);
	else if (text_equal(id, "retry"))
		retry(form);
	else if (text_equal(id, "change"))
		open_review(form);
	else if (text_equal(id, "quit"))
		form_end(form, 1);
	else
		form_shell(form);
}

/* Nobody needs them any more. */
static void forget_secrets(struct form *form)
{
	struct wizard *wizard = form_context(form);

	secret_cut(wizard->passphrase, 0);
	secret_cut(wizard->passphrase_again, 0);
	secret_cut(wizard->recovery_key, 0);
	secret_cut(wizard->fido2_pin, 0);
	secret_cut(wizard->suggestion, 0);
	secret_cut(wizard->us_passphrase, 0);
	secret_cut(wizard->rehearsal, 0);
	secret_cut(wizard->moved, 0);
	secret_cut(wizard->lost, 0);
	for (size_t i = 0; i < RECOVERY_ASKED; i++)
		secret_cut(wizard->groups[i], 0);
	accounts_forget(wizard);
}

const struct screen screen_done = {
	.id = "done",
	.title = N_("Done"),
	.kind = SCREEN_RUN,
	.help = N_(
		"The boot loader was written last, after everything else was on the disk and synced: the computer can be restarted now."),
	.build = build_done,
	.enter = forget_secrets,
	.act = act_end,
};

const struct screen screen_failed = {
	.id = "failed",
	.title = N_("Failed"),
	.kind = SCREEN_RUN,
	.help = N_(
		"Nothing on the disk looks finished: it will not start by itself. Trying again begins from the first step. Change answers opens the "
		"review. Save logs keeps what is needed to find the cause."),
	.build = build_failed,
	.enter = hide_log,
	.act = act_end,
};

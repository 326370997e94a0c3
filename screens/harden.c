/* On an installed system: the plan of changes, the change while it runs, and how it ended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/engine.h"
#include "screens/hardening.h"
#include "screens/installed.h"
#include "screens/wait.h"

enum { CONFIRM_SECONDS = 20 };

static const char edits_line[] = "\nedited by hand:\n";

/* What is told about files that were edited by hand stands behind the changes. */
static void take_plan(struct installed *installed, const char *output)
{
	const char *edits = strstr(output, edits_line);
	size_t size = edits ? (size_t)(edits - output) : strlen(output);

	installed->plan = memory_copy_bytes(output, size);
	installed->edits = edits ? memory_copy_text(edits + strlen(edits_line)) : NULL;
}

int harden_take_plan(struct wizard *wizard, const char *output, struct error *err)
{
	(void)err;
	take_plan(wizard->installed, output);
	wizard->installed->is_planned = true;
	return 0;
}

void harden_fail_plan(struct wizard *wizard, const char *why)
{
	(void)why;
	wizard->installed->is_planned = true;
}

/* As wait_start(). */
static int look_ahead(struct wizard *wizard, struct error *err)
{
	autowords struct words words = {0};

	installed_command(wizard, &words);
	words_add(&words, "--plan");
	installed_forget(wizard->installed);
	return wait_start(wizard, WAIT_PLAN, (const char *const *)words.items, err);
}

/* What was said about edits is good for these alone. */
static bool is_unsettled(struct installed *installed)
{
	if (!text_equal(installed->edits, installed->settled))
		installed_settle(installed, NULL);
	return installed->edits && !installed->word;
}

/* Also after waiting for the plan, which is there then, or is not to be had. */
static void enter_plan(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct installed *installed = wizard->installed;
	struct error err = {0};
	int rc = 0;

	if (wizard->job.pid > 0)
		return; /* another display began to wait */
	if (!installed->is_planned)
		rc = look_ahead(wizard, &err);
	if (rc == -EINPROGRESS) {
		(void)wait_open(form);
		return;
	}
	installed->is_planned = false;
	if (rc < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else if (is_unsettled(installed))
		form_open(form, "edits");
}

/* A waiver's reason may be longer than the row: it stands below. */
static void add_waiver(struct page *page, struct item *item, const char *line)
{
	const char *until = strstr(line, " until ");
	size_t blanks = strlen("waive") + strspn(line + strlen("waive"), " ");

	if (!until)
		return;
	item_choice(item, NULL,
		page_format(page, "waive %.*s", (int)(until - line - (long)blanks),
			line + blanks))
		->note = page_copy(page, until + 1);
}

/* Lines of the plan: what changes; what cannot be had is only counted. */
static void add_changes(struct page *page, const char *plan)
{
	static const char change[] = "change ", missing[] = "unavailable ",
			  waive[] = "waive ";
	autowords struct words lines = {0};
	struct item *item = page_add(page, ITEM_TABLE, NULL, NULL);
	size_t unavailable = 0;

	words_split(&lines, plan, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];

		if (text_starts(line, waive)) {
			add_waiver(page, item, line);
			continue;
		}
		if (text_starts(line, change))
			line += strlen(change) + strspn(line + strlen(change), " ");
		if (text_starts(line, missing))
			unavailable++;
		else
			(void)item_choice(item, NULL, page_copy(page, line));
	}
	if (unavailable)
		(void)page_note(page, TONE_QUIET,
			_("%zu measures cannot be had here: packages or kernel options are missing."),
			unavailable);
}

static void add_quit(struct page *page)
{
	struct item *item = page_add(page, ITEM_ACTION, "quit", _("Quit"));

	item->key = 'q';
	item->key_only = true;
}

static void build_plan(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	page->next_label = _("Apply");
	page->detail =
		_("Nothing has been changed yet. PageDown shows what does not fit.");
	(void)page_note(page, TONE_STRONG, "%s", _("This would change on this system:"));
	hardening_add_problems(page, wizard);
	edits_add(page, wizard->installed);
	page_gap(page);
	if (wizard->installed->plan)
		add_changes(page, wizard->installed->plan);
	add_quit(page);
}

static void act_plan(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "edits"))
		form_open(form, id);
	else
		form_end(form, 0);
}

/* Somebody may have edited while the page was read. This is the last moment to see it, and is waited for on the page. */
static int look_once_more(struct wizard *wizard, struct error *err)
{
	int rc = look_ahead(wizard, err);

	if (rc == -EINPROGRESS)
		rc = wait_finish(wizard, err);
	wizard->installed->is_planned = false;
	return rc;
}

static int leave_plan(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	autoproblems struct problems problems = {0};
	autowords struct words words = {0};

	if (wizard->installed->word && look_once_more(wizard, err) < 0)
		return err->code;
	*at = "edits";
	if (is_unsettled(wizard->installed))
		return error_set(err, -EEXIST, "%s",
			_("Files were edited by hand: look at them first."));
	if (!wizard->installed->plan)
		return error_set(
			err, -ENODATA, "%s", _("Without a plan nothing is changed."));
	hardening_problems(wizard, &problems);
	if (problems_have_errors(&problems))
		return error_set(err, -EINVAL, "%s",
			_("Not yet: measures conflict with each other. Go back and see to that."));
	installed_command(wizard, &words);
	return engine_run(wizard, &words, err);
}

const struct screen screen_plan = {
	.id = "plan",
	.title = N_("Changes"),
	.kind = SCREEN_HUB,
	.help = N_(
		"What `jefe-setup harden` would do for the choices made here. Going on starts it as a program of its own: closing this display "
		"does not stop it. A change can be taken back afterwards."),
	.build = build_plan,
	.enter = enter_plan,
	.tick = wait_open,
	.act = act_plan,
	.leave = leave_plan,
};

/* While it runs. */

static void build_applying(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	page->detail_rows = 1;
	page->detail = _("Closing this display does not stop it.");
	(void)page_note(page, TONE_STRONG, "%s", _("Changing this system ..."));
	page_gap(page);
	page_add(page, ITEM_LOG, "log", NULL)->value =
		page_copy(page, text_string(&wizard->installed->log));
}

/* The policy and the audit are other ones now. */
static void look_again(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct installed *now = NULL;
	struct error err = {0};

	if (installed_open(wizard->installed->root, &now, &err) < 0) {
		form_say(form, TONE_DANGER, "%s", err.text);
		return;
	}
	installed_settle(wizard->installed, NULL);
	answers_free(wizard->installed->kept);
	wizard->installed->kept = now->kept;
	now->kept = NULL;
	installed_free(now);
	installed_audit(wizard);
}

static bool tick_applying(struct form *form)
{
	struct wizard *wizard = form_context(form);
	size_t before = wizard->installed->log.size;
	bool ended = engine_ended(wizard, &wizard->installed->status);

	engine_log(wizard, &wizard->installed->log);
	if (ended) {
		look_again(form);
		form_open(form, "applied");
		(void)wait_open(form);
	}
	return ended || wizard->installed->log.size != before;
}

const struct screen screen_applying = {
	.id = "applying",
	.title = N_("Changing"),
	.kind = SCREEN_RUN,
	.build = build_applying,
	.tick = tick_applying,
};

/* How it ended. */

static size_t count_bad(const struct wizard *wizard)
{
	size_t count = 0;

	for (size_t i = 0; i < wizard->installed->count; i++)
		count += standing_is_bad(&wizard->installed->standings[i]);
	return count;
}

static bool waits_for_confirmation(const struct wizard *wizard)
{
	return strstr(text_string(&wizard->installed->log), "harden --confirm") != NULL;
}

static void add_end(struct page *page, const struct wizard *wizard)
{
	size_t bad = count_bad(wizard);

	if (wizard->installed->status == 0)
		(void)page_note(page, TONE_GOOD, "%s",
			_("Done: every measure that is wanted is in force, or will be after the next start."));
	else if (bad)
		(void)page_note(page, TONE_WARNING,
			_("It ended. Measures that the audit finds not in force: %zu. They are marked in the layers."),
			bad);
	else
		(void)page_note(
			page, TONE_DANGER, "%s", _("It failed; the last lines say why."));
}

static void build_applied(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	add_end(page, wizard);
	page_gap(page);
	if (waits_for_confirmation(wizard)) {
		(void)page_note(page, TONE_WARNING, "%s",
			_("What decides who gets in has changed and comes back within a minute, unless you confirm it. Try a new connection first."));
		item = page_add(page, ITEM_ACTION, "confirm", _("Keep it"));
		item->key = 'k';
	}
	item = page_add(page, ITEM_ACTION, "again", _("Back to the measures"));
	item->key = 'm';
	item = page_add(page, ITEM_ACTION, "undo", _("Undo this change"));
	item->key = 'u';
	item->why = _("Puts back what the last change replaced.");
	page_add(page, ITEM_ACTION, "quit", _("Quit"))->key = 'q';
	page_gap(page);
	page_add(page, ITEM_LOG, "log", NULL)->value =
		page_copy(page, text_string(&wizard->installed->log));
}

static void confirm(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct command command = {.argv = COMMAND(wizard->setup, "harden", "--confirm"),
		.timeout_seconds = CONFIRM_SECONDS};
	struct error err = {0};

	if (command_run(&command, &err) < 0) {
		form_say(form, TONE_DANGER, "%s", err.text);
		return;
	}
	text_free(&wizard->installed->log);
	form_say(form, TONE_GOOD, "%s", _("Kept."));
}

static void undo(struct form *form)
{
	struct wizard *wizard = form_context(form);
	autowords struct words words = {0};
	struct error err = {0};

	words_add(&words, wizard->setup);
	words_add(&words, "harden");
	words_add(&words, "--root");
	words_add(&words, wizard->installed->root);
	words_add(&words, "--undo");
	if (engine_run(wizard, &words, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	else
		form_open(form, "applying");
}

static void act_applied(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "confirm"))
		confirm(form);
	else if (text_equal(id, "undo"))
		undo(form);
	else if (text_equal(id, "again"))
		form_open(form, "hardening");
	else
		form_end(form, 0);
}

const struct screen screen_applied = {
	.id = "applied",
	.title = N_("Changed"),
	.kind = SCREEN_RUN,
	.help = N_(
		"The change has ended. What needs a restart says so in the audit. Undo puts back what the last change replaced."),
	.build = build_applied,
	.act = act_applied,
};

const struct screen *const installed_screens[] = {&screen_hardening, &screen_layer,
	&screen_here, &screen_roles, &screen_compare, &screen_changes, &screen_control,
	&screen_waiver, &screen_waivers, &screen_edits, &screen_plan, &screen_applying,
	&screen_applied, &screen_waiting, NULL};

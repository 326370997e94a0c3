#include "screens/wait.h"

#include <errno.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/installed.h"
#include "screens/key.h"

enum { AT_ONCE_MS = 1000, KEYS_SECONDS = 150, AUDIT_SECONDS = 120, PLAN_SECONDS = 120 };

/* Ends besides 0 that are no failure. */
enum { FINE_NONE = 0, FINE_ALL = -1, FINE_REFUSED = 3 };

/* Something that is waited for. */
struct awaited {
	const char *says; /* what happens, N_() */
	unsigned seconds; /* that it may take */
	int fine;
	int (*take)(struct wizard *wizard, const char *output, struct error *err);
	void (*fail)(struct wizard *wizard, const char *why); /* or NULL */
	void (*show)(struct form *form); /* on the page that waited; or NULL */
};

/* Status 1 of an audit says that something failed, not that it did; a plan that is refused says why. */
// clang-format off
static const struct awaited awaited[] = {
	[WAIT_KEYS] =  {N_("Looking for SSH keys ..."),                         KEYS_SECONDS,  FINE_NONE,    key_take,             NULL,                 key_show},
	[WAIT_AUDIT] = {N_("Looking at what is in force on this system ..."),   AUDIT_SECONDS, FINE_ALL,     installed_take_audit, installed_fail_audit, NULL},
	[WAIT_PLAN] =  {N_("Looking at what would change on this system ..."),  PLAN_SECONDS,  FINE_REFUSED, harden_take_plan,     harden_fail_plan,     NULL},
};
// clang-format on

static int fail(struct wizard *wizard, int rc, const struct error *err)
{
	if (awaited[wizard->waits_for].fail)
		awaited[wizard->waits_for].fail(wizard, err->text);
	return rc;
}

/* As job_take(), and what it said is taken. */
static int take(struct wizard *wizard, struct error *err)
{
	const struct awaited *what = &awaited[wizard->waits_for];
	autotext struct text output = {0};
	int status = 0;
	int rc = job_take(&wizard->job, wizard->setup, &output, &status, err);

	if (rc == -EINPROGRESS)
		return rc;
	if (rc == 0 && status != 0 && what->fine != FINE_ALL && status != what->fine)
		rc = err->code;
	if (rc == 0)
		rc = what->take(wizard, text_string(&output), err);
	return rc < 0 ? fail(wizard, rc, err) : 0;
}

int wait_start(struct wizard *wizard, enum wait_for what, const char *const *argv,
	struct error *err)
{
	unsigned seconds = awaited[what].seconds;
	int rc;

	wizard->waits_for = what;
	rc = job_start(&wizard->job, argv, seconds, err);
	if (rc < 0)
		return fail(wizard, rc, err);
	job_await(&wizard->job, wizard->unwatched ? (int)seconds * 1000 : AT_ONCE_MS);
	return take(wizard, err);
}

int wait_finish(struct wizard *wizard, struct error *err)
{
	job_await(&wizard->job, (int)awaited[wizard->waits_for].seconds * 1000);
	return take(wizard, err);
}

bool wait_open(struct form *form)
{
	const struct wizard *wizard = form_context(form);

	if (wizard->job.pid > 0)
		form_open(form, "waiting");
	return wizard->job.pid > 0;
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	unsigned seconds = job_seconds(&wizard->job);
	struct item *item;

	page->next_label = _("Wait");
	if (wizard->job.pid <= 0)
		return;
	(void)page_note(page, TONE_STRONG, "%s", _(awaited[wizard->waits_for].says));
	page_gap(page);
	(void)page_note(page, TONE_NORMAL,
		P_("%u second so far. Going back, or Ctrl-C, stops it.",
			"%u seconds so far. Going back, or Ctrl-C, stops it.", seconds),
		seconds);
	item = page_add(page, ITEM_ACTION, "stop", _("Stop"));
	item->key = 'q';
	item->key_only = true;
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)id;
	(void)row;
	form_input(form, &(struct input){.kind = INPUT_BACK});
}

static int leave(void *context, const char **at, struct error *err)
{
	(void)context;
	(void)at;
	return error_set(err, -EAGAIN, "%s", _("It still runs."));
}

static void stop(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (wizard->job.pid <= 0)
		return;
	job_stop(&wizard->job);
	(void)error_set(&err, -ECANCELED, "%s", _("It was stopped."));
	(void)fail(wizard, err.code, &err);
	form_say(form, TONE_WARNING, "%s", err.text);
}

static bool tick(struct form *form)
{
	struct wizard *wizard = form_context(form);
	unsigned before = wizard->shown_second;
	struct error err = {0};
	int rc = wizard->job.pid > 0 ? take(wizard, &err) : 0;

	wizard->shown_second = job_seconds(&wizard->job);
	if (rc == -EINPROGRESS)
		return wizard->shown_second != before;
	form_input(form, &(struct input){.kind = INPUT_BACK});
	if (rc < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	else if (awaited[wizard->waits_for].show)
		awaited[wizard->waits_for].show(form);
	return true;
}

const struct screen screen_waiting = {
	.id = "waiting",
	.title = N_("Please wait"),
	.kind = SCREEN_SUB,
	.help = N_(
		"A program looks for what this needs. It can be stopped at any time: nothing is written by it."),
	.build = build,
	.act = act,
	.leave = leave,
	.tick = tick,
	.stop = stop,
};

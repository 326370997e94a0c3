/* A system that is installed: the policy it keeps, what its audit says, and `jefe-setup harden` as the engine that changes it. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "screens/wizard.h"

struct control;

/* What the audit said about one control. */
struct standing {
	char *id, *status, *persisted, *effective, *evidence;
};

struct installed {
	char *root;           /* "/", or where the system is mounted */
	struct answers *kept; /* its policy as it is now */
	struct standing *standings;
	size_t count;
	char *audit;     /* what it said in full, or NULL */
	char *trouble;   /* why the audit could not be had, or NULL */
	char *plan;      /* what `harden --plan` says */
	bool is_planned; /* it was just waited for: the page of the plan need not ask for it */
	char *edits;     /* of it, how files that were edited by hand differ, or NULL */
	char *word;      /* what is to happen with them: "keep" or "replace", or NULL */
	char *settled;   /* the edits that word is about, or NULL */
	struct text log; /* of the last change */
	int status;      /* how it ended */
};

/* A fresh copy of the policy kept below root; -ENOENT: none is. */
int installed_policy(
	const char *root, struct answers **answers, struct error *err) CHECKED;
/* The system below root; -ENOENT: none is kept there. */
int installed_open(
	const char *root, struct installed **installed, struct error *err) CHECKED;
void installed_free(struct installed *installed);
/* What was known of the audit is dropped; when it is not there within a second, wait_open() shows that. */
void installed_audit(struct wizard *wizard);
int installed_take_audit(
	struct wizard *wizard, const char *output, struct error *err) CHECKED;
void installed_fail_audit(struct wizard *wizard, const char *why);
/* NULL: not audited. */
const struct standing *installed_standing(
	const struct wizard *wizard, const struct control *control);
bool standing_is_bad(const struct standing *standing); /* FAIL or DRIFT */
/* Drop what was planned; and say what is to happen with the edits that are known now. */
void installed_forget(struct installed *installed);
void installed_settle(struct installed *installed, const char *word);
/* On the page of the plan: what happens to files that were edited by hand, if there are any. */
void edits_add(struct page *page, const struct installed *installed);
/* What `harden --plan` said, or that it is not to be had. */
int harden_take_plan(struct wizard *wizard, const char *output, struct error *err) CHECKED;
void harden_fail_plan(struct wizard *wizard, const char *why);
/* The command that makes the kept policy the edited one. */
void installed_command(const struct wizard *wizard, struct words *words);
/* The screens of a wizard on such a system, NULL-terminated. */
extern const struct screen *const installed_screens[];

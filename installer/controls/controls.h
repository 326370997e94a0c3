/* The hardening catalogue: what each measure is, and the few kinds of doing, checking and describing it.
 * One code path below a root descriptor installs into a target, configures the running system and audits a mounted disk. */
#pragma once

#include <stdbool.h>

#include "installer/answers.h"
#include "installer/base/error.h"
#include "installer/base/text.h"

struct distro;

enum layer {
	LAYER_KERNEL = 1,
	LAYER_MAC,
	LAYER_NETWORK,
	LAYER_AUTH,
	LAYER_AUDIT,
	LAYER_CONTAINER,
	LAYER_USERLAND,
	LAYER_BOOT
};
enum level { LEVEL_NONE, LEVEL_BASELINE, LEVEL_HARDENED, LEVEL_PARANOID };
/* By enum, NULL-terminated: [0] unused; "none", "baseline", "hardened", "paranoid". */
extern const char *const layer_names[];
extern const char *const level_names[];
/* One sentence of consequence each, for the wizard. */
extern const char *const level_sentences[];

struct control_kind;

/* What it means when a control is not in force; a row that says nothing means medium. */
enum control_severity { CONTROL_MEDIUM, CONTROL_LOW, CONTROL_HIGH, CONTROL_CRITICAL };
/* By enum, NULL-terminated. */
extern const char *const control_severity_names[];

/* Circumstances of a machine that change controls: answers' hardening.roles. */
struct role {
	const char *name;     /* containers */
	const char *sentence; /* for the wizard */
};
extern const struct role control_roles[]; /* ends with name NULL */

/* What is known about the machine and its users, apart from roles; "fact:NAME" in needs and conflicts. */
enum fact { FACT_ADMIN_KEY, FACT_USB_KEYBOARD, FACT_COUNT };
enum truth { TRUTH_UNKNOWN, TRUTH_NO, TRUTH_YES };
struct fact_row {
	const char *name; /* admin-key */
	const char *noun; /* "an administrator with an SSH key" */
};
extern const struct fact_row control_facts[FACT_COUNT];

/* One measure. Data only. What target and values mean is told beside each kind in kinds.h. */
struct control {
	const char *id; /* kernel.kptr_restrict */
	enum layer layer;
	enum level level; /* enters at this level; levels are cumulative */
	enum control_severity severity;
	const struct control_kind *kind;
	const char *target; /* kind-specific: sysctl name, path, service … */
	/* Wanted value by level; NULL: as the level below; [0] unused. */
	const char *values[4];
	/* "role=value": wanted with this role instead; the first whose role is there counts. */
	const char *role_values[4];

	const char *title;     /* at most 60 cells */
	const char *effect;    /* one sentence with a full stop, as are the next two */
	const char *breaks;    /* NULL: nothing known */
	const char *undo;      /* NULL: turn it off and apply again */
	const char *reference; /* KSPP, CIS, man page … */

	/* What it takes, or NULL. CONFIG_ symbols that must be y or m, separated by blanks; A|B: one of them. */
	const char *needs_kernel;
	const char *kernel_since;  /* "6.6": first kernel that has it */
	const char *needs_package; /* generic names */
	/* Ids of controls without which it is pointless, "fact:NAME" for what must be so. */
	const char *needs;
	/* Ids of controls it excludes (one of the two says it), "role:NAME", "fact:NAME". */
	const char *conflicts;
	const char *role; /* only with all of these roles; "!role": only without */

	bool locks_out; /* a mistake here can lock the operator out */
	/* A kernel argument that some firmware does not survive: not in the fallback boot entry. */
	bool fallback;
};

/* The operator's word that a control may be out of force until the end of a day. */
struct waiver {
	const char *reason;
	char expires[sizeof("2027-06-30")];
	bool expired;
};

enum control_status {
	CONTROL_PASS,
	CONTROL_FAIL,
	CONTROL_DRIFT,
	CONTROL_WAIVED,
	CONTROL_UNAVAILABLE,
	CONTROL_NOT_APPLICABLE,
	CONTROL_OFF,
	CONTROL_PENDING,
	CONTROL_UNKNOWN
};
/* By enum: PASS, FAIL, DRIFT, WAIVED, UNAVAILABLE, NOTAPPLICABLE, OFF, PENDING-REBOOT, UNKNOWN, NULL. */
extern const char *const control_status_names[];

struct control_result {
	const struct control *control;
	enum control_status status;
	char *wanted, *persisted, *effective; /* NULL: not looked at or nothing there */
	char *evidence; /* where it was read: "/proc/sys/kernel/kptr_restrict = 2" */
	struct waiver waiver; /* reason NULL: none */
};

/* All, in catalogue order; NULL-terminated. */
extern const struct control *const controls[];
const struct control *control_named(const char *id); /* NULL when unknown */
const char *control_nearest(
	const char *id); /* the id that may have been meant, or NULL */

/* What is wanted on a system: level, roles and the operator's overrides. Borrowed from the answers. */
struct policy {
	enum level level;
	enum ssh_server ssh; /* counts as a role of this name */
	const struct words *roles;
	const struct control_setting *settings;
	size_t setting_count;
	const struct control_setting *waivers;
	size_t waiver_count;
	enum truth facts[FACT_COUNT]; /* all zero: nothing is known */
	char today[sizeof("2027-06-30")];
	/* What the system keeps so far, or NULL: that a waiver expired meanwhile, or that a fact speaks against a control that is in force
	 * already, is no mistake of who reads it now. */
	const struct policy *before;
};

/* The waiver of a control; false: there is none. What it points to is the policy's. */
bool policy_waiver(const struct policy *policy, const char *id, struct waiver *waiver);
/* Waive a control until the end of a day. -EINVAL: there is no reason, no such day, or it is over; then the answers are as before. */
int policy_waive(struct answers *answers, const char *id, const char *expires,
	const char *reason, struct error *err) CHECKED;

/* What happens to files of ours that were edited by hand. */
enum edits { EDITS_REFUSE, EDITS_KEEP, EDITS_REPLACE };

/* Where controls work. */
struct control_scope {
	int root_fd;
	bool running; /* root_fd is the running system: kernel state can be read and set */
	const struct distro *distro;
	/* Version whose configuration gates the controls; NULL: the running or the only one. */
	const char *kernel;
	enum edits edits;
	bool thorough; /* an audit looks at the data of packages, too: many files */
};

/* A value of a control as people read it, in one line; the caller frees it. */
char *control_describe(const struct control *control, const char *value) CHECKED;

/* What answers and machine (or NULL), or a system's files, tell about the facts; what they do not tell stays as it is. */
void facts_of_answers(const struct answers *answers, const struct machine *machine,
	enum truth facts[FACT_COUNT]);
void facts_of_system(const struct control_scope *scope, enum truth facts[FACT_COUNT]);

/* One sentence of how to undo a control; the caller frees it. */
char *control_undo(const struct control *control) CHECKED;
/* The command that shows whether it holds; the caller frees it. */
char *control_proof(const struct control *control) CHECKED;
bool control_takes_value(const struct control *control); /* more than on and off */
/* Is that a value of the operator's that it takes? Otherwise why_not says what is wrong. */
bool control_takes(
	const struct control *control, const char *value, struct text *why_not);
/* Does it start a service? Those of which a role says which one runs are chosen by that. */
bool control_is_service(const struct control *control);

/* The wanted value of a control under a policy, or NULL when it is not part of it. */
const char *control_wanted(const struct control *control, const struct policy *policy);
/* The word of the control's role ("containers", "!containers") that keeps it from a machine with these roles; NULL: none does.
 * The caller frees it. */
char *control_excluded(
	const struct control *control, const struct policy *policy) CHECKED;

/* The choice of an SSH server counts as a role: is it this one? */
bool role_is_ssh_server(const char *role);

/* The same one level lower, but never below baseline: what is left of a level that does not start. */
struct policy policy_lowered(const struct policy *policy);
/* Ids of the controls that the first policy wants and the second does not, or wants less of. */
void controls_dropped(
	const struct policy *from, const struct policy *to, struct words *ids);

/* There while the level is lower than what was chosen, because starts failed: first line for people, then the controls. */
#define LOWERED_PATH "etc/jefelinux/lowered"

/* Check a policy before anything is written: unknown ids, conflicts, missing needs. Keys are those of an answer file. */
void controls_check(const struct policy *policy, struct problems *problems);
/* The part of it about one control: what it needs and what excludes it. */
void control_check(const struct control *control, const struct policy *policy,
	struct problems *problems);

/* Files that were edited by hand and that applying the policy would replace: how they differ from what the policy kept so far puts there, as
 * unified diffs; how many there are. */
size_t controls_edits(const struct control_scope *scope, const struct policy *policy,
	const struct policy *kept, struct text *diffs);

/* Write everything the policy wants; note is called with one line per control changed or unavailable. What fails is named in err;
 * a failure leaves earlier files in place (the caller's step fails as a whole, or see change.h). -EEXIST: a file was edited by hand. */
int controls_apply(const struct control_scope *scope, const struct policy *policy,
	void (*note)(void *context, const char *line), void *context,
	struct error *err) CHECKED;

/* The same only for what packages bring back when they are upgraded; the policy stays as it is kept. */
int controls_reapply(const struct control_scope *scope, const struct policy *policy,
	void (*note)(void *context, const char *line), void *context,
	struct error *err) CHECKED;

/* Make the running system follow the disk, and the policy kept there, again. before: what it was brought to meanwhile, or NULL. Where
 * there is no policy what we loaded goes. */
int controls_follow(const struct control_scope *scope, const struct policy *before,
	void (*note)(void *context, const char *line), void *context,
	struct error *err) CHECKED;

/* Results for all controls in catalogue order; the caller frees with controls_results_free(). */
int controls_audit(const struct control_scope *scope, const struct policy *policy,
	struct control_result **results, size_t *count, struct error *err) CHECKED;
void controls_results_free(struct control_result *results, size_t count);
/* The same for one control; the caller clears the result with control_result_clear(). */
int control_audit(const struct control_scope *scope, const struct policy *policy,
	const struct control *control, struct control_result *result,
	struct error *err) CHECKED;
void control_result_clear(struct control_result *result);

/* What controls_audit() found, as people and programs read it. The caller frees the text. */
struct audit {
	struct control_result *results;
	size_t count;
};
/* By layer, only what is wrong or waived expanded; ends with the summary line. */
char *audit_text(const struct audit *audit, const struct policy *policy) CHECKED;
/* The one control of an audit of one, whatever its status. */
char *audit_text_of(const struct audit *audit) CHECKED;
/* One line, without its newline. */
char *audit_summary(const struct audit *audit, const struct policy *policy) CHECKED;
char *audit_json(const struct audit *audit, const struct control_scope *scope,
	const struct policy *policy) CHECKED;
/* JSON Schema (draft 2020-12) of audit_json(). */
char *audit_schema(void) CHECKED;
/* SARIF 2.1.0: rules are controls, a location is the file that a control writes or checks. */
char *audit_sarif(const struct audit *audit) CHECKED;
char *audit_plan(
	const struct audit *audit) CHECKED; /* what applying would change, "": nothing */
/* Nothing failed, nothing drifted, and nothing could not be looked at. */
bool audit_is_clean(const struct audit *audit);
size_t audit_count(const struct audit *audit, enum control_status status);
/* How many it is about: all but those waived, unavailable, not applicable or off. */
size_t audit_applicable(const struct audit *audit);

/* The policy kept on an installed machine: etc/jefelinux/policy.yaml (an answer file with hardening: only), written by
 * controls_apply(). -ENOENT when there is none. */
int policy_load(int root_fd, struct answers **answers, struct error *err) CHECKED;
int policy_save(int root_fd, const struct policy *policy, struct error *err) CHECKED;
struct policy policy_of(const struct answers *answers); /* as of today */

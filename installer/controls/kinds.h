/* The verbs: what can be done to a system, and how it is checked. A control names one; nothing here knows a control. */
#pragma once

#include "installer/controls/controls.h"
#include "installer/controls/engine.h"
#include "installer/controls/process.h"

/* What a look at the disk or at the kernel found. */
enum found {
	FOUND_RIGHT,
	FOUND_WRONG,
	FOUND_DRIFTED,     /* was put right, and something else undoes it */
	FOUND_PENDING,     /* was changed since the machine started */
	FOUND_NOTHING,     /* does not apply here */
	FOUND_UNAVAILABLE, /* cannot be had here */
	FOUND_UNKNOWN,     /* may not be looked at */
};
struct finding {
	enum found found;
	char *value;    /* what is there, for people; NULL: nothing */
	char *evidence; /* where it was read, or why it does not apply */
};

/* Programs whose output the checks read, each run at most once per audit. */
enum program {
	PROGRAM_SSHD,
	PROGRAM_FIREWALL,
	PROGRAM_FIREWALL_WANTED,
	PROGRAM_AUDIT_RULES,
	PROGRAM_AUDIT_STATUS,
	PROGRAM_COUNT
};
struct listing {
	bool asked;
	int code;
	struct text output;
};

/* What is looked for in all files of a system. */
enum scan_rule {
	SCAN_OPEN,         /* everybody may write: paths */
	SCAN_UNOWNED,      /* of a user or group that is not there: paths */
	SCAN_SETUID,       /* runs with its owner's or group's rights: "MODE:UID:GID PATH" */
	SCAN_CAPABILITIES, /* "VALUE PATH", in hexadecimal digits */
	SCAN_RULES
};
enum {
	SCAN_NAMED_MAX = 20, /* paths of a rule that no more are needed of */
	CAPABILITY_MAX = 64  /* bytes of a file capability; the kernel's have 24 at most, linux/capability.h */
};
struct scan {
	bool done, cut; /* cut: it took too long */
	unsigned long looked;
	struct words found[SCAN_RULES];
};

/* A system under inspection: the scope and what was read from it so far. */
struct site {
	const struct control_scope *scope;
	const struct policy *policy;
	void (*note)(void *context, const char *line);
	void *context;
	char *kernel;       /* version, or NULL: none found */
	struct text config; /* its configuration behind one newline; empty: not found */
	struct text modules; /* kind_preload.c: names of its modules, nothing before the first question */
	struct listing listings[PROGRAM_COUNT]; /* listing.c */
	struct words *unknown; /* kernel_log.c: NULL before the first question */
	struct scan scan;      /* of everything, by site_scan() */
	struct memo *memo; /* memo.c: NULL while things are changed */
	struct words written; /* written.c */
	bool written_loaded;
	struct words applied; /* applied.c */
	bool applied_loaded;
	struct processes processes; /* read by site_processes() */
	struct engine engine;
};

struct control_kind {
	const char *name; /* "sysctl" */
	/* One sentence: how to repair when applying again is not enough, or NULL. */
	const char *fix;
	const char *pending; /* the same for a change that waits; NULL: restart the machine */
	bool takes_value; /* --set ID=VALUE makes sense */
	bool comes_back;  /* a package that is upgraded undoes it */
	/* Where its controls stand when they have no file of their own, or that the first word of a target is the file. */
	const char *place;
	bool names_file;
	/* NULL, or says what is wrong with a value of the operator's. */
	bool (*valid)(const struct control *control, const char *value,
		struct text *why_not);
	bool whole_file; /* the value is the whole content of that file */
	/* Value for people, when it is not the value itself; the caller frees it. */
	char *(*describe)(const struct control *control, const char *value);
	/* The value for this system from the one in the catalogue, or NULL when the kind takes it as it is. The caller frees it. */
	char *(*expand)(struct site *site, const char *value);

	/* Kinds whose controls share one file of ours: it is written from all of them at once, and removed when nothing is wanted. */
	const char *file, *header;
	unsigned mode;
	int (*begin)(struct site *site, struct text *text,
		struct error *err); /* NULL: nothing */
	void (*lines)(struct site *site, const struct control *control, const char *value,
		struct text *text);
	void (*end)(struct site *site, struct text *text); /* NULL: nothing */
	/* Afterwards: further files that follow from it, or a check by its reader. On error the old file comes back. */
	int (*written)(struct site *site, const struct text *text, struct error *err);

	/* The other kinds. changed tells whether anything was. */
	int (*apply)(struct site *site, const struct control *control, const char *value,
		bool *changed, struct error *err);
	int (*withdraw)(struct site *site, const struct control *control, bool *changed,
		struct error *err);

	/* Make the running system follow, after all files are written. */
	int (*activate)(struct site *site, struct error *err);

	/* What the disk says. */
	void (*persisted)(struct site *site, const struct control *control,
		const char *value, struct finding *finding);
	/* What the running system says; NULL: nothing besides the disk. */
	void (*effective)(struct site *site, const struct control *control,
		const char *value, struct finding *finding);
};

// clang-format off
extern const struct control_kind
	kind_sysctl,     /* target: names, all set to the value */
	kind_argument,   /* value: kernel arguments; "!x": must be absent; "lsm=+x": the kernel's own list with x. target: "FILE WORD"
	                    that proves it at run time (% in it: what the first argument sets), or NULL */
	kind_module,     /* target: modules that must not load. value: "blocked" */
	kind_preload,    /* value: modules that are loaded at the start; those the kernel lacks are left out */
	kind_late,       /* target: file of the kernel, * in it. value: what a service of ours writes there when all others run */
	kind_mount,      /* target: mount point [type to add when fstab has none]. value: options */
	kind_file,       /* target: path and mode; daily/NAME: in the folder of daily jobs. value: content */
	kind_mode,       /* target: paths. value: mode [owner:group] */
	kind_service,    /* target: generic or own name, runlevel. value: on, off */
	kind_package,    /* target: generic names. value: absent */
	kind_account,    /* target: a rule of kind_account.c. value: none, locked … */
	kind_setting,    /* target: file, key, style (words, assign, quoted, equals, absent). value: value of the key */
	kind_sshd,       /* value: lines for sshd */
	kind_audit_rule, /* target: key. value: rules for auditctl without their key */
	kind_firewall,   /* target: part of the rule set, then a text that listing the running set must show. value: on */
	kind_listener,   /* target: controls that list ports that may be open; ID=PORT: this one, where the control is for the machine.
	                    value: listed */
	kind_json,       /* target: file, member. value: true, false, an object as JSON, absent, or text */
	kind_setuid,     /* target: setuid or capabilities. value: programs that may keep them, or none */
	kind_hook,       /* the package manager's hook for what packages bring back. value: on */
	kind_allocator,  /* value: names of hardened allocators, the first that is there counts */
	kind_scan,       /* target: a rule of kind_scan.c about files anywhere. value: none */
	kind_repository, /* target: a sort of weakness that no list of repositories may have. value: none */
	kind_static,     /* target: programs of which one must be there and need no library. value: static */
	kind_absent,     /* target: paths that must not be there. value: absent */
	kind_machine,    /* target: a rule of kind_machine.c about firmware and encrypted disks. value: what it must say */
	kind_apparmor,   /* target: "PROFILE PATH[:NAME]... +FILE... !FILE...": profile of ours, programs it is for with the names of their
	                    processes, files it includes, the distribution's profile for the same program. value: enforce, complain */
	kind_container,  /* target: isolation, confinement, gain, limits: what containers that run must not lack; "FAULT/CONTROL": only while
	                    the policy wants that control. value: for people */
	kind_exposure,   /* target: names of programs that must not listen on a TCP port; NULL: every program that listens must be
	                    confined. value: for people */
	kind_state,      /* target: mount point and type of what must be mounted there; nothing to apply */
	kind_lowered,    /* the canary did not lower the level; nothing to apply */
	kind_age;        /* target: file. value: hours within which it was written, while the system runs */
extern const struct control_kind *const control_kinds[]; /* NULL-terminated */
// clang-format on

/* The file that a control writes or checks, for reports. The caller frees it. */
char *control_place(const struct control *control) CHECKED;
/* What repairs a result, in a few words; NULL: nothing to repair. */
const char *result_fix(const struct control_result *result);

/* policy.c */
/* The operator's own setting of a control, or NULL. */
const char *policy_setting(const struct policy *policy, const char *id);
bool policy_has_role(const struct policy *policy, const char *role);

/* kind_file.c: where the file of such a control is on this system. The caller frees it. */
char *file_control_path(const struct site *site, const struct control *control);

/* site.c */
int site_open(struct site *site, struct error *err) CHECKED;
void site_close(struct site *site);
#define autosite __attribute__((cleanup(site_close)))
/* The value wanted here, or NULL. The caller frees it. */
char *site_wanted(struct site *site, const struct control *control);
/* Can the control do anything here? Otherwise the finding says why not. */
bool site_has(struct site *site, const struct control *control, struct finding *finding);
bool site_kernel_has(const struct site *site, const char *symbol);
/* What runs now. */
const struct processes *site_processes(struct site *site);
void site_note(struct site *site, const char *format, ...) PRINTF(2, 3);

/* listing.c: output of a program on the running system; NULL after filling the finding when there is none. */
const char *site_listing(
	struct site *site, enum program program, struct finding *finding);

/* What that output depends on is added to the key; false: nobody can tell. */
bool listing_key(const struct site *site, enum program program, struct text *key);

/* kernel_log.c: does the running kernel say that it does not know this argument of its command line? */
bool kernel_ignores(struct site *site, const char *argument);

long long site_boot_time(const struct site *site); /* second the machine started, or 0 */
/* FOUND_PENDING when the file was written after the machine started, FOUND_WRONG otherwise. */
enum found site_late(const struct site *site, const char *path);
/* For kinds of which a disk knows nothing: as wanted while the system runs, otherwise there is nothing to find. */
void running_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding);

/* reader.c: daemons that read files of ours. */
/* What was found right in a file is pending while the daemon that goes by it has not read it since it changed. */
void reader_doubt(const struct site *site, const char *path, struct finding *finding);
/* The daemon of a service (this distribution's name) has just been told to read all of its files again. */
void reader_told(const struct site *site, const char *name, unsigned long pid);
/* Make those read their files again that can do so while they serve. */
int readers_activate(struct site *site, struct error *err) CHECKED;

/* Fill a finding; value and evidence are taken over. */
void find(struct finding *finding, enum found found, char *value, char *evidence);
void finding_clear(struct finding *finding);

/* profile.c: "FILE:LINE: TEXT" of what login shells run after this file of /etc/profile.d and that sets otherwise what its value sets, or
 * NULL. The caller frees it. */
char *profile_against(
	const struct site *site, const char *path, const char *value) CHECKED;

/* encryption.c */
/* The name of the first LUKS device in crypttab, or NULL. The caller frees it. */
char *encryption_entry(const struct site *site) CHECKED;
/* Is the mapping /dev/dm-1 or /dev/mapper/NAME an encrypted one, or on one, whatever its key? Also true when the kernel has none of that name. */
bool encryption_below(const struct site *site, const char *node);
/* Is there one, and is the root file system on such a device while the system runs? */
void encryption_look(struct site *site, const char *value, struct finding *finding);

/* audit_rule.c */
/* The same text for rules that are the same, whether written by us or listed by auditctl. The caller frees it. */
char *audit_rule_normal(const char *rule) CHECKED;
/* Does a line of a rule file, or of auditctl -l, keep something from the record that other rules would put there? */
bool audit_rule_silences(const char *rule);

/* sshd_config.c: one "Keyword value" per line. */
struct sshd_config {
	struct text common;  /* for everybody */
	struct text matched; /* behind Match, each with "FILE:LINE " before it */
};
/* With all files that it includes. */
void sshd_config_read(struct site *site, const char *path, struct sshd_config *config);
void sshd_config_free(struct sshd_config *config);
#define autosshdconfig __attribute__((cleanup(sshd_config_free)))

/* kind_firewall.c: what listing the packet filter would print if the file were loaded. */
int firewall_list_wanted(const char *const *argv, struct text *listing,
	struct error *err) CHECKED;
/* written.c: files that are ours as a whole. */
/* Is it there, and not as we wrote it last? */
bool written_edited(struct site *site, const char *path);
/* May it be replaced by text, or removed (NULL)? 1; 0 after a note that it is kept as it was edited by hand; -EEXIST. */
int written_may(struct site *site, const char *path, const struct text *text,
	struct error *err) CHECKED;
/* It is now what we wrote, or (NULL) no longer ours; written_save() makes that last. */
void written_note(struct site *site, const char *path, const struct text *text);
int written_save(struct site *site, struct error *err) CHECKED;
/* All three around disk_write(). */
int written_write(struct site *site, const char *path, const struct text *text,
	unsigned mode, bool *changed, struct error *err) CHECKED;
/* Add how an edited file differs from what is wanted; false: it is not edited, or not different. */
bool written_diff(struct site *site, const char *path, const struct text *wanted,
	struct text *diff);
/* Evidence that the control's file was edited by hand, or NULL. right: the control itself found nothing wrong in it. */
char *written_drift(struct site *site, const struct control *control, bool right) CHECKED;

/* Does the record name it? */
bool written_has(struct site *site, const char *path);

/* applied.c: controls that need a package. */
/* Was it put into force on this system? */
bool applied_before(struct site *site, const struct control *control);
/* It is now, or is no longer wanted; applied_save() makes that last. */
void applied_note(struct site *site, const struct control *control, bool in_force);
int applied_save(struct site *site, struct error *err) CHECKED;

/* scan.c */
/* What all rules find in the root file system, looked for once per audit; privileged programs only where programs live. */
const struct scan *site_scan(struct site *site);
/* What one rule finds where programs live, now. */
void scan_programs(const struct site *site, enum scan_rule rule, struct scan *scan);
void scan_free(struct scan *scan);
#define autoscan __attribute__((cleanup(scan_free)))

/* memo.c: what one audit has read, so that it reads it once, and what it was not allowed to read. */
struct memo *memo_new(void) CHECKED;
void memo_free(struct memo *memo);
/* What reading a file gave before; false: it was not read yet. A path with / at its end is a folder's names. The text stays the
 * memo's. */
bool memo_get(
	const struct memo *memo, const char *path, int *code, const struct text **text);
/* Keep what was read; where it is now: the memo's, or text itself. */
const struct text *memo_put(
	struct memo *memo, const char *path, int code, struct text *text);
/* A package of this distribution's name, asked for once. */
bool site_package(const struct site *site, const char *name);
/* Remember that a path could not be looked at for lack of rights (code), if it was for that. */
void site_denied(const struct site *site, const char *path, int code);
/* The first such path since the last call, or NULL. The caller frees it. */
char *site_take_denied(const struct site *site) CHECKED;

/* composed.c: shared files of a kind. */
/* What the policy puts into it; empty: it should not be there. */
int composed_text(struct site *site, const struct control_kind *kind, struct text *text,
	struct error *err) CHECKED;
int composed_write(struct site *site, const struct control_kind *kind, bool *changed,
	struct error *err) CHECKED;
/* Persisted check: every line the control puts into the file stands there. */
void composed_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding);

/* disk.c: reading and replacing files with their owners kept. */
/* For looking: false when it is not there or cannot be read. */
bool disk_read(const struct site *site, const char *path, struct text *text);
/* The same without a copy in an audit: good as long as the site and own. NULL: not there or not to be read. */
const struct text *disk_view(
	const struct site *site, const char *path, struct text *own);
/* Names in a folder, sorted; none when it is not there. 0, or a negative errno. */
int disk_list(const struct site *site, const char *path, struct words *names);
/* For changing: 1, or 0 when it is not there; what cannot be read is an error, so that nothing of it gets lost. */
int disk_load(const struct site *site, const char *path, struct text *text,
	struct error *err) CHECKED;
/* Replace when different; parents are made. */
int disk_write(const struct site *site, const char *path, const struct text *text,
	unsigned mode, bool *changed, struct error *err) CHECKED;
/* Paths of a target: words, in which * and ? stand for names that are there. What has no pattern need not exist. */
void paths_expand(const struct site *site, const char *target, struct words *paths);
/* The next line of text that is being taken apart, without its newline; NULL at the end. */
char *line_next(char **rest);
/* Several lines in one. */
char *describe_lines(const struct control *control, const char *value) CHECKED;
bool text_has_line(const char *text, const char *line); /* ignoring white space around */

/* What the screens share: the answers being edited, the machine, secrets, and the installation being watched. */
#pragma once

#include <stdbool.h>

#include "installer/answers.h"
#include "installer/base/secret.h"
#include "installer/machine.h"
#include "screens/follow.h"
#include "screens/job.h"
#include "screens/preview.h"
#include "tui/form.h"

enum { RECOVERY_ASKED = 3 };

/* What a page may wait for. */
enum wait_for { WAIT_KEYS, WAIT_AUDIT, WAIT_PLAN, WAITS };

/* What is typed for an account and is no answer. */
struct account {
	struct secret *password, *again;
};

struct wizard {
	struct answers *answers;
	struct machine *machine;
	bool machine_is_file; /* loaded, not probed: nothing is looked up on this computer */
	bool demo;            /* no engine: progress comes from a script */
	bool plan_only;       /* nothing can be installed */
	bool starts_demo;     /* the display is to start anew with the demonstration */
	bool resumed;         /* taken over from another front end */
	const char *frontend; /* name of the one in use */
	const char *setup;    /* jefe-setup */
	const char *data_dir;
	const char *run_dir;      /* /run/jefe, or a private directory without root */
	const char *machine_path; /* of --machine, or NULL */
	int console;              /* terminal the keymap is loaded into; -1: none */
	struct secret *passphrase, *passphrase_again, *recovery_key, *fido2_pin;
	struct secret *us_passphrase,
		*rehearsal; /* what the keys give on a US keyboard */
	bool wants_recovery, wants_us;
	bool recovery_proven;           /* three groups were typed back */
	unsigned asked[RECOVERY_ASKED]; /* which groups, from 0 */
	struct secret *groups[RECOVERY_ASKED], *suggestion;
	struct secret *moved,
		*lost; /* of the passphrase: keys elsewhere on a US keyboard, and nowhere */
	const char *keymap_dir;
	struct account *accounts; /* one for each of the answers' users, in their order */
	size_t account_count;
	unsigned user,    /* whose page is open, or that needs attention */
		key_user; /* who gets what is on the page of keys */
	char *wrong;      /* id of the item, or beginning of the row, that Next goes to */
	char *typing_test, *new_key, *key_shown, *key_source, *save_path, *logs_path;
	struct words keys_found,
		keys_confirmed; /* SSH keys looked up for the page of keys */
	char *recover_disk, *recover_path,
		*recover_user; /* of the page of repairs; NULL: not chosen */
	char *region; /* of the time zones shown; NULL: none */
	char *waiver_reason, *waiver_expires; /* as typed on the page of one */
	unsigned layer;                       /* of the drill-down */
	const struct control *control;        /* whose page is open, or NULL */
	struct preview preview; /* what `jefe-setup plan` says about these answers */
	struct follow follow;   /* the installation */
	bool show_log;
	unsigned shown_second; /* of the progress */
	struct text check_log; /* of the medium, and how it ended */
	int check_status;
	char *stick;      /* partition that files are saved on; NULL: files of this system */
	bool leaves_header; /* of the encrypted volume, which is not saved with the logs */
	bool looks_again; /* at the computer, after a program that changed its disk */
	pid_t engine;   /* the one started here, 0: none */
	struct job job; /* that a page waits for, and what it is about */
	enum wait_for waits_for;
	bool unwatched; /* nobody could stop it: it is waited for to its end */
	struct installed
		*installed; /* its hardening is changed; NULL: one is being installed */
};

struct wizard *wizard_new(
	struct answers *answers, struct machine *machine) CHECKED; /* takes both over */
void wizard_free(struct wizard *wizard);
/* These answers are edited from here on. */
void wizard_take_answers(struct wizard *wizard, struct answers *answers);
/* Look at the computer again; pages have to be built anew. On failure the one known stays. */
int wizard_look(struct wizard *wizard, struct error *err) CHECKED;
/* Is all there that an installation needs, secrets too? wrong becomes the row of the review where it is not. */
int wizard_check(struct wizard *wizard, struct error *err) CHECKED;

extern const struct screen *const wizard_screens[]; /* all, in order; NULL-terminated */
extern const struct screen screen_plan, screen_edits, screen_applying, screen_applied,
	screen_welcome, screen_keyboard, screen_disk, screen_layout, screen_volumes, screen_encryption, screen_luks,
	screen_recovery, screen_copied, screen_hardening, screen_layer, screen_control,
	screen_here, screen_roles, screen_compare, screen_changes, screen_system,
	screen_services, screen_time, screen_zones, screen_places, screen_network, screen_users, screen_user, screen_key,
	screen_review, screen_waiver, screen_waivers, screen_save, screen_confirm,
	screen_progress, screen_done, screen_failed, screen_logs, screen_host_key,
	screen_tasks, screen_remote, screen_remote_code, screen_repair, screen_operations, screen_recovery_code,
	screen_host_key_code, screen_unlock_key_code, screen_checking, screen_checked, screen_rehearsal,
	screen_waiting;

/* Items from the field table: label, why, help and current value come from there. */
struct item *page_field(struct page *page, const struct wizard *wizard,
	enum item_type type, const char *path);
/* The key C that shows a picture for a camera on this screen, a page of its own (NULL: the front end shows none); and what it does, the `act` of its page. */
struct item *page_add_code(struct page *page, const struct wizard *wizard, const char *screen);
void page_open_code(struct form *form, const char *id, const char *row);
/* The `set` of a screen whose items are all fields. A number or a size that is taken away becomes the default again. */
int wizard_set(void *context, const char *path, const char *value, struct error *err);

/* The keyboard becomes that of the language in use as long as it is still that of the one before. */
struct language;
int wizard_follow_language(struct wizard *wizard, const struct language *before, struct error *err) CHECKED;

/* Make the match name exactly this disk by what stays the same when other hardware changes. */
int wizard_choose_disk(
	struct wizard *wizard, const struct disk *disk, struct error *err) CHECKED;
/* The same for its mirror, NULL: none. */
int wizard_choose_mirror(
	struct wizard *wizard, const struct disk *disk, struct error *err) CHECKED;
/* Which other disk mirrors it; nothing where there is no other disk. */
void page_add_mirror(struct page *page, const struct wizard *wizard);
/* The disk as a picture: what is on it, and what an installation makes of it. */
void page_add_now(struct page *page, const struct disk *disk);
void page_add_then(
	struct page *page, const struct wizard *wizard, const struct disk *disk);
/* What an installation on the whole of it, and of its mirror if there is one, destroys. */
void page_add_losses(
	struct page *page, const struct disk *disk, const struct disk *mirror);
/* The disk the match selects, when it is exactly one; otherwise NULL. */
const struct disk *wizard_disk(const struct wizard *wizard);
/* The same of its mirror. */
const struct disk *wizard_mirror(const struct wizard *wizard);

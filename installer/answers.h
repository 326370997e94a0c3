/* What the operator wants. Plain values, no handles, no secrets: only where a secret comes from.
 * The field table answer_fields[] describes every value once; the reader, the writer, defaults, checks, forms, `explain`, the
 * man page, the JSON Schema and the summary are readers of that table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "installer/machine.h"
#include "installer/problem.h"

/* Where a secret comes from. */
enum secret_origin { SECRET_NONE, SECRET_PROMPT, SECRET_FILE, SECRET_FD, SECRET_GENERATE, SECRET_LITERAL };
struct secret_source {
	enum secret_origin origin;
	char *path;   /* FILE: read from; GENERATE: where the made secret is written, mode 0600 */
	int fd;       /* FD */
	char *literal; /* only with allow_plaintext; never written by answers_write() nor copied to the target */
};

enum erase { ERASE_NONE, ERASE_MATCHED };
enum layout { LAYOUT_WHOLE, LAYOUT_FREE, LAYOUT_KEEP, LAYOUT_MANUAL };
enum rest { REST_ROOT, REST_HOME, REST_SRV, REST_VAR };
/* By enum: root, home, srv, var, NULL. */
extern const char *const layout_rest_names[];
enum encryption { ENCRYPTION_NONE, ENCRYPTION_LUKS2 };
enum network_method { NETWORK_DHCP, NETWORK_STATIC, NETWORK_NONE };
enum finish { FINISH_REBOOT, FINISH_POWEROFF, FINISH_STAY };
enum ssh_server { SSH_OPENSSH, SSH_DROPBEAR, SSH_TINYSSH, SSH_NONE };
/* By enum: openssh, dropbear, tinyssh, none, NULL. */
extern const char *const ssh_server_names[];
enum console { CONSOLE_BOTH, CONSOLE_VGA, CONSOLE_SERIAL };
enum identity { IDENTITY_INSTALLATION, IDENTITY_FIRST_START };

struct user {
	char *name, *full_name;
	bool admin;
	struct words ssh_keys;
	struct secret_source password; /* NONE: key only */
};

struct control_setting { /* hardening.controls, hardening.waivers */
	char *id, *value;  /* "off", "on" or a parameter; of a waiver "DATE REASON", the date as 2027-06-30 */
};

/* Where a value or section stands in the file the answers were read from. */
struct place {
	char *path; /* users.0.name */
	unsigned line, column;
};

struct answers {
	uint64_t schema;
	bool allow_plaintext;
	struct {
		char *hostname, *keymap, *timezone;
		enum console console; /* getty and kernel console of the installed system */
		enum identity identity; /* when it gets what no two systems may share */
	} system;
	struct {
		struct words servers; /* none: the distribution's */
		bool nts; /* they prove who they are: Network Time Security, RFC 8915 */
	} time;
	struct {
		enum network_method method;
		char *interface;            /* NULL: the first wired one with a link */
		uint64_t vlan;              /* 0: none */
		char *address, *gateway;    /* CIDR; NULL with DHCP */
		struct words dns;
		char *proxy;                /* http://HOST:PORT; NULL: none */
	} network;
	struct {
		struct { char *name, *path, *serial, *wwn, *model, *bus; uint64_t min_size, max_size; } match;
		uint64_t expect;
		enum erase erase;
		enum layout layout;
		uint64_t root_partition, boot_partition, esp_partition; /* numbers, of LAYOUT_MANUAL; 0: not chosen */
		char *mirror;               /* pattern of the second disk; NULL: none */
		enum encryption encryption;
		struct secret_source passphrase, recovery_key, us_passphrase, fido2_pin;
		bool remote_unlock;         /* the passphrase is also taken over SSH */
		bool discard;               /* the disk is told which blocks are free */
		bool tpm_unlock;            /* a TPM 2.0 gives the key when nothing that starts has changed */
		bool fido2_unlock;          /* a security key derives a key when it is touched */
		uint64_t kdf_memory;        /* bytes; 0: a quarter of the memory, at most 1 GiB */
		uint64_t kdf_time;          /* seconds; 0: about 2, and with kdf_memory as long as 4 passes take */
		uint64_t esp_size, boot_size, root_size;
		/* logical volumes; 0: none */
		uint64_t home_size, srv_size, var_size, var_log_size, audit_size, var_tmp_size, swap_size;
		enum rest rest;             /* who gets what the sizes leave */
	} disk;
	struct user *users;
	size_t user_count;
	struct {
		char *level;                /* baseline, hardened, paranoid */
		enum ssh_server ssh;
		struct words roles;
		struct control_setting *controls;
		size_t control_count;
		struct control_setting *waivers;
		size_t waiver_count;
	} hardening;
	enum finish finish;
	struct place *places; /* empty when the answers did not come from a file */
	size_t place_count;
};

enum field_type {
	FIELD_TEXT, FIELD_BOOL, FIELD_CHOICE, FIELD_NUMBER, FIELD_SIZE, FIELD_TEXTS /* list of text */,
	FIELD_SECRET, FIELD_SETTINGS /* hardening.controls */, FIELD_WAIVERS /* hardening.waivers */
};
extern const char *const field_type_names[]; /* "text", "true or false" … for people; indexed by enum field_type */

/* One value. Keys below a list are written users[].name; the path an answer file or answers_get() uses is users.0.name. */
struct field {
	const char *key;
	enum field_type type;
	const char *const *choices;    /* CHOICE: names in the order of the enum; TEXT: the only values, or NULL; NULL-terminated */
	const char *standard;          /* default, as it stands in a file; NULL: unset */
	uint64_t min, max;             /* NUMBER, SIZE; text length for TEXT */
	const char *separators;        /* TEXTS: what separates items in the text of answers_get/set; the first is written */
	const char *label;             /* form label, at most 24 cells */
	const char *why;               /* one sentence */
	const char *help;              /* a paragraph */
	const char *example;           /* a correct value, shown in errors */
	const char *screen;            /* which wizard screen shows it, or NULL */
	unsigned since;                /* schema that brought it */
	bool advanced;                 /* shown only on request */
	bool always;                   /* written to an answer file even when it is the default */
	/* NULL, or says what is wrong with a value (TEXTS: an item) by itself; returns false after filling why_not. */
	bool (*valid)(const char *value, struct text *why_not);
	size_t offset;                 /* into struct answers, or struct user for users[] */
};

extern const struct field answer_fields[]; /* ends with key NULL */

/* Fresh answers with every default. The caller frees them. */
struct answers *answers_new(void) CHECKED;
void answers_free(struct answers *answers);
void answers_free_at(struct answers **answers);
#define autoanswers __attribute__((cleanup(answers_free_at)))

/* Read YAML (or JSON) text. Problems are appended; answers always come back, with defaults where a value was unusable, so that checks
 * can go on. */
struct answers *answers_read(const char *text, size_t size, struct problems *problems) CHECKED;
int answers_read_file(const char *path, struct answers **answers, struct problems *problems, struct error *err) CHECKED;

/* The answer file of these answers: YAML with comments, stable order, only what differs from defaults plus what is always said. No
 * literal secrets. Reading it gives the same answers. The caller frees it. */
char *answers_write(const struct answers *answers) CHECKED;

/* Check values against each other and, when machine is not NULL, against the machine: disk match, sizes, keymap, a way in.
 * unattended: with nobody to ask, a `prompt` secret and a missing erase authorisation are errors. */
void answers_check(const struct answers *answers, const struct machine *machine, bool unattended, struct problems *problems);

/* One value by its path as text, as it stands in a file: "true", "20G", "file:/run/key". TEXTS are joined by the field's separator,
 * SETTINGS and WAIVERS are "id=value" lines; one of them is hardening.controls.ID, hardening.waivers.ID. Get: NULL when unset or unknown; the caller frees it.
 * Set: checks the value by itself; on error nothing changes. A NULL or empty value takes what was set away (NULL: the default).
 * List "users": answers_add_user/answers_remove_user. */
char *answers_get(const struct answers *answers, const char *path) CHECKED;
int answers_set(struct answers *answers, const char *path, const char *value, struct error *err) CHECKED;
void answers_set_control(struct answers *answers, const char *id, const char *value); /* unchecked; NULL removes */
struct user *answers_add_user(struct answers *answers);
void answers_remove_user(struct answers *answers, size_t index);
const struct field *answers_field(const char *path); /* table row for users.0.name or system.hostname */
size_t answers_user_index(const char *path); /* 2 of users.2.name; SIZE_MAX: it is no value of a user */
/* Where path stands in the file, or the nearest section around it that does; 0:0 when the answers are not from a file. */
void answers_place(const struct answers *answers, const char *path, unsigned *line, unsigned *column);
/* The source as text: none, prompt, file:/path, fd:3, generate:/path, literal. The caller frees it. */
char *secret_source_text(const struct secret_source *source) CHECKED;
/* The same for people: "read from /path". The caller frees it. */
char *secret_source_words(const struct secret_source *source) CHECKED;

/* Why the match does not select this disk: the last word of the key that says no ("serial"), "live_medium" for the medium the running
 * system came from, "match" when nothing is asked for; NULL: it selects it. */
const char *answers_disk_differs(const struct answers *answers, const struct disk *disk);
/* The disks the match selects, in machine order; NULL-terminated array, the caller frees the array. */
const struct disk **answers_disks(const struct answers *answers, const struct machine *machine) CHECKED;
/* The same for disk.mirror, which never selects first; none when it says nothing. */
const struct disk **answers_mirrors(const struct answers *answers, const struct machine *machine, const struct disk *first) CHECKED;

/* JSON Schema (draft 2020-12) of the answer file. The caller frees it. */
char *answers_schema(void) CHECKED;

/* For the review: rows of {screen, label, value, changed from default}. */
struct summary_row {
	const char *screen;
	const char *label; /* N_() */
	char *value;       /* in words */
	bool changed, unset;
};
struct summary_row *answers_summary(const struct answers *answers, const struct machine *machine, size_t *count) CHECKED;
void summary_free(struct summary_row *rows, size_t count);

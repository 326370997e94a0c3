/* Rules about accounts, checked and repaired in /etc/passwd and /etc/shadow. A control's target names one. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

static const char passwd_path[] = "etc/passwd";
static const char shadow_path[] = "etc/shadow";
static const char group_path[] = "etc/group";

enum { NAME, SECRET, UID, GID, COMMENT, HOME, SHELL, PASSWD_FIELDS };
enum { MEMBERS = 3 }; /* of a group */

/* A line of passwd or shadow taken apart; empty fields stay. */
struct entry {
	char *copy, *fields[PASSWD_FIELDS + 2];
	size_t count;
};

static struct entry entry_of(const char *line)
{
	struct entry entry = {.copy = memory_copy_text(line)};
	char *rest = entry.copy;

	while (rest && entry.count < LENGTH(entry.fields))
		entry.fields[entry.count++] = strsep(&rest, ":");
	return entry;
}

static void entry_free(struct entry *entry)
{
	free(entry->copy);
}
#define autoentry __attribute__((cleanup(entry_free)))

static void entry_add(struct text *text, const struct entry *entry)
{
	for (size_t i = 0; i < entry->count; i++)
		text_addf(text, "%s%s", i ? ":" : "", entry->fields[i]);
	text_add(text, "\n");
}

/* One rule: does an entry break it, and what to put where; repair NULL: only a person can decide. */
struct rule {
	const char *name, *path;
	bool (*breaks)(const struct site *site, const struct entry *entry);
	size_t field;
	const char *(*repair)(const struct site *site, const struct entry *entry);
};

static const char *lock(const struct site *site, const struct entry *entry)
{
	(void)site;
	(void)entry;
	return "!";
}

static bool has_no_secret(const struct site *site, const struct entry *entry)
{
	(void)site;
	return entry->count > SECRET && !*entry->fields[SECRET];
}

static bool is_second_root(const struct site *site, const struct entry *entry)
{
	(void)site;
	return entry->count > UID && strcmp(entry->fields[UID], "0") == 0 &&
	       strcmp(entry->fields[NAME], "root") != 0;
}

static bool is_open_root(const struct site *site, const struct entry *entry)
{
	(void)site;
	return entry->count > SECRET && strcmp(entry->fields[NAME], "root") == 0 &&
	       !strchr("!*", *entry->fields[SECRET]);
}

/* Without another administrator a locked root would be the end of administration. */
static bool has_administrator(const struct site *site)
{
	autofree char *start = memory_format("\n%s:", site->scope->distro->admin_group);
	autotext struct text text = {0};
	const char *members;

	text_add(&text, "\n");
	(void)disk_read(site, group_path, &text);
	members = strstr(text.data, start);
	for (int field = 0; members && field < 3; field++)
		members = strpbrk(members + 1, ":\n");
	if (!members || *members != ':')
		return false;
	members += 1 + (text_starts(members + 1, "root") ? strlen("root") : 0);
	members += *members == ',';
	return *members && *members != '\n';
}

static const char *lock_root(const struct site *site, const struct entry *entry)
{
	(void)entry;
	return has_administrator(site) ? "!" : NULL;
}

/* sshd refuses an account that is locked by "!" although its owner has a key. */
static bool is_locked_key_owner(const struct site *site, const struct entry *entry)
{
	autofree char *keys = NULL;

	if (entry->count <= SECRET || strcmp(entry->fields[SECRET], "!") != 0)
		return false;
	keys = memory_format("home/%s/.ssh/authorized_keys", entry->fields[NAME]);
	return file_exists(site->scope->root_fd, keys);
}

static const char *only_keys(const struct site *site, const struct entry *entry)
{
	(void)site;
	(void)entry;
	return "*";
}

/* Accounts of the system with a shell; those whose shell is the command they stand for are not meant. */
static bool is_system_with_shell(const struct site *site, const struct entry *entry)
{
	unsigned long uid =
		entry->count > UID ? strtoul(entry->fields[UID], NULL, 10) : 0;

	(void)site;
	return entry->count == PASSWD_FIELDS && uid > 0 && uid < 1000 &&
	       text_ends(entry->fields[SHELL], "sh");
}

static const char *no_shell(const struct site *site, const struct entry *entry)
{
	(void)entry;
	return file_exists(site->scope->root_fd, "usr/sbin/nologin") ? "/usr/sbin/nologin"
								     : "/sbin/nologin";
}

/* Methods that can be guessed at speed: DES, MD5 and what else is neither yescrypt, bcrypt nor SHA-2. */
static bool is_weak_hash(const struct site *site, const struct entry *entry)
{
	static const char *const strong[] = {"$y$", "$gy$", "$7$", "$2", "$6$", "$5$"};
	const char *secret = entry->count > SECRET ? entry->fields[SECRET] : "";

	(void)site;
	secret += strspn(secret, "!");
	for (size_t i = 0; i < LENGTH(strong); i++)
		if (text_starts(secret, strong[i]))
			return false;
	return *secret && *secret != '*';
}

static size_t count_lines_with(const char *text, size_t field, const char *value)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *line;
	size_t count = 0;

	while ((line = line_next(&rest))) {
		autoentry struct entry entry = entry_of(line);

		count += entry.count > field && strcmp(entry.fields[field], value) == 0;
	}
	return count;
}

/* A second root is another rule's. */
static bool is_double(const struct site *site, const struct entry *entry)
{
	autotext struct text text = {0};
	bool has_number = entry->count > UID && strcmp(entry->fields[UID], "0") != 0;

	(void)disk_read(site, passwd_path, &text);
	return (has_number && count_lines_with(
				      text_string(&text), UID, entry->fields[UID]) > 1) ||
	       count_lines_with(text_string(&text), NAME, entry->fields[NAME]) > 1;
}

/* "+" lines let another machine's accounts in. */
static bool is_foreign(const struct site *site, const struct entry *entry)
{
	(void)site;
	return strchr("+-", *entry->fields[NAME]) && *entry->fields[NAME];
}

/* Who may talk to the container engine is root. */
static bool has_container_members(const struct site *site, const struct entry *entry)
{
	(void)site;
	return entry->count > MEMBERS && strcmp(entry->fields[NAME], "docker") == 0 &&
	       *entry->fields[MEMBERS];
}

static const struct rule rules[] = {
	{"empty",             shadow_path, has_no_secret,         SECRET,  lock     },
	{"uid0",              passwd_path, is_second_root,        UID,     NULL     },
	{"root",              shadow_path, is_open_root,          SECRET,  lock_root},
	{"key-owners",        shadow_path, is_locked_key_owner,   SECRET,  only_keys},
	{"shells",            passwd_path, is_system_with_shell,  SHELL,   no_shell },
	{"hashes",            shadow_path, is_weak_hash,          SECRET,  NULL     },
	{"double",            passwd_path, is_double,             UID,     NULL     },
	{"foreign",           passwd_path, is_foreign,            NAME,    NULL     },
	{"container-members", group_path,  has_container_members, MEMBERS, NULL     },
};

static const struct rule *rule_of(const struct control *control)
{
	const struct rule *rule = rules;

	while (strcmp(rule->name, control->target) != 0)
		rule++;
	return rule;
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	const struct rule *rule = rule_of(control);
	autotext struct text old = {0}, text = {0};
	char *rest, *line;
	int rc = rule->repair ? disk_load(site, rule->path, &old, err) : 0;

	(void)value;
	if (rc <= 0)
		return rc;
	rest = old.data;
	while ((line = line_next(&rest))) {
		autoentry struct entry entry = entry_of(line);
		const char *better =
			rule->breaks(site, &entry) ? rule->repair(site, &entry) : NULL;
		autofree char *copy = memory_copy_text(better);

		if (copy)
			entry.fields[rule->field] = copy;
		entry_add(&text, &entry);
	}
	return disk_write(site, rule->path, &text, 0, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const struct rule *rule = rule_of(control);
	autotext struct text text = {0}, names = {0};
	struct error err = {0};
	char *rest, *line;

	if (file_read(site->scope->root_fd, rule->path, 1 << 20, &text, &err) < 0) {
		site_denied(site, rule->path, err.code);
		find(finding,
			err.code == -EACCES                   ? FOUND_UNKNOWN
			: strcmp(rule->path, group_path) == 0 ? FOUND_NOTHING
							      : FOUND_WRONG,
			NULL, memory_copy_text(err.text));
		return;
	}
	rest = text.data;
	while ((line = line_next(&rest))) {
		autoentry struct entry entry = entry_of(line);

		if (rule->breaks(site, &entry))
			text_addf(&names, "%s%s", names.size ? " " : "",
				entry.fields[NAME]);
	}
	if (names.size)
		find(finding, FOUND_WRONG, memory_copy_text(names.data),
			memory_format("%s: %s", rule->path, names.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(rule->path));
}

const struct control_kind kind_account = {
	.name = "account",
	.place = "etc/shadow",
	.fix = "Look at the accounts named and decide: not everything is repaired without asking.",
	.apply = apply,
	.persisted = persisted,
};

/* Accounts: lines of passwd, shadow, group and gshadow, written below the root. */
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/distro.h"
#include "installer/run.h"
#include "installer/ssh_key.h"
#include "installer/steps/steps.h"

enum { FIRST_UID = 1000, LAST_UID = 59999, TABLE_MAX = 1 << 20 };

static void describe_keys(const struct user *user, struct text *to)
{
	for (size_t i = 0; i < user->ssh_keys.count; i++) {
		autofree char *fingerprint = ssh_key_fingerprint(user->ssh_keys.items[i]);

		text_addf(to, "%s: SSH key %s\n", user->name,
			fingerprint ? fingerprint : user->ssh_keys.items[i]);
	}
}

static void users_describe(const struct recipe *recipe, struct text *to)
{
	text_add(to, "root: no password, no login\n");
	for (size_t i = 0; i < recipe->answers->user_count; i++) {
		const struct user *user = &recipe->answers->users[i];

		text_addf(to, "%s: %s, %s\n", user->name,
			user->admin ? "administrator" : "user",
			user->password.origin == SECRET_NONE ? "no password"
							     : "password");
		describe_keys(user, to);
	}
}

/* One of the four account files, as lines. */
struct table {
	const char *path;
	mode_t mode;
	gid_t gid; /* kept: shadow belongs to a group of its own on some systems */
	struct words lines;
};

enum { PASSWD, SHADOW, GROUP, GSHADOW, TABLES };

static int table_read(int root, struct table *table, struct error *err)
{
	autotext struct text text = {0};
	autoclose int fd = -1;
	struct stat st;

	if (!file_exists(root, table->path))
		return 0;
	fd = file_open(root, table->path, O_PATH, 0, err);
	if (fd < 0 || file_read(root, table->path, TABLE_MAX, &text, err) < 0)
		return error_prefix(err, "reading accounts");
	if (fstat(fd, &st) == 0)
		table->gid = st.st_gid;
	words_split(&table->lines, text_string(&text), "\n");
	return 0;
}

static int table_write(int root, const struct table *table, struct error *err)
{
	autotext struct text text = {0};
	autoclose int fd = -1;

	for (size_t i = 0; i < table->lines.count; i++)
		text_addf(&text, "%s\n", table->lines.items[i]);
	if (file_write(root, table->path, text_string(&text), text.size, table->mode,
		    err) < 0)
		return error_prefix(err, "writing accounts");
	fd = file_open(root, table->path, O_RDONLY, 0, err);
	if (fd < 0)
		return error_prefix(err, "writing accounts");
	if (fchown(fd, 0, table->gid) < 0)
		return error_errno(err, -errno, "setting the group of %s", table->path);
	return 0;
}

static bool line_is(const char *line, const char *name)
{
	size_t size = strlen(name);

	return strncmp(line, name, size) == 0 && line[size] == ':';
}

static char **table_line(struct table *table, const char *name)
{
	for (size_t i = 0; i < table->lines.count; i++)
		if (line_is(table->lines.items[i], name))
			return &table->lines.items[i];
	return NULL;
}

/* Replace the line of this name, or add it. */
static void table_set(struct table *table, const char *name, const char *line)
{
	char **old = table_line(table, name);

	if (!old) {
		words_add(&table->lines, line);
		return;
	}
	free(*old);
	*old = memory_copy_text(line);
}

/* Third field of a passwd or group line. */
static uint64_t line_id(const char *line)
{
	autowords struct words fields = {0};
	uint64_t id = 0;

	words_split(&fields, line, ":");
	return fields.count > 2 && text_to_u64(fields.items[2], 0, UINT32_MAX, &id) == 0
		       ? id
		       : 0;
}

static bool is_taken(struct table *tables, uint64_t id)
{
	static const size_t ids[] = {PASSWD, GROUP};

	for (size_t t = 0; t < LENGTH(ids); t++)
		for (size_t i = 0; i < tables[ids[t]].lines.count; i++)
			if (line_id(tables[ids[t]].lines.items[i]) == id)
				return true;
	return false;
}

/* 0: root's, or not there. */
static uint64_t owner_of(int root, const char *path)
{
	autoclose int fd = file_open(root, path, O_PATH, 0, NULL);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_uid : 0;
}

static uint64_t home_owner(int root, const char *name)
{
	autofree char *home = memory_format("home/%s", name);

	return owner_of(root, home);
}

/* Folders that stayed from the system before belong to whoever comes back under their name, and to nobody else. */
static bool owns_a_home(int root, uint64_t id)
{
	autowords struct words names = {0};

	if (file_list(root, "home", true, &names, NULL) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++)
		if (home_owner(root, names.items[i]) == id)
			return true;
	return false;
}

/* That of the user itself when it is there already (a resumed installation), that of the home that stayed, or the first that neither users,
 * groups nor homes have. */
static uint64_t free_id(struct table *tables, int root, const char *name)
{
	char **own = table_line(&tables[PASSWD], name);
	uint64_t id = home_owner(root, name);

	if (own)
		return line_id(*own);
	if (id >= FIRST_UID && id <= LAST_UID && !is_taken(tables, id))
		return id;
	for (id = FIRST_UID; id < LAST_UID; id++)
		if (!is_taken(tables, id) && !owns_a_home(root, id))
			break;
	return id;
}

/* "$6$" and 16 characters of 64: what crypt(3) calls a setting for SHA-512. */
static int make_setting(char setting[20], struct error *err)
{
	static const char alphabet[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	unsigned char random[16];
	int rc = digest_random(random, sizeof(random), err);

	if (rc < 0)
		return rc;
	memcpy(setting, "$6$", 3);
	for (size_t i = 0; i < sizeof(random); i++)
		setting[3 + i] = alphabet[random[i] & 63];
	setting[19] = '\0';
	return 0;
}

/* Field 2 of shadow: a hash, or `*`: no password, but not locked. sshd without PAM refuses a user with `!`, key or not. */
static int password_field(const struct secret *password, char **field, struct error *err)
{
	char setting[20];
	const char *hash;

	if (!password) {
		*field = memory_copy_text("*");
		return 0;
	}
	if (make_setting(setting, err) < 0)
		return error_prefix(err, "hashing a password");
	hash = crypt(secret_bytes(password), setting);
	if (!hash || strncmp(hash, setting, 3) != 0)
		return error_set(err, -ENOTSUP,
			"crypt() made no SHA-512 hash: the password is longer than 256 bytes, or the C library lacks SHA-512");
	*field = memory_copy_text(hash);
	return 0;
}

static int set_shadow(struct table *tables, const char *name,
	const struct secret *password, struct error *err)
{
	autofree char *field = NULL, *line = NULL;
	int rc = password_field(password, &field, err);

	if (rc < 0)
		return rc;
	line = memory_format(
		"%s:%s:%lld:0:99999:7:::", name, field, (long long)time(NULL) / 86400);
	table_set(&tables[SHADOW], name, line);
	return 0;
}

static void join_group(struct table *table, const char *group, const char *name)
{
	char **line = table_line(table, group);
	autofree char *old = line ? *line : NULL;
	const char *members = old ? strrchr(old, ':') + 1 : "";
	autowords struct words names = {0};

	if (!line)
		return;
	words_split(&names, members, ",");
	*line = words_contain(&names, name)
			? memory_copy_text(old)
			: memory_format("%s%s%s", old, *members ? "," : "", name);
}

static int check_name(struct table *tables, const struct user *user, struct error *err)
{
	char **account = table_line(&tables[PASSWD], user->name);
	char **group = table_line(&tables[GROUP], user->name);

	/* The user's own group has his name: that of the system would become his, and with it what its members may do. */
	if ((account && line_id(*account) < FIRST_UID) ||
		(group && line_id(*group) < FIRST_UID))
		return error_set(err, -EEXIST,
			"the new system has an account or group of its own named %s; choose another user name",
			user->name);
	if (strpbrk(user->name, ":\n/") ||
		(user->full_name && strpbrk(user->full_name, ":\n")))
		return error_set(err, -EINVAL,
			"user %s: names cannot hold a colon or a line break", user->name);
	return 0;
}

static int add_user(struct table *tables, const struct user *user, const struct run *run,
	const struct secret *password, struct error *err)
{
	uint64_t id = free_id(tables, run->target_fd, user->name);
	autofree char *passwd = memory_format("%s:x:%llu:%llu:%s:/home/%s:%s", user->name,
		(unsigned long long)id, (unsigned long long)id,
		user->full_name ? user->full_name : "", user->name,
		run->distro->login_shell);
	autofree char *group =
		memory_format("%s:x:%llu:", user->name, (unsigned long long)id);
	autofree char *gshadow = memory_format("%s:!::", user->name);
	int rc = check_name(tables, user, err);

	if (rc == 0)
		rc = set_shadow(tables, user->name, password, err);
	if (rc < 0)
		return rc;
	table_set(&tables[PASSWD], user->name, passwd);
	table_set(&tables[GROUP], user->name, group);
	table_set(&tables[GSHADOW], user->name, gshadow);
	if (user->admin) {
		join_group(&tables[GROUP], run->distro->admin_group, user->name);
		join_group(&tables[GSHADOW], run->distro->admin_group, user->name);
	}
	return 0;
}

/* Owner and mode of something below the root. */
static int give(int root, const char *path, uint64_t id, mode_t mode, struct error *err)
{
	autoclose int fd = file_open(root, path, O_RDONLY, 0, err);

	if (fd < 0)
		return fd;
	if (fchown(fd, (uid_t)id, (gid_t)id) < 0 || fchmod(fd, mode) < 0)
		return error_errno(err, -errno, "giving %s to its user", path);
	return 0;
}

static int copy_skeleton(int root, const char *home, uint64_t id, struct error *err)
{
	autowords struct words names = {0};
	int rc = file_list(root, "etc/skel", true, &names, err);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		autofree char *from = memory_format("etc/skel/%s", names.items[i]);
		autofree char *to = memory_format("%s/%s", home, names.items[i]);
		autoclose int fd = file_open(root, from, O_PATH | O_NOFOLLOW, 0, err);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
			owner_of(root, to) == id) /* it stayed */
			continue;
		rc = file_copy(root, from, root, to, err);
		if (rc == 0)
			rc = give(root, to, id, st.st_mode & 0755, err);
	}
	return rc;
}

/* In a home that stayed, a user may have made it lead to somewhere that is not theirs to write. */
static int remove_link(int root, const char *path, struct error *err)
{
	autofree char *target = file_read_link(root, path);

	return target ? file_remove(root, path, err) : 0;
}

static int write_keys(int root, const char *home, const struct user *user, uint64_t id,
	struct error *err)
{
	autofree char *dir = memory_format("%s/.ssh", home);
	autofree char *path = memory_format("%s/authorized_keys", dir);
	autotext struct text keys = {0};
	int rc;

	if (user->ssh_keys.count == 0)
		return 0;
	for (size_t i = 0; i < user->ssh_keys.count; i++)
		text_addf(&keys, "%s\n", user->ssh_keys.items[i]);
	rc = remove_link(root, dir, err);
	if (rc == 0)
		rc = file_make_dirs(root, dir, 0700, err);
	if (rc == 0)
		rc = file_write(root, path, keys.data, keys.size, 0600, err);
	if (rc == 0)
		rc = give(root, path, id, 0600, err);
	return rc < 0 ? rc : give(root, dir, id, 0700, err);
}

static int make_home(
	struct table *tables, const struct user *user, int root, struct error *err)
{
	autofree char *home = memory_format("home/%s", user->name);
	uint64_t id = line_id(*table_line(&tables[PASSWD], user->name));
	int rc = file_make_dirs(root, "home", 0755, err);

	if (rc == 0)
		rc = file_make_dirs(root, home, 0700, err);
	if (rc == 0)
		rc = copy_skeleton(root, home, id, err);
	if (rc == 0)
		rc = write_keys(root, home, user, id, err);
	if (rc == 0)
		rc = give(root, home, id, 0700, err);
	return rc < 0 ? error_prefix(err, "home of %s", user->name) : 0;
}

static int add_users(struct table *tables, const struct recipe *recipe, struct run *run,
	struct error *err)
{
	const struct answers *answers = recipe->answers;
	int rc = set_shadow(tables, "root", NULL, err);

	for (size_t i = 0; rc == 0 && i < answers->user_count; i++)
		rc = add_user(
			tables, &answers->users[i], run, run->secrets->passwords[i], err);
	for (size_t i = 0; rc == 0 && i < TABLES; i++)
		rc = table_write(run->target_fd, &tables[i], err);
	for (size_t i = 0; rc == 0 && i < answers->user_count; i++)
		rc = make_home(tables, &answers->users[i], run->target_fd, err);
	for (size_t i = 0; rc == 0 && i < answers->user_count; i++)
		if (answers->users[i].admin)
			rc = run->distro->set_admin(
				run->target_fd, answers->users[i].name, err);
	return rc;
}

int user_find(int root_fd, const char *name, struct error *err)
{
	struct table table = {.path = "etc/passwd"};
	autotext struct text names = {0};
	int rc = table_read(root_fd, &table, err);
	bool found = false;

	for (size_t i = 0; rc == 0 && i < table.lines.count; i++) {
		const char *line = table.lines.items[i];
		uint64_t id = line_id(line);

		if (!line_is(line, "root") && (id < FIRST_UID || id > LAST_UID))
			continue;
		found = found || line_is(line, name);
		text_addf(&names, "%s%.*s", names.size ? ", " : "",
			(int)strcspn(line, ":"), line);
	}
	words_free(&table.lines);
	return rc < 0 || found ? rc
			       : error_set(err, -ENOENT, "no user %s; there are: %s",
					 name, text_string(&names));
}

int user_set_password(
	int root_fd, const char *name, const struct secret *password, struct error *err)
{
	struct table tables[TABLES] = {
		[SHADOW] = {.path = "etc/shadow", .mode = 0640}
        };
	int rc = user_find(root_fd, name, err);

	if (rc == 0)
		rc = table_read(root_fd, &tables[SHADOW], err);
	if (rc == 0)
		rc = set_shadow(tables, name, password, err);
	if (rc == 0)
		rc = table_write(root_fd, &tables[SHADOW], err);
	words_free(&tables[SHADOW].lines);
	return rc;
}

static int users_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	static const char *const backups[] = {
		"etc/passwd-", "etc/shadow-", "etc/group-", "etc/gshadow-"};
	struct table tables[TABLES] = {
		{.path = "etc/passwd",  .mode = 0644},
		{.path = "etc/shadow",  .mode = 0640},
                {.path = "etc/group",   .mode = 0644},
		{.path = "etc/gshadow", .mode = 0640}
        };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < TABLES; i++)
		rc = table_read(run->target_fd, &tables[i], err);
	if (rc == 0)
		rc = add_users(tables, recipe, run, err);
	for (size_t i = 0; rc == 0 && i < LENGTH(backups); i++)
		rc = file_remove(run->target_fd, backups[i], err);
	for (size_t i = 0; i < TABLES; i++)
		words_free(&tables[i].lines);
	return rc;
}

const struct step_ops step_users = {
	.id = "users", .describe = users_describe, .run = users_run};

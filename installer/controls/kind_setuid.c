/* Programs that run with more rights than who starts them, by the bits of their mode or by file capabilities: all but those named
 * lose them. What they had is kept below /var/lib/jefelinux and given back when the control is turned off. A hook of the package
 * manager has it done again after upgrades. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

enum { PRIVILEGE = S_ISUID | S_ISGID };

static const char capability[] = "security.capability";

/* A sort of privilege: the rule that finds it ("what it had", a blank, and the path: a row of the database), and how it goes and
 * comes back. */
struct privilege {
	const char *name, *database;
	enum scan_rule rule;
	int (*take)(int fd, const char *had);
	int (*give)(int fd, const char *had);
};

static int take_mode(int fd, const char *had)
{
	return fchmod(fd, (mode_t)strtoul(had, NULL, 8) & ~(mode_t)PRIVILEGE);
}

/* A file that belongs to somebody else by now does not get the old owner's rights for the new one. */
static int give_mode(int fd, const char *had)
{
	char *end;
	mode_t mode = (mode_t)strtoul(had, &end, 8);
	uid_t uid = (uid_t)strtoul(end + (*end == ':'), &end, 10);
	gid_t gid = (gid_t)strtoul(end + (*end == ':'), NULL, 10);
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if ((st.st_uid != uid || st.st_gid != gid) && fchown(fd, uid, gid) < 0)
		return -1;
	return fchmod(fd, mode);
}

static int take_capability(int fd, const char *had)
{
	(void)had;
	return fremovexattr(fd, capability);
}

static int give_capability(int fd, const char *had)
{
	unsigned char value[CAPABILITY_MAX];
	size_t size = 0;

	for (; had[0] && had[1] && size < sizeof(value); had += 2) {
		const char digits[] = {had[0], had[1], '\0'};

		value[size++] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return fsetxattr(fd, capability, value, size, 0);
}

static const struct privilege privileges[] = {
	{"setuid",       "var/lib/jefelinux/setuid.db",       SCAN_SETUID,       take_mode, give_mode      },
	{"capabilities", "var/lib/jefelinux/capabilities.db", SCAN_CAPABILITIES,
         take_capability,								   give_capability},
};

static const struct privilege *privilege_of(const struct control *control)
{
	const struct privilege *privilege = privileges;

	while (strcmp(privilege->name, control->target) != 0)
		privilege++;
	return privilege;
}

static const char *path_of(const char *row)
{
	const char *blank = strchr(row, ' ');

	return blank ? blank + 1 : "";
}

static bool may_stay(const char *path, const char *allowed)
{
	autowords struct words paths = {0};

	words_split(&paths, allowed, " ");
	return words_contain(&paths, path);
}

/* Rows of the programs that are privileged and may not be. */
static void find_surplus(
	const struct words *found, const char *allowed, struct words *surplus)
{
	for (size_t i = 0; i < found->count; i++)
		if (!may_stay(path_of(found->items[i]), allowed))
			words_add(surplus, found->items[i]);
}

static int change(const struct site *site, const char *row,
	int (*function)(int fd, const char *had), struct error *err)
{
	autofree char *had = memory_copy_bytes(row, strcspn(row, " "));
	int rc = file_changes(site->scope->root_fd, path_of(row), true, err);
	autoclose int fd = rc < 0 ? rc
				  : file_open(site->scope->root_fd, path_of(row),
					    O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);

	if (fd < 0)
		return fd;
	return function(fd, had) < 0
		       ? error_errno(err, -errno, "setting the privileges of %s",
				 path_of(row))
		       : 0;
}

/* Add rows to the database, keeping the first state ever seen of a path. */
static int remember(const struct site *site, const struct privilege *privilege,
	const struct words *rows, struct error *err)
{
	autotext struct text text = {0};
	bool changed = false;
	int rc = disk_load(site, privilege->database, &text, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rows->count; i++) {
		autofree char *end = memory_format(" %s\n", path_of(rows->items[i]));

		if (!strstr(text_string(&text), end))
			text_addf(&text, "%s\n", rows->items[i]);
	}
	return disk_write(site, privilege->database, &text, 0600, &changed, err);
}

static int give_back(struct site *site, const struct privilege *privilege,
	const char *allowed, bool *changed, struct error *err)
{
	autotext struct text old = {0}, kept = {0};
	bool rewritten = false;
	char *rest, *row;
	int rc = disk_load(site, privilege->database, &old, err);

	if (rc <= 0)
		return rc;
	rest = old.data;
	while ((row = line_next(&rest))) {
		bool wanted = !allowed || may_stay(path_of(row), allowed);

		if (!wanted) {
			text_addf(&kept, "%s\n", row);
			continue;
		}
		*changed = true;
		if (file_exists(site->scope->root_fd, path_of(row)) &&
			change(site, row, privilege->give, err) < 0)
			return error_prefix(err, "giving back privileges");
	}
	return disk_write(site, privilege->database, &kept, 0600, &rewritten, err);
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	const struct privilege *privilege = privilege_of(control);
	autowords struct words surplus = {0};
	autoscan struct scan scan = {0};
	int rc = give_back(site, privilege, value, changed, err);

	scan_programs(site, privilege->rule, &scan);
	find_surplus(&scan.found[privilege->rule], value, &surplus);
	if (rc == 0 && surplus.count)
		rc = remember(site, privilege, &surplus, err);
	for (size_t i = 0; i < surplus.count && rc == 0; i++) {
		*changed = true;
		rc = change(site, surplus.items[i], privilege->take, err);
	}
	return rc;
}

static int withdraw(struct site *site, const struct control *control, bool *changed,
	struct error *err)
{
	return give_back(site, privilege_of(control), NULL, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const struct scan *scan = site_scan(site);
	autowords struct words surplus = {0};
	autotext struct text paths = {0};

	find_surplus(&scan->found[privilege_of(control)->rule], value, &surplus);
	for (size_t i = 0; i < surplus.count; i++)
		text_addf(&paths, "%s%s", i ? " " : "", path_of(surplus.items[i]));
	if (surplus.count)
		find(finding, FOUND_WRONG, memory_copy_text(paths.data),
			memory_format("privileged: %s", paths.data));
	else if (scan->cut)
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format("%lu files were looked at, not all", scan->looked));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(
				"no other program below /usr, /bin, /sbin, /lib, /opt"));
}

const struct control_kind kind_setuid = {
	.name = "setuid",
	.place = "usr/bin",
	.fix = "A package brought it back past the hook: apply again.",
	.takes_value = true,
	.comes_back = true,
	.apply = apply,
	.withdraw = withdraw,
	.persisted = persisted,
};

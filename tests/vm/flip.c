/* Break everything that the audit calls right, one control after the other, and see that it notices.
 *
 *	flip [ROOT [PREFIX]]   on a system that was hardened (its policy is read); default: the running one, and all its controls
 *
 * A control is broken on its disk, and in the kernel of the running system where that can be done and undone; each time the audit
 * must say fail or drift. Everything is put back. Prints a line for each that was not noticed and a last line of counts; the exit
 * code is 0 when all were, and all were broken but those that only time, a container or another computer breaks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

enum { FILE_MAX = 4 << 20 };

/* What one break changed. */
struct change {
	char *path; /* a file, or a setting below /proc/sys */
	bool existed, mode_only;
	bool capability; /* it got one */
	struct text content;
	struct stat st;
	const char *service, *runlevel; /* instead of a file: switched over */
	bool was_on;
	bool table;    /* the rule set was deleted from the kernel */
	char *profile; /* was loaded into the kernel to complain only */
	int listener;  /* a socket that waits for connections, or 0 */
	bool rules;    /* an audit rule was deleted from the kernel */
	bool covered;  /* a file lies over the kernel's command line */
	char *point;   /* mounted again, with other flags than these: */
	unsigned long flags;
};

struct flip {
	struct control_scope scope;
	struct policy policy;
	struct site site;
	struct change change;
	unsigned broken, unnoticed, unbroken;
};

/* Returns true when something was broken. */
typedef bool breaker(struct flip *flip, const struct control *control, const char *value);

static int root_of(const struct flip *flip)
{
	return flip->scope.root_fd;
}

static bool keep(struct flip *flip, const char *path)
{
	struct change *change = &flip->change;
	autoclose int fd = file_open(root_of(flip), path, O_RDONLY, 0, NULL);

	change->path = memory_copy_text(path);
	change->existed = fd >= 0 && fstat(fd, &change->st) == 0;
	return !change->existed ||
	       file_read(root_of(flip), path, FILE_MAX, &change->content, NULL) == 0;
}

static void own(const struct flip *flip, const struct change *change)
{
	autoclose int fd =
		file_open(root_of(flip), change->path, O_RDONLY | O_NONBLOCK, 0, NULL);

	if (fd >= 0 && change->capability)
		(void)fremovexattr(fd, "security.capability");
	if (fd < 0 || fchown(fd, change->st.st_uid, change->st.st_gid) < 0 ||
		fchmod(fd, change->st.st_mode & 07777) < 0)
		(void)printf("%s: owner and mode are not as before: %s\n", change->path,
			strerror(errno));
}

/* Change a mode for the time being; of the file, where path is a link. */
static bool loosen(struct flip *flip, const char *path, mode_t mode)
{
	struct change *change = &flip->change;
	autoclose int fd = file_open(root_of(flip), path, O_RDONLY | O_NONBLOCK, 0, NULL);

	change->path = memory_copy_text(path);
	change->mode_only = change->existed = fd >= 0 && fstat(fd, &change->st) == 0;
	return change->existed && fchmod(fd, mode) == 0;
}

/* Replace a file's content for the time being; its owner and mode stay. */
static bool spoil(struct flip *flip, const char *path, const char *content)
{
	struct error err = {0};

	if (!keep(flip, path))
		return false;
	if (file_write(root_of(flip), path, content, strlen(content), 0600, &err) < 0) {
		(void)printf("# %s\n", err.text);
		return false;
	}
	if (flip->change.existed)
		own(flip, &flip->change);
	return true;
}

static bool spoil_added(struct flip *flip, const char *path, const char *line)
{
	autotext struct text text = {0};

	if (file_read(root_of(flip), path, FILE_MAX, &text, NULL) < 0)
		text_free(&text);
	text_addf(&text, "%s%s\n",
		text.size && text.data[text.size - 1] != '\n' ? "\n" : "", line);
	return spoil(flip, path, text.data);
}

static void write_setting(const char *path, const char *value, bool *done)
{
	autofree char *full = memory_format("/%s", path);
	int fd = open(full, O_WRONLY | O_CLOEXEC);

	*done = fd >= 0 && write(fd, value, strlen(value)) >= 0;
	if (fd >= 0)
		(void)close(fd);
}

static void put_back_file(struct flip *flip, struct change *change)
{
	struct error err = {0};
	bool done = true;
	int rc = 0;

	if (text_starts(change->path, "proc/sys/"))
		write_setting(change->path, text_string(&change->content), &done);
	else if (!change->existed)
		rc = file_remove(root_of(flip), change->path, &err);
	else if (!change->mode_only)
		rc = file_write(root_of(flip), change->path,
			text_string(&change->content), change->content.size, 0600, &err);
	if (rc < 0 || !done)
		(void)printf("%s is not as before: %s\n", change->path, err.text);
	if (change->existed && !text_starts(change->path, "proc/sys/"))
		own(flip, change);
}

static bool load_profile(const char *path, const char *how)
{
	struct error err = {0};

	return command_run(&(struct command){.argv = COMMAND("apparmor_parser", how,
						     "--skip-cache", "--replace", path),
				   .timeout_seconds = 120},
		       &err) == 0;
}

static bool mount_again(const char *point, unsigned long flags)
{
	return mount(NULL, point, NULL, MS_REMOUNT | MS_BIND | flags, NULL) == 0;
}

static void put_back(struct flip *flip)
{
	struct change *change = &flip->change;
	struct error err = {0};

	if (change->path)
		put_back_file(flip, change);
	if (change->service &&
		flip->scope.distro->set_service(root_of(flip), change->service,
			change->runlevel, change->was_on, &err) < 0)
		(void)printf("%s is not as before: %s\n", change->service, err.text);
	if (change->table && kind_firewall.activate(&flip->site, &err) < 0)
		(void)printf("the packet filter is not as before: %s\n", err.text);
	if (change->profile && !load_profile(change->profile, "--quiet"))
		(void)printf("%s is not as before\n", change->profile);
	if (change->listener)
		(void)close(change->listener);
	if (change->rules && kind_audit_rule.activate(&flip->site, &err) < 0)
		(void)printf("the audit rules are not as before: %s\n", err.text);
	if (change->covered && umount2("/proc/cmdline", MNT_DETACH) < 0)
		(void)printf("/proc/cmdline is not as before: %s\n", strerror(errno));
	if (change->point && !mount_again(change->point, change->flags))
		(void)printf("%s is not as before: %s\n", change->point, strerror(errno));
	free(change->point);
	free(change->path);
	free(change->profile);
	text_free(&change->content);
	*change = (struct change){0};
}

/* Word n of the target. The caller frees it. */
static char *target_word(const struct control *control, size_t n)
{
	autowords struct words words = {0};

	words_split(&words, control->target, " ");
	return n < words.count ? memory_copy_text(words.items[n]) : NULL;
}

/* Kinds with a file of ours: it loses the lines of the control, or all when it cannot be told which they are. */
static bool break_lines(
	struct flip *flip, const struct control *control, const char *value)
{
	autotext struct text mine = {0}, old = {0}, text = {0};
	char *rest, *line;

	if (file_read(root_of(flip), control->kind->file, FILE_MAX, &old, NULL) < 0)
		return false;
	control->kind->lines(&flip->site, control, value, &mine);
	rest = mine.size ? old.data : NULL;
	while ((line = line_next(&rest)))
		if (!text_has_line(mine.data, line))
			text_addf(&text, "%s\n", line);
	return spoil(flip, control->kind->file, text_string(&text));
}

static bool break_argument(
	struct flip *flip, const struct control *control, const char *value)
{
	const char *forbidden = strchr(value, '!');
	autofree char *word =
		forbidden ? memory_copy_bytes(forbidden + 1, strcspn(forbidden + 1, " "))
			  : NULL;

	return word ? spoil_added(flip, control->kind->file, word)
		    : break_lines(flip, control, value);
}

/* A later file sets another value. */
static bool break_sysctl(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *name = target_word(control, 0);
	autofree char *line =
		memory_format("%s = %s", name, strcmp(value, "1") == 0 ? "0" : "1");

	return spoil_added(flip, "etc/sysctl.conf", line);
}

/* The entry loses its options. */
static bool break_mount(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *point = target_word(control, 0);
	autotext struct text old = {0}, text = {0};
	char *rest, *line;

	(void)value;
	if (file_read(root_of(flip), "etc/fstab", FILE_MAX, &old, NULL) < 0)
		return false;
	rest = old.data;
	while ((line = line_next(&rest))) {
		autowords struct words fields = {0};

		words_split(&fields, line, " \t");
		if (fields.count >= 4 && strcmp(fields.items[1], point) == 0)
			text_addf(&text, "%s %s %s defaults\n", fields.items[0], point,
				fields.items[2]);
		else
			text_addf(&text, "%s\n", line);
	}
	return spoil(flip, "etc/fstab", text_string(&text));
}

static bool break_file(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = file_control_path(&flip->site, control);

	(void)value;
	return spoil_added(flip, path, "# changed");
}

/* The first path that is there. The caller frees it. */
static char *existing(struct flip *flip, const char *target)
{
	autowords struct words paths = {0};

	paths_expand(&flip->site, target, &paths);
	for (size_t i = 0; i < paths.count; i++)
		if (file_exists(root_of(flip), paths.items[i]))
			return memory_copy_text(paths.items[i]);
	return NULL;
}

static bool break_mode(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = existing(flip, control->target);

	(void)value;
	return path && loosen(flip, path, 0777);
}

static bool break_service(
	struct flip *flip, const struct control *control, const char *value)
{
	struct change *change = &flip->change;
	autofree char *generic = target_word(control, 0);
	autofree char *runlevel = target_word(control, 1);
	static char kept[2][64];
	const char *service = distro_service(flip->scope.distro, generic);
	struct error err = {0};

	(void)snprintf(kept[0], sizeof(kept[0]), "%s", service ? service : generic);
	(void)snprintf(kept[1], sizeof(kept[1]), "%s", runlevel);
	*change = (struct change){.service = kept[0],
		.runlevel = kept[1],
		.was_on = strcmp(value, "on") == 0};
	return flip->scope.distro->set_service(
		       root_of(flip), kept[0], kept[1], !change->was_on, &err) == 0;
}

/* The package databases of both bases. */
static bool break_package(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *generic = target_word(control, 0);
	const char *name = distro_package(flip->scope.distro, generic);
	autofree char *debian = memory_format(
		"\nPackage: %s\nStatus: install ok installed\nArchitecture: amd64\n",
		name);
	autofree char *alpine = memory_format("\nP:%s\n", name);

	(void)value;
	if (!name)
		return false;
	return file_exists(root_of(flip), "var/lib/dpkg/status")
		       ? spoil_added(flip, "var/lib/dpkg/status", debian)
		       : spoil_added(flip, "lib/apk/db/installed", alpine);
}

static bool break_account(
	struct flip *flip, const struct control *control, const char *value)
{
	static const struct {
		const char *rule, *path, *line;
	} rows[] = {
		{"empty",             "etc/shadow", "intruder::19000:0:99999:7:::"  },
		{"uid0",              "etc/passwd", "toor:x:0:0::/:/bin/sh"         },
		{"root",              "etc/shadow", "root:$6$x$y:19000:0:99999:7:::"},
		{"shells",            "etc/passwd", "service:x:500:500::/:/bin/sh"  },
		{"hashes",            "etc/shadow", "old:$1$x$y:19000:0:99999:7:::" },
		{"double",            "etc/passwd", "root:x:4711:0::/:/sbin/nologin"},
		{"foreign",           "etc/passwd", "+::::::"                       },
		{"container-members", "etc/group",  "docker:x:999:ana"              },
	};

	(void)value;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (strcmp(rows[i].rule, control->target) == 0)
			return spoil_added(flip, rows[i].path, rows[i].line);
	if (strcmp(control->target, "key-owners") == 0 &&
		file_exists(root_of(flip), "home/ana/.ssh/authorized_keys"))
		return spoil_added(flip, "etc/shadow", "ana:!:19000:0:99999:7:::");
	return false;
}

/* A later line sets something else. */
static bool break_setting(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = target_word(control, 0);
	autofree char *key = target_word(control, 1);
	autofree char *style = target_word(control, 2);
	autofree char *line = strcmp(style, "absent") == 0  ? memory_format("x:%s:x", key)
			      : strcmp(style, "words") == 0 ? memory_format("%s x", key)
							    : memory_format("%s=x", key);

	(void)value;
	return spoil_added(flip, path, line);
}

static bool break_json(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = target_word(control, 0), *name = target_word(control, 1);
	autofree char *there = memory_format("{\"%s\": []}\n", name);

	return spoil(flip, path, strcmp(value, "absent") == 0 ? there : "{}\n");
}

/* cap_net_raw, as setcap writes it. */
static bool add_capability(struct flip *flip, const char *path)
{
	static const unsigned char raw[20] = {1, 0, 0, 2, 0, 0x20};
	struct change *change = &flip->change;
	autoclose int fd = -1;

	fd = file_open(root_of(flip), path, O_RDONLY, 0, NULL);
	change->path = memory_copy_text(path);
	change->mode_only = change->existed = fd >= 0 && fstat(fd, &change->st) == 0;
	change->capability =
		fd >= 0 && fsetxattr(fd, "security.capability", raw, sizeof(raw), 0) == 0;
	return change->capability;
}

static bool break_setuid(
	struct flip *flip, const struct control *control, const char *value)
{
	const char *path =
		file_exists(root_of(flip), "usr/bin/env") ? "usr/bin/env" : "bin/busybox";

	(void)value;
	if (strcmp(control->target, "capabilities") == 0)
		return add_capability(flip, path);
	return loosen(flip, path, 04755);
}

/* A script instead of a program. */
static bool break_static(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = existing(flip, control->target);

	(void)value;
	return path && spoil(flip, path, "#!/bin/sh\n");
}

/* Disks and firmware are left alone. */
static bool break_machine(
	struct flip *flip, const struct control *control, const char *value)
{
	(void)value;
	if (strcmp(control->target, "encryption") == 0)
		return spoil(flip, "etc/crypttab", "# no luks here\n");
	return strcmp(control->target, "swap") == 0 &&
	       spoil_added(flip, "etc/fstab", "/dev/vdz none swap sw 0 0");
}

static bool break_hook(
	struct flip *flip, const struct control *control, const char *value)
{
	(void)control;
	(void)value;
	return spoil_added(flip, flip->scope.distro->package_hook.path, "# changed");
}

/* The library is named nowhere any more. */
static bool break_allocator(
	struct flip *flip, const struct control *control, const char *value)
{
	const char *preload = flip->scope.distro->preload_file;

	(void)control;
	(void)value;
	return spoil(flip, preload ? preload : "etc/profile.d/jefe-allocator.sh",
		"# nothing\n");
}

static bool break_scan(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = memory_copy_text("etc/jefe-flip");

	(void)value;
	if (!spoil(flip, path, "x\n"))
		return false;
	return strcmp(control->target, "unowned") == 0
		       ? fchownat(root_of(flip), path, 54321, 54321, 0) == 0
		       : fchmodat(root_of(flip), path, 0666, 0) == 0;
}

static bool break_repository(
	struct flip *flip, const struct control *control, const char *value)
{
	const struct name_row *row = flip->scope.distro->weak_repositories;
	const char *path = file_exists(root_of(flip), "etc/apk/repositories")
				   ? "etc/apk/repositories"
				   : "etc/apt/sources.list.d/debian.sources";

	(void)value;
	while (row->generic && strcmp(row->generic, control->target) != 0)
		row++;
	return row->generic && spoil_added(flip, path, row->own);
}

static bool break_absent(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = target_word(control, 0);

	(void)value;
	return spoil(flip, path, "x\n");
}

static bool break_level(
	struct flip *flip, const struct control *control, const char *value)
{
	(void)control;
	(void)value;
	return spoil(flip, LOWERED_PATH, "the level was lowered\n");
}

/* What would take a day, a running container or another mount. */
static bool break_never(
	struct flip *flip, const struct control *control, const char *value)
{
	(void)flip;
	(void)control;
	(void)value;
	return false;
}

static bool break_profile(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *name = target_word(control, 0);
	autofree char *path = memory_format("etc/apparmor.d/%s", name);

	(void)value;
	return spoil_added(flip, path, "# changed");
}

/* The kernel's copy no longer has the mode of the disk's. */
static bool break_running_profile(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *name = target_word(control, 0);

	if (strcmp(value, "enforce") != 0)
		return false;
	flip->change.profile = memory_format("/etc/apparmor.d/%s", name);
	return load_profile(flip->change.profile, "--Complain");
}

/* Somebody without a profile listens: this program. */
static bool break_exposure(
	struct flip *flip, const struct control *control, const char *value)
{
	int fd;

	(void)value;
	if (!flip->scope.running || control->target)
		return false;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	flip->change.listener = fd > 0 ? fd : 0;
	return fd > 0 && listen(fd, 1) == 0;
}

static bool break_running_sysctl(
	struct flip *flip, const struct control *control, const char *value)
{
	static const char *const others[] = {
		"0", "1", "2", "3", "core", "4 4 1 7", "0 0", "32768", "65536"};
	autofree char *path = NULL;
	autofree char *name = target_word(control, 0);
	/* Without room for mappings an allocator may end this program before it can put the value back. */
	size_t first =
		name && strcmp(name, "vm.max_map_count") == 0 ? LENGTH(others) - 1 : 0;
	bool done = false;

	for (char *at = name; at && *at; at++)
		if (*at == '.')
			*at = '/';
	path = memory_format("proc/sys/%s", name);
	if (!keep(flip, path))
		return false;
	for (size_t i = first; i < LENGTH(others) && !done; i++)
		if (strcmp(others[i], value) != 0)
			write_setting(path, others[i], &done);
	return done;
}

/* The command line as if the computer had been started otherwise: another file lies over the kernel's. */
static bool break_running_argument(
	struct flip *flip, const struct control *control, const char *value)
{
	static const char cover[] = "/run/flip.cmdline";
	autowords struct words tokens = {0}, wanted = {0};
	autotext struct text old = {0}, text = {0};

	(void)control;
	if (file_read(root_of(flip), "proc/cmdline", FILE_MAX, &old, NULL) < 0)
		return false;
	words_split(&tokens, text_string(&old), " \n");
	words_split(&wanted, value, " ");
	for (size_t i = 0; i < tokens.count; i++)
		if (!words_contain(&wanted, tokens.items[i]))
			text_addf(&text, "%s ", tokens.items[i]);
	for (size_t i = 0; i < wanted.count; i++)
		if (wanted.items[i][0] == '!')
			text_addf(&text, "%s ", wanted.items[i] + 1);
	flip->change.covered = file_write(root_of(flip), cover + 1, text_string(&text),
				       text.size, 0600, NULL) == 0 &&
			       mount(cover, "/proc/cmdline", NULL, MS_BIND, NULL) == 0;
	return flip->change.covered;
}

/* Mounted again without what it must not allow. Options that are not flags of a mount stay. */
static bool break_running_mount(
	struct flip *flip, const struct control *control, const char *value)
{
	enum { FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };
	autofree char *point = target_word(control, 0);
	struct statvfs status;

	if (!strstr(value, "no") || statvfs(point, &status) < 0 ||
		!(status.f_flag & FLAGS))
		return false;
	flip->change.flags = status.f_flag & (MS_RDONLY | FLAGS);
	if (!mount_again(point, status.f_flag & MS_RDONLY))
		return false;
	flip->change.point = memory_copy_text(point);
	return true;
}

/* One rule less in the kernel, where rules can still be changed. */
static bool break_running_rule(
	struct flip *flip, const struct control *control, const char *value)
{
	autotext struct text listing = {0};
	autofree char *key = memory_format("key=%s", control->target);
	char *rest, *line;

	(void)value;
	if (!control->target ||
		command_run(&(struct command){.argv = COMMAND("auditctl", "-l"),
				    .output = &listing,
				    .timeout_seconds = 20},
			NULL) < 0)
		return false;
	rest = listing.data;
	while ((line = line_next(&rest))) {
		autowords struct words words = {0};
		const char *argv[40] = {"auditctl", "-d"};

		words_split(&words, line, " ");
		if (!text_starts(line, "-a ") || !text_ends(line, key) ||
			words.count > 36)
			continue;
		for (size_t i = 1; i < words.count; i++)
			argv[i + 1] = words.items[i];
		flip->change.rules = command_run(&(struct command){.argv = argv,
							 .timeout_seconds = 20},
					     NULL) == 0;
		return flip->change.rules;
	}
	return false;
}

static bool break_running_firewall(
	struct flip *flip, const struct control *control, const char *value)
{
	struct error err = {0};

	(void)control;
	(void)value;
	flip->change.table =
		command_run(&(struct command){.argv = COMMAND("nft", "delete", "table",
						      "inet", "jefe"),
				    .timeout_seconds = 20},
			&err) == 0;
	return flip->change.table;
}

/* On a port of the kernel's choice, at every address. */
static bool break_listener(
	struct flip *flip, const struct control *control, const char *value)
{
	(void)control;
	(void)value;
	flip->change.listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return flip->change.listener > 0 && listen(flip->change.listener, 1) == 0;
}

static const struct {
	const struct control_kind *kind;
	breaker *disk, *kernel;
} breakers[] = {
	{&kind_sysctl,     break_sysctl,     break_running_sysctl  },
	{&kind_argument,   break_argument,   break_running_argument},
	{&kind_module,     break_lines,      NULL                  },
	{&kind_mount,      break_mount,      break_running_mount   },
	{&kind_file,       break_file,       NULL                  },
	{&kind_mode,       break_mode,       NULL                  },
	{&kind_service,    break_service,    NULL                  },
	{&kind_package,    break_package,    NULL                  },
	{&kind_account,    break_account,    NULL                  },
	{&kind_setting,    break_setting,    NULL                  },
	{&kind_sshd,       break_lines,      NULL                  },
	{&kind_audit_rule, break_lines,      break_running_rule    },
	{&kind_firewall,   break_lines,      break_running_firewall},
	{&kind_listener,   break_listener,   NULL                  },
	{&kind_json,       break_json,       NULL                  },
	{&kind_setuid,     break_setuid,     NULL                  },
	{&kind_state,      break_never,      NULL                  },
	{&kind_lowered,    break_level,      NULL                  },
	{&kind_age,        break_never,      NULL                  },
	{&kind_preload,    break_lines,      NULL                  },
	{&kind_late,       break_lines,      NULL                  },
	{&kind_hook,       break_hook,       NULL                  },
	{&kind_allocator,  break_allocator,  NULL                  },
	{&kind_scan,       break_scan,       NULL                  },
	{&kind_repository, break_repository, NULL                  },
	{&kind_static,     break_static,     NULL                  },
	{&kind_machine,    break_machine,    NULL                  },
	{&kind_absent,     break_absent,     NULL                  },
	{&kind_apparmor,   break_profile,    break_running_profile },
	{&kind_container,  break_never,      NULL                  },
	{&kind_exposure,   break_exposure,   NULL                  },
};

static enum control_status status_now(struct flip *flip, const struct control *control)
{
	struct control_result result = {0};
	struct error err = {0};
	enum control_status status;

	if (control_audit(&flip->scope, &flip->policy, control, &result, &err) < 0) {
		(void)printf("# %s\n", err.text);
		return CONTROL_UNKNOWN;
	}
	status = result.status;
	control_result_clear(&result);
	return status;
}

/* What was put back into a daemon's file is pending until the daemon reads it: as right as before, on the disk. */
static bool is_right(enum control_status status)
{
	return status == CONTROL_PASS || status == CONTROL_PENDING;
}

static void flip_side(struct flip *flip, const struct control *control, const char *value,
	breaker *function, const char *side)
{
	enum control_status status;

	if (!function(flip, control, value)) {
		(void)printf("# %s: cannot be broken %s\n", control->id, side);
		flip->unbroken += strcmp(side, "on the disk") == 0 &&
				  function != break_never && function != break_machine &&
				  function != break_exposure;
		put_back(flip);
		return;
	}
	status = status_now(flip, control);
	flip->broken++;
	if (status != CONTROL_FAIL && status != CONTROL_DRIFT) {
		(void)printf("%s: broken %s, and the audit says %s\n", control->id, side,
			control_status_names[status]);
		flip->unnoticed++;
	}
	put_back(flip);
	if (!is_right(status_now(flip, control))) {
		(void)printf("%s: not right again\n", control->id);
		flip->unnoticed++;
	}
}

/* In the kernel or on the disk. */
static void flip_control(struct flip *flip, const struct control *control, bool kernel)
{
	autofree char *value = NULL;
	size_t i = 0;

	while (i < LENGTH(breakers) && breakers[i].kind != control->kind)
		i++;
	if (i == LENGTH(breakers)) {
		(void)printf("%s: nothing here knows how to break the kind %s\n",
			control->id, control->kind->name);
		flip->unnoticed++;
		return;
	}
	if ((kernel && !breakers[i].kernel) || !is_right(status_now(flip, control)))
		return;
	value = site_wanted(&flip->site, control);
	if (kernel)
		flip_side(flip, control, value, breakers[i].kernel, "in the kernel");
	else
		flip_side(flip, control, value, breakers[i].disk, "on the disk");
}

/* The kernel first: what is found in it while its file is younger than the start may wait for the next one. */
static void flip_all(struct flip *flip, const char *only)
{
	for (unsigned disk = flip->scope.running ? 0 : 1; disk < 2; disk++)
		for (const struct control *const *control = controls; *control; control++)
			if (text_starts((*control)->id, only))
				flip_control(flip, *control, !disk);
}

static int fail(const struct error *err)
{
	(void)fprintf(stderr, "flip: %s\n", err->text);
	return 2;
}

int main(int argc, char **argv)
{
	const char *root = argc > 1 ? argv[1] : "/";
	const char *only = argc > 2 ? argv[2] : "";
	struct flip flip = {.scope.running = strcmp(root, "/") == 0};
	struct answers *answers = NULL;
	struct error err = {0};

	flip.scope.root_fd = file_open_root(root, &err);
	if (flip.scope.root_fd < 0 ||
		distro_detect(flip.scope.root_fd, &flip.scope.distro, &err) < 0 ||
		policy_load(flip.scope.root_fd, &answers, &err) < 0)
		return fail(&err);
	flip.policy = policy_of(answers);
	flip.site = (struct site){.scope = &flip.scope, .policy = &flip.policy};
	if (site_open(&flip.site, &err) < 0)
		return fail(&err);
	flip_all(&flip, only);
	(void)printf("flip: %s: %u breaks, %u not noticed, %u controls not broken\n",
		level_names[flip.policy.level], flip.broken, flip.unnoticed,
		flip.unbroken);
	site_close(&flip.site);
	answers_free(answers);
	return flip.unnoticed || flip.unbroken ? 1 : 0;
}

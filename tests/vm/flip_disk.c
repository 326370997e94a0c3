/* Breaks on the disk: what the next start, or the next reading of a file, would find. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/vm/flip.h"

/* Kinds with a file of ours: it loses the lines of the control, or all when it cannot be told which they are. */
bool break_lines(struct flip *flip, const struct control *control, const char *value)
{
	autotext struct text mine = {0}, old = {0}, text = {0};
	char *rest, *line;

	if (file_read(root_of(flip), control->kind->file, FLIP_FILE_MAX, &old, NULL) < 0)
		return false;
	control->kind->lines(&flip->site, control, value, &mine);
	rest = mine.size ? old.data : NULL;
	while ((line = line_next(&rest)))
		if (!text_has_line(mine.data, line))
			text_addf(&text, "%s\n", line);
	return spoil(flip, control->kind->file, text_string(&text));
}

bool break_argument(struct flip *flip, const struct control *control, const char *value)
{
	const char *forbidden = strchr(value, '!');
	autofree char *word =
		forbidden ? memory_copy_bytes(forbidden + 1, strcspn(forbidden + 1, " "))
			  : NULL;

	return word ? spoil_added(flip, control->kind->file, word)
		    : break_lines(flip, control, value);
}

/* A later file sets another value. */
bool break_sysctl(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *name = target_word(control, 0);
	autofree char *line =
		memory_format("%s = %s", name, strcmp(value, "1") == 0 ? "0" : "1");

	return spoil_added(flip, "etc/sysctl.conf", line);
}

/* The entry loses its options. */
bool break_mount(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *point = target_word(control, 0);
	autotext struct text old = {0}, text = {0};
	char *rest, *line;

	(void)value;
	if (file_read(root_of(flip), "etc/fstab", FLIP_FILE_MAX, &old, NULL) < 0)
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

bool break_file(struct flip *flip, const struct control *control, const char *value)
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

bool break_mode(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = existing(flip, control->target);

	(void)value;
	return path && loosen(flip, path, 0777);
}

bool break_service(struct flip *flip, const struct control *control, const char *value)
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
bool break_package(struct flip *flip, const struct control *control, const char *value)
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

bool break_account(struct flip *flip, const struct control *control, const char *value)
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
bool break_setting(struct flip *flip, const struct control *control, const char *value)
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

bool break_json(struct flip *flip, const struct control *control, const char *value)
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

bool break_setuid(struct flip *flip, const struct control *control, const char *value)
{
	const char *path =
		file_exists(root_of(flip), "usr/bin/env") ? "usr/bin/env" : "bin/busybox";

	(void)value;
	if (strcmp(control->target, "capabilities") == 0)
		return add_capability(flip, path);
	return loosen(flip, path, 04755);
}

/* A script instead of a program. */
bool break_static(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = existing(flip, control->target);

	(void)value;
	return path && spoil(flip, path, "#!/bin/sh\n");
}

/* Disks and firmware are left alone. */
bool break_machine(struct flip *flip, const struct control *control, const char *value)
{
	(void)value;
	if (strcmp(control->target, "encryption") == 0)
		return spoil(flip, "etc/crypttab", "# no luks here\n");
	return strcmp(control->target, "swap") == 0 &&
	       spoil_added(flip, "etc/fstab", "/dev/vdz none swap sw 0 0");
}

bool break_hook(struct flip *flip, const struct control *control, const char *value)
{
	(void)control;
	(void)value;
	return spoil_added(flip, flip->scope.distro->package_hook.path, "# changed");
}

/* The library is named nowhere any more. */
bool break_allocator(struct flip *flip, const struct control *control, const char *value)
{
	const char *preload = flip->scope.distro->preload_file;

	(void)control;
	(void)value;
	return spoil(flip, preload ? preload : "etc/profile.d/jefe-allocator.sh",
		"# nothing\n");
}

bool break_scan(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = memory_copy_text("etc/jefe-flip");

	(void)value;
	if (!spoil(flip, path, "x\n"))
		return false;
	return strcmp(control->target, "unowned") == 0
		       ? fchownat(root_of(flip), path, 54321, 54321, 0) == 0
		       : fchmodat(root_of(flip), path, 0666, 0) == 0;
}

bool break_repository(struct flip *flip, const struct control *control, const char *value)
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

bool break_absent(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *path = target_word(control, 0);

	(void)value;
	return spoil(flip, path, "x\n");
}

bool break_level(struct flip *flip, const struct control *control, const char *value)
{
	(void)control;
	(void)value;
	return spoil(flip, LOWERED_PATH, "the level was lowered\n");
}

bool break_profile(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *name = target_word(control, 0);
	autofree char *path = memory_format("etc/apparmor.d/%s", name);

	(void)value;
	return spoil_added(flip, path, "# changed");
}

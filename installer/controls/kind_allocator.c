/* A hardened allocator in every program that takes one. glibc reads a file that names what all programs load first, also those
 * with set-uid. musl has no such file: there the services of the system and login shells are told by LD_PRELOAD, which set-uid
 * programs ignore. Static programs keep the allocator that is inside them everywhere. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/controls/process.h"
#include "installer/distro/distro.h"

static const char profile[] = "etc/profile.d/jefe-allocator.sh";
/* What we tell Scudo; see scudo_options.c. Nobody else asks for it. */
static const char options[] = "/usr/lib/jefelinux/libscudo-options.so";
static const char mark[] = " # jefe-setup: hardened allocator";
/* Services that read what others send, by generic name, and the program of each: who is told must have it, nobody else. */
static const struct told {
	const char *service, *program;
} services[] = {
	{"ssh-server",    "sshd"           },
	{"time-sync",     "chronyd"        },
	{"syslog",        "syslogd"        },
	{"cron",          "crond"          },
	{"audit",         "auditd"         },
	{"jefe-dropbear", "dropbear"       },
	{"jefe-tinyssh",  "tcpserver"      },
	{"jefe-bans",     "fail2ban-server"},
};

/* The shared object of the first allocator in value that is there, or NULL. */
static const char *library_of(const struct site *site, const char *value)
{
	autowords struct words names = {0};

	words_split(&names, value, " ");
	for (size_t i = 0; i < names.count; i++)
		for (const struct name_row *row = site->scope->distro->allocators;
			row->generic; row++)
			if (strcmp(row->generic, names.items[i]) == 0 &&
				file_exists(site->scope->root_fd, row->own))
				return row->own;
	return NULL;
}

/* Is the line about one of our allocators? */
static bool is_ours(const struct site *site, const char *line)
{
	for (const struct name_row *row = site->scope->distro->allocators; row->generic;
		row++) {
		const char *rest = line + strlen(row->own);

		if (text_starts(line, row->own) &&
			(!*rest || (*rest == ' ' && strcmp(rest + 1, options) == 0)))
			return true;
	}
	return strstr(line, mark);
}

/* Musl takes a colon between names, glibc's file a space. */
static char *preload_line(const struct site *site, const char *library)
{
	bool optional = file_exists(site->scope->root_fd, options);

	return site->scope->distro->preload_file
		       ? memory_format("%s%s%s", library, optional ? " " : "",
				 optional ? options : "")
		       : memory_format("export LD_PRELOAD=%s%s%s%s", library,
				 optional ? ":" : "", optional ? options : "", mark);
}

/* The file with our line, or without it when there is no library; lines of others stay. */
static int rewrite(struct site *site, const char *path, const char *library,
	bool *changed, struct error *err)
{
	autotext struct text old = {0}, text = {0};
	char *rest, *line;
	int rc = disk_load(site, path, &old, err);

	if (rc < 0)
		return rc;
	if (library) {
		autofree char *ours = preload_line(site, library);

		text_addf(&text, "%s\n", ours);
	}
	rest = old.data;
	while ((line = line_next(&rest)))
		if (!is_ours(site, line))
			text_addf(&text, "%s\n", line);
	if (text.size)
		return disk_write(site, path, &text, rc ? 0 : 0644, changed, err);
	*changed = *changed || rc;
	return file_remove(site->scope->root_fd, path, err);
}

/* Services of ours have the same name everywhere. */
static const char *name_of(const struct site *site, const struct told *told)
{
	const char *name = distro_service(site->scope->distro, told->service);

	return name ? name : told->service;
}

static bool is_there(const struct site *site, const struct told *told)
{
	autofree char *script = memory_format("etc/init.d/%s", name_of(site, told));

	return file_exists(site->scope->root_fd, script);
}

/* Files that must name the library: the C library's, or the shells' and the configuration of each service that is there. */
static void places(const struct site *site, struct words *paths)
{
	const struct distro *distro = site->scope->distro;

	if (distro->preload_file) {
		words_add(paths, distro->preload_file);
		return;
	}
	words_add(paths, profile);
	for (size_t i = 0; i < LENGTH(services); i++)
		if (is_there(site, &services[i]))
			words_addf(paths, "etc/conf.d/%s", name_of(site, &services[i]));
}

static int set(struct site *site, const char *library, bool *changed, struct error *err)
{
	autowords struct words paths = {0};
	int rc = 0;

	places(site, &paths);
	for (size_t i = 0; i < paths.count && rc == 0; i++)
		rc = rewrite(site, paths.items[i], library, changed, err);
	return rc;
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	(void)control;
	return set(site, library_of(site, value), changed, err);
}

static int withdraw(struct site *site, const struct control *control, bool *changed,
	struct error *err)
{
	(void)control;
	return set(site, NULL, changed, err);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const char *library = library_of(site, value);
	autofree char *line = library ? preload_line(site, library) : NULL;
	autowords struct words paths = {0};

	(void)control;
	if (!library) {
		find(finding, FOUND_UNAVAILABLE, NULL,
			memory_format("no shared object of %s is installed", value));
		return;
	}
	places(site, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		autotext struct text text = {0};

		if (disk_read(site, paths.items[i], &text) &&
			text_has_line(text_string(&text), line))
			continue;
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s does not name %s", paths.items[i], library));
		return;
	}
	find(finding, FOUND_RIGHT, memory_copy_text(library),
		memory_format("%s names %s", paths.items[0], library));
}

/* What a process has in its memory. */
enum mapped { MAPPED_NOTHING, MAPPED_PLAIN, MAPPED_HARDENED };

/* Static programs, kernel threads and those that bring a C library of their own have nothing of the system's. */
static enum mapped mapped_by(
	const struct site *site, const char *process, const char *library)
{
	static const char *const libraries[] = {"/libc.so.6\n", "/libc-2.", "/ld-musl-"};
	autofree char *path = memory_format("proc/%s/maps", process);
	autotext struct text maps = {0};
	enum mapped found = MAPPED_NOTHING;

	if (!disk_read(site, path, &maps) || !maps.size ||
		strstr(maps.data, " /opt/jefe/lib/"))
		return MAPPED_NOTHING;
	if (strstr(maps.data, library))
		return MAPPED_HARDENED;
	for (size_t i = 0; i < LENGTH(libraries); i++)
		if (strstr(maps.data, libraries[i]))
			found = MAPPED_PLAIN;
	return found;
}

/* Which file system tree a process sees; empty when that cannot be told. */
static void mount_namespace(const struct site *site, const char *process, char name[64])
{
	autofree char *path = memory_format("proc/%s/ns/mnt", process);
	ssize_t size = readlinkat(site->scope->root_fd, path, name, 63);

	name[size > 0 ? size : 0] = '\0';
}

static bool is_child_of_init(const struct site *site, const char *process)
{
	autofree char *path = memory_format("proc/%s/stat", process);
	autofree char *stat = NULL;
	const char *behind;

	if (file_read_line(site->scope->root_fd, path, &stat) < 0)
		return false;
	behind = strrchr(stat, ')');
	return behind && strlen(behind) > 4 && text_starts(behind + 4, "1 ");
}

/* Where services are told one by one: their own process. BusyBox is also init and logins, and what it is told may not reach it. */
static bool is_meant(const struct site *site, const char *process)
{
	autofree char *link = memory_format("proc/%s/exe", process);
	autofree char *path = NULL, *program = NULL;

	if (site->scope->distro->preload_file)
		return true;
	path = file_read_link(site->scope->root_fd, link);
	if (!path || text_ends(path, "/busybox") || !is_child_of_init(site, process))
		return false;
	program = process_program(site->scope->root_fd, strtoul(process, NULL, 10), path);
	for (size_t i = 0; i < LENGTH(services); i++)
		if (strcmp(services[i].program, program) == 0)
			return is_there(site, &services[i]);
	return false;
}

/* Inside a container another C library may rule. */
static void take_process(const struct site *site, const char *process, const char *host,
	const char *library, unsigned *hardened, struct text *plain)
{
	autofree char *path = memory_format("proc/%s/comm", process);
	autofree char *name = NULL;
	char namespace[64];
	enum mapped mapped = mapped_by(site, process, library);

	if (mapped == MAPPED_NOTHING)
		return;
	mount_namespace(site, process, namespace);
	if (strcmp(namespace, host) != 0)
		return;
	*hardened += mapped == MAPPED_HARDENED;
	if (mapped == MAPPED_PLAIN && is_meant(site, process) &&
		file_read_line(site->scope->root_fd, path, &name) == 0)
		text_addf(plain, "%s%s(%s)", plain->size ? " " : "", name, process);
}

/* Every running process is looked at: what the files say counts for programs that start after them. */
static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const char *library = library_of(site, value);
	autowords struct words processes = {0}, paths = {0};
	autotext struct text plain = {0};
	unsigned hardened = 0;
	char host[64];

	(void)control;
	if (!library || geteuid() != 0) {
		find(finding, library ? FOUND_UNKNOWN : FOUND_UNAVAILABLE, NULL,
			memory_copy_text("the memory of other processes cannot be read"));
		return;
	}
	mount_namespace(site, "1", host);
	(void)!file_list(site->scope->root_fd, "proc", true, &processes, NULL);
	for (size_t i = 0; i < processes.count; i++)
		if (strspn(processes.items[i], "0123456789") ==
			strlen(processes.items[i]))
			take_process(site, processes.items[i], host, library, &hardened,
				&plain);
	places(site, &paths);
	if (plain.size)
		find(finding, site_late(site, paths.items[0]), NULL,
			memory_format("%u processes map %s; these do not: %s", hardened,
				library, plain.data));
	else
		find(finding, hardened ? FOUND_RIGHT : site_late(site, paths.items[0]),
			memory_copy_text(library),
			memory_format("%u processes map %s", hardened, library));
}

const struct control_kind kind_allocator = {
	.name = "allocator",
	.place = "etc/ld.so.preload",
	.fix = "Restart: programs that run keep the allocator they started with.",
	.takes_value = true,
	.apply = apply,
	.withdraw = withdraw,
	.persisted = persisted,
	.effective = effective,
};

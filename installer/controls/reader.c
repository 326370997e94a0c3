/* Daemons read their files when they start, or when they are told to: until then a change waits. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

/* How a daemon is made to read its files again. */
enum way {
	WAY_NONE,   /* only the operator restarts it */
	WAY_SIGNAL, /* SIGHUP, after which it works with all of them */
	WAY_PARTLY, /* SIGHUP, after which it works with some of what they say */
	WAY_RESTART
};

/* Files by which a daemon goes, the one that controls write first, and the generic name of its service. */
static const struct reader {
	const char *paths, *service;
	enum way way;
} readers[] = {
	{"etc/audit/auditd.conf",						  "audit",     WAY_SIGNAL },
	{"etc/chrony/chrony.conf",						 "time-sync", WAY_RESTART},
	{"etc/conf.d/syslog",						      "syslog",    WAY_NONE   },
	{"etc/docker/daemon.json",						 "docker",    WAY_PARTLY },
	{"etc/ssh/sshd_config etc/ssh/sshd_config.d etc/ssh/sshd_config.d/*.conf",
         "ssh-server",									  WAY_NONE   },
};

enum { SLACK_MS = 1010 }; /* the second in which the machine started, and a tick */

static const struct reader *reader_of(const char *path)
{
	size_t size = strlen(path);

	for (size_t i = 0; i < LENGTH(readers); i++)
		if (text_starts(readers[i].paths, path) &&
			strchr(" ", readers[i].paths[size]))
			return &readers[i];
	return NULL;
}

static long long milliseconds(struct timespec time)
{
	return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool look(const struct site *site, const char *path, struct stat *st)
{
	autoclose int fd = file_open(site->scope->root_fd, path, O_PATH, 0, NULL);

	return fd >= 0 && fstat(fd, st) == 0;
}

/* When its content or what is known about it changed last, an older date put back or not; 0 when it is not there. */
static long long changed_ms(const struct site *site, const char *path)
{
	struct stat st;

	return look(site, path, &st) ? milliseconds(st.st_ctim) : 0;
}

static long long written_ms(const struct site *site, const char *path)
{
	struct stat st;

	return look(site, path, &st) ? milliseconds(st.st_mtim) : 0;
}

static char *mark_path(const char *name)
{
	return memory_format("run/jefe/told.%s", name);
}

/* Which process was told: a number alone may be given again. */
static char *mark_text(const struct site *site, unsigned long pid)
{
	uint64_t ticks = 0;

	return process_start(site->scope->root_fd, pid, &ticks)
		       ? memory_format("%lu %" PRIu64, pid, ticks)
		       : NULL;
}

/* When the daemon read its files last: at its start; when it was told to; and OpenSSH, which starts anew when it is told to, writes the file
 * with its number then. */
static long long read_ms(
	const struct site *site, const char *name, const struct daemon *daemon)
{
	autofree char *path = mark_path(name);
	autofree char *told = NULL, *now = mark_text(site, daemon->pid);
	uint64_t ticks = 0;
	long long read = 0, noted, marked = 0;

	if (process_start(site->scope->root_fd, daemon->pid, &ticks))
		read = site_boot_time(site) * 1000 + SLACK_MS +
		       (long long)(ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
	noted = daemon->pid_file ? written_ms(site, daemon->pid_file) : 0;
	if (now && file_read_line(site->scope->root_fd, path, &told) == 0 &&
		strcmp(told, now) == 0)
		marked = written_ms(site, path);
	if (noted > read)
		read = noted;
	return marked > read ? marked : read;
}

/* The service's name here and its daemon, which goes by older files than there are now; NULL: it does not, or there is none. */
static const char *late_service(
	const struct site *site, const struct reader *reader, struct daemon *daemon)
{
	const struct distro *distro = site->scope->distro;
	const char *name = distro_service(distro, reader->service);
	autowords struct words paths = {0};
	long long read;

	if (!name)
		return NULL;
	distro->service_look(site->scope->root_fd, name, daemon);
	if (!daemon->pid)
		return NULL;
	read = read_ms(site, name, daemon);
	paths_expand(site, reader->paths, &paths);
	for (size_t i = 0; i < paths.count; i++)
		if (changed_ms(site, paths.items[i]) > read)
			return name;
	return NULL;
}

/* What late_service() says, asked once in an audit: "NAME PROCESS", or nothing; unseen: only root could tell. */
static const struct text *lateness(const struct site *site, const struct reader *reader,
	int *unseen, struct text *text)
{
	autofree char *key = memory_format("reader of %s", reader->paths);
	autodaemon struct daemon daemon = {0};
	const struct text *known;
	const char *name;

	if (memo_get(site->memo, key, unseen, &known))
		return known;
	name = late_service(site, reader, &daemon);
	if (name)
		text_addf(text, "%s %lu", name, daemon.pid);
	*unseen = daemon.life == SERVICE_UNSEEN && !daemon.pid;
	return memo_put(site->memo, key, *unseen, text);
}

void reader_doubt(const struct site *site, const char *path, struct finding *finding)
{
	const struct reader *reader = reader_of(path);
	autotext struct text text = {0};
	autowords struct words late = {0};
	char *value = finding->value;
	int unseen = 0;

	if (!reader)
		return;
	words_split(&late, text_string(lateness(site, reader, &unseen, &text)), " ");
	if (late.count == 0 && !unseen)
		return;
	finding->value = NULL;
	if (late.count == 2)
		find(finding, FOUND_PENDING, value,
			memory_format(
				"%s (process %s) has not read %s since it changed: %s %s restart",
				late.items[0], late.items[1], path,
				site->scope->distro->service_program, late.items[0]));
	else
		find(finding, FOUND_UNKNOWN, value,
			memory_format(
				"whether %s was read since it changed cannot be seen without root",
				path));
}

void reader_told(const struct site *site, const char *name, unsigned long pid)
{
	autofree char *path = mark_path(name), *text = mark_text(site, pid);
	autoclose int fd = -1;

	if (!text)
		return;
	/* Not by file_make_dirs() and file_write(): /run is nothing that a change remembers. */
	(void)!mkdirat(site->scope->root_fd, "run/jefe", 0755);
	fd = file_open(site->scope->root_fd, path,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, NULL);
	if (fd >= 0)
		(void)!file_write_all(fd, text, strlen(text), NULL);
}

static int tell(struct site *site, const struct reader *reader, const char *name,
	unsigned long pid, struct error *err)
{
	if (reader->way == WAY_RESTART)
		return site->scope->distro->service_action(name, "restart", err);
	if (kill((pid_t)pid, SIGHUP) < 0 && errno != ESRCH)
		return error_errno(err, -errno, "telling %s to read its files", name);
	if (reader->way == WAY_SIGNAL)
		reader_told(site, name, pid);
	return 0;
}

int readers_activate(struct site *site, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < LENGTH(readers) && rc == 0; i++) {
		autodaemon struct daemon daemon = {0};
		const char *name = readers[i].way == WAY_NONE
					   ? NULL
					   : late_service(site, &readers[i], &daemon);

		if (name && daemon.life == SERVICE_RUNS)
			rc = tell(site, &readers[i], name, daemon.pid, err);
	}
	return rc;
}

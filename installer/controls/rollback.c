#include "installer/controls/rollback.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/change.h"
#include "installer/controls/kinds.h"

static const char socket_folder[] = "run/jefe";
static const char socket_path[] = "/run/jefe/rollback";
/* The number of the change before one that waits, for the case that this system ends before the watching process does. */
static const char waiting_path[] = "var/lib/jefelinux/unconfirmed";

/* What decides who gets in, besides the choice of an SSH server, and what makes the running system follow. */
static const struct guarded {
	const char *path;
	unsigned mode;
	const struct control_kind *kind;
	bool ours;
} guarded[] = {
	{"etc/jefelinux/firewall.nft",         0600, &kind_firewall, true },
	{"etc/ssh/sshd_config",                0644, &kind_sshd,     false},
	{"etc/ssh/sshd_config.d/10-jefe.conf", 0600, &kind_sshd,     true },
};

struct rollback {
	struct control_scope scope;
	unsigned seconds;
	unsigned long newest; /* number of the change before ours */
	enum ssh_server ssh;
	int listener; /* where rollback_confirm() asks */
	int line;     /* pipe between the changing process and the watching one */
	struct {
		bool there;
		struct text text;
	} kept[LENGTH(guarded)];
};

/* What the changing process says through the pipe (nothing, as when it was killed, starts the clock), and who confirms. */
enum word { WORD_DROP = 'd', WORD_NOW = 'n', WORD_KEEP = 'k' };

static void rollback_free(struct rollback *rollback)
{
	for (size_t i = 0; i < LENGTH(guarded); i++)
		text_free(&rollback->kept[i].text);
	free(rollback);
}

static int keep(struct rollback *rollback, struct error *err)
{
	const struct site site = {.scope = &rollback->scope};

	for (size_t i = 0; i < LENGTH(guarded); i++) {
		int rc = disk_load(&site, guarded[i].path, &rollback->kept[i].text, err);

		if (rc < 0)
			return rc;
		rollback->kept[i].there = rc;
	}
	return 0;
}

static bool has_changed(const struct rollback *rollback, size_t index)
{
	const struct site site = {.scope = &rollback->scope};
	autotext struct text now = {0};
	bool there = disk_read(&site, guarded[index].path, &now);

	return there != rollback->kept[index].there ||
	       strcmp(text_string(&now), text_string(&rollback->kept[index].text)) != 0;
}

/* Which one answers; a system without a policy has the usual one. */
static enum ssh_server ssh_server_now(int root_fd)
{
	autoanswers struct answers *answers = NULL;

	return policy_load(root_fd, &answers, NULL) == 0 ? answers->hardening.ssh
							 : SSH_OPENSSH;
}

static bool anything_changed(const struct rollback *rollback)
{
	for (size_t i = 0; i < LENGTH(guarded); i++)
		if (has_changed(rollback, i))
			return true;
	return ssh_server_now(rollback->scope.root_fd) != rollback->ssh;
}

static int restore_file(
	struct rollback *rollback, struct site *site, size_t i, struct error *err)
{
	bool changed = false;

	if (!rollback->kept[i].there) {
		written_note(site, guarded[i].path, NULL);
		return file_remove(site->scope->root_fd, guarded[i].path, err);
	}
	if (guarded[i].ours)
		written_note(site, guarded[i].path, &rollback->kept[i].text);
	return disk_write(site, guarded[i].path, &rollback->kept[i].text, guarded[i].mode,
		&changed, err);
}

static void log_note(void *context, const char *line)
{
	(void)context;
	syslog(LOG_NOTICE, "%s", line);
}

/* What somebody edited meanwhile is his, but neither the policy nor what decides who gets in. */
static bool may_stay(const char *path)
{
	for (size_t i = 0; i < LENGTH(guarded); i++)
		if (strcmp(guarded[i].path, path) == 0)
			return false;
	return !text_starts(path, "etc/jefelinux/");
}

/* The change as a whole, with its policy, what is known of written files, and its record. */
static int undo_change(const struct rollback *rollback, struct error *err)
{
	autolastchange struct last_change last = {0};
	autowords struct words leave = {0};
	int root_fd = rollback->scope.root_fd;
	int rc;

	if (change_newest(root_fd) <= rollback->newest)
		return 0;
	rc = change_last(root_fd, &last, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < last.edited.count; i++)
		if (may_stay(last.edited.items[i]))
			words_add(&leave, last.edited.items[i]);
	return change_undo(root_fd, &leave, err);
}

/* Those that are not back with the change. What fails is logged and does not keep the rest from coming back. */
static void restore_guarded(struct rollback *rollback)
{
	autosite struct site site = {.scope = &rollback->scope};

	for (size_t i = 0; i < LENGTH(guarded); i++) {
		struct error err = {0};

		if (has_changed(rollback, i) &&
			restore_file(rollback, &site, i, &err) < 0)
			syslog(LOG_ERR, "restoring %s: %s", guarded[i].path, err.text);
	}
	(void)!written_save(&site, NULL);
}

/* The running system: first who gets in, each by itself, then everything else. */
static void follow(const struct rollback *rollback, const bool changed[LENGTH(guarded)],
	const struct policy *before)
{
	autosite struct site site = {.scope = &rollback->scope};
	struct error err = {0};

	for (size_t i = 0; i < LENGTH(guarded); i++) {
		struct error failed = {0};
		bool last = i + 1 == LENGTH(guarded) ||
			    guarded[i + 1].kind != guarded[i].kind || !changed[i + 1];

		if (changed[i] && last && guarded[i].kind->activate(&site, &failed) < 0)
			syslog(LOG_ERR, "making the running system follow (%s): %s",
				guarded[i].kind->name, failed.text);
	}
	if (controls_follow(&rollback->scope, before, log_note, NULL, &err) < 0)
		syslog(LOG_ERR, "%s", err.text);
}

static void restore(struct rollback *rollback)
{
	autoanswers struct answers *answers = NULL;
	bool changed[LENGTH(guarded)] = {0};
	struct policy before = {0};
	struct error err = {0};

	if (policy_load(rollback->scope.root_fd, &answers, NULL) == 0)
		before = policy_of(answers);
	for (size_t i = 0; i < LENGTH(guarded); i++)
		changed[i] = has_changed(rollback, i);
	if (undo_change(rollback, &err) < 0)
		syslog(LOG_ERR, "taking back the change: %s", err.text);
	restore_guarded(rollback);
	follow(rollback, changed, &before);
}

static long milliseconds_now(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Who is told that it is confirmed may pull the plug. */
static bool settle(const struct rollback *rollback)
{
	struct error err = {0};
	int root_fd = rollback->scope.root_fd;

	if (change_settle(root_fd, &err) < 0 ||
		file_remove(root_fd, waiting_path, &err) < 0)
		syslog(LOG_ERR, "%s", err.text);
	return true;
}

/* Take the next caller: does it confirm? Who only looks whether somebody waits says nothing. He gets his answer when all is done. */
static bool caller_confirms(const struct rollback *rollback)
{
	const struct timeval patience = {.tv_sec = 1};
	autoclose int client = accept4(rollback->listener, NULL, NULL, SOCK_CLOEXEC);
	char word = 0;

	return client >= 0 &&
	       setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ==
		       0 &&
	       read(client, &word, 1) == 1 && word == WORD_KEEP && settle(rollback) &&
	       write(client, &word, 1) == 1;
}

static bool is_confirmed(const struct rollback *rollback)
{
	long end = milliseconds_now() + (long)rollback->seconds * 1000, left;

	while ((left = end - milliseconds_now()) > 0) {
		struct pollfd ready = {.fd = rollback->listener, .events = POLLIN};

		if (poll(&ready, 1, (int)left) > 0 && caller_confirms(rollback))
			return true;
	}
	return false;
}

static void no_longer_waits(const struct rollback *rollback)
{
	struct error err = {0};

	if (file_remove(rollback->scope.root_fd, waiting_path, &err) < 0)
		syslog(LOG_ERR, "%s", err.text);
	(void)unlink(socket_path);
}

static void watch(struct rollback *rollback)
{
	char word = 0;
	ssize_t size = read(rollback->line, &word, 1);
	bool now = size == 1 && word == WORD_NOW;

	openlog("jefe-setup", LOG_PID, LOG_AUTHPRIV);
	if ((size == 1 && word == WORD_DROP) || (!now && is_confirmed(rollback))) {
		no_longer_waits(rollback);
		return;
	}
	/* From here on nobody is answered any more: it is too late to confirm, and too early for another change. */
	restore(rollback);
	no_longer_waits(rollback);
	syslog(LOG_WARNING, "%s: everything is as it was before the change",
		now ? "the change failed" : "nobody confirmed");
}

/* Away from terminal and session, and from whatever the changing process holds open. */
static void detach(const struct rollback *rollback)
{
	int null;

	for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
		if (fd != rollback->line && fd != rollback->listener &&
			fd != rollback->scope.root_fd)
			(void)close(fd);
	null = open("/dev/null", O_RDWR);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (null > STDERR_FILENO)
		(void)close(null);
	(void)!chdir("/");
}

/* The watching process is a grandchild: nobody has to wait for it. */
static int start_watching(struct rollback *rollback, struct error *err)
{
	int line[2];
	pid_t child;

	if (pipe2(line, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "watching over the change");
	child = fork();
	if (child < 0)
		return error_errno(err, -errno, "watching over the change");
	if (child == 0) {
		(void)close(line[1]);
		if (setsid() < 0 || fork() != 0)
			_exit(0);
		rollback->line = line[0];
		detach(rollback);
		watch(rollback);
		_exit(0);
	}
	(void)close(line[0]);
	(void)waitpid(child, NULL, 0);
	rollback->line = line[1];
	return 0;
}

static const struct sockaddr_un *socket_address(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, socket_path, sizeof(socket_path));
	return address;
}

/* A socket to rollback_confirm()'s counterpart, or a negative errno. */
static int connect_to_watcher(void)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const void *)socket_address(&address),
			       sizeof(address)) < 0) {
		int rc = -errno;

		(void)close(fd);
		return rc;
	}
	return fd < 0 ? -errno : fd;
}

static int listen_for_confirmation(struct rollback *rollback, struct error *err)
{
	struct sockaddr_un address;

	if (file_make_dirs(rollback->scope.root_fd, socket_folder, 0755, err) < 0)
		return error_prefix(err, "watching over the change");
	(void)unlink(socket_path); /* of a watcher that was killed */
	rollback->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (rollback->listener < 0 ||
		bind(rollback->listener, (const void *)socket_address(&address),
			sizeof(address)) < 0 ||
		chmod(socket_path, 0600) < 0 || listen(rollback->listener, 1) < 0)
		return error_errno(
			err, -errno, "watching over the change: %s", socket_path);
	return 0;
}

static int write_waiting(const struct rollback *rollback, struct error *err)
{
	autofree char *line = memory_format("%lu\n", rollback->newest);
	int root_fd = rollback->scope.root_fd;
	int rc = file_make_dirs(root_fd, "var/lib/jefelinux", 0700, err);

	return rc < 0 ? rc
		      : file_write(root_fd, waiting_path, line, strlen(line), 0600, err);
}

int rollback_begin(const struct control_scope *scope, unsigned seconds,
	struct rollback **rollback, struct error *err)
{
	autoclose int other = connect_to_watcher();
	struct rollback *fresh;
	int rc;

	*rollback = NULL;
	if (other >= 0)
		return error_set(
			err, -EBUSY, "an earlier change still waits to be confirmed");
	if (!seconds)
		return 0;
	fresh = memory_zero(1, sizeof(*fresh));
	*fresh = (struct rollback){.scope = *scope,
		.seconds = seconds,
		.newest = change_newest(scope->root_fd),
		.ssh = ssh_server_now(scope->root_fd),
		.listener = -1,
		.line = -1};
	rc = keep(fresh, err);
	if (rc == 0)
		rc = listen_for_confirmation(fresh, err);
	if (rc == 0)
		rc = write_waiting(fresh, err);
	if (rc == 0)
		rc = start_watching(fresh, err);
	if (fresh->listener >= 0)
		(void)close(fresh->listener);
	if (rc < 0)
		rollback_free(fresh);
	else
		*rollback = fresh;
	return rc;
}

bool rollback_end(struct rollback *rollback, bool applied)
{
	bool changed = rollback && anything_changed(rollback);
	const char word = applied ? WORD_DROP : WORD_NOW;

	if (!rollback)
		return false;
	if (!applied || !changed)
		(void)!write(rollback->line, &word, 1);
	if (applied && !changed)
		(void)settle(rollback);
	(void)close(rollback->line);
	rollback_free(rollback);
	return applied && changed;
}

/* Nobody watches any more, and the next start would take the change back. */
static int confirm_unwatched(int root_fd, struct error *err)
{
	int rc = change_settle(root_fd, err);

	return rc < 0 ? rc : file_remove(root_fd, waiting_path, err);
}

int rollback_confirm(struct error *err)
{
	autoclose int fd = connect_to_watcher(), root = file_open_root("/", NULL);
	char word = WORD_KEEP;

	if (fd < 0 && root >= 0 && file_exists(root, waiting_path))
		return confirm_unwatched(root, err);
	if (fd < 0 || write(fd, &word, 1) != 1 || read(fd, &word, 1) != 1)
		return error_set(
			err, -ENOENT, "no change waits to be confirmed (any more)");
	return 0;
}

int rollback_resume(const struct control_scope *scope, bool *resumed, struct error *err)
{
	static const bool all[LENGTH(guarded)] = {true, true, true};
	struct rollback past = {.scope = *scope};
	autoclose int watcher = connect_to_watcher();
	autoanswers struct answers *answers = NULL;
	autofree char *line = NULL;
	struct policy before = {0};

	*resumed = false;
	if (watcher >= 0 || file_read_line(scope->root_fd, waiting_path, &line) < 0)
		return 0;
	past.newest = strtoul(line, NULL, 10);
	if (policy_load(scope->root_fd, &answers, NULL) == 0)
		before = policy_of(answers);
	if (change_newest(scope->root_fd) > past.newest) {
		if (undo_change(&past, err) < 0)
			return error_prefix(
				err, "taking back a change that nobody confirmed");
		follow(&past, all, &before);
		*resumed = true;
	}
	return file_remove(scope->root_fd, waiting_path, err);
}

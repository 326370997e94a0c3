#include "screens/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/controls/controls.h"
#include "screens/installed.h"
#include "screens/session_secrets.h"

enum { SESSION_MAX = 512 * 1024, LOG_KEPT = 64 * 1024 };

/* Records: "KEY SIZE\n" and SIZE bytes. */
struct record {
	char *key, *value;
};

enum kept_kind {
	KEPT_TEXT,  /* char * */
	KEPT_LOG,   /* struct text, of which the newest is kept */
	KEPT_WORDS, /* struct words: one record each */
	KEPT_FLAG,  /* bool: the record is there, or not */
	KEPT_NUMBER /* int or unsigned */
};

/* A member of a struct that is handed over. */
struct kept {
	const char *key;
	size_t at;
	enum kept_kind kind;
};

/* What is no answer: typed on pages, found, or open. */
static const struct kept pages[] = {
	{"typing-test",     offsetof(struct wizard, typing_test),     KEPT_TEXT  },
	{"new-key",         offsetof(struct wizard, new_key),         KEPT_TEXT  },
	{"key-shown",       offsetof(struct wizard, key_shown),       KEPT_TEXT  },
	{"key-source",      offsetof(struct wizard, key_source),      KEPT_TEXT  },
	{"save-path",       offsetof(struct wizard, save_path),       KEPT_TEXT  },
	{"logs-path",       offsetof(struct wizard, logs_path),       KEPT_TEXT  },
	{"recover-disk",    offsetof(struct wizard, recover_disk),    KEPT_TEXT  },
	{"recover-path",    offsetof(struct wizard, recover_path),    KEPT_TEXT  },
	{"recover-user",    offsetof(struct wizard, recover_user),    KEPT_TEXT  },
	{"region",          offsetof(struct wizard, region),          KEPT_TEXT  },
	{"waiver-reason",   offsetof(struct wizard, waiver_reason),   KEPT_TEXT  },
	{"waiver-expires",  offsetof(struct wizard, waiver_expires),  KEPT_TEXT  },
	{"key-found",       offsetof(struct wizard, keys_found),      KEPT_WORDS },
	{"key-confirmed",   offsetof(struct wizard, keys_confirmed),  KEPT_WORDS },
	{"check-log",       offsetof(struct wizard, check_log),       KEPT_LOG   },
	{"check-status",    offsetof(struct wizard, check_status),    KEPT_NUMBER},
	{"layer",           offsetof(struct wizard, layer),           KEPT_NUMBER},
	{"recovery-first",  offsetof(struct wizard, asked[0]),        KEPT_NUMBER},
	{"recovery-second", offsetof(struct wizard, asked[1]),        KEPT_NUMBER},
	{"recovery-third",  offsetof(struct wizard, asked[2]),        KEPT_NUMBER},
	{"show-log",        offsetof(struct wizard, show_log),        KEPT_FLAG  },
	{"wants-recovery",  offsetof(struct wizard, wants_recovery),  KEPT_FLAG  },
	{"recovery-proven", offsetof(struct wizard, recovery_proven), KEPT_FLAG  },
	{"plan-only",       offsetof(struct wizard, plan_only),       KEPT_FLAG  },
	{"wants-us",        offsetof(struct wizard, wants_us),        KEPT_FLAG  },
	{"user",            offsetof(struct wizard, user),            KEPT_NUMBER},
	{"key-user",        offsetof(struct wizard, key_user),        KEPT_NUMBER},
};

/* Of an installed system: the last change, and what was said about files that were edited by hand. */
static const struct kept changes[] = {
	{"change-log",    offsetof(struct installed, log),     KEPT_LOG   },
	{"change-status", offsetof(struct installed, status),  KEPT_NUMBER},
	{"edits-word",    offsetof(struct installed, word),    KEPT_TEXT  },
	{"edits-settled", offsetof(struct installed, settled), KEPT_TEXT  },
};

struct session {
	struct record *records;
	size_t count;
	struct session_secrets *secrets;
};

static void *member(void *of, const struct kept *kept)
{
	return (char *)of + kept->at;
}

struct writer {
	int fd, rc;
	struct error *err;
};

static void put(struct writer *writer, const char *key, const char *value, size_t size)
{
	autofree char *head = memory_format("%s %zu\n", key, size);

	if (writer->rc == 0)
		writer->rc = file_write_all(writer->fd, head, strlen(head), writer->err);
	if (writer->rc == 0)
		writer->rc = file_write_all(writer->fd, value, size, writer->err);
}

static void put_text(struct writer *writer, const char *key, const char *text)
{
	if (text)
		put(writer, key, text, strlen(text));
}

static void put_open(void *context, const char *screen, const char *focus, size_t row)
{
	autofree char *place =
		memory_format("%s %zu %s", screen, row, focus ? focus : "");

	put_text(context, "open", place);
}

static void put_log(struct writer *writer, const char *key, const struct text *log)
{
	size_t cut = log->size > LOG_KEPT ? log->size - LOG_KEPT : 0;

	put(writer, key, text_string(log) + cut, log->size - cut);
}

static void put_number(struct writer *writer, const char *key, int number)
{
	autofree char *text = memory_format("%d", number);

	put_text(writer, key, text);
}

static void put_kept(struct writer *writer, const struct kept *kept, void *of)
{
	const struct words *words = member(of, kept);

	switch (kept->kind) {
	case KEPT_TEXT:
		put_text(writer, kept->key, *(char **)member(of, kept));
		break;
	case KEPT_LOG:
		put_log(writer, kept->key, member(of, kept));
		break;
	case KEPT_WORDS:
		for (size_t i = 0; i < words->count; i++)
			put_text(writer, kept->key, words->items[i]);
		break;
	case KEPT_FLAG:
		if (*(bool *)member(of, kept))
			put_text(writer, kept->key, "");
		break;
	case KEPT_NUMBER:
		put_number(writer, kept->key, *(int *)member(of, kept));
		break;
	}
}

/* Its descriptors go along: the other front end looks at it as this one did. */
static void put_job(struct writer *writer, const struct wizard *wizard)
{
	const struct job *job = &wizard->job;
	autofree char *text = memory_format("%d %d %d %d %u %lld", (int)job->pid,
		job->output, job->errors, (int)wizard->waits_for, job->limit,
		(long long)job->began);

	if (job->pid <= 0)
		return;
	(void)fcntl(job->output, F_SETFD, 0);
	(void)fcntl(job->errors, F_SETFD, 0);
	put_text(writer, "job", text);
}

static void put_pages(struct writer *writer, struct wizard *wizard)
{
	for (size_t i = 0; i < LENGTH(pages); i++)
		put_kept(writer, &pages[i], wizard);
	for (size_t i = 0; wizard->installed && i < LENGTH(changes); i++)
		put_kept(writer, &changes[i], wizard->installed);
	/* One too long to pass is made anew. */
	if (wizard->installed && wizard->installed->audit &&
		strlen(wizard->installed->audit) < SESSION_MAX / 2)
		put_text(writer, "audit", wizard->installed->audit);
	put_text(writer, "control", wizard->control ? wizard->control->id : NULL);
	if (wizard->engine > 0)
		put_number(writer, "engine", (int)wizard->engine);
	put_job(writer, wizard);
}

static void put_draft(void *context, const char *screen, const char *id, const char *text)
{
	autofree char *key = memory_format("draft/%s/%s", screen, id);

	put(context, key, text, strlen(text));
}

/* An installation that is watched: its events, how they are paced, and since when. */
static void put_follow(struct writer *writer, const struct follow *follow)
{
	autofree char *start = memory_format(
		"%lld %ld", (long long)follow->start.tv_sec, follow->start.tv_nsec);

	if (!follow->path)
		return;
	put(writer, "follow", follow->path, strlen(follow->path));
	put(writer, follow->paced ? "follow-paced" : "no", "", 0);
	put(writer, "follow-start", start, strlen(start));
	for (size_t i = 0; i < follow->count; i++)
		put(writer, "follow-step", follow->steps[i].title,
			strlen(follow->steps[i].title));
}

static void put_secret(void *context, const char *key, const struct secret *secret)
{
	put(context, key, secret_bytes(secret), secret_size(secret));
}

int session_save(struct wizard *wizard, const struct form *form, const char *message,
	struct error *err)
{
	autofree char *yaml = answers_write(wizard->answers);
	struct writer writer = {.err = err};
	int fds[2];

	/* Not blocking: what does not fit is an error, not a standstill. */
	if (pipe2(fds, O_NONBLOCK) < 0)
		return error_errno(err, -errno, "%s", _("making a pipe"));
	(void)fcntl(fds[1], F_SETPIPE_SZ, SESSION_MAX);
	writer.fd = fds[1];
	put(&writer, "answers", yaml, strlen(yaml));
	form_each_open(form, put_open, &writer);
	put_pages(&writer, wizard);
	session_secrets_each(wizard, put_secret, &writer);
	form_each_draft(form, put_draft, &writer);
	put_follow(&writer, &wizard->follow);
	if (message)
		put(&writer, "message", message, strlen(message));
	(void)close(fds[1]);
	(void)fcntl(fds[0], F_SETFL, 0);
	if (writer.rc < 0)
		(void)close(fds[0]);
	return writer.rc < 0 ? writer.rc : fds[0];
}

static bool read_exactly(int fd, char *bytes, size_t size)
{
	while (size) {
		ssize_t got = read(fd, bytes, size);

		if (got <= 0)
			return false;
		bytes += got;
		size -= (size_t)got;
	}
	return true;
}

/* "KEY SIZE\n"; false at the end. */
static bool read_head(int fd, char *key, size_t key_size, size_t *size)
{
	size_t at = 0;
	char *space;
	uint64_t value;

	while (at + 1 < key_size && read(fd, &key[at], 1) == 1 && key[at] != '\n')
		at++;
	key[at] = '\0';
	space = strrchr(key, ' ');
	if (!space || text_to_u64(space + 1, 0, SESSION_MAX, &value) < 0)
		return false;
	*space = '\0';
	*size = (size_t)value;
	return true;
}

static bool read_secret(int fd, struct secret *secret, size_t size)
{
	char c;
	bool good = true;

	while (good && size--)
		good = read(fd, &c, 1) == 1 && secret_append(secret, &c, 1, NULL) == 0;
	c = '\0';
	return good;
}

static bool read_record(int fd, struct session *session, const char *key, size_t size)
{
	struct record *record;
	struct secret *secret;

	if (session_secrets_know(session->secrets, key, &secret))
		return secret && read_secret(fd, secret, size);
	session->records =
		memory_resize(session->records, session->count + 1, sizeof(*record));
	record = &session->records[session->count++];
	record->key = memory_copy_text(key);
	record->value = memory_zero(size + 1, 1);
	return read_exactly(fd, record->value, size);
}

int session_read(int fd, struct session **result, struct error *err)
{
	struct session *session = memory_zero(1, sizeof(*session));
	bool good = true;
	char key[512];
	size_t size;

	session->secrets = session_secrets_new();
	while (good && read_head(fd, key, sizeof(key), &size))
		good = read_record(fd, session, key, size);
	(void)close(fd);
	if (!good) {
		session_free(session);
		return error_set(err, -EBADMSG, "%s",
			_("what the other front end handed over is incomplete"));
	}
	*result = session;
	return 0;
}

static const char *find(const struct session *session, const char *key)
{
	for (size_t i = 0; i < session->count; i++)
		if (strcmp(session->records[i].key, key) == 0)
			return session->records[i].value;
	return NULL;
}

const char *session_answers(const struct session *session)
{
	const char *yaml = find(session, "answers");

	return yaml ? yaml : "";
}

static void apply_follow(const struct session *session, struct follow *follow)
{
	const char *path = find(session, "follow");
	const char *start = find(session, "follow-start");
	autowords struct words titles = {0};
	char *rest = NULL;

	if (!path || !start)
		return;
	for (size_t i = 0; i < session->count; i++)
		if (strcmp(session->records[i].key, "follow-step") == 0)
			words_add(&titles, session->records[i].value);
	follow_start(follow, path, find(session, "follow-paced") != NULL, &titles);
	follow->start.tv_sec = (time_t)strtoll(start, &rest, 10);
	follow->start.tv_nsec = strtol(rest, NULL, 10);
	while (follow_poll(follow))
		;
}

static void apply_log(struct text *log, const char *value)
{
	text_free(log);
	text_addf(log, "%s", value ? value : "");
}

static void apply_words(
	const struct session *session, const char *key, struct words *words)
{
	words_free(words);
	for (size_t i = 0; i < session->count; i++)
		if (strcmp(session->records[i].key, key) == 0)
			words_add(words, session->records[i].value);
}

static void apply_text(char **text, const char *value)
{
	free(*text);
	*text = memory_copy_text(value);
}

static void apply_kept(const struct session *session, const struct kept *kept, void *of)
{
	const char *value = find(session, kept->key);

	switch (kept->kind) {
	case KEPT_TEXT:
		apply_text(member(of, kept), value);
		break;
	case KEPT_LOG:
		apply_log(member(of, kept), value);
		break;
	case KEPT_WORDS:
		apply_words(session, kept->key, member(of, kept));
		break;
	case KEPT_FLAG:
		*(bool *)member(of, kept) = value != NULL;
		break;
	case KEPT_NUMBER:
		*(int *)member(of, kept) = value ? (int)strtol(value, NULL, 10) : 0;
		break;
	}
}

/* Opening a page throws some of it away, as it should for a person: it is done before and after. */
static void apply_pages(const struct session *session, struct wizard *wizard)
{
	session_secrets_apply(session->secrets, wizard);
	for (size_t i = 0; i < LENGTH(pages); i++)
		apply_kept(session, &pages[i], wizard);
	for (size_t i = 0; wizard->installed && i < LENGTH(changes); i++)
		apply_kept(session, &changes[i], wizard->installed);
	if (find(session, "control"))
		wizard->control = control_named(find(session, "control"));
}

/* The process is the same: what the other front end started is a child of this one, too. */
static bool is_child(pid_t pid)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void apply_engine(const struct session *session, struct wizard *wizard)
{
	const char *text = find(session, "engine");
	uint64_t pid;

	if (text && text_to_u64(text, 1, INT32_MAX, &pid) == 0 && is_child((pid_t)pid))
		wizard->engine = (pid_t)pid;
}

static void apply_job(const struct session *session, struct wizard *wizard)
{
	autowords struct words parts = {0};
	uint64_t numbers[6];

	words_split(&parts, find(session, "job") ? find(session, "job") : "", " ");
	if (parts.count != LENGTH(numbers))
		return;
	for (size_t i = 0; i < LENGTH(numbers); i++)
		if (text_to_u64(parts.items[i], 0, INT32_MAX, &numbers[i]) < 0)
			return;
	if (!is_child((pid_t)numbers[0]) || numbers[3] >= WAITS)
		return;
	wizard->job = (struct job){.pid = (pid_t)numbers[0],
		.output = (int)numbers[1],
		.errors = (int)numbers[2],
		.limit = (unsigned)numbers[4],
		.began = (time_t)numbers[5]};
	wizard->waits_for = (enum wait_for)numbers[3];
	(void)fcntl(wizard->job.output, F_SETFD, FD_CLOEXEC);
	(void)fcntl(wizard->job.errors, F_SETFD, FD_CLOEXEC);
}

static void apply_audit(const struct session *session, struct wizard *wizard)
{
	const char *audit = wizard->installed ? find(session, "audit") : NULL;
	struct error err = {0};

	if (audit && installed_take_audit(wizard, audit, &err) < 0)
		installed_fail_audit(wizard, err.text);
}

static void apply_drafts(const struct session *session, struct form *form)
{
	for (size_t i = 0; i < session->count; i++) {
		autowords struct words parts = {0};

		words_split(&parts, session->records[i].key, "/");
		if (parts.count == 3)
			form_put_draft(form, parts.items[1], parts.items[2],
				session->records[i].value);
	}
}

static void open_screens(const struct session *session, struct form *form)
{
	for (size_t i = 0; i < session->count; i++) {
		autowords struct words parts = {0};
		uint64_t row;

		words_split(&parts, session->records[i].value, " ");
		if (strcmp(session->records[i].key, "open") == 0 && parts.count >= 2 &&
			text_to_u64(parts.items[1], 0, SESSION_MAX, &row) == 0)
			form_resume(form, parts.items[0],
				parts.count > 2 ? parts.items[2] : NULL, (size_t)row);
	}
}

void session_apply(
	const struct session *session, struct wizard *wizard, struct form *form)
{
	apply_pages(session, wizard);
	apply_engine(session, wizard);
	apply_job(session, wizard);
	apply_audit(session, wizard);
	apply_drafts(session, form);
	apply_follow(session, &wizard->follow);
	open_screens(session, form);
	apply_pages(session, wizard);
	form_refresh(form);
	if (find(session, "message"))
		form_say(form, TONE_WARNING, "%s", find(session, "message"));
}

void session_free(struct session *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < session->count; i++) {
		free(session->records[i].key);
		free(session->records[i].value);
	}
	session_secrets_free(session->secrets);
	free(session->records);
	free(session);
}

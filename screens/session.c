#include "screens/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/controls/controls.h"

enum { SESSION_MAX = 512 * 1024, SECRETS = 10, TEXTS = 5 };

/* Records: "KEY SIZE\n" and SIZE bytes. Secrets are read into locked memory at once and never stand in a text. */
struct record {
	char *key, *value;
};

struct session {
	struct record *records;
	size_t count;
	struct secret *secrets[SECRETS];
};

static const char *const secret_keys[SECRETS] = {"passphrase", "passphrase-again",
	"recovery-key", "password", "password-again", "suggestion", "group-first",
	"group-second", "group-third", "rehearsal"};

static struct secret *secret_of(const struct wizard *wizard, size_t i)
{
	struct secret *const secrets[SECRETS] = {wizard->passphrase,
		wizard->passphrase_again, wizard->recovery_key, wizard->password,
		wizard->password_again, wizard->suggestion, wizard->groups[0],
		wizard->groups[1], wizard->groups[2], wizard->rehearsal};

	return secrets[i];
}

/* What was typed on pages and is no answer. */
static const char *const text_keys[TEXTS] = {
	"typing-test", "new-key", "key-source", "save-path", "logs-path"};

static char **text_of(struct wizard *wizard, size_t i)
{
	char **const texts[TEXTS] = {&wizard->typing_test, &wizard->new_key,
		&wizard->key_source, &wizard->save_path, &wizard->logs_path};

	return texts[i];
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

/* What pages show beside the answers: the measure and layer that are open, the log, keys that were found. */
static void put_pages(struct writer *writer, struct wizard *wizard)
{
	autofree char *layer = memory_format("%u", wizard->layer);

	for (size_t i = 0; i < TEXTS; i++)
		put_text(writer, text_keys[i], *text_of(wizard, i));
	put_text(writer, "layer", layer);
	put_text(writer, "control", wizard->control ? wizard->control->id : NULL);
	put_text(writer, wizard->show_log ? "show-log" : "no", "");
	for (size_t i = 0; i < wizard->keys_found.count; i++)
		put_text(writer, "key-found", wizard->keys_found.items[i]);
	for (size_t i = 0; i < wizard->keys_confirmed.count; i++)
		put_text(writer, "key-confirmed", wizard->keys_confirmed.items[i]);
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
	put(&writer, wizard->wants_recovery ? "wants-recovery" : "no", "", 0);
	put(&writer, "recovery-asked", (const char *)wizard->asked,
		sizeof(wizard->asked));
	put(&writer, wizard->recovery_proven ? "recovery-proven" : "no", "", 0);
	put(&writer, wizard->plan_only ? "plan-only" : "no", "", 0);
	put(&writer, wizard->wants_us ? "wants-us" : "no", "", 0);
	put(&writer, wizard->wants_password ? "wants-password" : "no", "", 0);
	for (size_t i = 0; i < SECRETS; i++)
		put(&writer, secret_keys[i], secret_bytes(secret_of(wizard, i)),
			secret_size(secret_of(wizard, i)));
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

static size_t secret_index(const char *key)
{
	size_t i = 0;

	while (i < SECRETS && strcmp(secret_keys[i], key) != 0)
		i++;
	return i;
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
	size_t i = secret_index(key);

	if (i < SECRETS)
		return session->secrets[i] && read_secret(fd, session->secrets[i], size);
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

	for (size_t i = 0; i < SECRETS; i++)
		session->secrets[i] = secret_new();
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

static void apply_secrets(const struct session *session, const struct wizard *wizard)
{
	for (size_t i = 0; i < SECRETS; i++) {
		secret_cut(secret_of(wizard, i), 0);
		(void)!secret_append(secret_of(wizard, i),
			secret_bytes(session->secrets[i]),
			secret_size(session->secrets[i]), NULL);
	}
}

static void apply_pages(const struct session *session, struct wizard *wizard)
{
	uint64_t layer;

	for (size_t i = 0; i < TEXTS; i++) {
		free(*text_of(wizard, i));
		*text_of(wizard, i) = memory_copy_text(find(session, text_keys[i]));
	}
	if (find(session, "layer") &&
		text_to_u64(find(session, "layer"), 0, UINT32_MAX, &layer) == 0)
		wizard->layer = (unsigned)layer;
	if (find(session, "control"))
		wizard->control = control_named(find(session, "control"));
	for (size_t i = 0; i < session->count; i++) {
		const struct record *record = &session->records[i];

		if (strcmp(record->key, "key-found") == 0)
			words_add(&wizard->keys_found, record->value);
		if (strcmp(record->key, "key-confirmed") == 0)
			words_add(&wizard->keys_confirmed, record->value);
	}
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
	apply_secrets(session, wizard);
	wizard->wants_recovery = find(session, "wants-recovery") != NULL;
	wizard->plan_only = find(session, "plan-only") != NULL;
	wizard->wants_us = find(session, "wants-us") != NULL;
	wizard->wants_password = find(session, "wants-password") != NULL;
	if (find(session, "recovery-asked"))
		memcpy(wizard->asked, find(session, "recovery-asked"),
			sizeof(wizard->asked));
	wizard->recovery_proven = find(session, "recovery-proven") != NULL;
	apply_pages(session, wizard);
	apply_drafts(session, form);
	apply_follow(session, &wizard->follow);
	open_screens(session, form);
	/* Opening a page may have thrown these away, as it should for a person. */
	apply_secrets(session, wizard);
	wizard->show_log = find(session, "show-log") != NULL;
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
	for (size_t i = 0; i < SECRETS; i++)
		secret_free(session->secrets[i]);
	free(session->records);
	free(session);
}

#include "installer/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/memory.h"

enum { GROUPS = 8, GROUP_SIZE = 4 };

int secret_generate(struct secret *secret, struct error *err)
{
	static const char alphabet[] =
		"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32: no I O 0 1 */
	unsigned char random[GROUPS * GROUP_SIZE];
	int rc = digest_random(random, sizeof(random), err);

	for (size_t i = 0; rc == 0 && i < sizeof(random); i++) {
		if (i && i % GROUP_SIZE == 0)
			rc = secret_append(secret, "-", 1, err);
		if (rc == 0)
			rc = secret_append(secret, &alphabet[random[i] & 31], 1, err);
	}
	explicit_bzero(random, sizeof(random));
	return rc;
}

static int generate_into(const char *path, struct secret *secret, struct error *err)
{
	autoclose int fd = -1;
	int rc;

	if (!path)
		return error_set(
			err, -EINVAL, "a generated secret needs a file to be written to");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return error_set(err, -EEXIST,
			"%s exists already; move it away, it may be the key of another machine",
			path);
	if (fd < 0)
		return error_errno(err, -errno, "making %s", path);
	rc = secret_generate(secret, err);
	if (rc == 0)
		rc = secret_write(secret, fd, err);
	if (rc == 0 && write(fd, "\n", 1) != 1)
		rc = error_errno(err, -errno, "writing %s", path);
	if (rc == 0 && fsync(fd) < 0)
		rc = error_errno(err, -errno, "writing %s to its disk", path);
	return rc;
}

static int read_source(const struct secret_source *source, const char *key,
	const struct secret_prompt *prompt, struct secret *secret, struct error *err)
{
	switch (source->origin) {
	case SECRET_NONE:
		return 0;
	case SECRET_PROMPT:
		return prompt ? prompt->ask(prompt->context, key, secret, err)
			      : error_set(err, -ENOTTY,
					"nobody can be asked here; use \"file:/path\" or \"fd:N\"");
	case SECRET_FILE:
		return secret_read_file(secret, source->path, err);
	case SECRET_FD:
		(void)fcntl(source->fd, F_SETFD,
			FD_CLOEXEC); /* programs we start need not see it */
		return secret_read(secret, source->fd, key, err);
	case SECRET_GENERATE:
		return generate_into(source->path, secret, err);
	case SECRET_LITERAL:
		return secret_append(
			secret, source->literal, strlen(source->literal), err);
	}
	return -EINVAL;
}

/* Passphrases and passwords are typed at a prompt, whatever they were read from: a file with a second line, or with the carriage
 * return of another system's editor, would make one that nobody can type. */
static int check_typable(const struct secret *secret, const char *key, struct error *err)
{
	const unsigned char *bytes = (const unsigned char *)secret_bytes(secret);

	for (size_t i = 0; i < secret_size(secret); i++)
		if ((bytes[i] < ' ' && bytes[i] != '\t') || bytes[i] == 0x7f)
			return error_set(err, -EINVAL,
				"%s: byte %zu is a line break or control character, which nobody can type at the prompt",
				key, i + 1);
	return 0;
}

/* A secret that is wanted and not empty, or NULL when it is not wanted. */
static int read_one(const struct secret_source *source, const char *key,
	const struct secret_prompt *prompt, struct secret **to, struct error *err)
{
	int rc;

	if (source->origin == SECRET_NONE)
		return 0;
	*to = secret_new();
	if (!*to)
		return error_set(err, -ENOMEM, "%s: no memory for secrets", key);
	rc = read_source(source, key, prompt, *to, err);
	if (rc < 0)
		return error_prefix(err, "%s", key);
	if (secret_size(*to) == 0)
		return error_set(err, -EINVAL, "%s: is empty", key);
	return check_typable(*to, key, err);
}

int secrets_read(const struct answers *answers, const struct secret_prompt *prompt,
	struct secrets *secrets, struct error *err)
{
	int rc = 0;

	if (answers->disk.encryption == ENCRYPTION_LUKS2) {
		rc = read_one(&answers->disk.passphrase, "disk.passphrase", prompt,
			&secrets->passphrase, err);
		if (rc == 0 && !secrets->passphrase)
			rc = error_set(err, -EINVAL, "disk.passphrase: LUKS2 needs one");
		if (rc == 0)
			rc = read_one(&answers->disk.recovery_key, "disk.recovery_key",
				prompt, &secrets->recovery_key, err);
		if (rc == 0)
			rc = read_one(&answers->disk.us_passphrase, "disk.us_passphrase",
				prompt, &secrets->us_passphrase, err);
		if (rc == 0 && answers->disk.fido2_unlock)
			rc = read_one(&answers->disk.fido2_pin, "disk.fido2_pin", prompt,
				&secrets->fido2_pin, err);
	}
	secrets->passwords =
		memory_zero(answers->user_count + 1, sizeof(struct secret *));
	secrets->password_count = answers->user_count;
	for (size_t i = 0; rc == 0 && i < answers->user_count; i++) {
		autofree char *key = memory_format("users.%zu.password", i);

		rc = read_one(&answers->users[i].password, key, prompt,
			&secrets->passwords[i], err);
	}
	return rc;
}

void secrets_free(struct secrets *secrets)
{
	secret_free(secrets->passphrase);
	secret_free(secrets->recovery_key);
	secret_free(secrets->us_passphrase);
	secret_free(secrets->fido2_pin);
	for (size_t i = 0; i < secrets->password_count; i++)
		secret_free(secrets->passwords[i]);
	free(secrets->passwords);
	*secrets = (struct secrets){0};
}

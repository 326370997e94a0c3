/* Reads the secrets the answers name, before anything is written. */
#pragma once

#include "installer/answers.h"
#include "installer/base/secret.h"

/* Characters of a passphrase: what libcryptsetup takes at most, and less than eight are guessed. */
enum { PASSPHRASE_LEAST = 8, PASSPHRASE_MOST = 512 };

struct secrets {
	struct secret *passphrase, *recovery_key, *us_passphrase, *fido2_pin; /* NULL: not wanted */
	struct secret **passwords;                /* by user; NULL entries for key-only users */
	size_t password_count;
};

/* Asks a person for the secret of "disk.passphrase". NULL where nobody can be asked: a `prompt` source is an error then. */
struct secret_prompt {
	int (*ask)(void *context, const char *key, struct secret *secret, struct error *err);
	void *context;
};

/* All that the answers name, or an error that says which and why. A source `generate` makes a key and writes it to its file, mode
 * 0600, where it must not exist. */
int secrets_read(const struct answers *answers, const struct secret_prompt *prompt, struct secrets *secrets, struct error *err) CHECKED;
void secrets_free(struct secrets *secrets);
#define autosecrets __attribute__((cleanup(secrets_free)))

/* 8 groups of 4 from 32 letters and digits that are not mistaken for one another: 160 bits. */
int secret_generate(struct secret *secret, struct error *err) CHECKED;

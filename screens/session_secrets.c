#include "screens/session_secrets.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "screens/accounts.h"

static const struct {
	const char *key;
	size_t at;
} kept[] = {
	{"passphrase",       offsetof(struct wizard, passphrase)      },
	{"passphrase-again", offsetof(struct wizard, passphrase_again)},
	{"recovery-key",     offsetof(struct wizard, recovery_key)    },
	{"fido2-pin",        offsetof(struct wizard, fido2_pin)       },
	{"suggestion",       offsetof(struct wizard, suggestion)      },
	{"group-first",      offsetof(struct wizard, groups[0])       },
	{"group-second",     offsetof(struct wizard, groups[1])       },
	{"group-third",      offsetof(struct wizard, groups[2])       },
	{"rehearsal",        offsetof(struct wizard, rehearsal)       },
};

/* Of the accounts, in their order: the password of the next one, and what was typed to confirm it. */
static const char password_key[] = "password", again_key[] = "password-again";

struct session_secrets {
	struct secret *kept[LENGTH(kept)];
	struct account *accounts;
	size_t account_count;
};

static struct secret *secret_of(const struct wizard *wizard, size_t i)
{
	return *(struct secret *const *)(const void *)((const char *)wizard + kept[i].at);
}

struct session_secrets *session_secrets_new(void)
{
	struct session_secrets *secrets = memory_zero(1, sizeof(*secrets));

	for (size_t i = 0; i < LENGTH(kept); i++)
		secrets->kept[i] = secret_new();
	return secrets;
}

void session_secrets_free(struct session_secrets *secrets)
{
	if (!secrets)
		return;
	for (size_t i = 0; i < LENGTH(kept); i++)
		secret_free(secrets->kept[i]);
	while (secrets->account_count)
		account_free(&secrets->accounts[--secrets->account_count]);
	free(secrets->accounts);
	free(secrets);
}

void session_secrets_each(const struct wizard *wizard,
	void (*call)(void *context, const char *key, const struct secret *secret),
	void *context)
{
	for (size_t i = 0; i < LENGTH(kept); i++)
		call(context, kept[i].key, secret_of(wizard, i));
	for (size_t i = 0; i < wizard->account_count; i++) {
		call(context, password_key, wizard->accounts[i].password);
		call(context, again_key, wizard->accounts[i].again);
	}
}

static struct secret *next_password(struct session_secrets *secrets)
{
	secrets->accounts = memory_resize(secrets->accounts, secrets->account_count + 1,
		sizeof(*secrets->accounts));
	secrets->accounts[secrets->account_count] = account_new();
	return secrets->accounts[secrets->account_count++].password;
}

bool session_secrets_know(
	struct session_secrets *secrets, const char *key, struct secret **secret)
{
	*secret = NULL;
	for (size_t i = 0; i < LENGTH(kept); i++)
		if (strcmp(kept[i].key, key) == 0) {
			*secret = secrets->kept[i];
			return true;
		}
	if (strcmp(key, password_key) == 0)
		*secret = next_password(secrets);
	else if (strcmp(key, again_key) != 0)
		return false;
	else if (secrets->account_count)
		*secret = secrets->accounts[secrets->account_count - 1].again;
	return true;
}

static void apply(struct secret *to, const struct secret *from)
{
	secret_cut(to, 0);
	(void)!secret_append(to, secret_bytes(from), secret_size(from), NULL);
}

void session_secrets_apply(const struct session_secrets *secrets, struct wizard *wizard)
{
	for (size_t i = 0; i < LENGTH(kept); i++)
		apply(secret_of(wizard, i), secrets->kept[i]);
	for (size_t i = 0; i < secrets->account_count && i < wizard->account_count; i++) {
		apply(wizard->accounts[i].password, secrets->accounts[i].password);
		apply(wizard->accounts[i].again, secrets->accounts[i].again);
	}
}

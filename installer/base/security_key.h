/* libfido2's one entrance: security keys (FIDO2) on USB, which derive a secret when they are touched. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"

struct security_key {
	char *path;    /* "/dev/hidraw0" */
	char *name;    /* "Yubico YubiKey OTP+FIDO+CCID" */
	bool derives;  /* it can derive a secret (the extension hmac-secret) */
	bool has_pin;
};
struct security_keys {
	struct security_key *items;
	size_t count;
};

/* What the key that made it needs to derive its secret again; no secret itself. */
struct credential {
	struct text id, salt;
	char *party;                        /* that asks for it: the domain of the Web Authentication standard */
	bool wants_pin, wants_touch, wants_verification; /* the last: the key knows its owner by itself, by a finger */
};
void credential_free(struct credential *credential);
#define autocredential __attribute__((cleanup(credential_free)))

/* Those that are plugged in now; none is no error. */
int security_keys_find(struct security_keys *keys, struct error *err) CHECKED;
void security_keys_free(struct security_keys *keys);
#define autokeys __attribute__((cleanup(security_keys_free)))

/* Make a credential for credential->party. It waits for a touch: -ETIME, nobody touched it; -EACCES: the PIN is wrong, or there is none.
 * pin: NULL for a key that has none. */
int security_key_enrol(const char *path, const struct secret *pin, struct credential *credential, struct error *err) CHECKED;
/* Has the key at path made the credential? Needs no touch. */
bool security_key_knows(const char *path, const struct credential *credential);
/* The secret as base64; it waits and fails as enrolling does. */
int security_key_derive(const char *path, const struct credential *credential, const struct secret *pin, struct secret *secret,
	struct error *err) CHECKED;

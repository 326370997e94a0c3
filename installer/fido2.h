/* Unlocking the disk by a security key (FIDO2): what the installation, the initramfs, the running system and the audit agree on.
 *
 * When it is touched, the security key derives a secret from the salt in the token FIDO2_TOKEN of the LUKS header; as base64 that is the
 * passphrase of a key slot. The token is the one of systemd-cryptenroll(1), so that other systems open the disk by the same key. Nothing is kept in
 * the security key, and nothing secret on this computer. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/security_key.h"

/* On the installed system; what its file holds is the name of the security key, for people. */
#define FIDO2_FOLDER "etc/jefelinux/fido2"
#define FIDO2_TOKEN  "systemd-fido2"
/* For whom the credential is, which a key wants to know. */
#define FIDO2_PARTY  "io.systemd.cryptsetup"
/* The program that talks to security keys, and its name in the initramfs. */
#define FIDO2_PROGRAM_NAME "jefe-fido2"
#define FIDO2_PROGRAM      PKGLIBEXECDIR "/" FIDO2_PROGRAM_NAME
/* What begins an error among the lines that the program says; the others tell people what to do. */
#define FIDO2_ERROR  FIDO2_PROGRAM_NAME ": "
/* Of the running system: "unlocked", or "asked" when it was the passphrase. */
#define FIDO2_STATE  "run/jefe/fido2"

/* The token as JSON, and the other way: it lay on a disk, -EINVAL when it is none. fido2_token.c. */
char *fido2_token_write(const struct credential *credential) CHECKED;
int fido2_token_read(const char *json, struct credential *credential, struct error *err) CHECKED;

/* Hears what a person has to do now: "touch the security key". */
struct fido2_teller {
	void (*tell)(void *context, const char *line);
	void *context;
};
/* What a security key gave. */
struct fido2_enrolled {
	char *token;
	char *name;         /* of the security key */
	struct secret *key; /* for the key slot */
};
void fido2_enrolled_free(struct fido2_enrolled *enrolled);
#define autoenrolled __attribute__((cleanup(fido2_enrolled_free)))

/* Wait for the one security key that is plugged in, for a minute at most, and for two touches of it. pin: may be NULL or empty. */
int fido2_enrol(const struct secret *pin, const struct fido2_teller *teller, struct fido2_enrolled *enrolled, struct error *err) CHECKED;

/* SSH public keys, one line as in authorized_keys without options. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"

/* Is it a key we accept: Ed25519, ECDSA, their security-key forms, or RSA of at least 3072 bits, with a well-formed blob of the
 * type named in front? Says why not. */
bool ssh_key_valid(const char *line, struct text *why_not);
/* "SHA256:…" as ssh-keygen -l prints it, or NULL when the line is no key. The caller frees it. */
char *ssh_key_fingerprint(const char *line) CHECKED;
/* A new Ed25519 key: file gets what stands in id_ed25519, without a passphrase; *line is the public half, which the caller frees. */
int ssh_key_make(struct secret *file, char **line, struct error *err) CHECKED;

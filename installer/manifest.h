/* payload/manifest.json and its Ed25519 signature: what the root file system archive is, before a byte of it is used.
 * The members of the JSON object are called as those of the struct; packages is an array of strings. */
#pragma once

#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

struct manifest {
	char *base, *branch, *arch, *version,
		*kernel; /* "alpine" "v3.19" "x86_64" "0.1.0" "6.6.14-0-lts" */
	char *archive;   /* file name beside the manifest */
	char *sha256;    /* of the archive, hex */
	uint64_t archive_size, unpacked_size, files;
	struct words packages; /* "name version" */
	char *text;            /* the verified manifest.json, whole */
};

/* Read DIR/manifest.json after checking DIR/manifest.sig against the *.pem public keys in keys_dir. A missing or wrong signature is
 * -EKEYREJECTED; nothing of the manifest is used then. The caller frees it. */
int manifest_load(const char *dir, const char *keys_dir, struct manifest **manifest,
	struct error *err) CHECKED;
void manifest_free(struct manifest *manifest);

/* A text with an Ed25519 signature in a file beside it. */
#pragma once

#include <stddef.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

/* Names below one directory. */
struct signed_files {
	const char *text, *signature; /* the signature is its raw 64 bytes */
};

/* Append the text when one of the *.pem public keys in keys_dir signed it; more than max bytes is -EFBIG. A missing or wrong signature
 * is -EKEYREJECTED: nothing of the text may be used then. */
int signed_read(const char *dir, const struct signed_files *files, const char *keys_dir,
	size_t max, struct text *text, struct error *err) CHECKED;

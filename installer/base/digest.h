/* libcrypto's one entrance: SHA-256 and Ed25519. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "installer/base/error.h"

struct digest;
struct digest *digest_new(void) CHECKED; /* SHA-256 */
void digest_add(struct digest *digest, const void *data, size_t size);
void digest_end(struct digest *digest, char hex[65]); /* frees */
void digest_end_bytes(struct digest *digest, unsigned char bytes[32]); /* the same, not as digits */
void digest_of(const void *data, size_t size, char hex[65]);

/* 0 when the 64-byte signature over data verifies with the PEM public key; -EKEYREJECTED when not. */
int ed25519_verify(const char *public_pem, const void *data, size_t size, const unsigned char signature[64], struct error *err) CHECKED;
/* The public half of an Ed25519 key; seed is its private half. */
int ed25519_public(const unsigned char seed[32], unsigned char public_half[32], struct error *err) CHECKED;
/* size random bytes from the system. */
int digest_random(void *bytes, size_t size, struct error *err) CHECKED;

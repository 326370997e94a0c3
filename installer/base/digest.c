#include "installer/base/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/random.h>

#include "installer/base/memory.h"

struct digest {
	EVP_MD_CTX *context;
};

/* libcrypto's SHA-256 fails only for want of memory, which ends the program as everywhere. */
static void must(int ok)
{
	if (ok == 1)
		return;
	(void)fputs("jefe-setup: libcrypto cannot compute SHA-256\n", stderr);
	exit(1);
}

struct digest *digest_new(void)
{
	struct digest *digest = memory_zero(1, sizeof(*digest));

	digest->context = EVP_MD_CTX_new();
	must(digest->context != NULL);
	must(EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL));
	return digest;
}

void digest_add(struct digest *digest, const void *data, size_t size)
{
	must(EVP_DigestUpdate(digest->context, data, size));
}

void digest_end_bytes(struct digest *digest, unsigned char bytes[32])
{
	must(EVP_DigestFinal_ex(digest->context, bytes, NULL));
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

void digest_end(struct digest *digest, char hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[32];

	digest_end_bytes(digest, raw);
	for (size_t i = 0; i < 32; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[64] = '\0';
}

void digest_of(const void *data, size_t size, char hex[65])
{
	struct digest *digest = digest_new();

	digest_add(digest, data, size);
	digest_end(digest, hex);
}

static EVP_PKEY *read_public_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return key;
}

int ed25519_verify(const char *public_pem, const void *data, size_t size,
	const unsigned char signature[64], struct error *err)
{
	EVP_PKEY *key = read_public_key(public_pem);
	EVP_MD_CTX *context = NULL;
	int rc = 0;

	if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
		rc = error_set(err, -EINVAL, "not an Ed25519 public key in PEM form");
	} else {
		context = EVP_MD_CTX_new();
		if (!context ||
			EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) != 1 ||
			EVP_DigestVerify(context, signature, 64, data, size) != 1)
			rc = error_set(err, -EKEYREJECTED,
				"the signature does not belong to this content and key");
	}
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return rc;
}

int ed25519_public(
	const unsigned char seed[32], unsigned char public_half[32], struct error *err)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	size_t size = 32;
	int rc = 0;

	if (!key || EVP_PKEY_get_raw_public_key(key, public_half, &size) != 1)
		rc = error_set(err, -EIO,
			"libcrypto cannot make the public half of an Ed25519 key");
	EVP_PKEY_free(key);
	return rc;
}

int digest_random(void *bytes, size_t size, struct error *err)
{
	unsigned char *at = bytes;

	while (size) {
		ssize_t got = getrandom(at, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(
				err, -errno, "asking the kernel for random bytes");
		at += got;
		size -= (size_t)got;
	}
	return 0;
}

#include "installer/base/digest.h"

#include <errno.h>

#include "tests/unit/unit.h"

static void sha256_of_known_texts(void **state)
{
	struct digest *digest = digest_new();
	char hex[65];

	(void)state;
	digest_of("", 0, hex);
	assert_string_equal(
		hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_add(digest, "a", 1);
	digest_add(digest, "bc", 2);
	digest_end(digest, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Made with: openssl genpkey -algorithm ed25519; printf payload, openssl pkeyutl -sign -rawin. */
static const char public_key[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEA+5aA+Ur96NmF09bwFD2xxl/wDYzsExPnbmY+cKUEuvI=\n"
	"-----END PUBLIC KEY-----\n";
static const unsigned char payload_signature[64] = {0x5d, 0xb6, 0xe7, 0x2e, 0x8c, 0x6e,
	0xde, 0xf2, 0x53, 0xf8, 0x14, 0x2d, 0xdc, 0x99, 0x27, 0x01, 0xdb, 0xd4, 0x64,
	0x60, 0xe2, 0x38, 0x4e, 0xba, 0x6d, 0x34, 0x92, 0x7e, 0xee, 0xa9, 0xc7, 0x03,
	0x5a, 0xe7, 0xd3, 0xfe, 0x5d, 0xd5, 0xc5, 0x3f, 0x1d, 0x4a, 0x21, 0x7a, 0x7a,
	0x71, 0x3d, 0x46, 0xe8, 0x36, 0xae, 0xe3, 0x4b, 0x8a, 0x14, 0x51, 0x4c, 0xa8,
	0x29, 0x58, 0xac, 0x8a, 0xce, 0x09};

static void a_good_signature_verifies(void **state)
{
	struct error err = {0};

	(void)state;
	assert_done(
		ed25519_verify(public_key, "payload", 7, payload_signature, &err), &err);
}

static void a_flipped_bit_is_found(void **state)
{
	unsigned char wrong[64];
	struct error err = {0};

	(void)state;
	assert_int_equal(
		ed25519_verify(public_key, "paylobd", 7, payload_signature, &err),
		-EKEYREJECTED);
	memcpy(wrong, payload_signature, sizeof(wrong));
	wrong[63] ^= 1;
	assert_int_equal(
		ed25519_verify(public_key, "payload", 7, wrong, &err), -EKEYREJECTED);
}

static void only_ed25519_keys_are_keys(void **state)
{
	static const char rsa[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4ns2fWaCXhVegyA7gtYhXxIX7\n"
		"Q69uL04jy01flnAyxoC4ZpNadOMC5jDsWF0N1lNAibUngvIEFWDZ1ed6FDocN2BL\n"
		"BK5XLpvO4666xxo1Cqq0tFy9ot22PX6zzvygcNJwNlBAX8J3uYELMmlWBQXbkgdu\n"
		"03bBP0vuVXqKIttaKQIDAQAB\n"
		"-----END PUBLIC KEY-----\n";
	struct error err = {0};

	(void)state;
	assert_int_equal(
		ed25519_verify(rsa, "payload", 7, payload_signature, &err), -EINVAL);
	assert_int_equal(
		ed25519_verify("no key", "payload", 7, payload_signature, &err), -EINVAL);
}

static void random_bytes_differ(void **state)
{
	unsigned char a[32] = {0};
	unsigned char b[32] = {0};
	struct error err = {0};

	(void)state;
	assert_done(digest_random(a, sizeof(a), &err), &err);
	assert_done(digest_random(b, sizeof(b), &err), &err);
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_known_texts),
		cmocka_unit_test(a_good_signature_verifies),
		cmocka_unit_test(a_flipped_bit_is_found),
		cmocka_unit_test(only_ed25519_keys_are_keys),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/fido2.h"

#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* As systemd-cryptenroll writes them, but for the order of the members. */
static const char token_text[] =
	"{\"fido2-clientPin-required\":true,\"fido2-credential\":\"AP8gegE=\",\"fido2-rp\":\"io.systemd.cryptsetup\","
	"\"fido2-salt\":\"c2FsdA==\",\"fido2-up-required\":true,\"fido2-uv-required\":false,\"keyslots\":[\"4\"],\"type\":\"systemd-fido2\"}";

static void tokens_come_back(void **state)
{
	autocredential struct credential credential = {
		.party = memory_copy_text(FIDO2_PARTY),
		.wants_pin = true,
		.wants_touch = true};
	autocredential struct credential again = {.wants_verification = true};
	autofree char *token = NULL;
	struct error err = {0};

	(void)state;
	text_add_bytes(&credential.id, "\0\xff z\x01", 5);
	text_add(&credential.salt, "salt");
	token = fido2_token_write(&credential);
	assert_string_equal(token, token_text);
	assert_done(fido2_token_read(token, &again, &err), &err);
	assert_string_equal(again.party, "io.systemd.cryptsetup");
	assert_int_equal(again.id.size, 5);
	assert_memory_equal(again.id.data, "\0\xff z\x01", 5);
	assert_string_equal(again.salt.data, "salt");
	assert_true(again.wants_pin && again.wants_touch);
	assert_false(again.wants_verification);
}

static void strange_tokens_are_refused(void **state)
{
	static const char *const strange[] = {"", "{}", "[]",
		"{\"fido2-credential\":\"AP8gegE=\",\"fido2-salt\":\"c2FsdA==\"}",
		"{\"fido2-credential\":\"AP8gegE=\",\"fido2-salt\":\"c2FsdA==\",\"fido2-rp\":\"\"}",
		"{\"fido2-credential\":\"AP8\",\"fido2-salt\":\"c2FsdA==\",\"fido2-rp\":\"x\"}",
		"{\"fido2-credential\":\"AP8gegE=\",\"fido2-salt\":1,\"fido2-rp\":\"x\"}",
		"{\"fido2-credential\":\"AP8gegE=\",\"fido2-salt\":\"c2FsdA==\",\"fido2-rp\":\"x\",\"fido2-up-required\":\"yes\"}"};

	(void)state;
	for (size_t i = 0; i < LENGTH(strange); i++) {
		autocredential struct credential credential = {.party = NULL};
		struct error err = {0};

		assert_int_equal(
			fido2_token_read(strange[i], &credential, &err), -EINVAL);
		assert_int_equal(
			strncmp(err.text, "the token of the security key: ", 31), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_come_back),
		cmocka_unit_test(strange_tokens_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

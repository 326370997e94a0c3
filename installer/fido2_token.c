/* What a security key has to be told, as a token of a LUKS2 header. */
#include <errno.h>
#include <string.h>

#include "installer/base/base64.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/fido2.h"
#include "installer/storage.h"

static const char party_member[] = "fido2-rp";

static const struct {
	const char *member;
	size_t at;
} bytes_members[] =
	{
		{"fido2-credential", offsetof(struct credential, id)  },
		{"fido2-salt",       offsetof(struct credential, salt)},
},
  flag_members[] = {
	  {"fido2-clientPin-required", offsetof(struct credential, wants_pin)},
	  {"fido2-up-required", offsetof(struct credential, wants_touch)},
	  {"fido2-uv-required", offsetof(struct credential, wants_verification)},
};

static void *member_of(const struct credential *credential, size_t at)
{
	return (char *)(uintptr_t)credential + at;
}

char *fido2_token_write(const struct credential *credential)
{
	autojson struct json *object = json_new_object();
	struct json *slots = json_new_array();
	autofree char *slot = memory_format("%d", LUKS_FIDO2);

	json_append_text(slots, slot);
	json_put_text(object, "type", FIDO2_TOKEN);
	json_put(object, "keyslots", slots);
	json_put_text(object, party_member, credential->party);
	for (size_t i = 0; i < LENGTH(bytes_members); i++) {
		const struct text *bytes = member_of(credential, bytes_members[i].at);
		autotext struct text base64 = {0};

		base64_encode(
			(const unsigned char *)text_string(bytes), bytes->size, &base64);
		json_put_text(object, bytes_members[i].member, text_string(&base64));
	}
	for (size_t i = 0; i < LENGTH(flag_members); i++) {
		const bool *flag = member_of(credential, flag_members[i].at);

		json_put_bool(object, flag_members[i].member, *flag);
	}
	return json_write(object, true);
}

static int take_bytes(const struct json *object, const char *member, struct text *bytes,
	struct error *err)
{
	const char *base64 = json_text(object, member);

	return base64 && base64_decode(base64, strlen(base64), bytes)
		       ? 0
		       : error_set(err, -EINVAL, "\"%s\" holds no bytes", member);
}

static int take(
	const struct json *object, struct credential *credential, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < LENGTH(bytes_members); i++)
		rc = take_bytes(object, bytes_members[i].member,
			member_of(credential, bytes_members[i].at), err);
	for (size_t i = 0; rc == 0 && i < LENGTH(flag_members); i++) {
		bool *flag = member_of(credential, flag_members[i].at);

		rc = json_expect(object, flag_members[i].member, JSON_IS_BOOL, err);
		*flag = json_bool(object, flag_members[i].member);
	}
	return rc;
}

int fido2_token_read(const char *json, struct credential *credential, struct error *err)
{
	autojson struct json *object = NULL;
	const char *party;
	int rc = json_parse(json, FIDO2_TOKEN, &object, err);

	if (rc == 0)
		rc = take(object, credential, err);
	if (rc == 0) {
		party = json_text(object, party_member);
		if (party && *party)
			credential->party = memory_copy_text(party);
		else
			rc = error_set(err, -EINVAL, "\"%s\" names nobody", party_member);
	}
	return rc < 0 ? error_prefix(err, "the token of the security key") : 0;
}

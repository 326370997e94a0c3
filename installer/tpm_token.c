/* What a TPM sealed, as a token of a LUKS2 header: JSON, which says what it is to other programs, too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/storage.h"
#include "installer/tpm.h"

enum { PCRS = 24 };

void tpm_sealed_free(struct tpm_sealed *sealed)
{
	text_free(&sealed->public_part);
	text_free(&sealed->private_part);
}

int tpm_digest_read(const char *hex, unsigned char digest[TPM_POLICY], struct error *err)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (strlen(hex) != (size_t)TPM_POLICY * 2 || hex[strspn(hex, digits)])
		return error_set(err, -EINVAL, "\"%s\" is no SHA-256", hex);
	for (size_t i = 0; i < TPM_POLICY; i++) {
		const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		digest[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return 0;
}

static void put_hex(struct json *object, const char *key, const struct text *bytes)
{
	autotext struct text hex = {0};

	for (size_t i = 0; i < bytes->size; i++)
		text_addf(&hex, "%02x", (unsigned char)bytes->data[i]);
	json_put_text(object, key, text_string(&hex));
}

char *tpm_token_write(const struct tpm_sealed *sealed)
{
	struct json *object = json_new_object(), *slots = json_new_array(),
		    *pcrs = json_new_array();
	char *text;

	for (unsigned i = 0; i < PCRS; i++) {
		autofree char *number = memory_format("%u", i);

		if (sealed->pcrs & 1U << i)
			json_append_text(pcrs, number);
		if (i == LUKS_TPM)
			json_append_text(slots, number);
	}
	json_put_text(object, "type", TPM_TOKEN);
	json_put(object, "keyslots", slots);
	json_put(object, "pcrs", pcrs);
	put_hex(object, "public", &sealed->public_part);
	put_hex(object, "private", &sealed->private_part);
	text = json_write(object, true);
	json_free(object);
	return text;
}

static int take_hex(
	const struct json *object, const char *key, struct text *bytes, struct error *err)
{
	static const char digits[] = "0123456789abcdef";
	const char *hex = json_text(object, key);

	if (!hex || !*hex || strlen(hex) % 2 || hex[strspn(hex, digits)])
		return error_set(err, -EINVAL, "\"%s\" holds no bytes", key);
	for (; *hex; hex += 2) {
		const char byte = (char)((strchr(digits, hex[0]) - digits) << 4 |
					 (strchr(digits, hex[1]) - digits));

		text_add_bytes(bytes, &byte, 1);
	}
	return 0;
}

static int take_pcrs(const struct json *object, uint32_t *pcrs, struct error *err)
{
	const struct json *array = json_member(object, "pcrs");

	for (size_t i = 0; i < json_count(array); i++) {
		const char *text = json_as_text(json_item(array, i));
		uint64_t number = 0;

		if (!text || text_to_u64(text, 0, PCRS - 1, &number) < 0)
			return error_set(err, -EINVAL, "\"pcrs\" holds no registers");
		*pcrs |= 1U << number;
	}
	return 0;
}

int tpm_token_read(const char *json, struct tpm_sealed *sealed, struct error *err)
{
	autojson struct json *object = NULL;
	int rc = json_parse(json, TPM_TOKEN, &object, err);

	if (rc == 0)
		rc = take_hex(object, "public", &sealed->public_part, err);
	if (rc == 0)
		rc = take_hex(object, "private", &sealed->private_part, err);
	if (rc == 0)
		rc = take_pcrs(object, &sealed->pcrs, err);
	return rc < 0 ? error_prefix(err, "the token of the TPM") : 0;
}

#include "installer/ssh_key.h"

#include <string.h>

#include "installer/base/digest.h"
#include "installer/base/memory.h"

enum { RSA_BITS_MIN = 3072 };

/* What follows the type inside a blob: each letter is one length-prefixed string. */
struct key_type {
	const char *name;
	const char *curve; /* ECDSA: name of the curve, which comes first */
	size_t point;      /* size of the public point, or 0 for RSA */
	bool application;  /* security keys: the application comes last */
};

static const struct key_type key_types[] = {
	{"ssh-ed25519",			NULL,       32,  false},
	{"sk-ssh-ed25519@openssh.com",         NULL,       32,  true },
	{"ecdsa-sha2-nistp256",                "nistp256", 65,  false},
	{"ecdsa-sha2-nistp384",                "nistp384", 97,  false},
	{"ecdsa-sha2-nistp521",                "nistp521", 133, false},
	{"sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", 65,  true },
	{"ssh-rsa",			    NULL,       0,   false},
};

static const struct key_type *type_named(const char *name, size_t size)
{
	for (size_t i = 0; i < LENGTH(key_types); i++)
		if (strlen(key_types[i].name) == size &&
			memcmp(key_types[i].name, name, size) == 0)
			return &key_types[i];
	return NULL;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Decode size characters; false when they are not whole base64. */
static bool base64_decode(const char *text, size_t size, struct text *bytes)
{
	unsigned long bits = 0;
	size_t padding = 0;

	if (size == 0 || size % 4)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char *digit = strchr(base64_digits, text[i]);

		if (text[i] == '=' && i + 2 >= size)
			padding++;
		else if (!digit || padding)
			return false;
		bits = bits << 6 | (digit ? (unsigned long)(digit - base64_digits) : 0);
		if (i % 4 == 3) {
			char three[] = {
				(char)(bits >> 16), (char)(bits >> 8), (char)bits};

			text_add_bytes(bytes, three, 3 - padding);
			bits = 0;
		}
	}
	return true;
}

static void base64_encode(const unsigned char *bytes, size_t size, struct text *to)
{
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i < 3 ? size - i : 3;
		unsigned long bits = (unsigned long)bytes[i] << 16;

		bits |= left > 1 ? (unsigned long)bytes[i + 1] << 8 : 0;
		bits |= left > 2 ? bytes[i + 2] : 0;
		for (size_t digit = 0; digit <= left; digit++)
			text_add_bytes(
				to, &base64_digits[bits >> (18 - 6 * digit) & 63], 1);
	}
}

/* Bytes still to be read. */
struct cursor {
	const unsigned char *at;
	size_t left;
};

/* The next length-prefixed string of a blob. */
static bool next_string(struct cursor *blob, struct cursor *string)
{
	size_t size;

	if (blob->left < 4)
		return false;
	size = (size_t)blob->at[0] << 24 | (size_t)blob->at[1] << 16 |
	       (size_t)blob->at[2] << 8 | blob->at[3];
	if (size > blob->left - 4)
		return false;
	*string = (struct cursor){blob->at + 4, size};
	blob->at += 4 + size;
	blob->left -= 4 + size;
	return true;
}

static bool next_is(struct cursor *blob, const char *text)
{
	struct cursor string;

	return next_string(blob, &string) && string.left == strlen(text) &&
	       memcmp(string.at, text, string.left) == 0;
}

static bool broken(struct text *why_not)
{
	text_add(why_not,
		"the key is damaged or cut off; copy the whole line of the .pub file again");
	return false;
}

static bool valid_rsa(struct cursor *blob, struct text *why_not)
{
	struct cursor exponent;
	struct cursor modulus;
	size_t bits;

	if (!next_string(blob, &exponent) || !next_string(blob, &modulus) || blob->left ||
		!exponent.left)
		return broken(why_not);
	while (modulus.left && !*modulus.at) {
		modulus.at++;
		modulus.left--;
	}
	bits = modulus.left * 8;
	for (unsigned top = modulus.left ? *modulus.at : 0x80; !(top & 0x80); top <<= 1)
		bits--;
	if (bits >= RSA_BITS_MIN)
		return true;
	text_addf(why_not,
		"an RSA key of %zu bits is too short (at least %d); make one with: ssh-keygen -t ed25519",
		bits, RSA_BITS_MIN);
	return false;
}

static bool valid_blob(
	const struct key_type *type, const struct text *bytes, struct text *why_not)
{
	struct cursor blob = {(const unsigned char *)bytes->data, bytes->size};
	struct cursor part;

	if (!next_is(&blob, type->name))
		return broken(why_not);
	if (!type->point)
		return valid_rsa(&blob, why_not);
	if (type->curve && !next_is(&blob, type->curve))
		return broken(why_not);
	if (!next_string(&blob, &part) || part.left != type->point ||
		(type->curve && *part.at != 4))
		return broken(why_not);
	if (type->application && (!next_string(&blob, &part) || !part.left))
		return broken(why_not);
	return blob.left == 0 || broken(why_not);
}

/* Put the decoded second word of the line into bytes. */
static bool decode_line(const char *line, struct text *bytes)
{
	const char *blob = strchr(line, ' ');

	return blob && base64_decode(blob + 1, strcspn(blob + 1, " "), bytes);
}

static bool unknown_type(const char *line, struct text *why_not)
{
	if (text_starts(line, "ssh-dss"))
		text_add(why_not,
			"DSA keys are broken; make a key with: ssh-keygen -t ed25519");
	else if (strstr(line, "PRIVATE KEY"))
		text_add(why_not,
			"this is a private key, which nobody else may see; give the line of the .pub file");
	else if (strstr(line, " ssh-") || strstr(line, " ecdsa-") || strstr(line, " sk-"))
		text_add(why_not,
			"options in front of a key are not allowed; start with the key type");
	else
		text_add(why_not,
			"not an SSH public key; give the line of the .pub file, such as \"ssh-ed25519 AAAA… name\"");
	return false;
}

bool ssh_key_valid(const char *line, struct text *why_not)
{
	const struct key_type *type = type_named(line, strcspn(line, " "));
	autotext struct text bytes = {0};

	if (strpbrk(line, "\r\n\t")) {
		text_add(why_not, "a key is one line without tabs");
		return false;
	}
	if (!type)
		return unknown_type(line, why_not);
	return decode_line(line, &bytes) ? valid_blob(type, &bytes, why_not)
					 : broken(why_not);
}

char *ssh_key_fingerprint(const char *line)
{
	autotext struct text bytes = {0};
	struct text fingerprint = {0};
	unsigned char raw[32];
	char hex[65];

	if (!decode_line(line, &bytes))
		return NULL;
	digest_of(bytes.data, bytes.size, hex);
	for (size_t i = 0; i < sizeof(raw); i++) {
		char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		raw[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	text_add(&fingerprint, "SHA256:");
	base64_encode(raw, sizeof(raw), &fingerprint);
	return text_take(&fingerprint);
}

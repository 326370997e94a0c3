#include "installer/ssh_key.h"

#include <errno.h>
#include <string.h>

#include "installer/base/base64.h"
#include "installer/base/digest.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"

enum { RSA_BITS_MIN = 3072, SEED_SIZE = 32, PAIR_SIZE = 2 * SEED_SIZE, LINE_SIZE = 70 };

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
		_("the key is damaged or cut off; copy the whole line of the .pub file again"));
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
		_("an RSA key of %zu bits is too short (at least %d); make one with: ssh-keygen -t ed25519"),
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
			_("DSA keys are broken; make a key with: ssh-keygen -t ed25519"));
	else if (strstr(line, "PRIVATE KEY"))
		text_add(why_not,
			_("this is a private key, which nobody else may see; give the line of the .pub file"));
	else if (strstr(line, " ssh-") || strstr(line, " ecdsa-") || strstr(line, " sk-"))
		text_add(why_not,
			_("options in front of a key are not allowed; start with the key type"));
	else
		text_add(why_not,
			_("not an SSH public key; give the line of the .pub file, such as \"ssh-ed25519 AAAA... name\""));
	return false;
}

bool ssh_key_valid(const char *line, struct text *why_not)
{
	const struct key_type *type = type_named(line, strcspn(line, " "));
	autotext struct text bytes = {0};

	if (strpbrk(line, "\r\n\t")) {
		text_add(why_not, _("a key is one line without tabs"));
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
	fingerprint.data[--fingerprint.size] = '\0'; /* ssh-keygen shows no padding */
	return text_take(&fingerprint);
}

/* What is put together here, piece after piece; the first error stays. */
struct pieces {
	struct secret *to;
	int rc;
	struct error *err;
};

static void add_bytes(struct pieces *pieces, const void *bytes, size_t size)
{
	if (pieces->rc == 0)
		pieces->rc = secret_append(pieces->to, bytes, size, pieces->err);
}

static void add_number(struct pieces *pieces, size_t number)
{
	const unsigned char bytes[] = {(unsigned char)(number >> 24),
		(unsigned char)(number >> 16), (unsigned char)(number >> 8),
		(unsigned char)number};

	add_bytes(pieces, bytes, sizeof(bytes));
}

static void add_string(struct pieces *pieces, const void *bytes, size_t size)
{
	add_number(pieces, size);
	add_bytes(pieces, bytes, size);
}

static const char made_type[] = "ssh-ed25519";

enum { TYPE_SIZE = sizeof(made_type) - 1, BLOB_SIZE = 8 + TYPE_SIZE + SEED_SIZE };

/* The section with the private half: check number twice, both halves, no comment, counted up to whole blocks of 8. */
static void add_private(struct pieces *pieces, const struct secret *seed,
	const unsigned char public_half[SEED_SIZE])
{
	enum {
		BARE = 8 + BLOB_SIZE + 4 + 2 * SEED_SIZE + 4,
		PADDING = 7 - (BARE + 7) % 8
	};
	static const char padding[] = {1, 2, 3, 4, 5, 6, 7};

	add_number(pieces, BARE + PADDING);
	add_number(pieces, 0);
	add_number(pieces, 0);
	add_string(pieces, made_type, TYPE_SIZE);
	add_string(pieces, public_half, SEED_SIZE);
	add_number(pieces, PAIR_SIZE);
	add_bytes(pieces, secret_bytes(seed), SEED_SIZE);
	add_bytes(pieces, public_half, SEED_SIZE);
	add_number(pieces, 0);
	add_bytes(pieces, padding, PADDING);
}

/* OpenSSH's own form (PROTOCOL.key), without a passphrase. */
static int add_key(struct secret *to, const struct secret *seed,
	const unsigned char public_half[SEED_SIZE], struct error *err)
{
	static const char magic[] = "openssh-key-v1";
	struct pieces pieces = {.to = to, .err = err};

	add_bytes(&pieces, magic, sizeof(magic));
	add_string(&pieces, "none", 4);
	add_string(&pieces, "none", 4);
	add_number(&pieces, 0);
	add_number(&pieces, 1);
	add_number(&pieces, BLOB_SIZE);
	add_string(&pieces, made_type, TYPE_SIZE);
	add_string(&pieces, public_half, SEED_SIZE);
	add_private(&pieces, seed, public_half);
	return pieces.rc;
}

static int add_armour(struct secret *to, const struct secret *key, struct error *err)
{
	static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n",
			  end[] = "\n-----END OPENSSH PRIVATE KEY-----\n";
	const unsigned char *bytes = (const unsigned char *)secret_bytes(key);
	struct pieces pieces = {.to = to, .err = err};
	size_t column = 0;

	add_bytes(&pieces, begin, sizeof(begin) - 1);
	for (size_t i = 0; i < secret_size(key); i += 3) {
		size_t left = secret_size(key) - i;
		char group[4];

		base64_group(bytes + i, left < 3 ? left : 3, group);
		for (size_t c = 0; c < sizeof(group); c++, column++) {
			if (column && column % LINE_SIZE == 0)
				add_bytes(&pieces, "\n", 1);
			add_bytes(&pieces, &group[c], 1);
		}
		explicit_bzero(group, sizeof(group));
	}
	add_bytes(&pieces, end, sizeof(end) - 1);
	return pieces.rc;
}

static char *public_line(const unsigned char public_half[SEED_SIZE])
{
	unsigned char blob[BLOB_SIZE] = {0};
	struct text line = {0};

	blob[3] = TYPE_SIZE;
	memcpy(blob + 4, made_type, TYPE_SIZE);
	blob[4 + TYPE_SIZE + 3] = SEED_SIZE;
	memcpy(blob + 8 + TYPE_SIZE, public_half, SEED_SIZE);
	text_addf(&line, "%s ", made_type);
	base64_encode(blob, sizeof(blob), &line);
	return text_take(&line);
}

/* Random bytes that are in no other memory. */
static int make_seed(struct secret *seed, struct error *err)
{
	unsigned char bytes[SEED_SIZE];
	int rc = digest_random(bytes, sizeof(bytes), err);

	if (rc == 0)
		rc = secret_append(seed, (const char *)bytes, sizeof(bytes), err);
	explicit_bzero(bytes, sizeof(bytes));
	return rc;
}

int ssh_key_make(struct secret *file, char **line, struct error *err)
{
	autosecret struct secret *seed = secret_new();
	autosecret struct secret *key = secret_new();
	unsigned char public_half[SEED_SIZE];
	int rc = seed && key ? make_seed(seed, err)
			     : error_set(err, -ENOMEM, "no locked memory for a key");

	if (rc == 0)
		rc = ed25519_public(
			(const unsigned char *)secret_bytes(seed), public_half, err);
	if (rc == 0)
		rc = add_key(key, seed, public_half, err);
	if (rc == 0)
		rc = add_armour(file, key, err);
	if (rc == 0)
		*line = public_line(public_half);
	return rc;
}

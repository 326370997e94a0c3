#include "installer/base/security_key.h"

#include <errno.h>
#include <fido.h>
#include <fido/es256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "installer/base/base64.h"
#include "installer/base/memory.h"

enum {
	KEYS_MAX = 16,
	SALT_BYTES = 32,
	HASH_BYTES = 32,
	USER_BYTES = 32,
	/* Keys give up by themselves after 30 s. */
	TOUCH_MS = 45 * 1000
};

/* Stands for the message of a web site, which there is none of: nobody looks at the signature. */
static const unsigned char no_message[HASH_BYTES];

static void device_close(fido_dev_t **device)
{
	if (*device)
		(void)fido_dev_close(*device);
	fido_dev_free(device);
}

#define autodevice    __attribute__((cleanup(device_close)))
#define autocred      __attribute__((cleanup(fido_cred_free)))
#define autoassertion __attribute__((cleanup(fido_assert_free)))
#define autoinfo      __attribute__((cleanup(fido_cbor_info_free)))

void credential_free(struct credential *credential)
{
	text_free(&credential->id);
	text_free(&credential->salt);
	free(credential->party);
	credential->party = NULL;
}

static int library_error(struct error *err, int rc, const char *doing)
{
	return error_set(err, -EIO, "the security key, %s: %s", doing, fido_strerr(rc));
}

static int wrong_pin(fido_dev_t *device, struct error *err)
{
	int left = 0;

	if (fido_dev_get_retry_count(device, &left) != FIDO_OK)
		return error_set(err, -EACCES, "this is not the PIN of the security key");
	return error_set(err, -EACCES,
		"this is not the PIN of the security key, which takes %d more tries",
		left);
}

/* What people can do something about, in words of ours. */
static int key_error(fido_dev_t *device, struct error *err, int rc, const char *doing)
{
	switch (rc) {
	case FIDO_ERR_USER_ACTION_TIMEOUT:
	case FIDO_ERR_ACTION_TIMEOUT:
	case FIDO_ERR_RX:
		return error_set(err, -ETIME,
			"the security key was not touched, or was unplugged");
	case FIDO_ERR_OPERATION_DENIED:
	case FIDO_ERR_NOT_ALLOWED:
		return error_set(err, -ECANCELED, "the security key refused it");
	case FIDO_ERR_NO_CREDENTIALS:
	case FIDO_ERR_INVALID_CREDENTIAL:
		return error_set(err, -ENOKEY, "it is not the security key of this disk");
	case FIDO_ERR_PIN_INVALID:
	case FIDO_ERR_PIN_AUTH_INVALID:
		return wrong_pin(device, err);
	case FIDO_ERR_PIN_AUTH_BLOCKED:
		return error_set(err, -EACCES,
			"too many wrong PINs: unplug the security key, and plug it in again");
	case FIDO_ERR_PIN_BLOCKED:
		return error_set(err, -EACCES,
			"too many wrong PINs: the security key is locked until it is reset");
	case FIDO_ERR_PIN_REQUIRED:
		return error_set(err, -EACCES, "the security key wants its PIN");
	default:
		return library_error(err, rc, doing);
	}
}

static int device_open(const char *path, fido_dev_t **device, struct error *err)
{
	int rc;

	fido_init(0);
	*device = fido_dev_new();
	if (!*device)
		return error_set(err, -ENOMEM, "no memory for a security key");
	rc = fido_dev_open(*device, path);
	if (rc == FIDO_OK)
		rc = fido_dev_set_timeout(*device, TOUCH_MS);
	return rc == FIDO_OK ? 0
			     : error_set(err, -EIO, "opening the security key %s: %s",
				       path, fido_strerr(rc));
}

static bool can_derive(fido_dev_t *device)
{
	autoinfo fido_cbor_info_t *info = fido_cbor_info_new();
	char **extensions;

	if (!info || !fido_dev_is_fido2(device) ||
		fido_dev_get_cbor_info(device, info) != FIDO_OK)
		return false;
	extensions = fido_cbor_info_extensions_ptr(info);
	for (size_t i = 0; i < fido_cbor_info_extensions_len(info); i++)
		if (strcmp(extensions[i], "hmac-secret") == 0)
			return true;
	return false;
}

/* It comes from the device: nothing but plain letters may get to a terminal. */
static char *name_of(const fido_dev_info_t *info)
{
	const char *maker = fido_dev_info_manufacturer_string(info);
	const char *product = fido_dev_info_product_string(info);
	char *name = memory_format("%s%s%s", maker ? maker : "",
		maker && *maker ? " " : "", product ? product : "");

	for (char *at = name; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return name;
}

/* One that cannot be opened is none that could unlock anything. */
static void take_key(struct security_keys *keys, const fido_dev_info_t *info)
{
	autodevice fido_dev_t *device = NULL;
	const char *path = fido_dev_info_path(info);
	struct security_key *key;

	keys->items = memory_resize(keys->items, keys->count + 1, sizeof(*key));
	key = &keys->items[keys->count++];
	*key = (struct security_key){
		.path = memory_copy_text(path), .name = name_of(info)};
	if (device_open(path, &device, NULL) < 0)
		return;
	key->derives = can_derive(device);
	key->has_pin = fido_dev_has_pin(device);
}

int security_keys_find(struct security_keys *keys, struct error *err)
{
	fido_dev_info_t *infos;
	size_t count = 0;
	int rc;

	fido_init(0);
	infos = fido_dev_info_new(KEYS_MAX);
	if (!infos)
		return error_set(err, -ENOMEM, "no memory for security keys");
	rc = fido_dev_info_manifest(infos, KEYS_MAX, &count);
	for (size_t i = 0; rc == FIDO_OK && i < count; i++)
		take_key(keys, fido_dev_info_ptr(infos, i));
	fido_dev_info_free(&infos, KEYS_MAX);
	return rc == FIDO_OK ? 0
			     : error_set(err, -EIO, "looking for security keys: %s",
				       fido_strerr(rc));
}

void security_keys_free(struct security_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		free(keys->items[i].path);
		free(keys->items[i].name);
	}
	free(keys->items);
	*keys = (struct security_keys){0};
}

static int random_bytes(unsigned char *bytes, size_t size, struct error *err)
{
	return getrandom(bytes, size, 0) == (ssize_t)size
		       ? 0
		       : error_errno(err, -errno, "asking the kernel for random bytes");
}

static const char *pin_text(const struct secret *pin)
{
	return pin && secret_size(pin) ? secret_bytes(pin) : NULL;
}

/* It is found again by its id alone: nothing stays in the memory of the key. */
static int describe_cred(fido_cred_t *cred, const struct credential *credential,
	const unsigned char user[USER_BYTES])
{
	int rc = fido_cred_set_type(cred, COSE_ES256);

	if (rc == FIDO_OK)
		rc = fido_cred_set_clientdata_hash(cred, no_message, sizeof(no_message));
	if (rc == FIDO_OK)
		rc = fido_cred_set_rp(cred, credential->party, "encrypted disk");
	if (rc == FIDO_OK)
		rc = fido_cred_set_user(cred, user, USER_BYTES, "disk", NULL, NULL);
	if (rc == FIDO_OK)
		rc = fido_cred_set_rk(cred, FIDO_OPT_FALSE);
	if (rc == FIDO_OK)
		rc = fido_cred_set_extensions(cred, FIDO_EXT_HMAC_SECRET);
	return rc;
}

int security_key_enrol(const char *path, const struct secret *pin,
	struct credential *credential, struct error *err)
{
	autodevice fido_dev_t *device = NULL;
	autocred fido_cred_t *cred = fido_cred_new();
	unsigned char user[USER_BYTES], salt[SALT_BYTES];
	int answer, rc = cred ? 0 : error_set(err, -ENOMEM, "no memory for a credential");

	if (rc == 0)
		rc = random_bytes(user, sizeof(user), err);
	if (rc == 0)
		rc = random_bytes(salt, sizeof(salt), err);
	if (rc == 0)
		rc = device_open(path, &device, err);
	if (rc < 0)
		return rc;
	answer = describe_cred(cred, credential, user);
	if (answer == FIDO_OK)
		answer = fido_dev_make_cred(device, cred, pin_text(pin));
	if (answer != FIDO_OK)
		return key_error(device, err, answer, "making a credential");
	text_add_bytes(&credential->id, (const char *)fido_cred_id_ptr(cred),
		fido_cred_id_len(cred));
	text_add_bytes(&credential->salt, (const char *)salt, sizeof(salt));
	return 0;
}

static int describe_assertion(
	fido_assert_t *assertion, const struct credential *credential)
{
	int rc = fido_assert_set_rp(assertion, credential->party);

	if (rc == FIDO_OK)
		rc = fido_assert_set_clientdata_hash(
			assertion, no_message, sizeof(no_message));
	if (rc == FIDO_OK)
		rc = fido_assert_allow_cred(assertion,
			(const unsigned char *)text_string(&credential->id),
			credential->id.size);
	return rc;
}

bool security_key_knows(const char *path, const struct credential *credential)
{
	autodevice fido_dev_t *device = NULL;
	autoassertion fido_assert_t *assertion = fido_assert_new();
	int rc;

	if (!assertion || device_open(path, &device, NULL) < 0)
		return false;
	rc = describe_assertion(assertion, credential);
	if (rc == FIDO_OK)
		rc = fido_assert_set_up(assertion, FIDO_OPT_FALSE);
	if (rc == FIDO_OK)
		rc = fido_dev_get_assert(device, assertion, NULL);
	/* Some answer nothing without a touch or PIN: they are asked for the secret all the same. */
	return rc != FIDO_ERR_NO_CREDENTIALS && rc != FIDO_ERR_INVALID_CREDENTIAL;
}

static int describe_wish(fido_assert_t *assertion, const struct credential *credential)
{
	int rc = describe_assertion(assertion, credential);

	if (rc == FIDO_OK)
		rc = fido_assert_set_extensions(assertion, FIDO_EXT_HMAC_SECRET);
	if (rc == FIDO_OK)
		rc = fido_assert_set_hmac_salt(assertion,
			(const unsigned char *)text_string(&credential->salt),
			credential->salt.size);
	if (rc == FIDO_OK)
		rc = fido_assert_set_up(assertion,
			credential->wants_touch ? FIDO_OPT_TRUE : FIDO_OPT_FALSE);
	if (rc == FIDO_OK && credential->wants_verification)
		rc = fido_assert_set_uv(assertion, FIDO_OPT_TRUE);
	return rc;
}

static int take_secret(
	const unsigned char *bytes, size_t size, struct secret *secret, struct error *err)
{
	char group[4];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < size; i += 3) {
		base64_group(bytes + i, size - i < 3 ? size - i : 3, group);
		rc = secret_append(secret, group, sizeof(group), err);
	}
	explicit_bzero(group, sizeof(group));
	return rc;
}

int security_key_derive(const char *path, const struct credential *credential,
	const struct secret *pin, struct secret *secret, struct error *err)
{
	autodevice fido_dev_t *device = NULL;
	autoassertion fido_assert_t *assertion = fido_assert_new();
	int answer, rc = assertion
				 ? device_open(path, &device, err)
				 : error_set(err, -ENOMEM, "no memory for an assertion");

	if (rc < 0)
		return rc;
	answer = describe_wish(assertion, credential);
	if (answer == FIDO_OK)
		answer = fido_dev_get_assert(device, assertion, pin_text(pin));
	if (answer != FIDO_OK)
		return key_error(device, err, answer, "deriving the secret");
	if (fido_assert_count(assertion) != 1 ||
		fido_assert_hmac_secret_len(assertion, 0) == 0)
		return error_set(err, -EPROTO, "the security key derived no secret");
	return take_secret(fido_assert_hmac_secret_ptr(assertion, 0),
		fido_assert_hmac_secret_len(assertion, 0), secret, err);
}

/* libcryptsetup's one entrance: LUKS2. */
#include "installer/storage.h"

#include <errno.h>
#include <libcryptsetup.h>
#include <stdio.h>
#include <string.h>

#include "installer/base/memory.h"

enum {
	VOLUME_KEY_BYTES = 64, /* aes-xts with two 256-bit keys */
	UNLOCK_MS = 2000,      /* what cryptsetup aims at, too */
	CHEAP_KIB = 32         /* argon2id's least */
};

static void device_close(struct crypt_device **device)
{
	crypt_free(*device);
}

#define autocrypt __attribute__((cleanup(device_close)))

enum { LOG_SIZE = 300 };

/* The last error libcryptsetup logged: its codes alone say little. */
static void take_log(int level, const char *message, void *context)
{
	char *last = context;
	size_t size = strcspn(message, "\n");

	if (level != CRYPT_LOG_ERROR)
		return;
	size = size < LOG_SIZE ? size : LOG_SIZE - 1;
	memcpy(last, message, size);
	last[size] = '\0';
}

static int device_open(const char *path, char last[LOG_SIZE],
	struct crypt_device **device, struct error *err)
{
	int rc;

	last[0] = '\0';
	rc = crypt_init(device, path);
	if (rc < 0)
		return error_errno(err, rc, "opening %s", path);
	crypt_set_log_callback(*device, take_log, last);
	return 0;
}

static int luks_error(struct error *err, int rc, const char *doing, const char *last)
{
	return last[0] ? error_set(err, rc, "%s: %s", doing, last)
		       : error_errno(err, rc, "%s", doing);
}

static int format_header(struct crypt_device *device, const struct luks_spec *spec)
{
	const struct crypt_pbkdf_type kdf = {.type = CRYPT_KDF_ARGON2ID,
		.hash = "sha256",
		.iterations = spec->kdf_iterations,
		.max_memory_kb = (uint32_t)(spec->kdf_memory_bytes / 1024),
		.parallel_threads = spec->kdf_threads,
		.time_ms = spec->kdf_seconds * 1000,
		.flags = spec->kdf_iterations ? CRYPT_PBKDF_NO_BENCHMARK : 0};
	struct crypt_params_luks2 parameters = {.label = spec->label};
	int rc = crypt_set_pbkdf_type(device, &kdf);

	return rc < 0 ? rc
		      : crypt_format(device, CRYPT_LUKS2, "aes", "xts-plain64", NULL,
				NULL, VOLUME_KEY_BYTES, &parameters);
}

static int add_slot(struct crypt_device *device, int slot, const struct secret *secret)
{
	return crypt_keyslot_add_by_volume_key(
		device, slot, NULL, 0, secret_bytes(secret), secret_size(secret));
}

int luks_format(const struct luks_spec *spec, const struct secret *const keys[LUKS_SLOTS],
	struct error *err)
{
	autocrypt struct crypt_device *device = NULL;
	char last[LOG_SIZE];
	int rc = device_open(spec->device, last, &device, err);

	if (rc < 0)
		return error_prefix(err, "encrypting %s", spec->device);
	rc = format_header(device, spec);
	for (int slot = 0; rc >= 0 && slot < LUKS_SLOTS; slot++)
		if (keys[slot])
			rc = add_slot(device, slot, keys[slot]);
	if (rc >= 0 && spec->allow_discards)
		rc = crypt_persistent_flags_set(
			device, CRYPT_FLAGS_ACTIVATION, CRYPT_ACTIVATE_ALLOW_DISCARDS);
	if (rc >= 0 && spec->open_as)
		rc = crypt_activate_by_volume_key(device, spec->open_as, NULL, 0, 0);
	if (rc < 0) {
		(void)luks_error(err, rc, "LUKS2", last);
		return error_prefix(err, "encrypting %s", spec->device);
	}
	return 0;
}

int luks_open(const char *device, const char *name, const struct secret *passphrase,
	struct error *err)
{
	return luks_open_by(device, name, CRYPT_ANY_SLOT, passphrase, err);
}

int luks_open_by(const char *device, const char *name, int slot,
	const struct secret *passphrase, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE];
	int rc = device_open(device, last, &crypt, err);

	if (rc < 0)
		return error_prefix(err, "unlocking %s", device);
	rc = crypt_load(crypt, CRYPT_LUKS2, NULL);
	if (rc >= 0)
		rc = crypt_activate_by_passphrase(crypt, name, slot,
			secret_bytes(passphrase), secret_size(passphrase), 0);
	if (rc == -EPERM)
		return error_set(err, rc,
			"unlocking %s: no key slot takes this passphrase", device);
	if (rc < 0) {
		(void)luks_error(err, rc, "LUKS2", last);
		return error_prefix(err, "unlocking %s", device);
	}
	return 0;
}

/* The slot for a new passphrase, when slot opened the volume: its own, but never the recovery key's. */
static int slot_to_change(int slot)
{
	return slot == LUKS_RECOVERY_KEY || slot == LUKS_US_PASSPHRASE ? LUKS_PASSPHRASE
								       : slot;
}

static bool slot_is_used(struct crypt_device *crypt, int slot)
{
	return crypt_keyslot_status(crypt, slot) >= CRYPT_SLOT_ACTIVE;
}

/* With the cost of the slot before: what the machine that starts can afford. The old slot is given up only when another one opens. */
static int change_slot(struct crypt_device *crypt, int from, const struct secret *opens,
	const struct secret *chosen)
{
	struct crypt_pbkdf_type kdf;
	int to = slot_to_change(from), rc = crypt_keyslot_get_pbkdf(crypt, from, &kdf);

	if (rc >= 0 && kdf.max_memory_kb == CHEAP_KIB)
		return -EPERM; /* a key of the computer: a passphrase would be guessed there */
	kdf.flags = CRYPT_PBKDF_NO_BENCHMARK;
	kdf.time_ms = 0;
	if (rc >= 0)
		rc = crypt_set_pbkdf_type(crypt, &kdf);
	if (rc < 0)
		return rc;
	if (to == from)
		rc = crypt_keyslot_change_by_passphrase(crypt, from, to,
			secret_bytes(opens), secret_size(opens), secret_bytes(chosen),
			secret_size(chosen));
	else if (!slot_is_used(crypt, to) || (rc = crypt_keyslot_destroy(crypt, to)) >= 0)
		rc = crypt_keyslot_add_by_passphrase(crypt, to, secret_bytes(opens),
			secret_size(opens), secret_bytes(chosen), secret_size(chosen));
	if (rc >= 0 && to == LUKS_PASSPHRASE && slot_is_used(crypt, LUKS_US_PASSPHRASE))
		rc = crypt_keyslot_destroy(crypt, LUKS_US_PASSPHRASE);
	return rc < 0 ? rc : to;
}

int luks_change(const char *device, const struct secret *opens,
	const struct secret *chosen, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE];
	int rc = device_open(device, last, &crypt, err);

	if (rc < 0)
		return error_prefix(err, "changing the passphrase of %s", device);
	rc = crypt_load(crypt, CRYPT_LUKS2, NULL);
	if (rc >= 0)
		rc = crypt_activate_by_passphrase(crypt, NULL, CRYPT_ANY_SLOT,
			secret_bytes(opens), secret_size(opens), 0);
	if (rc == -EPERM)
		return error_set(err, rc,
			"changing the passphrase of %s: no key slot takes the old one",
			device);
	if (rc >= 0)
		rc = change_slot(crypt, rc, opens, chosen);
	if (rc < 0) {
		(void)luks_error(err, rc, "LUKS2", last);
		return error_prefix(err, "changing the passphrase of %s", device);
	}
	return rc;
}

int luks_close(const char *name, struct error *err)
{
	autocrypt struct crypt_device *device = NULL;
	int rc = crypt_init_by_name(&device, name);

	if (rc >= 0)
		rc = crypt_deactivate(device, name);
	return rc < 0 ? error_errno(err, rc, "closing /dev/mapper/%s", name) : 0;
}

static int device_load(const char *path, char last[LOG_SIZE],
	struct crypt_device **device, struct error *err)
{
	int rc = device_open(path, last, device, err);

	if (rc < 0)
		return rc;
	rc = crypt_load(*device, CRYPT_LUKS2, NULL);
	return rc < 0 ? luks_error(err, rc, "LUKS2", last) : 0;
}

/* The least of argon2id, which the audit wants of every slot: the key is as long as the one of the volume. */
static int add_cheap_slot(struct crypt_device *crypt, int slot,
	const struct secret *opens, const struct secret *key)
{
	static const struct crypt_pbkdf_type least = {.type = CRYPT_KDF_ARGON2ID,
		.hash = "sha256",
		.iterations = 4,
		.max_memory_kb = CHEAP_KIB,
		.parallel_threads = 1,
		.flags = CRYPT_PBKDF_NO_BENCHMARK};
	int rc = crypt_set_pbkdf_type(crypt, &least);

	if (rc >= 0)
		rc = crypt_keyslot_add_by_passphrase(crypt, slot, secret_bytes(opens),
			secret_size(opens), secret_bytes(key), secret_size(key));
	return rc;
}

int luks_add_key(const char *device, int slot, const struct secret *opens,
	const struct secret *key, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE];
	int rc = device_load(device, last, &crypt, err);

	if (rc == 0 && slot_is_used(crypt, slot))
		rc = error_set(err, -EEXIST, "key slot %d has one already", slot);
	if (rc < 0)
		return error_prefix(err, "adding a key to %s", device);
	rc = add_cheap_slot(crypt, slot, opens, key);
	if (rc == -EPERM)
		return error_set(err, rc,
			"adding a key to %s: no key slot takes this passphrase", device);
	if (rc < 0) {
		(void)luks_error(err, rc, "LUKS2", last);
		return error_prefix(err, "adding a key to %s", device);
	}
	return 0;
}

int luks_remove_key(const char *device, int slot, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE];
	int rc = device_load(device, last, &crypt, err);

	if (rc == 0 && crypt_keyslot_status(crypt, slot) == CRYPT_SLOT_ACTIVE_LAST)
		rc = error_set(err, -EPERM, "nothing else would open it");
	else if (rc == 0 && slot_is_used(crypt, slot)) {
		rc = crypt_keyslot_destroy(crypt, slot);
		if (rc < 0)
			(void)luks_error(err, rc, "LUKS2", last);
	}
	return rc < 0 ? error_prefix(err, "removing key slot %d of %s", slot, device) : 0;
}

/* The number of the first token of the type; -ENOENT. */
static int token_find(struct crypt_device *crypt, const char *type)
{
	int most = crypt_token_max(CRYPT_LUKS2);

	for (int token = 0; token < most; token++) {
		const char *found = NULL;

		if (crypt_token_status(crypt, token, &found) != CRYPT_TOKEN_INACTIVE &&
			text_equal(found, type))
			return token;
	}
	return -ENOENT;
}

int luks_token_get(const char *device, const char *type, char **json, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	const char *found = NULL;
	char last[LOG_SIZE];
	int token, rc = device_load(device, last, &crypt, err);

	*json = NULL;
	if (rc < 0)
		return error_prefix(err, "reading the tokens of %s", device);
	token = token_find(crypt, type);
	if (token >= 0 && crypt_token_json_get(crypt, token, &found) >= 0)
		*json = memory_copy_text(found);
	return 0;
}

int luks_token_set(
	const char *device, const char *type, const char *json, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE];
	int token, rc = device_load(device, last, &crypt, err);

	if (rc < 0)
		return error_prefix(err, "writing a token of %s", device);
	token = token_find(crypt, type);
	if (json)
		rc = crypt_token_json_set(
			crypt, token >= 0 ? token : CRYPT_ANY_TOKEN, json);
	else
		while (rc >= 0 && (token = token_find(crypt, type)) >= 0)
			rc = crypt_token_json_set(crypt, token, NULL);
	if (rc < 0) {
		(void)luks_error(err, rc, "LUKS2", last);
		return error_prefix(err, "writing a token of %s", device);
	}
	return 0;
}

char *luks_device(const char *name)
{
	autocrypt struct crypt_device *device = NULL;

	return crypt_init_by_name(&device, name) < 0
		       ? NULL
		       : memory_copy_text(crypt_get_device_name(device));
}

char *luks_uuid(const char *device)
{
	autocrypt struct crypt_device *crypt = NULL;
	struct error err = {0};
	char last[LOG_SIZE];

	if (device_open(device, last, &crypt, &err) < 0 ||
		crypt_load(crypt, CRYPT_LUKS2, NULL) < 0)
		return NULL;
	return memory_copy_text(crypt_get_uuid(crypt));
}

int luks_header_save(const char *device, const char *file, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE];
	int rc = device_open(device, last, &crypt, err);

	if (rc < 0)
		return error_prefix(err, "saving the header of %s", device);
	rc = crypt_header_backup(crypt, CRYPT_LUKS2, file);
	if (rc < 0) {
		(void)luks_error(err, rc, file, last);
		return error_prefix(err, "saving the header of %s", device);
	}
	return 0;
}

/* A header of another volume would make this one unreadable for ever. */
static int refuse_other_header(const char *device, const char *file, struct error *err)
{
	autofree char *now = luks_uuid(device), *saved = luks_uuid(file);

	if (!saved)
		return error_set(err, -EINVAL, "%s holds no LUKS2 header", file);
	if (now && strcmp(now, saved) != 0)
		return error_set(err, -EINVAL,
			"%s is the header of another volume: %s, not %s", file, saved,
			now);
	return 0;
}

int luks_header_restore(const char *device, const char *file, struct error *err)
{
	autocrypt struct crypt_device *crypt = NULL;
	char last[LOG_SIZE] = "";
	int rc = refuse_other_header(device, file, err);

	if (rc == 0)
		rc = device_open(device, last, &crypt, err);
	if (rc < 0)
		return error_prefix(err, "restoring the header of %s", device);
	rc = crypt_header_restore(crypt, CRYPT_LUKS2, file);
	if (rc < 0) {
		(void)luks_error(err, rc, file, last);
		return error_prefix(err, "restoring the header of %s", device);
	}
	return 0;
}

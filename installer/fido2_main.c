/* jefe-fido2: all that talks to security keys, a program of its own. The initramfs has it where one unlocks the disk, jefe-setup runs it.
 *
 *     jefe-fido2 list            a line for each that is plugged in: PATH, "fit" or "unfit", "pin" or "-", NAME, with tabs between them
 *     jefe-fido2 make            wait for one; make a credential; prints the token of the header, and the name of the key
 *     jefe-fido2 derive TOKEN    prints the secret
 *     jefe-fido2 way DEVICE      what the token in the header of the disk asks for: "touch" or "pin"
 *     jefe-fido2 answer DEVICE   derive, by the token in the header
 *     jefe-fido2 wait DEVICE     the same, for as long as it takes; prints "key SECRET"
 *
 * The PIN is read from standard input, where nothing is said when there is none. On standard error is what a person has to do, and, with
 * "jefe-fido2: " in front, why it ended with 1. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/fido2.h"
#include "installer/storage.h"
#include "installer/verbs.h"

enum { ALARM_SECONDS = 140, PLUG_SECONDS = 60 };

static void tell(const char *line)
{
	(void)fprintf(stderr, "%s\n", line);
}

static int read_pin(struct secret *pin, struct error *err)
{
	return pin ? secret_read(pin, STDIN_FILENO, "the PIN", err)
		   : error_set(err, -ENOMEM, "no memory for secrets");
}

static int list(char **arguments, struct error *err)
{
	autokeys struct security_keys keys = {0};
	int rc = security_keys_find(&keys, err);

	(void)arguments;
	for (size_t i = 0; rc == 0 && i < keys.count; i++)
		(void)printf("%s\t%s\t%s\t%s\n", keys.items[i].path,
			keys.items[i].derives ? "fit" : "unfit",
			keys.items[i].has_pin ? "pin" : "-", keys.items[i].name);
	return rc;
}

/* Why the keys that are there will not do; NULL: the first is the one. */
static const char *why_not(const struct security_keys *keys)
{
	if (keys->count == 0)
		return "plug in the security key";
	if (keys->count > 1)
		return "several security keys are plugged in: leave the one that is to unlock the disk";
	return keys->items[0].derives
		       ? NULL
		       : "this security key cannot unlock a disk (it lacks hmac-secret): plug in another one";
}

static int wait_for_one(struct security_keys *keys, struct error *err)
{
	const char *why = NULL, *said = NULL;

	for (unsigned i = 0; i < PLUG_SECONDS; i++) {
		security_keys_free(keys);
		if (security_keys_find(keys, err) < 0)
			return err->code;
		why = why_not(keys);
		if (!why)
			return 0;
		if (!text_equal(why, said))
			tell(why);
		said = why;
		(void)sleep(1);
	}
	return error_set(err, -ENODEV,
		"within %d seconds no security key that will do was plugged in, alone",
		PLUG_SECONDS);
}

static int make(char **arguments, struct error *err)
{
	autosecret struct secret *pin = secret_new();
	autokeys struct security_keys keys = {0};
	autocredential struct credential credential = {
		.party = memory_copy_text(FIDO2_PARTY), .wants_touch = true};
	autofree char *token = NULL;
	int rc = read_pin(pin, err);

	(void)arguments;
	if (rc == 0)
		rc = wait_for_one(&keys, err);
	if (rc != 0)
		return rc;
	credential.wants_pin = keys.items[0].has_pin;
	if (credential.wants_pin && secret_size(pin) == 0)
		return error_set(err, -EACCES,
			"the security key %s has a PIN, which has to be given, too",
			keys.items[0].name);
	tell("touch the security key");
	rc = security_key_enrol(
		keys.items[0].path, credential.wants_pin ? pin : NULL, &credential, err);
	if (rc < 0)
		return rc;
	token = fido2_token_write(&credential);
	return printf("%s\n%s\n", token,
		       *keys.items[0].name ? keys.items[0].name : "security key") > 0
		       ? 0
		       : error_set(err, -EIO, "writing the token");
}

/* By the one key among those that are plugged in that made the credential. */
static int derive_by(const struct credential *credential, const struct secret *pin,
	struct secret *secret, struct error *err)
{
	autokeys struct security_keys keys = {0};
	int rc = security_keys_find(&keys, err);

	if (rc == 0 && keys.count == 0)
		return error_set(err, -ENODEV, "no security key is plugged in");
	for (size_t i = 0; rc == 0 && i < keys.count; i++)
		if (keys.items[i].derives &&
			security_key_knows(keys.items[i].path, credential))
			return security_key_derive(keys.items[i].path, credential,
				credential->wants_pin ? pin : NULL, secret, err);
	return rc < 0 ? rc
		      : error_set(
				err, -ENOKEY, "it is not the security key of this disk");
}

static int print_secret(const char *token, struct error *err)
{
	autosecret struct secret *pin = secret_new(), *secret = secret_new();
	autocredential struct credential credential = {0};
	int rc = read_pin(pin, err);

	if (rc == 0 && !secret)
		rc = error_set(err, -ENOMEM, "no memory for secrets");
	if (rc == 0)
		rc = fido2_token_read(token, &credential, err);
	if (rc == 0) {
		tell("touch the security key");
		rc = derive_by(&credential, pin, secret, err);
	}
	return rc < 0 ? rc : secret_write(secret, STDOUT_FILENO, err);
}

static int derive(char **arguments, struct error *err)
{
	return print_secret(arguments[0], err);
}

static int read_token(const char *device, char **token, struct error *err)
{
	int rc = luks_token_get(device, FIDO2_TOKEN, token, err);

	return rc == 0 && !*token ? error_set(err, -ENOENT,
					    "no security key is to unlock %s", device)
				  : rc;
}

static int answer(char **arguments, struct error *err)
{
	autofree char *token = NULL;
	int rc = read_token(arguments[0], &token, err);

	return rc < 0 ? rc : print_secret(token, err);
}

static int read_credential(
	const char *device, struct credential *credential, struct error *err)
{
	autofree char *token = NULL;
	int rc = read_token(device, &token, err);

	return rc < 0 ? rc : fido2_token_read(token, credential, err);
}

static int way(char **arguments, struct error *err)
{
	autocredential struct credential credential = {0};
	int rc = read_credential(arguments[0], &credential, err);

	return rc < 0 || puts(credential.wants_pin ? "pin" : "touch") >= 0
		       ? rc
		       : error_set(err, -EIO, "writing the way");
}

/* Nobody types meanwhile, or somebody does: the caller ends us when the disk is open. */
static int derive_at_last(
	const struct credential *credential, struct secret *secret, struct error *err)
{
	struct error said = {0};
	int rc;

	while ((rc = derive_by(credential, NULL, secret, err)) < 0) {
		if (rc != -ENODEV && !text_equal(err->text, said.text))
			tell(err->text);
		said = *err;
		(void)sleep(1);
	}
	return 0;
}

static int wait_and_answer(char **arguments, struct error *err)
{
	autosecret struct secret *secret = secret_new(), *line = secret_new();
	autocredential struct credential credential = {0};
	int rc = secret && line ? read_credential(arguments[0], &credential, err)
				: error_set(err, -ENOMEM, "no memory for secrets");

	(void)alarm(0);
	if (rc == 0)
		rc = derive_at_last(&credential, secret, err);
	if (rc == 0)
		rc = secret_append(line, "key ", strlen("key "), err);
	if (rc == 0)
		rc = secret_append(line, secret_bytes(secret), secret_size(secret), err);
	if (rc == 0)
		rc = secret_append(line, "\n", 1, err);
	return rc < 0 ? rc : secret_write(line, STDOUT_FILENO, err);
}

static const struct verb verbs[] = {
	{"list",   0, list           },
	{"make",   0, make           },
	{"derive", 1, derive         },
	{"way",    1, way            },
	{"answer", 1, answer         },
	{"wait",   1, wait_and_answer},
};

int main(int argc, char **argv)
{
	int rc = verbs_run(
		verbs, LENGTH(verbs), ALARM_SECONDS, stderr, FIDO2_ERROR, argc, argv);

	if (rc >= 0)
		return rc;
	(void)fprintf(stderr, FIDO2_ERROR
		"list, make, derive TOKEN, way DEVICE, answer DEVICE or wait DEVICE is expected\n");
	return 2;
}

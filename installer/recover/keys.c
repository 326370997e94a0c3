/* New keys for old ones: the passphrase of the encrypted volume, and the password of a user. */
#include <errno.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/recover/operation.h"
#include "installer/secrets.h"
#include "installer/steps/steps.h"
#include "installer/storage.h"

/* What can be typed when the system starts, whatever its keyboard layout: nobody proves it here, as the wizard does. */
static int check_passphrase(const struct secret *passphrase, struct error *err)
{
	const char *at = secret_bytes(passphrase);
	size_t size = secret_size(passphrase);

	if (size < PASSPHRASE_LEAST || size > PASSPHRASE_MOST)
		return error_set(err, -EINVAL,
			"a passphrase has %d to %d characters, this one %zu",
			PASSPHRASE_LEAST, PASSPHRASE_MOST, size);
	for (size_t i = 0; i < size; i++)
		if (at[i] < ' ' || at[i] > '~')
			return error_set(err, -EINVAL,
				"character %zu of the new passphrase is none of ASCII: not every keyboard has it",
				i + 1);
	return 0;
}

static void passphrase_describe(const struct operation *operation, struct text *to)
{
	text_addf(to,
		"replace the passphrase of %s by a new one; the recovery key and the keys of a TPM and of a security key stay\n"
		"remove key slot %d of %s: the form for US keys, if nobody put another key there\n",
		operation->from, LUKS_US_PASSPHRASE, operation->from);
}

static int passphrase_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int slot, rc = check_passphrase(recover->chosen, err);

	if (rc < 0)
		return rc;
	slot = luks_change(operation->from, recover->secret, recover->chosen, err);
	if (slot < 0)
		return slot;
	events_note(recover->events,
		"key slot %d takes the new passphrase; the system asks for it with its own keyboard layout",
		slot);
	events_note(recover->events,
		"headers that were saved before still open with the old one");
	return 0;
}

const struct operation_ops operation_passphrase = {.describe = passphrase_describe,
	.run = passphrase_run,
	.opens = true,
	.chooses = "New passphrase"};

static void password_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "write a new password for %s to %s/etc/shadow\n", operation->to,
		RECOVER_DIR);
}

static int password_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	autoclose int root = file_open_root(RECOVER_DIR, err);
	int rc = root < 0 ? root : 0;

	if (rc == 0 && !secret_size(recover->chosen))
		rc = error_set(err, -EINVAL,
			"the new password for %s is empty: everybody could log in with it",
			operation->to);
	if (rc == 0)
		rc = user_set_password(root, operation->to, recover->chosen, err);
	if (rc == 0)
		events_note(recover->events, "%s has the new password", operation->to);
	return rc;
}

const struct operation_ops operation_password = {
	.describe = password_describe, .run = password_run, .chooses = "New password"};

/* jefe-tpm: all that talks to a TPM, a program of its own. The initramfs has it where a TPM unlocks the disk, jefe-setup runs it.
 *
 *     jefe-tpm seal POLICY        the key on standard input; prints the token of the header
 *     jefe-tpm open DEVICE NAME   unlock the disk, and close the register, whatever came of it
 *     jefe-tpm close              close the register alone
 *
 * Ends with 0, or with 1 and one line on standard output that says why not. A TPM that does not answer ends it by SIGALRM. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/storage.h"
#include "installer/storage_tpm.h"
#include "installer/verbs.h"

enum { ANSWER_SECONDS = 20 };

static int seal(char **arguments, struct error *err)
{
	autosecret struct secret *key = secret_new();
	autosealed struct tpm_sealed sealed = {.pcrs = TPM_REGISTERS | 1U << TPM_CLOSED};
	unsigned char policy[TPM_POLICY];
	autofree char *token = NULL;
	int rc = key ? tpm_digest_read(arguments[0], policy, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = secret_read(key, STDIN_FILENO, "the key", err);
	if (rc == 0)
		rc = tpm_seal(TPM_DEVICE, key, policy, &sealed, err);
	if (rc < 0)
		return rc;
	token = tpm_token_write(&sealed);
	return puts(token) < 0 ? error_set(err, -EIO, "writing the token") : 0;
}

static int unseal(const char *device, struct secret *key, struct error *err)
{
	autosealed struct tpm_sealed sealed = {0};
	autofree char *token = NULL;
	int rc = luks_token_get(device, TPM_TOKEN, &token, err);

	if (rc == 0 && !token)
		rc = error_set(err, -ENOENT, "the TPM keeps no key for this disk yet");
	if (rc == 0)
		rc = tpm_token_read(token, &sealed, err);
	return rc < 0 ? rc : tpm_unseal(TPM_DEVICE, &sealed, key, err);
}

static int close_register(char **arguments, struct error *err)
{
	(void)arguments;
	return tpm_extend(TPM_DEVICE, TPM_CLOSED, err);
}

/* Another disk, in the place of this one, must find the register closed. */
static int open_disk(char **arguments, struct error *err)
{
	autosecret struct secret *key = secret_new();
	struct error closing = {0};
	int rc = key ? unseal(arguments[0], key, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");
	int closed = close_register(NULL, &closing);

	if (rc == 0 && closed < 0)
		return error_set(err, closed, "%s", closing.text);
	(void)alarm(0);
	return rc < 0 ? rc : luks_open_by(arguments[0], arguments[1], LUKS_TPM, key, err);
}

static const struct verb verbs[] = {
	{"seal",  1, seal          },
	{"open",  2, open_disk     },
	{"close", 0, close_register},
};

int main(int argc, char **argv)
{
	int rc = verbs_run(verbs, LENGTH(verbs), ANSWER_SECONDS, stdout, "", argc, argv);

	if (rc >= 0)
		return rc;
	(void)fprintf(
		stderr, "jefe-tpm: seal POLICY, open DEVICE NAME or close is expected\n");
	return 2;
}

/* jefe-setup tpm. */
#include "installer/tpm.h"

#include <errno.h>
#include <stdio.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/keeper.h"
#include "installer/machine.h"
#include "installer/storage.h"

static int show(const struct keeper_call *call, struct error *err)
{
	autofree char *token = NULL, *state = NULL;
	int rc = luks_token_get(call->device, TPM_TOKEN, &token, err);

	if (rc < 0)
		return rc;
	(void)printf("%s: %s\n", call->device,
		!keeper_is_on(call->keeper, call->root_fd) ? "the TPM does not unlock it"
		: token                                    ? "the TPM keeps a key for it"
			: "the TPM gets its key when a start got well");
	if (file_read_line(call->root_fd, TPM_STATE, &state) == 0)
		(void)printf("this start: %s\n", state);
	return 0;
}

static int need_tpm(struct error *err)
{
	automachine struct machine *machine = NULL;
	const char *why_not;
	int rc = machine_probe(&machine, err);

	if (rc < 0)
		return rc;
	why_not = tpm_why_not(machine);
	return why_not ? error_set(err, -ENODEV, "not on this computer, %s", why_not) : 0;
}

static int add_key(const struct keeper_call *call, const struct secret *passphrase,
	struct error *err)
{
	autosecret struct secret *key = secret_new();
	struct error left = {0};
	int rc = key ? tpm_make_key(call->root_fd, key, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = luks_add_key(call->device, LUKS_TPM, passphrase, key, err);
	if (rc < 0 && keeper_forget(call->keeper, call->root_fd, &left) < 0)
		return error_prefix(err, "%s", left.text);
	return rc;
}

static int switch_on(const struct keeper_call *call, struct error *err)
{
	autosecret struct secret *passphrase = secret_new();
	int rc = passphrase ? keeper_check(call, err)
			    : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = need_tpm(err);
	if (rc == 0)
		rc = tpm_measured(call->root_fd, err);
	if (rc == 0)
		rc = keeper_passphrase(call, passphrase, err);
	if (rc == 0)
		rc = add_key(call, passphrase, err);
	if (rc == 0)
		rc = keeper_renew_boot(err);
	if (rc == 0)
		(void)printf(
			"The next start asks for the passphrase once more; when it got well, the TPM keeps the key.\n");
	return rc;
}

static int renew(const struct keeper_call *call, struct error *err)
{
	int rc;

	if (!keeper_is_on(call->keeper, call->root_fd))
		return error_set(err, -ENOENT, "it is off");
	rc = tpm_seal_to_start(call->root_fd, err);
	if (rc == 0)
		(void)printf(
			"The TPM gives the key out at starts that are like this one.\n");
	return rc;
}

int cli_tpm(int argc, char **argv)
{
	static const struct keeper_action actions[] = {
		{"show",  show      },
		{"on",    switch_on },
		{"off",   keeper_off},
		{"renew", renew     },
	};

	return keeper_command(&keepers[KEEPER_TPM], actions, LENGTH(actions), argc, argv);
}

/* jefe-setup tpm: the running system's disk is unlocked by a TPM, or is not any more. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/prompt.h"
#include "installer/machine.h"
#include "installer/storage.h"
#include "installer/tpm.h"

struct tpm_call {
	const char *passphrase_fd; /* NULL: ask */
	char *device;              /* with the encrypted root file system */
	int root_fd;
};

static int show(const struct tpm_call *call, struct error *err)
{
	autofree char *token = NULL, *state = NULL;
	int rc = luks_token_get(call->device, TPM_TOKEN, &token, err);

	if (rc < 0)
		return rc;
	(void)printf("%s: %s\n", call->device,
		!tpm_is_on(call->root_fd) ? "the TPM does not unlock it"
		: token                   ? "the TPM keeps a key for it"
					  : "the TPM gets its key when a start got well");
	if (file_read_line(call->root_fd, TPM_STATE, &state) == 0)
		(void)printf("this start: %s\n", state);
	return 0;
}

/* An initramfs asks the TPM, or does not, as it was made. */
static int renew_boot(struct error *err)
{
	char name[] = "boot", *arguments[] = {name, NULL};

	return cli_boot(1, arguments) == EXIT_DONE
		       ? 0
		       : error_set(err, -EIO, "the initramfs could not be made anew");
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

static int read_passphrase(
	const struct tpm_call *call, struct secret *secret, struct error *err)
{
	return call->passphrase_fd
		       ? prompt_secret_fd(
				 "--passphrase-fd", call->passphrase_fd, secret, err)
		       : prompt_secret_once("Passphrase or recovery key: ", secret, err);
}

static int add_key(
	const struct tpm_call *call, const struct secret *passphrase, struct error *err)
{
	autosecret struct secret *key = secret_new();
	struct error left = {0};
	int rc = key ? tpm_make_key(call->root_fd, key, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = luks_add_key(call->device, LUKS_TPM, passphrase, key, err);
	if (rc < 0 && tpm_forget_key(call->root_fd, &left) < 0)
		return error_prefix(err, "%s", left.text);
	return rc;
}

static int switch_on(const struct tpm_call *call, struct error *err)
{
	autosecret struct secret *passphrase = secret_new();
	int rc = 0;

	if (!passphrase)
		return error_set(err, -ENOMEM, "no memory for secrets");
	if (tpm_is_on(call->root_fd))
		return error_set(err, -EALREADY, "it is on; off takes the key away");
	rc = tpm_possible(call->root_fd, err);
	if (rc == 0)
		rc = need_tpm(err);
	if (rc == 0)
		rc = tpm_measured(call->root_fd, err);
	if (rc == 0)
		rc = read_passphrase(call, passphrase, err);
	if (rc == 0)
		rc = add_key(call, passphrase, err);
	if (rc == 0)
		rc = renew_boot(err);
	if (rc == 0)
		(void)printf(
			"The next start asks for the passphrase once more; when it got well, the TPM keeps the key.\n");
	return rc;
}

/* The key first: what is left when the rest fails opens nothing. */
static int switch_off(const struct tpm_call *call, struct error *err)
{
	autofree char *token = NULL;
	int rc = luks_token_get(call->device, TPM_TOKEN, &token, err);

	if (rc == 0 && !token && !tpm_is_on(call->root_fd))
		rc = error_set(err, -EALREADY, "it is off");
	if (rc == 0)
		rc = luks_remove_key(call->device, LUKS_TPM, err);
	if (rc == 0)
		rc = luks_token_set(call->device, TPM_TOKEN, NULL, err);
	if (rc == 0)
		rc = tpm_forget_key(call->root_fd, err);
	if (rc == 0)
		rc = renew_boot(err);
	if (rc == 0)
		(void)printf(
			"Key slot %d is empty. Headers that were saved before still have it.\n",
			LUKS_TPM);
	return rc;
}

static int renew(const struct tpm_call *call, struct error *err)
{
	int rc;

	if (!tpm_is_on(call->root_fd))
		return error_set(err, -ENOENT, "it is off");
	rc = tpm_seal_to_start(call->root_fd, err);
	if (rc == 0)
		(void)printf(
			"The TPM gives the key out at starts that are like this one.\n");
	return rc;
}

static const struct action {
	const char *name;
	int (*run)(const struct tpm_call *call, struct error *err);
} actions[] = {
	{"show",  show      },
	{"on",    switch_on },
	{"off",   switch_off},
	{"renew", renew     },
};

/* NULL: it is none. */
static const struct action *parse(int argc, char **argv, struct tpm_call *call)
{
	static const struct option options[] = {
		{"passphrase-fd", required_argument, NULL, 'p'},
                {0          }
        };
	const char *name = "show";
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'p')
			return NULL;
		call->passphrase_fd = optarg;
	}
	if (optind < argc)
		name = argv[optind++];
	for (size_t i = 0; optind == argc && i < LENGTH(actions); i++)
		if (strcmp(name, actions[i].name) == 0)
			return &actions[i];
	return NULL;
}

int cli_tpm(int argc, char **argv)
{
	struct tpm_call call = {0};
	const struct action *action = parse(argc, argv, &call);
	autoclose int root = -1;
	struct error err = {0};
	int rc;

	if (!action)
		return cli_usage("tpm", "on, off or renew is expected");
	root = call.root_fd = file_open_root("/", &err);
	call.device = luks_device(LUKS_ROOT);
	rc = root < 0 ? root
	     : call.device
		     ? action->run(&call, &err)
		     : error_set(&err, -ENODEV,
			       "the root file system of this system is not encrypted, or it is not open as /dev/mapper/" LUKS_ROOT);
	free(call.device);
	return rc < 0 ? cli_fail("tpm", EXIT_PROBLEMS, &err) : EXIT_DONE;
}

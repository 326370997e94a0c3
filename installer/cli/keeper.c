#include "installer/cli/keeper.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/prompt.h"
#include "installer/storage.h"

int keeper_check(const struct keeper_call *call, struct error *err)
{
	if (keeper_is_on(call->keeper, call->root_fd))
		return error_set(err, -EALREADY, "it is on; off takes the key away");
	return keeper_possible(call->keeper, call->root_fd, err);
}

int keeper_passphrase(
	const struct keeper_call *call, struct secret *secret, struct error *err)
{
	return call->passphrase_fd
		       ? prompt_secret_fd(
				 "--passphrase-fd", call->passphrase_fd, secret, err)
		       : prompt_secret_once("Passphrase or recovery key: ", secret, err);
}

int keeper_renew_boot(struct error *err)
{
	char name[] = "boot", *arguments[] = {name, NULL};

	return cli_boot(1, arguments) == EXIT_DONE
		       ? 0
		       : error_set(err, -EIO, "the initramfs could not be made anew");
}

/* The key first: what is left when the rest fails opens nothing. */
int keeper_off(const struct keeper_call *call, struct error *err)
{
	const struct keeper *keeper = call->keeper;
	autofree char *token = NULL;
	int rc = luks_token_get(call->device, keeper->token, &token, err);

	if (rc == 0 && !token && !keeper_is_on(keeper, call->root_fd))
		rc = error_set(err, -EALREADY, "it is off");
	if (rc == 0)
		rc = keeper_clear(keeper, call->device, err);
	if (rc == 0)
		rc = keeper_forget(keeper, call->root_fd, err);
	if (rc == 0)
		rc = keeper_renew_boot(err);
	if (rc == 0)
		(void)printf(
			"Key slot %d is empty. Headers that were saved before still have it.\n",
			keeper->slot);
	return rc;
}

/* NULL: it is none. */
static const struct keeper_action *parse(const struct keeper_action *actions,
	size_t count, int argc, char **argv, struct keeper_call *call)
{
	static const struct option options[] = {
		{"passphrase-fd", required_argument, NULL, 'p'},
		{"pin-fd",           required_argument, NULL, 'i'},
                {0              }
        };
	const char *name = actions[0].name;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'p')
			call->passphrase_fd = optarg;
		else if (option == 'i' && call->keeper == &keepers[KEEPER_FIDO2])
			call->pin_fd = optarg;
		else
			return NULL;
	}
	if (optind < argc)
		name = argv[optind++];
	for (size_t i = 0; optind == argc && i < count; i++)
		if (strcmp(name, actions[i].name) == 0)
			return &actions[i];
	return NULL;
}

static int usage(
	const struct keeper *keeper, const struct keeper_action *actions, size_t count)
{
	autotext struct text words = {0};

	for (size_t i = 0; i < count; i++)
		text_addf(&words, "%s%s", i ? ", " : "", actions[i].name);
	return cli_usage(
		keeper->name, "one of these is expected: %s", text_string(&words));
}

int keeper_command(const struct keeper *keeper, const struct keeper_action *actions,
	size_t count, int argc, char **argv)
{
	struct keeper_call call = {.keeper = keeper};
	const struct keeper_action *action = parse(actions, count, argc, argv, &call);
	autoclose int root = -1;
	autofree char *device = luks_device(LUKS_ROOT);
	struct error err = {0};
	int rc;

	if (!action)
		return usage(keeper, actions, count);
	root = call.root_fd = file_open_root("/", &err);
	call.device = device;
	rc = root < 0 ? root
	     : device
		     ? action->run(&call, &err)
		     : error_set(&err, -ENODEV,
			       "the root file system of this system is not encrypted, or it is not open as /dev/mapper/" LUKS_ROOT);
	return rc < 0 ? cli_fail(keeper->name, EXIT_PROBLEMS, &err) : EXIT_DONE;
}

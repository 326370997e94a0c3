/* jefe-setup fido2. */
#include "installer/fido2.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/cli/keeper.h"
#include "installer/cli/prompt.h"
#include "installer/storage.h"

static int show(const struct keeper_call *call, struct error *err)
{
	autofree char *token = NULL, *name = NULL, *state = NULL;
	int rc = luks_token_get(call->device, FIDO2_TOKEN, &token, err);

	if (rc < 0)
		return rc;
	if (file_read_line(call->root_fd, call->keeper->file, &name) < 0)
		name = memory_copy_text("whose name is lost");
	if (token && keeper_is_on(call->keeper, call->root_fd))
		(void)printf("%s: unlocked by the security key %s\n", call->device, name);
	else
		(void)printf("%s: no security key unlocks it\n", call->device);
	if (file_read_line(call->root_fd, FIDO2_STATE, &state) == 0)
		(void)printf("this start: %s\n", state);
	return 0;
}

static int find_keys(struct text *lines, struct error *err)
{
	return command_run(&(struct command){.argv = COMMAND(FIDO2_PROGRAM, "list"),
				   .output = lines,
				   .timeout_seconds = 60},
		err);
}

static int list(const struct keeper_call *call, struct error *err)
{
	autotext struct text lines = {0};
	int rc = keeper_possible(call->keeper, call->root_fd, err);

	if (rc == 0)
		rc = find_keys(&lines, err);
	if (rc == 0)
		(void)printf("%s",
			lines.size ? lines.data : "no security key is plugged in\n");
	return rc;
}

/* Asked for only where the key that is plugged in has one. */
static int read_pin(const struct keeper_call *call, struct secret *pin, struct error *err)
{
	autotext struct text lines = {0};
	int rc;

	if (call->pin_fd)
		return prompt_secret_fd("--pin-fd", call->pin_fd, pin, err);
	rc = find_keys(&lines, err);
	return rc == 0 && strstr(text_string(&lines), "\tpin\t")
		       ? prompt_secret_once("PIN of the security key: ", pin, err)
		       : rc;
}

static void tell_person(void *context, const char *line)
{
	(void)context;
	(void)printf("%s\n", line);
	(void)fflush(stdout);
}

static int add_key(const struct keeper_call *call, const struct secret *passphrase,
	const struct secret *pin, struct error *err)
{
	const struct fido2_teller teller = {.tell = tell_person};
	autoenrolled struct fido2_enrolled enrolled = {0};
	autofree char *line = NULL;
	struct error left = {0};
	int rc = fido2_enrol(pin, &teller, &enrolled, err);

	if (rc < 0)
		return rc;
	line = memory_format("%s\n", enrolled.name);
	rc = keeper_remember(call->keeper, call->root_fd, line, strlen(line), err);
	if (rc == 0)
		rc = luks_add_key(
			call->device, LUKS_FIDO2, passphrase, enrolled.key, err);
	if (rc < 0 && keeper_forget(call->keeper, call->root_fd, &left) < 0)
		return error_prefix(err, "%s", left.text);
	return rc < 0 ? rc
		      : luks_token_set(call->device, FIDO2_TOKEN, enrolled.token, err);
}

/* That the passphrase opens the disk is proved before anybody touches anything. */
static int switch_on(const struct keeper_call *call, struct error *err)
{
	autosecret struct secret *passphrase = secret_new(), *pin = secret_new();
	int rc = passphrase && pin ? keeper_check(call, err)
				   : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = keeper_passphrase(call, passphrase, err);
	if (rc == 0)
		rc = luks_open(call->device, NULL, passphrase, err);
	if (rc == 0)
		rc = read_pin(call, pin, err);
	if (rc == 0)
		rc = add_key(call, passphrase, pin, err);
	if (rc == 0)
		rc = keeper_renew_boot(err);
	if (rc == 0)
		(void)printf(
			"The next start waits for a touch of the security key, or for the passphrase.\n");
	return rc;
}

int cli_fido2(int argc, char **argv)
{
	static const struct keeper_action actions[] = {
		{"show", show      },
		{"on",   switch_on },
		{"off",  keeper_off},
		{"list", list      },
	};

	return keeper_command(
		&keepers[KEEPER_FIDO2], actions, LENGTH(actions), argc, argv);
}

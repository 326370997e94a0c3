/* jefe-setup remote: opens the live system to SSH, closes it, shows how to get in. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/secret.h"
#include "installer/cli/cli.h"
#include "installer/cli/prompt.h"
#include "installer/journal.h"
#include "installer/live/fetch.h"
#include "installer/live/kernel_line.h"
#include "installer/remote.h"
#include "installer/steps/steps.h"

enum { STICK_PATIENCE = 30 /* seconds from the start until a stick is there */ };

struct remote_call {
	const char *keys, *password_fd;
	bool password;
	uint64_t port;
};

/* 0, or the exit code after saying what is wrong. */
static int parse(int argc, char **argv, struct remote_call *call)
{
	// clang-format off
	static const struct option long_options[] = {
		{"keys", required_argument, NULL, 'k'},
		{"password", no_argument, NULL, 'p'},
		{"password-fd", required_argument, NULL, 'f'},
		{"port", required_argument, NULL, 'n'},
		{0}};
	// clang-format on
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'k')
			call->keys = optarg;
		else if (option == 'f')
			call->password_fd = optarg;
		else if (option == 'n' && text_to_u64(optarg, 1, 65535, &call->port) < 0)
			return cli_usage("remote",
				"--port %s: a TCP port is a number from 1 to 65535",
				optarg);
		else if (option == '?')
			return cli_usage(
				"remote", "an option is unknown or lacks its value");
		call->password = call->password || option == 'p' || option == 'f';
	}
	if (optind != argc)
		return cli_usage("remote", "\"%s\" is one word too many", argv[optind]);
	if (call->keys && !cli_key_source(call->keys))
		return cli_usage(
			"remote", "--keys %s: takes " CLI_KEY_SOURCES, call->keys);
	if (!call->keys && !call->password)
		return cli_usage("remote",
			"on wants to know who may come in: --keys, --password, or both");
	return 0;
}

static int read_password(
	const struct remote_call *call, struct secret *password, struct error *err)
{
	int rc = call->password_fd ? prompt_secret_fd("--password-fd", call->password_fd,
					     password, err)
				   : prompt_secret(NULL,
					     "Password for root, until the power is off",
					     password, err);

	if (rc == 0 && secret_size(password) < REMOTE_PASSWORD_LEAST)
		rc = error_set(err, -EINVAL,
			"the password has %zu characters: everybody in the network may guess at it, so at least %d are wanted",
			secret_size(password), REMOTE_PASSWORD_LEAST);
	return rc;
}

/* Of the live system, whose root has none otherwise. */
static int set_password(const struct remote_call *call, struct error *err)
{
	autosecret struct secret *password = secret_new();
	autoclose int root = file_open_root("/", err);
	int rc = root < 0 ? root : 0;

	if (rc == 0 && !password)
		rc = error_set(err, -ENOMEM, "no memory for a secret");
	if (rc == 0)
		rc = read_password(call, password, err);
	return rc < 0 ? rc : user_set_password(root, "root", password, err);
}

static int bring_network_up(struct error *err)
{
	autowords struct words addresses = {0};

	remote_addresses(&addresses);
	return addresses.count ? 0 : fetch_network(err);
}

/* All questions first: what opens this computer comes last. */
static int let_in(const struct remote_call *call, struct error *err)
{
	autowords struct words keys = {0};
	int rc = remote_possible(err);

	if (rc == 0 && call->keys)
		rc = cli_take_keys(call->keys, NULL, &keys, err);
	if (rc == 0)
		rc = bring_network_up(err);
	if (rc == 0 && call->password)
		rc = set_password(call, err);
	return rc < 0 ? rc
		      : remote_start(&(struct remote_wish){.keys = &keys,
					     .password = call->password,
					     .port = (unsigned)call->port},
				err);
}

static int show(void)
{
	autoremote struct remote remote = {0};
	struct error err = {0};

	if (remote_possible(&err) < 0)
		return cli_fail("remote", EXIT_PROBLEMS, &err);
	if (!remote_read(&remote)) {
		(void)printf(
			"Nobody is let in by SSH; `jefe-setup remote on` changes that.\n");
		return EXIT_DONE;
	}
	(void)printf("SSH is open until the power is off, or `jefe-setup remote off`:\n");
	for (size_t i = 0; i < remote.addresses.count; i++) {
		autofree char *command =
			remote_command(&remote, remote.addresses.items[i]);

		(void)printf("  %s\n", command);
	}
	if (!remote.addresses.count)
		(void)printf("  (this computer has no address now)\n");
	(void)printf("Host key (Ed25519): %s\nLets in: %u %s%s\n",
		remote.fingerprint ? remote.fingerprint : "cannot be read", remote.keys,
		remote.keys == 1 ? "key" : "keys", remote.password ? ", a password" : "");
	return EXIT_DONE;
}

/* What `jefe.remote=` of the kernel line asks for, when the live system starts. Sticks and their drivers come late. */
static int start_boot(struct error *err)
{
	autokernelline struct kernel_line line = {0};
	struct remote_call call = {.port = REMOTE_PORT};
	int rc = kernel_line_read(&line, err);

	if (rc < 0 || !line.remote)
		return rc;
	call.keys = line.remote;
	if (!cli_key_source(call.keys))
		return error_set(err, -EINVAL, "%s: takes " CLI_KEY_SOURCES, call.keys);
	rc = let_in(&call, err);
	for (unsigned i = 0; rc == -ENODEV && i < STICK_PATIENCE; i++) {
		(void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
		*err = (struct error){0};
		rc = let_in(&call, err);
	}
	return rc < 0 ? error_prefix(err, "jefe.remote=") : 0;
}

/* Nobody may be looking: what went wrong is kept for the wizard's first page. */
static int boot(void)
{
	autoclose int root = file_open_root("/", NULL);
	struct error err = {0};

	if (start_boot(&err) == 0)
		return EXIT_DONE;
	(void)!file_write(root, REMOTE_TROUBLE, err.text, strlen(err.text), 0644, NULL);
	return cli_fail("remote", EXIT_PROBLEMS, &err);
}

static int on(int argc, char **argv)
{
	struct remote_call call = {.port = REMOTE_PORT};
	struct error err = {0};
	int code = parse(argc, argv, &call);

	if (code != 0)
		return code;
	if (let_in(&call, &err) < 0)
		return cli_fail("remote", EXIT_PROBLEMS, &err);
	return show();
}

static int off(void)
{
	struct error err = {0};

	if (remote_possible(&err) < 0 || remote_stop(&err) < 0)
		return cli_fail("remote", EXIT_PROBLEMS, &err);
	(void)printf("Nobody new is let in by SSH. Who is connected stays so.\n");
	return EXIT_DONE;
}

int cli_remote(int argc, char **argv)
{
	const char *action = argc > 1 ? argv[1] : "";

	if (argc == 1)
		return show();
	if (strcmp(action, "on") == 0)
		return on(argc - 1, argv + 1);
	if (argc == 2 && strcmp(action, "off") == 0)
		return off();
	if (argc == 2 && strcmp(action, "boot") == 0)
		return boot();
	return cli_usage("remote", "\"%s\" is neither on nor off", action);
}

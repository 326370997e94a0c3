#include "installer/remote.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/addresses.h"
#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/journal.h"
#include "installer/medium.h"
#include "installer/ssh_key.h"
#include "installer/unlock.h"

#define FOLDER     RUN_DIR "/remote"
#define PUBLIC     FOLDER "/host_key.pub"
#define SETTING    FOLDER "/setting" /* port, and whether a password lets in */
#define AUTHORIZED "/root/.ssh/authorized_keys"

static const char host_key[] = FOLDER "/host_key", pid_file[] = FOLDER "/pid";

enum { PATIENCE = 50 }; /* tenths of a second for the server to come and to go */

static void pause_a_moment(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = 100000000L}, NULL);
}

int remote_possible(struct error *err)
{
	if (geteuid() != 0)
		return error_set(err, -EPERM, "only root opens this computer to SSH");
	if (access(MEDIUM_MOUNT, F_OK) == 0)
		return 0;
	return error_set(err, -ENOTSUP,
		"there is no " MEDIUM_MOUNT
		", so this is no live system; an installed one has its own SSH server, see `jefe-setup harden --ssh`");
}

/* The server's own process by its file; 0: it does not run. A number that another program has by now is not its. */
static pid_t server(int root)
{
	autofree char *line = NULL, *path = NULL, *name = NULL;
	long pid = 0;

	if (file_read_line(root, pid_file, &line) == 0)
		pid = strtol(line, NULL, 10);
	if (pid <= 1)
		return 0;
	path = memory_format("/proc/%ld/comm", pid);
	if (file_read_line(root, path, &name) < 0 || strcmp(name, "dropbear") != 0)
		return 0;
	return (pid_t)pid;
}

static int make_host_key(int root, struct error *err)
{
	autofree char *line = NULL;
	int rc;

	if (file_exists(root, PUBLIC))
		return 0;
	(void)unlink(host_key);
	rc = unlock_make_host_key(host_key, &line, err);
	return rc < 0 ? rc : file_write(root, PUBLIC, line, strlen(line), 0644, err);
}

static int write_keys(int root, const struct words *keys, struct error *err)
{
	autotext struct text text = {0};
	int rc = file_make_dirs(root, "/root/.ssh", 0700, err);

	for (size_t i = 0; i < keys->count; i++)
		text_addf(&text, "%s\n", keys->items[i]);
	if (rc == 0)
		rc = file_set_mode(root, "/root/.ssh", 0700, 0, 0, err);
	return rc < 0 ? rc
		      : file_write(root, AUTHORIZED, text_string(&text), text.size, 0600,
				err);
}

static int write_setting(int root, const struct remote_wish *wish, struct error *err)
{
	autofree char *line = memory_format(
		"%u %s\n", wish->port, wish->password ? "password" : "keys");

	return file_write(root, SETTING, line, strlen(line), 0600, err);
}

/* The server would go on with one of the two families alone. */
static int check_port(sa_family_t family, unsigned port, struct error *err)
{
	struct sockaddr_storage address = {.ss_family = family};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int yes = 1, rc = 0;

	if (fd < 0)
		return 0; /* a kernel without this family */
	if (family == AF_INET6)
		((struct sockaddr_in6 *)(void *)&address)->sin6_port =
			htons((uint16_t)port);
	else
		((struct sockaddr_in *)(void *)&address)->sin_port =
			htons((uint16_t)port);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		rc = error_errno(err, -errno, "listening on TCP port %u", port);
	(void)close(fd);
	return rc;
}

/* No forwarding of ports; three guesses a connection. It is in the background when this returns, and listens. */
static int run_server(const struct remote_wish *wish, struct error *err)
{
	autofree char *port = memory_format("%u", wish->port);

	if (command_run(
		    &(struct command){.argv = COMMAND("dropbear", "-r", host_key, "-P",
					      pid_file, "-p", port, "-T", "3", "-j", "-k",
					      wish->password ? NULL : "-s"),
			    .timeout_seconds = 30},
		    err) < 0)
		return error_prefix(err, "starting the SSH server");
	return 0;
}

/* It writes its number after it has gone to the background. */
static int wait_for_server(int root, const struct remote_wish *wish, struct error *err)
{
	for (unsigned tenths = 0; tenths < PATIENCE; tenths++) {
		if (server(root))
			return 0;
		pause_a_moment();
	}
	return error_set(
		err, -ECHILD, "the SSH server ended at once, on TCP port %u", wish->port);
}

/* Without a server no key stays. */
static int serve(int root, const struct remote_wish *wish, struct error *err)
{
	int rc = write_keys(root, wish->keys, err);

	if (rc == 0)
		rc = write_setting(root, wish, err);
	if (rc == 0)
		rc = run_server(wish, err);
	if (rc == 0)
		rc = wait_for_server(root, wish, err);
	if (rc < 0)
		(void)!file_remove(root, AUTHORIZED, NULL);
	return rc;
}

int remote_start(const struct remote_wish *wish, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	int rc = root < 0 ? root : remote_possible(err);

	if (rc == 0 && !wish->keys->count && !wish->password)
		rc = error_set(err, -EINVAL,
			"nobody would be let in: neither a key nor a password is given");
	if (rc == 0)
		rc = file_make_dirs(root, FOLDER, 0700, err);
	if (rc == 0)
		rc = make_host_key(root, err);
	if (rc == 0 && server(root))
		rc = remote_stop(err);
	if (rc == 0)
		rc = check_port(AF_INET, wish->port, err);
	if (rc == 0)
		rc = check_port(AF_INET6, wish->port, err);
	return rc < 0 ? rc : serve(root, wish, err);
}

int remote_stop(struct error *err)
{
	autoclose int root = file_open_root("/", err);
	pid_t pid = root < 0 ? 0 : server(root);

	if (root < 0)
		return root;
	if (!pid)
		return error_set(err, -ESRCH, "nobody is let in: no SSH server runs");
	if (kill(pid, SIGTERM) < 0)
		return error_errno(err, -errno, "ending the SSH server");
	for (unsigned tenths = 0; tenths < PATIENCE && server(root) == pid; tenths++)
		pause_a_moment();
	if (server(root) == pid)
		return error_set(err, -EBUSY, "the SSH server does not end");
	return file_remove(root, AUTHORIZED, err);
}

static void add_address(void *context, const char *port, const char *address)
{
	if (strcmp(port, "lo") != 0)
		words_add(context, address);
}

void remote_addresses(struct words *addresses)
{
	addresses_each(add_address, addresses);
}

static unsigned count_keys(int root)
{
	autotext struct text text = {0};
	unsigned count = 0;

	if (file_read(root, AUTHORIZED, 1U << 20, &text, NULL) == 0)
		for (const char *at = text_string(&text); *at; at++)
			count += *at == '\n';
	return count;
}

bool remote_read(struct remote *remote)
{
	autoclose int root = file_open_root("/", NULL);
	autofree char *setting = NULL, *key = NULL;
	char *rest = NULL;

	if (root < 0 || !server(root) || file_read_line(root, SETTING, &setting) < 0 ||
		file_read_line(root, PUBLIC, &key) < 0)
		return false;
	remote->port = (unsigned)strtoul(setting, &rest, 10);
	remote->password = text_equal(rest, " password");
	remote->keys = count_keys(root);
	remote->fingerprint = ssh_key_fingerprint(key);
	remote_addresses(&remote->addresses);
	return true;
}

char *remote_command(const struct remote *remote, const char *address)
{
	return remote->port == REMOTE_PORT
		       ? memory_format("ssh root@%s", address)
		       : memory_format("ssh -p %u root@%s", remote->port, address);
}

void remote_free(struct remote *remote)
{
	free(remote->fingerprint);
	words_free(&remote->addresses);
	*remote = (struct remote){0};
}

/* Letting people in by SSH on the live system: a server (Dropbear) that starts only when it was asked for, with a host key of its
 * own. Nothing of it reaches the system that is installed, and it ends with the live system. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

#define REMOTE_TROUBLE                                                                   \
	"/run/jefe/remote.trouble" /* why what the kernel line asked for did not come to be */

enum {
	REMOTE_PORT = 22,
	REMOTE_PASSWORD_LEAST = 12
}; /* characters of a password that the network may guess at */

struct remote_wish {
	const struct words *
		keys; /* lines of authorized_keys, which were found valid; may be empty */
	bool password; /* root's password, which was set before, lets in, too */
	unsigned port; /* TCP */
};

/* `autoremote struct remote remote = {0};` is ready for use. */
struct remote {
	unsigned port, keys;
	bool password;
	char *fingerprint;      /* "SHA256:…" of the host key */
	struct words addresses; /* as of now, without those that work on one link only */
};

/* Is this the live system? The error says that it is not. */
int remote_possible(struct error *err) CHECKED;
/* Start the server, or start it anew with another wish; the host key stays the same as long as the live system runs. -EINVAL
 * when nobody would be let in. */
int remote_start(const struct remote_wish *wish, struct error *err) CHECKED;
/* No new connection from now on; who is connected stays. -ESRCH when it does not run. */
int remote_stop(struct error *err) CHECKED;
/* Does it run? Then remote says how to reach it. */
bool remote_read(struct remote *remote);
/* "ssh root@192.0.2.10", with the port where it is another than the usual one. The caller frees it. */
char *remote_command(const struct remote *remote, const char *address) CHECKED;
/* Addresses of this computer, without those of loopback and of one link only. */
void remote_addresses(struct words *addresses);
void remote_free(struct remote *remote);
#define autoremote __attribute__((cleanup(remote_free)))

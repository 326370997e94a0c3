/* Secrets of a session: read into locked memory at once, they never stand in a text. */
#pragma once

#include "screens/wizard.h"

struct session_secrets;

struct session_secrets *session_secrets_new(void) CHECKED;
void session_secrets_free(struct session_secrets *secrets); /* wipes */

/* All that the wizard has, in the order in which they have to be read. */
void session_secrets_each(const struct wizard *wizard,
	void (*call)(void *context, const char *key, const struct secret *secret),
	void *context);
/* Is this the key of a secret? It goes into *secret; NULL: there is none for it. */
bool session_secrets_know(
	struct session_secrets *secrets, const char *key, struct secret **secret);
void session_secrets_apply(const struct session_secrets *secrets, struct wizard *wizard);

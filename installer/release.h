/* Things that outlive a scope and must be given back in reverse order, on success and on failure: mounts, mappings, loops, locks. */
#pragma once

#include "installer/base/error.h"

struct releases;
struct releases *releases_new(void) CHECKED;
/* what is for messages ("unmounting /run/jefe/target"); release gets argument, which it frees. */
void releases_push(struct releases *releases, const char *what, int (*release)(void *argument, struct error *err), void *argument);
/* Release everything, newest first, going on after failures; the first failure is returned. The stack is empty afterwards. */
int releases_run(struct releases *releases, struct error *err) CHECKED;
/* All went well and what was taken stays: empty the stack without releasing. Only for arguments that need no freeing. */
void releases_keep(struct releases *releases);
void releases_free(struct releases *releases); /* must be empty */

/* A change that may have locked its operator out takes itself back. When it touches what decides who gets in (packet
 * filter, SSH server), a process of its own, which outlives terminal and session, takes all of it back unless somebody confirms in time. */
#pragma once

#include "installer/controls/controls.h"

struct rollback;

/* Keep the files and start to watch, before anything is changed. Only on the running system, and one at a time: -EBUSY. From here on
 * the end of this process, whatever ends it, starts the clock. No seconds: nobody is asked, *rollback is NULL. */
int rollback_begin(const struct control_scope *scope, unsigned seconds,
	struct rollback **rollback, struct error *err) CHECKED;

/* The change is done, or failed and is taken back at once. True when it now waits for rollback_confirm(), false when nothing that is
 * watched has changed. Frees rollback; NULL is allowed. */
bool rollback_end(struct rollback *rollback, bool applied);

/* When the system starts: a change that nobody had confirmed when the last one ended, by a loss of power or an orderly end, is taken
 * back as rollback_end() would have. Nothing waits, or a process still watches: *resumed stays false. */
int rollback_resume(const struct control_scope *scope, bool *resumed, struct error *err) CHECKED;

/* Keep what was changed. -ENOENT when nothing waits for it (any more). */
int rollback_confirm(struct error *err) CHECKED;

/* What an installation leaves in its runtime directory: the lock, the event lines, the result line. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "installer/base/error.h"

#define RUN_DIR "/run/jefe"

struct journal {
	char *events_path;
	int dir_fd, lock_fd, events_fd;
};

/* Take DIR/engine.lock (-EBUSY names the process that holds it), start DIR/events afresh and remove DIR/result. */
int journal_open(const char *dir, struct journal *journal, struct error *err) CHECKED;
int journal_result(const struct journal *journal, const char *line, struct error *err) CHECKED;
void journal_close(struct journal *journal);

/* Process id of the running engine, 0 when there is none. */
pid_t journal_engine(const char *dir);

/* One change of a system as a whole: everything that is replaced meanwhile is remembered below var/lib/jefelinux/changes, readable by
 * root alone, so that a change that fails leaves what was there, and one that was made can be taken back. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"

struct change;

/* Can a change be written: is there room, and is anything read-only? Changes nothing. */
int change_possible(int root_fd, struct error *err) CHECKED;

/* From here on every file_write(), file_remove() and so on below root_fd is remembered. what: one line about it. -EBUSY when another
 * process is at it, -EEXIST when one was interrupted and has not been taken back. */
int change_begin(int root_fd, const char *what, struct change **change,
	struct error *err) CHECKED;
/* It is done; frees. One that changed nothing leaves no trace. */
int change_keep(struct change *change, struct error *err) CHECKED;
/* It failed: put everything back; frees. */
int change_drop(struct change *change, struct error *err) CHECKED;

/* The last change that can be taken back. -ENOENT: there is none. */
struct last_change {
	char *what;
	bool interrupted;    /* it was never finished */
	struct words paths;  /* "restore PATH" and "remove  PATH": what taking it back does */
	struct words edited; /* of these, what somebody else has changed since */
};
int change_last(int root_fd, struct last_change *last, struct error *err) CHECKED;
void last_change_free(struct last_change *last);
#define autolastchange __attribute__((cleanup(last_change_free)))
/* Take it back, but leave these paths as they are. */
int change_undo(int root_fd, const struct words *leave, struct error *err) CHECKED;
/* The same, but until change_settle() it is a change that can itself be taken back. */
int change_undo_unconfirmed(
	int root_fd, const struct words *leave, struct error *err) CHECKED;
/* It stays undone: what is kept of it goes. */
int change_settle(int root_fd, struct error *err) CHECKED;

/* The number of the last change, 0: there is none. */
unsigned long change_newest(int root_fd);

/* The value that something below proc/sys had before the first of the changes that are kept; NULL: none set it. The caller frees it. */
char *change_kernel_value(int root_fd, const char *path);

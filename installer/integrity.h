/* What the files that decide about a system are, as a list of digests that only root reads, and what changed since it was made. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"

/* Digest, mode, owner and path of every file and link below /etc and /boot and of every privileged program, one a line. */
int integrity_list(int root_fd, struct text *list, struct error *err) CHECKED;

/* "new /etc/x", "changed /etc/y", "gone /etc/z" for two such lists. */
void integrity_compare(const char *old, const char *now, struct words *differences);

/* The kept list, /var/lib/jefelinux/integrity. Load: -ENOENT when there is none yet. */
int integrity_load(int root_fd, struct text *list, struct error *err) CHECKED;
int integrity_save(int root_fd, const struct text *list, struct error *err) CHECKED;

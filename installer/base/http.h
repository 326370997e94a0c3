/* One question to a daemon on this machine that speaks HTTP on a Unix socket. What it answers is not trusted: it is limited in
 * size and time, and anything unusual is an error. */
#pragma once

#include <stddef.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

/* GET path from the daemon listening on socket below the root: the body of an answer with status 200 is appended to body.
 * -ENOENT, -ECONNREFUSED: nobody listens; -EACCES; -EFBIG: more than max bytes; -ETIMEDOUT; -EPROTO: no answer that we understand. */
int http_get(int root_fd, const char *socket, const char *path, size_t max,
	unsigned timeout_seconds, struct text *body, struct error *err) CHECKED;

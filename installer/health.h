/* The health of a system that is up: can somebody get in? */
#pragma once

#include "installer/base/error.h"
#include "installer/distro/distro.h"

/* What is missing, for people, or NULL: an SSH server that listens where one is to start, or else a login prompt. */
const char *health_missing(int root_fd, const struct distro *distro);

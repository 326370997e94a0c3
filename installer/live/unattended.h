/* What the live system does once after booting: finds the answer file and, with jefe.auto=yes, installs. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"

/* The story of this run as text. Its writer holds a lock (flock) on it: who can lock it knows that nothing more will come. */
#define UNATTENDED_LOG "/run/jefe/unattended.log"
/* A copy of the answer file that was found, mode 0600. */
#define UNATTENDED_ANSWERS "/run/jefe/answers.yaml"

/* 0: nothing left to do. Otherwise the installation (or finding its answers) failed; told in the log as
 * "jefe: install failed: …". Reboots or powers off as the answers ask, or with jefe.onfail=poweroff after a failure. */
int unattended_run(struct error *err) CHECKED;

/* Write the log to fd as it grows until its writer is gone. -ETIMEDOUT when no writer appears within seconds. */
int unattended_follow(int fd, unsigned seconds, struct error *err) CHECKED;

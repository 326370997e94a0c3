/* Asking for a secret on the terminal. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"

bool prompt_possible(void); /* this process has a terminal */
/* The secret_prompt callback: asks twice on /dev/tty without echo, until both are the same; -ECANCELED at end of input. */
int prompt_secret(void *context, const char *key, struct secret *secret, struct error *err) CHECKED;
/* Asks once, for a secret that is proved by what it opens. */
int prompt_secret_once(const char *question, struct secret *secret, struct error *err) CHECKED;
/* What comes instead of asking: all of the descriptor whose number an option gives. */
int prompt_secret_fd(const char *option, const char *number, struct secret *secret, struct error *err) CHECKED;

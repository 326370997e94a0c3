/* A change of who gets in: applied, shown, and kept only when somebody says so. */
#pragma once

#include "installer/controls/rollback.h"

enum { CONFIRM_SECONDS = 60 };

/* After the change: tell how to keep it, and on a terminal ask. Frees rollback, which may be NULL. */
void confirm_ask(struct rollback *rollback, unsigned seconds);

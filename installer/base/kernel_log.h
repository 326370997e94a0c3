/* Which kernel messages go to the console: those that do are written over whatever stands there. */
#pragma once

/* The level below which messages are shown, -1: unknown. */
int kernel_log_level(void);
/* Negative errno when it is not permitted: then messages are written as before. */
int kernel_log_set(int level);
/* Keep everything but panics away. */
enum { KERNEL_LOG_QUIET = 1 };

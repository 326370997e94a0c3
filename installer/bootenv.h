/* GRUB's environment block: variables that survive a restart, which GRUB itself reads (load_env) and writes (save_env). It writes
 * over the blocks the file has, so the file keeps its size and is rewritten in place. */
#pragma once

#include "installer/base/error.h"

#define BOOTENV_PATH "boot/grub/grubenv"
/* Starts since the last one that got well: "0", "1" or "2". */
#define BOOTENV_TRIES "jefe_tries"

/* The value of a variable, or NULL when it or the block is not there. The caller frees it. */
int bootenv_get(int root_fd, const char *name, char **value, struct error *err) CHECKED;

/* Give a variable a value, or none (NULL); the others stay. What is no environment block is replaced by one. -ENOSPC: no room in
 * it. */
int bootenv_set(int root_fd, const char *name, const char *value, struct error *err) CHECKED;

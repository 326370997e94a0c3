/* Loads a binary keymap into the kernel's console. */
#pragma once

#include "installer/base/error.h"

/* Is the descriptor a virtual terminal of this computer? */
int console_is_local(int fd);
/* Load /usr/share/jefelinux/keymaps/NAME.bmap. */
int console_keymap_load(int fd, const char *name, struct error *err) CHECKED;

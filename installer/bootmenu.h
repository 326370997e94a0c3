/* /boot/grub/grub.cfg of an installed system, written by us from the kernels found below /boot. Kernel arguments are the lines of
 * /etc/jefelinux/cmdline; the fallback entry leaves out those listed in /etc/jefelinux/cmdline.optional. */
#pragma once

#include "installer/base/error.h"
#include "installer/distro/distro.h"

/* Needs the boot file system's UUID and the root's arguments in etc/jefelinux/boot (KEY=value lines written at installation). */
int bootmenu_write(int root_fd, const struct distro *distro, struct error *err) CHECKED;

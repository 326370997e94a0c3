/* /boot/grub/grub.cfg of an installed system, written by us from the kernels found below /boot. Kernel arguments are the lines of
 * /etc/jefelinux/cmdline; the fallback entry leaves out those listed in /etc/jefelinux/cmdline.optional. With /etc/jefelinux/canary
 * the menu counts starts in GRUB's environment block (bootenv.h) and after two that did not get well takes an entry that lowers
 * the level (jefe.lowered=yes), with the arguments in /etc/jefelinux/cmdline.lowered.
 * /etc/jefelinux/boot has, one KEY=value a line: ROOT_UUID, BOOT_UUID, LUKS_UUID when encrypted, VOLUMES_UUID of a group of logical
 * volumes, MIRROR_ROOT_UUID and MIRROR_BOOT_UUID of the arrays of a mirror, where GRUB cannot count starts, OTHERS=yes beside other
 * systems, CONSOLE (both, vga, serial; both when missing). */
#pragma once

#include "installer/base/error.h"
#include "installer/distro/distro.h"

/* Newest kernel first, then the same ones without optional arguments, then a rescue shell of the initramfs unless cmdline has
 * jefe.rescue=no. -ENOENT when no kernel with an initramfs is there: a menu that boots nothing is not written. */
int bootmenu_write(int root_fd, const struct distro *distro, struct error *err) CHECKED;

/* Versions with modules in lib/modules and a kernel image in boot, newest first; one per image. */
int bootmenu_kernels(int root_fd, const struct distro *distro, struct words *versions,
	struct error *err) CHECKED;

/* As people read versions: runs of digits by value, "~" before everything ("6.1.0-9" < "6.1.0-10"). */
int bootmenu_compare(const char *a, const char *b);

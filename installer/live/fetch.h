/* Brings the answer file from its source into memory. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "installer/live/source.h"

/* Where the file system an answer file came from stays mounted, read-only: `file:` secrets in it are written as
 * /run/jefe/answers-medium/NAME. Its files count as root's own with mode 0600, also on vfat and iso9660. */
#define ANSWERS_MEDIUM "/run/jefe/answers-medium"

/* Is there a file system with this label? Waits up to patience seconds for it. The caller frees *device. */
int fetch_device(
	const char *label, unsigned patience, char **device, struct error *err) CHECKED;

/* Is there anything in ANSWERS_EMBEDDED? True also when it cannot be read: then reading it tells why. */
bool fetch_has_embedded(void) CHECKED;

/* Mount a stick or disc with ext4, vfat or iso9660 on dir, which is made; flags as for mount(2). No program on it runs, and its
 * files are closed to others than root. */
int fetch_mount(const char *device, const char *dir, unsigned long flags,
	struct error *err) CHECKED;

/* Bring the network of the live system up; nothing to do elsewhere, and where a port has an address already. */
int fetch_network(struct error *err) CHECKED;

/* Append what is at the address to text: at most max bytes. Brings the network of the live system up first. proxy is http://HOST:PORT or
 * NULL. */
int fetch_url(const char *url, const char *proxy, unsigned max, struct text *text,
	struct error *err) CHECKED;

/* Append the file to text. Mounts, waits for a device or brings the network up as the source needs it. */
int fetch_source(
	const struct source *source, struct text *text, struct error *err) CHECKED;

/* Copy files to a folder jefe-log on the answers medium or, when this run has made one, on the new EFI system partition: that of
 * a system which was there before is not touched. *where tells people; the caller frees it. -ENOENT when there is no place. */
int fetch_save_logs(
	const char *const *paths, bool have_esp, char **where, struct error *err) CHECKED;

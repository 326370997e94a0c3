/* Is the medium whole? Its files against the list that was signed with it, DIR/.jefe/files. It finds damage; who can change the medium
 * can change what asks this, too. */
#pragma once

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "installer/event.h"

/* Where the initramfs mounts what the live system started from: installer/initramfs/live.sh. */
#define MEDIUM_MOUNT "/run/jefe/medium"

/* One line of `damaged` for each file that is missing, unreadable or different; none when the medium is whole. Progress in bytes goes to
 * events. -EKEYREJECTED when the list is not signed by a *.pem key in keys_dir. */
int medium_check(const char *dir, const char *keys_dir, struct events *events,
	struct words *damaged, struct error *err) CHECKED;

#include "installer/initramfs/remote.h"

#include <string.h>

#include "installer/unlock.h"

static const char accounts[] = "root:*:0:0:root:/root:/bin/sh\n";

int remote_files_add(struct image *image, int root_fd, struct error *err)
{
	int rc = unlock_check(root_fd, err);

	if (rc < 0)
		return rc;
	/* Dropbear takes no keys out of a folder that others may write. */
	image_add_dir(image, "root", 0700);
	image_add_dir(image, "root/.ssh", 0700);
	image_add_dir(image, "etc/unlock", 0700);
	image_add_bytes(image, "etc/passwd", accounts, strlen(accounts), 0644);
	for (unsigned i = 0; i < UNLOCK_FILES; i++)
		image_add_file(image, unlock_files[i].image, root_fd,
			unlock_files[i].path, 0600);
	return 0;
}

/* What takes the passphrase over SSH, into an image. */
#pragma once

#include "installer/base/error.h"
#include "installer/initramfs/image.h"

/* The files of /etc/jefelinux/unlock below root_fd, which must stay open until the image is written, and an account for the server. */
int remote_files_add(struct image *image, int root_fd, struct error *err) CHECKED;

/* The letters of a Linux console. */
#pragma once

#include "installer/base/error.h"

/* Twice as high and wide as they are, or half of that again when they are large. -ENOTSUP: this screen cannot show such. The kernel tells
 * whoever runs on the console that there are other rows and columns. */
int console_font_resize(int fd, struct error *err) CHECKED;

/* QR codes: text to a square of dark and light modules. Without libqrencode there are none. */
#pragma once

#include <stdbool.h>

/* Modules on a side, 0: none can be made; *modules has side × side bytes, 1 is dark, and is wiped and freed with qr_free(). */
int qr_make(const char *text, unsigned char **modules);
void qr_free(unsigned char *modules, int side);

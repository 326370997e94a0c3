/* Bytes as letters and digits, RFC 4648 with padding. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/text.h"

void base64_encode(const unsigned char *bytes, size_t size, struct text *to);
/* One to three bytes become four characters, the last of them padding where bytes are missing. */
void base64_group(const unsigned char *bytes, size_t size, char group[4]);
/* Decode size characters; false when they are not whole base64. */
bool base64_decode(const char *text, size_t size, struct text *bytes);

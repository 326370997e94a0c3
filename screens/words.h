/* Passphrases to remember: words without y and z and special letters, which are at the same place on most keyboards. */
#pragma once

#include <stddef.h>

#include "installer/base/secret.h"

enum { SUGGESTED_WORDS = 6, SUGGESTED_BITS = SUGGESTED_WORDS * 8 };

/* SUGGESTED_WORDS words by chance, one in 256 each, separated by spaces. */
int words_suggest(struct secret *secret, struct error *err) CHECKED;
const char *words_word(unsigned char number);

/* The page about how the encrypted volume is made. */
#pragma once

#include "screens/wizard.h"

/* What these answers make of the key derivation, in one line. */
const char *luks_text(struct page *page, const struct wizard *wizard);

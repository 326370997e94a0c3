/* The keyboard proof: can the passphrase be typed where the computer starts, and what if the keys there are those of a US keyboard. */
#pragma once

#include "screens/wizard.h"

/* What is known about the keys, and the choice of a second slot. */
void proof_add(struct page *page, const struct wizard *wizard);
/* The way to the rehearsal. */
void proof_add_rehearsal(struct page *page, const struct wizard *wizard);
/* Is there a key for each character of the passphrase? Otherwise err names those without one. */
int proof_check(const struct wizard *wizard, struct error *err) CHECKED;
/* Make the passphrase of the second slot, and want none where it would be the same. It stays empty where it cannot be made. */
void proof_settle(struct wizard *wizard);

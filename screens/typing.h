/* Which characters of a passphrase sit on other keys when the prompt at the start has the US layout instead of the chosen one. */
#pragma once

#include "installer/base/secret.h"

/* Binary keymaps as loadkmap reads them lie in dir as NAME.bmap. 0: moved holds the characters that move, each once and separated
 * by spaces, and lost those that the layout has no key for; -ENOENT: a keymap is not there. */
int typing_compare(const char *dir, const char *keymap, const struct secret *passphrase,
	struct secret *moved, struct secret *lost, struct error *err) CHECKED;

/* What the same keys type on a US keyboard. -EILSEQ: the layout has no key for a character, or that key types nothing there. */
int typing_us(const char *dir, const char *keymap, const struct secret *passphrase,
	struct secret *us, struct error *err) CHECKED;
/* "z=y -=/": where the two differ, each pair once. */
int typing_pairs(const struct secret *passphrase, const struct secret *us,
	struct secret *pairs, struct error *err) CHECKED;

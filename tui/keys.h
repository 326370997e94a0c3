/* Bytes of a terminal → keys, without any terminal library: the sequences that linux, vt220, xterm, screen and rxvt send. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/pane.h"

enum { KEYS_MAX = 256 };

/* Bytes that were read and are no key yet. `struct keys keys = {0};` is ready for use. */
struct keys {
	char bytes[KEYS_MAX];
	size_t size;
};

/* Where the next read goes; *room is 0 only when keys are waiting to be taken. */
char *keys_room(struct keys *keys, size_t *room);
/* Take the next key; PRESS_NONE: bytes that mean nothing. false: none, or, unless last, the beginning of one whose rest may come. */
bool keys_take(struct keys *keys, bool last, struct press *press);
/* Throw away what was typed ahead; it may be part of a secret. */
void keys_drop(struct keys *keys);

/* A character that arrived by itself: a letter, Enter, Ctrl-C. */
struct press press_of_character(uint32_t code);

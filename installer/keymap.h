/* Keyboard layouts we know, from keymaps.def. */
#pragma once

struct keymap {
	const char *name;    /* answer file, and NAME.bmap on the live and installed system */
	const char *label;   /* for people */
	const char *console; /* name for loadkeys */
	const char *binary;  /* Alpine's binary keymap, below its directory and without .bmap.gz */
};

extern const struct keymap keymaps[];    /* sorted by name; ends with name NULL */
extern const char *const keymap_names[]; /* NULL-terminated */
const struct keymap *keymap_named(const char *name); /* NULL when unknown */

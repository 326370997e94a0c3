#include "installer/keymap.h"

#include "installer/base/text.h"

const struct keymap keymaps[] = {
#define KEYMAP(name, label, console, binary) {name, label, console, binary},
#include "installer/keymaps.def"
#undef KEYMAP
	{0},
};

const char *const keymap_names[] = {
#define KEYMAP(name, label, console, binary) name,
#include "installer/keymaps.def"
#undef KEYMAP
	NULL,
};

const struct keymap *keymap_named(const char *name)
{
	for (const struct keymap *keymap = keymaps; keymap->name; keymap++)
		if (text_equal(keymap->name, name))
			return keymap;
	return NULL;
}

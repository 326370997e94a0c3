#include "screens/typing.h"

#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tui/canvas.h"

enum {
	MAPS = 256, /* combinations of modifiers; a flag for each */
	USED = 4,   /* plain, Shift, AltGr, both */
	KEYS = 128,
	FILE_MAX = 128 * 1024,
	TYPE_LATIN = 0,
	TYPE_LETTER = 11,
	UNICODE = 0xf000
};

static const char magic[] = "bkeymap";

struct keyboard {
	uint32_t codes[USED][KEYS]; /* characters; 0: none */
};

/* A kernel key symbol as the character it types. */
static uint32_t character(unsigned symbol)
{
	unsigned type = symbol >> 8;

	if (type == TYPE_LATIN || type == TYPE_LETTER)
		return symbol & 0xff;
	return type >= UNICODE >> 8 ? 0 : symbol ^ UNICODE;
}

static int keyboard_read(
	const struct text *file, struct keyboard *keyboard, struct error *err)
{
	const unsigned char *bytes = (const unsigned char *)file->data;
	size_t at = strlen(magic) + MAPS;

	*keyboard = (struct keyboard){0};
	if (file->size < at || memcmp(bytes, magic, strlen(magic)) != 0)
		return error_set(err, -EBADMSG, "this is no binary keymap");
	for (size_t map = 0; map < MAPS; map++) {
		if (!bytes[strlen(magic) + map])
			continue;
		if (file->size < at + (size_t)2 * KEYS)
			return error_set(err, -EBADMSG, "the binary keymap is cut off");
		for (size_t key = 0; map < USED && key < KEYS; key++)
			keyboard->codes[map][key] =
				character(bytes[at + 2 * key] |
					  (unsigned)bytes[at + 2 * key + 1] << 8);
		at += (size_t)2 * KEYS;
	}
	return 0;
}

static int keyboard_load(
	const char *dir, const char *name, struct keyboard *keyboard, struct error *err)
{
	autofree char *file_name = memory_format("%s.bmap", name);
	autoclose int dir_fd = file_open_root(dir, err);
	autotext struct text file = {0};
	int rc = dir_fd < 0 ? dir_fd : file_read(dir_fd, file_name, FILE_MAX, &file, err);

	return rc < 0 ? rc : keyboard_read(&file, keyboard, err);
}

static bool find_key(
	const struct keyboard *keyboard, uint32_t code, size_t *map, size_t *key)
{
	for (*map = 0; *map < USED; ++*map)
		for (*key = 1; *key < KEYS; ++*key)
			if (keyboard->codes[*map][*key] == code)
				return true;
	return false;
}

static int note(struct secret *list, const char *bytes, size_t size, struct error *err)
{
	char one[10] = "";

	memcpy(one, bytes, size < sizeof(one) ? size : sizeof(one) - 1);
	if (strstr(secret_bytes(list), one))
		return 0;
	if (secret_size(list) && secret_append(list, " ", 1, err) < 0)
		return err->code;
	return secret_append(list, bytes, size, err);
}

int typing_compare(const char *dir, const char *keymap, const struct secret *passphrase,
	struct secret *moved, struct secret *lost, struct error *err)
{
	struct keyboard chosen, us;
	const char *at = secret_bytes(passphrase);
	int rc = keyboard_load(dir, keymap, &chosen, err);

	secret_cut(moved, 0);
	secret_cut(lost, 0);
	if (rc == 0)
		rc = keyboard_load(dir, "us", &us, err);
	while (rc == 0 && *at) {
		uint32_t code;
		size_t size = utf8_next(at, &code);
		size_t map, key;

		if (!find_key(&chosen, code, &map, &key))
			rc = note(lost, at, size, err);
		else if (us.codes[map][key] != code)
			rc = note(moved, at, size, err);
		at += size;
	}
	return rc;
}

int typing_us(const char *dir, const char *keymap, const struct secret *passphrase,
	struct secret *us, struct error *err)
{
	struct keyboard chosen, american;
	const char *at = secret_bytes(passphrase);
	int rc = keyboard_load(dir, keymap, &chosen, err);

	secret_cut(us, 0);
	if (rc == 0)
		rc = keyboard_load(dir, "us", &american, err);
	while (rc == 0 && *at) {
		char typed[5] = "";
		uint32_t code;
		size_t map, key;

		at += utf8_next(at, &code);
		if (!find_key(&chosen, code, &map, &key) || !american.codes[map][key])
			rc = error_set(err, -EILSEQ, "a key types nothing there");
		else
			rc = secret_append(us, typed,
				utf8_put(typed, american.codes[map][key]), err);
		explicit_bzero(typed, sizeof(typed));
	}
	if (rc < 0)
		secret_cut(us, 0);
	return rc;
}

int typing_pairs(const struct secret *passphrase, const struct secret *us,
	struct secret *pairs, struct error *err)
{
	const char *left = secret_bytes(passphrase), *right = secret_bytes(us);
	int rc = 0;

	secret_cut(pairs, 0);
	while (rc == 0 && *left && *right) {
		uint32_t from, to;
		size_t left_size = utf8_next(left, &from);
		size_t right_size = utf8_next(right, &to);
		char pair[10] = "";

		memcpy(pair, left, left_size);
		pair[left_size] = '=';
		memcpy(pair + left_size + 1, right, right_size);
		if (from != to)
			rc = note(pairs, pair, left_size + 1 + right_size, err);
		explicit_bzero(pair, sizeof(pair));
		left += left_size;
		right += right_size;
	}
	return rc;
}

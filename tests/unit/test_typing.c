#include "screens/typing.h"

#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

enum { Y_KEY = 21, Z_KEY = 44, A_KEY = 30, UMLAUT_KEY = 40 };

/* A keymap of two maps, plain and Shift, with a few keys. */
static void write_map(int dir, const char *name, unsigned y, unsigned z, unsigned umlaut)
{
	struct text file = {0};
	unsigned short keys[128] = {0};
	struct error err = {0};

	text_add(&file, "bkeymap");
	for (int i = 0; i < 256; i++)
		text_add_bytes(&file, i < 2 ? "\1" : "\0", 1);
	keys[A_KEY] = 0x0b00 | 'a';
	keys[Y_KEY] = (unsigned short)(0x0b00 | y);
	keys[Z_KEY] = (unsigned short)(0x0b00 | z);
	keys[UMLAUT_KEY] = (unsigned short)umlaut;
	for (int map = 0; map < 2; map++) {
		for (int i = 0; i < 128; i++) {
			const char bytes[2] = {
				(char)(keys[i] & 0xff), (char)(keys[i] >> 8)};

			text_add_bytes(&file, bytes, 2);
		}
		keys[A_KEY] = 0x0b00 | 'A';
	}
	assert_done(file_write(dir, name, file.data, file.size, 0644, &err), &err);
	text_free(&file);
}

static void assert_moves(
	const char *dir, const char *typed, const char *moves, const char *lacks)
{
	autosecret struct secret *passphrase = secret_new();
	autosecret struct secret *moved = secret_new();
	autosecret struct secret *lost = secret_new();
	struct error err = {0};

	assert_done(secret_append(passphrase, typed, strlen(typed), &err), &err);
	assert_done(typing_compare(dir, "de", passphrase, moved, lost, &err), &err);
	assert_string_equal(secret_bytes(moved), moves);
	assert_string_equal(secret_bytes(lost), lacks);
}

static void keys_that_move_are_named_once(void **state)
{
	struct temporary root;

	(void)state;
	assert_true(temporary_make(&root) >= 0);
	write_map(root.fd, "us.bmap", 'y', 'z', '\'');
	write_map(root.fd, "de.bmap", 'z', 'y', 0x0be4);
	assert_moves(root.path, "aAa", "", "");
	assert_moves(root.path, "azya", "z y", "");
	assert_moves(root.path, "zzz\303\244", "z \303\244", "");
	assert_moves(root.path, "a?\342\202\254?", "", "? \342\202\254");
	temporary_remove(&root);
}

static void the_same_keys_give_something_else_on_us(void **state)
{
	autosecret struct secret *passphrase = secret_new();
	autosecret struct secret *us = secret_new();
	autosecret struct secret *pairs = secret_new();
	struct temporary root;
	struct error err = {0};

	(void)state;
	assert_true(temporary_make(&root) >= 0);
	write_map(root.fd, "us.bmap", 'y', 'z', '\'');
	write_map(root.fd, "de.bmap", 'z', 'y', 0x0be4);
	assert_done(secret_append(passphrase, "Az\303\244yz", 6, &err), &err);
	assert_done(typing_us(root.path, "de", passphrase, us, &err), &err);
	assert_string_equal(secret_bytes(us), "Ay'zy");
	assert_done(typing_pairs(passphrase, us, pairs, &err), &err);
	assert_string_equal(secret_bytes(pairs), "z=y \303\244=' y=z");
	assert_done(secret_append(passphrase, "?", 1, &err), &err);
	assert_int_equal(typing_us(root.path, "de", passphrase, us, &err), -EILSEQ);
	assert_int_equal(secret_size(us), 0);
	write_map(root.fd, "us.bmap", 'y', 'z', 0);
	secret_cut(passphrase, 5);
	assert_int_equal(typing_us(root.path, "de", passphrase, us, &err), -EILSEQ);
	temporary_remove(&root);
}

static void what_is_no_keymap_is_refused(void **state)
{
	autosecret struct secret *secret = secret_new();
	struct temporary root;
	struct error err = {0};

	(void)state;
	assert_true(temporary_make(&root) >= 0);
	assert_int_equal(
		typing_compare(root.path, "de", secret, secret, secret, &err), -ENOENT);
	assert_done(file_write(root.fd, "de.bmap", "bkeymap", 7, 0644, &err), &err);
	assert_int_equal(
		typing_compare(root.path, "de", secret, secret, secret, &err), -EBADMSG);
	temporary_remove(&root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_that_move_are_named_once),
		cmocka_unit_test(the_same_keys_give_something_else_on_us),
		cmocka_unit_test(what_is_no_keymap_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* A medium with two files, and keys/ with the key that signed its list. */
struct place {
	char path[64];
	char *keys;
	int fd;
	EVP_PKEY *key;
	uint64_t done, total; /* the last progress */
};

static void put(
	const struct place *place, const char *name, const char *data, size_t size)
{
	struct error err = {0};

	assert_done(file_write(place->fd, name, data, size, 0644, &err), &err);
}

static void sign(const struct place *place, const char *list)
{
	unsigned char signature[64];
	size_t size = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, place->key), 1);
	assert_int_equal(EVP_DigestSign(context, signature, &size,
				 (const unsigned char *)list, strlen(list)),
		1);
	EVP_MD_CTX_free(context);
	put(place, ".jefe/files", list, strlen(list));
	put(place, ".jefe/files.sig", (const char *)signature, size);
}

static int make_place(void **state)
{
	struct place *place = memory_zero(1, sizeof(*place));
	struct error err = {0};
	autotext struct text list = {0};
	char kernel[65], system[65];
	autofree char *key_path = NULL;
	FILE *file;

	(void)snprintf(place->path, sizeof(place->path), "/tmp/jefe-test-medium-XXXXXX");
	if (!mkdtemp(place->path))
		return -1;
	place->fd = file_open_root(place->path, &err);
	if (file_make_dirs(place->fd, "/.jefe", 0755, &err) < 0 ||
		file_make_dirs(place->fd, "/live", 0755, &err) < 0 ||
		file_make_dirs(place->fd, "/keys", 0755, &err) < 0)
		return -1;
	place->keys = memory_format("%s/keys", place->path);
	key_path = memory_format("%s/key.pem", place->keys);
	place->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	file = fopen(key_path, "w");
	if (!file || PEM_write_PUBKEY(file, place->key) != 1 || fclose(file) != 0)
		return -1;
	put(place, "live/vmlinuz", "kernel", 6);
	put(place, "live/two words", "system", 6);
	digest_of("kernel", 6, kernel);
	digest_of("system", 6, system);
	text_addf(&list, "%s  live/two words\n%s  live/vmlinuz\n", system, kernel);
	sign(place, list.data);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	static const char *const names[] = {"live/vmlinuz", "live/two words",
		".jefe/files", ".jefe/files.sig", "keys/key.pem", NULL};
	static const char *const folders[] = {"live", ".jefe", "keys", NULL};
	struct error err = {0};

	for (const char *const *name = names; *name; name++)
		(void)!file_remove(place->fd, *name, &err);
	for (const char *const *name = folders; *name; name++)
		(void)unlinkat(place->fd, *name, AT_REMOVEDIR);
	(void)close(place->fd);
	(void)rmdir(place->path);
	EVP_PKEY_free(place->key);
	free(place->keys);
	free(place);
	return 0;
}

static void take_progress(void *context, const struct event *event)
{
	struct place *place = context;

	if (event->kind == EVENT_PROGRESS) {
		place->done = event->done;
		place->total = event->total;
	}
}

static int run(struct place *place, struct words *damaged, struct error *err)
{
	struct events *events = events_new();
	int rc;

	events_add_call(events, take_progress, place);
	rc = medium_check(place->path, place->keys, events, damaged, err);
	events_free(events);
	return rc;
}

static void a_whole_medium_has_no_damage(void **state)
{
	autowords struct words damaged = {0};
	struct place *place = *state;
	struct error err = {0};

	assert_done(run(place, &damaged, &err), &err);
	assert_int_equal(damaged.count, 0);
	assert_int_equal(place->total, 12);
	assert_true(place->done > 0 && place->done <= 12);
}

static void what_differs_and_what_is_missing_is_named(void **state)
{
	autowords struct words damaged = {0};
	struct place *place = *state;
	struct error err = {0};

	put(place, "live/two words", "sYstem", 6);
	assert_done(file_remove(place->fd, "live/vmlinuz", &err), &err);
	assert_done(run(place, &damaged, &err), &err);
	assert_int_equal(damaged.count, 2);
	assert_string_equal(damaged.items[0], "live/two words: is not what was signed");
	assert_non_null(strstr(damaged.items[1], "live/vmlinuz"));
}

static void a_changed_list_is_not_believed(void **state)
{
	autowords struct words damaged = {0};
	struct place *place = *state;
	struct error err = {0};

	put(place, ".jefe/files", "", 0);
	assert_int_equal(run(place, &damaged, &err), -EKEYREJECTED);
	assert_non_null(strstr(err.text, ".jefe/files.sig"));
}

static void a_line_that_is_no_hash_is_an_error(void **state)
{
	autowords struct words damaged = {0};
	struct place *place = *state;
	struct error err = {0};

	sign(place, "abc  live/vmlinuz\n");
	assert_int_equal(run(place, &damaged, &err), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_whole_medium_has_no_damage, make_place, remove_place),
		cmocka_unit_test_setup_teardown(what_differs_and_what_is_missing_is_named,
			make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			a_changed_list_is_not_believed, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_no_hash_is_an_error, make_place, remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define NAMES                                                                            \
	"\"base\": \"alpine\", \"branch\": \"v3.19\", \"arch\": \"x86_64\", \"version\": \"0.1.0\", \"kernel\": \"6.6.14-0-lts\""
#define SIZES "\"archive_size\": 10, \"unpacked_size\": 20, \"files\": 3"
#define GOOD                                                                             \
	"{" NAMES ", \"archive\": \"rootfs.tar.zst\", \"sha256\": \"" SHA256             \
	"\", " SIZES ", \"packages\": [\"musl 1.2.4\", \"busybox 1.36.1\"]}"

/* payload/ with the manifest, keys/ with the public half of key. */
struct place {
	char path[64];
	char *payload, *keys;
	int fd;
	EVP_PKEY *key;
};

static void write_key(const struct place *place, const char *name, EVP_PKEY *key)
{
	autofree char *path = memory_format("%s/keys/%s", place->path, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(PEM_write_PUBKEY(file, key), 1);
	assert_int_equal(fclose(file), 0);
}

static int make_place(void **state)
{
	struct place *place = memory_zero(1, sizeof(*place));
	struct error err = {0};

	(void)snprintf(
		place->path, sizeof(place->path), "/tmp/jefe-test-manifest-XXXXXX");
	if (!mkdtemp(place->path))
		return -1;
	place->fd = file_open_root(place->path, &err);
	if (file_make_dirs(place->fd, "/payload", 0755, &err) < 0 ||
		file_make_dirs(place->fd, "/keys", 0755, &err) < 0)
		return -1;
	place->payload = memory_format("%s/payload", place->path);
	place->keys = memory_format("%s/keys", place->path);
	place->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	write_key(place, "release.pem", place->key);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	autofree char *command = memory_format("rm -rf '%s'", place->path);

	(void)close(place->fd);
	EVP_PKEY_free(place->key);
	free(place->payload);
	free(place->keys);
	free(place);
	return system(command);
}

static void write_signed(const struct place *place, const char *json, EVP_PKEY *key)
{
	unsigned char signature[64];
	size_t size = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct error err = {0};

	assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(context, signature, &size,
				 (const unsigned char *)json, strlen(json)),
		1);
	EVP_MD_CTX_free(context);
	assert_done(file_write(place->fd, "payload/manifest.json", json, strlen(json),
			    0644, &err),
		&err);
	assert_done(file_write(place->fd, "payload/manifest.sig", (const char *)signature,
			    size, 0644, &err),
		&err);
}

static int load(const struct place *place, struct manifest **manifest, struct error *err)
{
	return manifest_load(place->payload, place->keys, manifest, err);
}

static void a_signed_manifest_is_read(void **state)
{
	const struct place *place = *state;
	struct manifest *manifest = NULL;
	struct error err = {0};

	write_signed(place, GOOD, place->key);
	assert_done(load(place, &manifest, &err), &err);
	assert_string_equal(manifest->base, "alpine");
	assert_string_equal(manifest->branch, "v3.19");
	assert_string_equal(manifest->kernel, "6.6.14-0-lts");
	assert_string_equal(manifest->archive, "rootfs.tar.zst");
	assert_string_equal(manifest->sha256, SHA256);
	assert_int_equal(manifest->archive_size, 10);
	assert_int_equal(manifest->unpacked_size, 20);
	assert_int_equal(manifest->files, 3);
	assert_int_equal(manifest->packages.count, 2);
	assert_string_equal(manifest->packages.items[1], "busybox 1.36.1");
	assert_string_equal(manifest->text, GOOD);
	manifest_free(manifest);
}

static void any_trusted_key_will_do(void **state)
{
	const struct place *place = *state;
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct manifest *manifest = NULL;
	struct error err = {0};

	write_signed(place, GOOD, other);
	assert_int_equal(load(place, &manifest, &err), -EKEYREJECTED);
	write_key(place, "aaa-not-a-key.txt", other);
	assert_int_equal(load(place, &manifest, &err), -EKEYREJECTED);
	write_key(place, "zzz.pem", other);
	assert_done(load(place, &manifest, &err), &err);
	manifest_free(manifest);
	EVP_PKEY_free(other);
}

static void what_is_not_signed_is_not_used(void **state)
{
	const struct place *place = *state;
	struct manifest *manifest = NULL;
	struct error err = {0};

	write_signed(place, GOOD, place->key);
	assert_done(file_write(place->fd, "payload/manifest.json", GOOD " ",
			    strlen(GOOD " "), 0644, &err),
		&err);
	assert_int_equal(load(place, &manifest, &err), -EKEYREJECTED);
	assert_done(file_write(place->fd, "payload/manifest.sig", "short", 5, 0644, &err),
		&err);
	assert_int_equal(load(place, &manifest, &err), -EKEYREJECTED);
	assert_done(file_remove(place->fd, "payload/manifest.sig", &err), &err);
	assert_int_equal(load(place, &manifest, &err), -EKEYREJECTED);
	assert_non_null(strstr(err.text, "not signed"));
	assert_done(file_remove(place->fd, "payload/manifest.json", &err), &err);
	assert_int_equal(load(place, &manifest, &err), -ENOENT);
	assert_null(manifest);
}

static void a_bad_manifest_is_told_by_its_member(void **state)
{
	static const struct {
		const char *json, *word;
	} cases[] = {
		{"{" NAMES ", \"sha256\": \"" SHA256 "\", " SIZES "}",
                 "archive is missing"								 },
		{"{" NAMES ", \"archive\": \"../rootfs.tar\", \"sha256\": \"" SHA256
		 "\", " SIZES "}",
                 "plain file name"								    },
		{"{" NAMES ", \"archive\": \"a.tar\", \"sha256\": \"E3\", " SIZES "}",
                 "64 hexadecimal"								     },
		{"{" NAMES ", \"archive\": \"a.tar\", \"sha256\": \"" SHA256 "\"}",
                 "above 0"									    },
		{"{",								  "manifest.json"},
	};
	const struct place *place = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct manifest *manifest = NULL;
		struct error err = {0};

		write_signed(place, cases[i].json, place->key);
		assert_true(load(place, &manifest, &err) < 0);
		assert_null(manifest);
		if (!strstr(err.text, cases[i].word))
			fail_msg("\"%s\" is not in: %s", cases[i].word, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_signed_manifest_is_read, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			any_trusted_key_will_do, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			what_is_not_signed_is_not_used, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			a_bad_manifest_is_told_by_its_member, make_place, remove_place),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}

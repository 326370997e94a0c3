/* Partition tables and LUKS headers in sparse files: the libraries take those as they take disks. */
#include "installer/storage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

#define MIB ((uint64_t)1 << 20)

static char *make_disk(uint64_t size_bytes)
{
	char *path = memory_copy_text("/tmp/jefe-test-storage-XXXXXX");
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, (off_t)size_bytes) < 0)
		fail_msg("making %s", path);
	(void)close(fd);
	return path;
}

static void remove_disk(char *path)
{
	(void)unlink(path);
	free(path);
}

static void partition_names_follow_the_kernel(void **state)
{
	autofree char *a = storage_partition_path("/dev/vda", 2);
	autofree char *b = storage_partition_path("/dev/nvme0n1", 2);
	autofree char *c = storage_partition_path("/dev/loop7", 10);

	(void)state;
	assert_string_equal(a, "/dev/vda2");
	assert_string_equal(b, "/dev/nvme0n1p2");
	assert_string_equal(c, "/dev/loop7p10");
}

static void tables_are_exact(void **state)
{
	const struct partition_spec specs[] = {
		{"bios",            PARTITION_BIOS_BOOT, 1, MIB,      MIB,      false},
		{"esp",             PARTITION_ESP,       2, 2 * MIB,  40 * MIB, false},
		{"jefe-incomplete", PARTITION_LINUX,     3, 42 * MIB, 57 * MIB, false}
        };
	struct partition_spec renamed[3];
	char *disk = make_disk(100 * MIB);
	struct error err = {0};

	(void)state;
	memcpy(renamed, specs, sizeof(specs));
	renamed[2].name = "root";
	assert_int_equal(storage_partitioned(disk, specs, 3, &err), 0);
	assert_done(storage_partition(disk, specs, 3, &err), &err);
	assert_int_equal(storage_partitioned(disk, specs, 3, &err), 1);
	assert_int_equal(storage_partitioned(disk, specs, 2, &err), 0);
	assert_int_equal(storage_partitioned(disk, renamed, 3, &err), 0);
	assert_done(storage_rename_partition(disk, 3, "root", &err), &err);
	assert_int_equal(storage_partitioned(disk, renamed, 3, &err), 1);
	remove_disk(disk);
}

/* Between two that stay as they are; the numbers of those that went are given again. */
static void partitions_are_added_beside_others(void **state)
{
	const struct partition_spec there[] = {
		{"esp",             PARTITION_ESP,   1, MIB,       40 * MIB, false},
		{"jefe-incomplete", PARTITION_LINUX, 2, 41 * MIB,  10 * MIB, false},
		{"data",            PARTITION_LINUX, 3, 120 * MIB, 20 * MIB, false},
	};
	const struct partition_spec added[] = {
		{"",     PARTITION_BIOS_BOOT, 0, 0,        0,        true },
		{"esp",  PARTITION_ESP,       1, MIB,      40 * MIB, true },
		{"boot", PARTITION_LINUX,     2, 51 * MIB, 20 * MIB, false},
		{"root", PARTITION_LINUX,     4, 71 * MIB, 40 * MIB, false},
	};
	const struct partition_spec none = {0}, removed[] = {there[1], none};
	struct partition_spec other = there[1], numbered[4];
	char *disk = make_disk(200 * MIB);
	struct error err = {0};

	(void)state;
	assert_done(storage_partition(disk, there, 3, &err), &err);
	assert_int_equal(storage_partitioned_beside(disk, added, 4, &err), 0);
	other.name = "somebody's";
	memcpy(numbered, added, sizeof(added));
	numbered[3].number = 5;
	assert_int_equal(
		storage_partition_beside(disk, added, 4, &other, 1, &err), -ESTALE);
	assert_int_equal(
		storage_partition_beside(disk, numbered, 4, removed, 2, &err), -ESTALE);
	assert_int_equal(storage_partitioned(disk, there, 3, &err), 1);
	assert_done(storage_partition_beside(disk, added, 4, removed, 2, &err), &err);
	assert_int_equal(storage_partitioned_beside(disk, added, 4, &err), 1);
	assert_int_equal(storage_partitioned_beside(disk, &there[2], 1, &err), 1);
	assert_int_equal(storage_partitioned_beside(disk, &there[1], 1, &err), 0);
	remove_disk(disk);
}

static void tables_that_do_not_fit_are_refused(void **state)
{
	const struct partition_spec specs[] = {
		{"esp", PARTITION_ESP, 1, MIB, 200 * MIB, false}
        };
	char *disk = make_disk(100 * MIB);
	struct error err = {0};

	(void)state;
	assert_true(storage_partition(disk, specs, 1, &err) < 0);
	assert_non_null(strstr(err.text, disk));
	assert_int_equal(storage_partitioned(disk, specs, 1, &err), 0);
	assert_true(storage_rename_partition(disk, 1, "root", &err) < 0);
	remove_disk(disk);
}

static struct secret *make_secret(const char *text)
{
	struct secret *secret = secret_new();
	struct error err = {0};

	assert_non_null(secret);
	assert_done(secret_append(secret, text, strlen(text), &err), &err);
	return secret;
}

static void each_slot_unlocks(void **state)
{
	char *disk = make_disk(32 * MIB);
	const struct luks_spec spec = {.device = disk,
		.label = "jefe-luks",
		.kdf_memory_bytes = 32 * MIB,
		.kdf_iterations = 4,
		.kdf_threads = 1};
	autosecret struct secret *passphrase = make_secret("correct horse"),
				 *recovery = make_secret("ABCD-EFGH"),
				 *us = make_secret("correct horsy"),
				 *wrong = make_secret("x");
	autofree char *uuid = NULL, *none = luks_uuid(disk);
	struct error err = {0};

	(void)state;
	assert_null(none);
	assert_done(luks_format(&spec,
			    (const struct secret *const[LUKS_SLOTS]){
				    passphrase, recovery, us},
			    &err),
		&err);
	uuid = luks_uuid(disk);
	assert_non_null(uuid);
	assert_done(luks_open(disk, NULL, passphrase, &err), &err);
	assert_done(luks_open(disk, NULL, recovery, &err), &err);
	assert_done(luks_open(disk, NULL, us, &err), &err);
	assert_int_equal(luks_open(disk, NULL, wrong, &err), -EPERM);
	assert_null(strstr(err.text, "correct horse"));
	remove_disk(disk);
}

/* A disk with one slot that a passphrase opens. */
static char *encrypted_disk(const struct secret *passphrase)
{
	char *disk = make_disk(32 * MIB);
	const struct luks_spec spec = {.device = disk,
		.label = "jefe-luks",
		.kdf_memory_bytes = 32 * MIB,
		.kdf_iterations = 4,
		.kdf_threads = 1};
	struct error err = {0};

	assert_done(luks_format(&spec,
			    (const struct secret *const[LUKS_SLOTS]){passphrase}, &err),
		&err);
	return disk;
}

static void a_key_has_a_slot_of_its_own(void **state)
{
	autosecret struct secret *passphrase = make_secret("correct horse"),
				 *other = make_secret("correct horsy"),
				 *key = make_secret("0123456789abcdef");
	char *disk = encrypted_disk(passphrase);
	struct error err = {0};

	(void)state;
	assert_int_equal(luks_add_key(disk, LUKS_TPM, other, key, &err), -EPERM);
	assert_done(luks_add_key(disk, LUKS_TPM, passphrase, key, &err), &err);
	assert_done(luks_open_by(disk, NULL, LUKS_TPM, key, &err), &err);
	assert_int_equal(luks_open_by(disk, NULL, LUKS_PASSPHRASE, key, &err), -EPERM);
	assert_int_equal(luks_open_by(disk, NULL, LUKS_TPM, passphrase, &err), -EPERM);
	assert_int_equal(luks_add_key(disk, LUKS_TPM, passphrase, other, &err), -EEXIST);
	/* A passphrase in that slot would be guessed, one in another slot would lose what opens it. */
	assert_int_equal(luks_change(disk, key, other, &err), -EPERM);
	assert_int_equal(luks_change(disk, passphrase, other, &err), LUKS_PASSPHRASE);
	assert_done(luks_open_by(disk, NULL, LUKS_TPM, key, &err), &err);
	assert_done(luks_remove_key(disk, LUKS_TPM, &err), &err);
	assert_int_equal(luks_open(disk, NULL, key, &err), -EPERM);
	assert_done(luks_remove_key(disk, LUKS_TPM, &err), &err);
	assert_int_equal(luks_remove_key(disk, LUKS_PASSPHRASE, &err), -EPERM);
	assert_done(luks_open(disk, NULL, other, &err), &err);
	remove_disk(disk);
}

static void a_token_replaces_its_like(void **state)
{
	static const char other[] = "{\"type\":\"other\",\"keyslots\":[]}";
	static const char one[] = "{\"type\":\"jefe\",\"keyslots\":[\"0\"],\"n\":1}";
	static const char two[] = "{\"type\":\"jefe\",\"keyslots\":[\"0\"],\"n\":2}";
	autosecret struct secret *passphrase = make_secret("correct horse");
	char *disk = encrypted_disk(passphrase);
	autofree char *none = NULL, *there = NULL, *gone = NULL, *kept = NULL;
	struct error err = {0};

	(void)state;
	assert_done(luks_token_get(disk, "jefe", &none, &err), &err);
	assert_null(none);
	assert_done(luks_token_set(disk, "other", other, &err), &err);
	assert_done(luks_token_set(disk, "jefe", one, &err), &err);
	assert_done(luks_token_set(disk, "jefe", two, &err), &err);
	assert_done(luks_token_get(disk, "jefe", &there, &err), &err);
	assert_non_null(strstr(there, "\"n\":2"));
	assert_done(luks_token_set(disk, "jefe", NULL, &err), &err);
	assert_done(luks_token_get(disk, "jefe", &gone, &err), &err);
	assert_null(gone);
	assert_done(luks_token_get(disk, "other", &kept, &err), &err);
	assert_non_null(kept);
	assert_true(luks_token_set(disk, "jefe", "{", &err) < 0);
	assert_non_null(strstr(err.text, disk));
	remove_disk(disk);
}

static void mounting_names_both_ends(void **state)
{
	struct error err = {0};

	(void)state;
	assert_true(fs_mount("/no/device", "/no/place", "ext4", "nosuid", &err) < 0);
	assert_non_null(strstr(err.text, "/no/device"));
	assert_non_null(strstr(err.text, "/no/place"));
	assert_true(fs_unmount("/no/place", &err) < 0);
}

/* What this process had the kernel read, in bytes. */
static unsigned long long bytes_read(void)
{
	autotext struct text text = {0};
	struct error err = {0};

	assert_int_equal(file_read_argument("/proc/self/io", 4096, &text, &err), 0);
	return strtoull(strchr(text_string(&text), ':') + 1, NULL, 10);
}

static void a_light_blinks_when_much_is_read(void **state)
{
	char *disk = make_disk(64 * MIB);
	unsigned long long before = bytes_read();
	struct error err = {0};

	(void)state;
	assert_int_equal(storage_blink(disk, 1, &err), 0);
	assert_true(bytes_read() - before > 64 * MIB);
	assert_true(storage_blink("/no/device", 1, &err) < 0);
	assert_non_null(strstr(err.text, "/no/device"));
	remove_disk(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partition_names_follow_the_kernel),
		cmocka_unit_test(tables_are_exact),
		cmocka_unit_test(partitions_are_added_beside_others),
		cmocka_unit_test(tables_that_do_not_fit_are_refused),
		cmocka_unit_test(each_slot_unlocks),
		cmocka_unit_test(a_key_has_a_slot_of_its_own),
		cmocka_unit_test(a_token_replaces_its_like),
		cmocka_unit_test(mounting_names_both_ends),
		cmocka_unit_test(a_light_blinks_when_much_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <endian.h>

#include "tests/unit/look.h"

static enum found look_at(const char *id, const char *value)
{
	autofree char *evidence = NULL;

	return look(&kind_machine, control_named(id), value, &evidence);
}

/* vda3 with a LUKS2 header that holds this JSON, opened as dm-0. */
static void put_volume(const char *json)
{
	char header[8192] = "LUKS\xba\xbe";
	uint64_t size = htobe64(sizeof(header));
	struct error err = {0};

	memcpy(header + 8, &size, sizeof(size));
	(void)snprintf(header + 4096, sizeof(header) - 4096, "%s", json);
	put("etc/crypttab", "root UUID=1 none luks\n");
	put("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-12ab-root\n");
	put("sys/class/block/dm-0/slaves/vda3/dev", "254:3\n");
	put("sys/class/block/dm-0/queue/discard_max_bytes", "0\n");
	assert_done(file_make_dirs(root, "dev", 0755, &err), &err);
	assert_done(
		file_write(root, "dev/vda3", header, sizeof(header), 0600, &err), &err);
}

static const char good[] =
	"{\"keyslots\":{\"0\":{\"type\":\"luks2\",\"key_size\":64,\"area\":{\"encryption\":\"aes-xts-plain64\"},\"kdf\":{\"type\":\"argon2id\"}}}}";
static const char bad[] =
	"{\"keyslots\":{\"0\":{\"key_size\":64,\"area\":{\"encryption\":\"aes-xts-plain64\"},\"kdf\":{\"type\":\"argon2id\"}},"
	"\"7\":{\"key_size\":32,\"area\":{\"encryption\":\"aes-xts-plain64\"},\"kdf\":{\"type\":\"pbkdf2\"}}}}";

static void every_key_slot_counts(void **state)
{
	(void)state;
	assert_int_equal(look_at("boot.key_derivation", "argon2id"), FOUND_NOTHING);
	put_volume(good);
	assert_int_equal(look_at("boot.key_derivation", "argon2id"), FOUND_RIGHT);
	assert_int_equal(look_at("boot.cipher", "aes-xts-plain64/512"), FOUND_RIGHT);
	put_volume(bad);
	assert_int_equal(look_at("boot.key_derivation", "argon2id"), FOUND_WRONG);
	assert_int_equal(look_at("boot.cipher", "aes-xts-plain64/512"), FOUND_WRONG);
	put_volume("{");
	assert_int_equal(look_at("boot.cipher", "aes-xts-plain64/512"), FOUND_UNKNOWN);
	put("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS1-12ab-root\n");
	assert_int_equal(look_at("boot.key_derivation", "argon2id"), FOUND_WRONG);
}

static void discards_that_pass_are_seen(void **state)
{
	(void)state;
	put_volume(good);
	assert_int_equal(look_at("boot.no_discard", "off"), FOUND_RIGHT);
	put("sys/class/block/dm-0/queue/discard_max_bytes", "2147450880\n");
	assert_int_equal(look_at("boot.no_discard", "off"), FOUND_WRONG);
}

static void swap_must_not_lie_in_the_clear(void **state)
{
	static const char head[] = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
	autofree char *clear = memory_format("%s/dev/vda4 partition 1 0 -2\n", head);
	autofree char *memory = memory_format("%s/dev/zram0 partition 1 0 -2\n", head);
	autofree char *volume =
		memory_format("%s/dev/mapper/jefe-swap partition 1 0 -2\n", head);

	(void)state;
	put("etc/fstab",
		"/dev/vda1 / ext4 defaults 0 1\n/dev/mapper/swap none swap sw 0 0\n");
	put("proc/swaps", head);
	assert_int_equal(look_at("boot.swap", "x"), FOUND_RIGHT);
	put("proc/swaps", memory);
	assert_int_equal(look_at("boot.swap", "x"), FOUND_RIGHT);
	put("proc/swaps", clear);
	assert_int_equal(look_at("boot.swap", "x"), FOUND_WRONG);
	put("sys/class/block/dm-7/dm/name", "jefe-swap\n");
	put("sys/class/block/dm-7/dm/uuid", "LVM-x\n");
	put("sys/class/block/dm-7/slaves/dm-6/dm/uuid", "CRYPT-LUKS2-x\n");
	put("proc/swaps", volume);
	assert_int_equal(look_at("boot.swap", "x"), FOUND_RIGHT);
	put("sys/class/block/dm-7/slaves/dm-6/dm/uuid", "LVM-y\n");
	assert_int_equal(look_at("boot.swap", "x"), FOUND_WRONG);
	put("proc/swaps", head);
	put("etc/fstab", "/swapfile none swap sw 0 0\n");
	assert_int_equal(look_at("boot.swap", "x"), FOUND_WRONG);
	put("etc/crypttab", "root UUID=1 none luks\n");
	assert_int_equal(look_at("boot.swap", "x"), FOUND_RIGHT);
}

static void a_mirror_that_lacks_a_disk_is_seen(void **state)
{
	(void)state;
	assert_int_equal(look_at("boot.mirror", "complete"), FOUND_NOTHING);
	put("sys/class/block/md126/md/degraded", "0\n");
	put("sys/class/block/md127/md/degraded", "0\n");
	assert_int_equal(look_at("boot.mirror", "complete"), FOUND_RIGHT);
	put("sys/class/block/md126/md/degraded", "1\n");
	assert_int_equal(look_at("boot.mirror", "complete"), FOUND_WRONG);
}

static void the_firmware_says_whether_it_checks(void **state)
{
	static const char path[] =
		"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	struct error err = {0};

	(void)state;
	assert_int_equal(look_at("boot.secure_boot", "on"), FOUND_NOTHING);
	put(path, "x");
	assert_int_equal(look_at("boot.secure_boot", "on"), FOUND_UNAVAILABLE);
	assert_done(file_write(root, path, "\6\0\0\0\1", 5, 0600, &err), &err);
	assert_int_equal(look_at("boot.secure_boot", "on"), FOUND_RIGHT);
}

static void what_the_tpm_did_is_told(void **state)
{
	static const char with[] =
		"{\"keyslots\":{\"3\":{}},\"tokens\":{\"1\":{\"type\":\"jefe-tpm2\"}}}";
	static const char without[] =
		"{\"keyslots\":{\"0\":{}},\"tokens\":{\"1\":{\"type\":\"jefe-tpm2\"}}}";
	static const char other[] =
		"{\"keyslots\":{\"3\":{}},\"tokens\":{\"0\":{\"type\":\"clevis\"}}}";

	(void)state;
	put_volume(with);
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_NOTHING);
	put("etc/jefelinux/tpm/key", "k");
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_NOTHING);
	put("run/jefe/tpm", "asked: the computer did not start as it did last\n");
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_NOTHING);
	put("run/jefe/tpm", "failed: no TPM\n");
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_WRONG);
	put("run/jefe/tpm", "unlocked\n");
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_RIGHT);
	put("run/jefe/tpm", "sealed\n");
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_RIGHT);
	put_volume(without);
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_WRONG);
	put_volume(other);
	assert_int_equal(look_at("boot.tpm_unlock", "unlocks"), FOUND_WRONG);
}

static void the_security_keys_slot_is_looked_for(void **state)
{
	static const char with[] =
		"{\"keyslots\":{\"4\":{}},\"tokens\":{\"0\":{\"type\":\"systemd-fido2\"}}}";
	static const char without[] =
		"{\"keyslots\":{\"3\":{}},\"tokens\":{\"0\":{\"type\":\"systemd-fido2\"}}}";

	(void)state;
	put_volume(with);
	assert_int_equal(look_at("boot.fido2_unlock", "unlocks"), FOUND_NOTHING);
	put("etc/jefelinux/fido2/name", "Test Key\n");
	assert_int_equal(look_at("boot.fido2_unlock", "unlocks"), FOUND_RIGHT);
	put("run/jefe/fido2", "asked\n");
	assert_int_equal(look_at("boot.fido2_unlock", "unlocks"), FOUND_RIGHT);
	put_volume(without);
	assert_int_equal(look_at("boot.fido2_unlock", "unlocks"), FOUND_WRONG);
}

static enum control_status status_of(const char *crypttab)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	const struct policy policy = {.level = LEVEL_PARANOID};
	struct control_result result = {0};
	struct error err = {0};
	enum control_status status;

	put("etc/crypttab", crypttab);
	assert_done(control_audit(&scope, &policy, control_named("boot.encryption"),
			    &result, &err),
		&err);
	status = result.status;
	control_result_clear(&result);
	return status;
}

static void a_disk_is_encrypted_by_an_entry(void **state)
{
	static const char *const encrypted[] = {"root UUID=0 none luks\n",
		"# disks\n\troot\t/dev/vda3\tnone\tdiscard,luks,x-initrd.attach\n",
		"root /dev/vda3\n"};
	static const char *const clear[] = {"", "# no luks here\n",
		"#root UUID=0 none luks\n", "luks\n",
		"root UUID=luks none plain,cipher=aes-xts-plain64\n",
		"swap /dev/vda4 /dev/urandom swap,cipher=aes-xts-plain64\n"};

	(void)state;
	for (size_t i = 0; i < LENGTH(encrypted); i++)
		assert_int_equal(status_of(encrypted[i]), CONTROL_PASS);
	for (size_t i = 0; i < LENGTH(clear); i++)
		assert_int_equal(status_of(clear[i]), CONTROL_FAIL);
}

/* / on dm-1, a volume of LVM on dm-0 and dm-2. */
static void the_kernel_says_whether_it_is_encrypted(void **state)
{
	static const char below[] = "sys/dev/block/254:1/slaves/dm-0/dm/uuid";

	(void)state;
	put_volume(good);
	assert_int_equal(look_at("boot.encryption", "encrypted"), FOUND_UNKNOWN);
	put("proc/self/mountinfo",
		"1 0 0:2 / / rw - rootfs none rw\n22 1 254:1 / / rw - ext4 /dev/mapper/x rw\n23 22 8:1 / /boot rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(look_at("boot.encryption", "encrypted"), FOUND_WRONG);
	put("sys/dev/block/254:1/dm/uuid", "LVM-abc\n");
	put("sys/dev/block/254:1/slaves/dm-2/dm/uuid", "CRYPT-LUKS2-2-b\n");
	put(below, "CRYPT-LUKS2-1-a\n");
	assert_int_equal(look_at("boot.encryption", "encrypted"), FOUND_RIGHT);
	put(below, "CRYPT-LUKS1-1-a\n");
	assert_int_equal(look_at("boot.encryption", "encrypted"), FOUND_WRONG);
	put("sys/dev/block/254:1/dm/uuid", "CRYPT-LUKS2-3-c\n");
	assert_int_equal(look_at("boot.encryption", "encrypted"), FOUND_RIGHT);
	put("etc/crypttab", "# no luks here\n");
	assert_int_equal(look_at("boot.encryption", "encrypted"), FOUND_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_key_slot_counts, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			discards_that_pass_are_seen, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			swap_must_not_lie_in_the_clear, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_mirror_that_lacks_a_disk_is_seen, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			the_firmware_says_whether_it_checks, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_disk_is_encrypted_by_an_entry, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_the_tpm_did_is_told, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			the_security_keys_slot_is_looked_for, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			the_kernel_says_whether_it_is_encrypted, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

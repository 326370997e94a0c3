/* A key sealed by a TPM, which swtpm plays on a terminal in the place of /dev/tpmrm0: it comes back only while the registers are as they were. */
#include "installer/storage_tpm.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>

#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

static const char key_text[] =
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static struct temporary folder;
static char device[64];
static pid_t chip;

/* Its memory is a folder of this name. */
static void start_chip(const char *memory)
{
	autofree char *state = memory_format("dir=%s/%s", folder.path, memory);
	autofree char *descriptor = NULL;
	struct error err = {0};
	struct termios raw;
	int ours, theirs;

	assert_done(file_make_dirs(folder.fd, memory, 0700, &err), &err);
	assert_int_equal(openpty(&theirs, &ours, device, NULL, NULL), 0);
	assert_int_equal(tcgetattr(ours, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(ours, TCSANOW, &raw), 0);
	descriptor = memory_format("%d", theirs);
	chip = fork();
	if (chip == 0) {
		(void)execlp("swtpm", "swtpm", "chardev", "--tpm2", "--fd", descriptor,
			"--tpmstate", state, "--flags", "not-need-init,startup-clear",
			(char *)NULL);
		_exit(127);
	}
	(void)close(
		theirs); /* ours stays: a terminal that nobody has open says that it is gone */
}

static void stop_chip(void)
{
	(void)kill(chip, SIGTERM);
	(void)waitpid(chip, NULL, 0);
}

static int make_folder(void **state)
{
	(void)state;
	return temporary_make(&folder);
}

static int remove_folder(void **state)
{
	(void)state;
	stop_chip();
	temporary_remove(&folder);
	return 0;
}

/* As the kernel tells registers that nothing was measured into. */
static void show_registers(void)
{
	static const unsigned all[] = {0, 2, 4, 7, 8, 9};
	char zeros[66];

	memset(zeros, '0', 64);
	memcpy(zeros + 64, "\n", 2);
	for (size_t i = 0; i < LENGTH(all); i++) {
		autofree char *path =
			memory_format("sys/class/tpm/tpm0/pcr-sha256/%u", all[i]);

		assert_int_equal(temporary_add(&folder, path, zeros), 0);
	}
}

static void seal(struct tpm_sealed *sealed)
{
	autosecret struct secret *key = secret_new();
	unsigned char policy[TPM_POLICY];
	struct error err = {0};

	show_registers();
	assert_done(secret_append(key, key_text, strlen(key_text), &err), &err);
	assert_done(tpm_policy(folder.fd, policy, &err), &err);
	assert_done(tpm_seal(device, key, policy, sealed, &err), &err);
	sealed->pcrs = TPM_REGISTERS | 1U << TPM_CLOSED;
}

static int unseal(const struct tpm_sealed *sealed)
{
	autosecret struct secret *key = secret_new();
	struct error err = {0};
	int rc = tpm_unseal(device, sealed, key, &err);

	if (rc == 0)
		assert_string_equal(secret_bytes(key), key_text);
	else
		assert_int_equal(secret_size(key), 0);
	return rc;
}

static void it_comes_back_until_the_register_is_closed(void **state)
{
	autosealed struct tpm_sealed sealed = {0}, again = {0};
	autofree char *token = NULL;
	struct error err = {0};

	(void)state;
	start_chip("one");
	seal(&sealed);
	token = tpm_token_write(&sealed);
	assert_done(tpm_token_read(token, &again, &err), &err);
	assert_int_equal(unseal(&again), 0);
	assert_int_equal(unseal(&again), 0);
	assert_done(tpm_extend(device, TPM_CLOSED, &err), &err);
	assert_int_equal(unseal(&again), -EACCES);
	stop_chip();
	start_chip("one");
	assert_int_equal(unseal(&again), 0);
}

static void every_register_counts(void **state)
{
	autosealed struct tpm_sealed sealed = {0};
	struct error err = {0};

	(void)state;
	start_chip("one");
	seal(&sealed);
	for (unsigned pcr = 0; pcr < 16; pcr++) {
		assert_int_equal(unseal(&sealed), 0);
		assert_done(tpm_extend(device, pcr, &err), &err);
		assert_int_equal(unseal(&sealed), sealed.pcrs & 1U << pcr ? -EACCES : 0);
		stop_chip();
		start_chip("one");
	}
}

static void another_one_opens_nothing(void **state)
{
	autosealed struct tpm_sealed sealed = {0};

	(void)state;
	start_chip("one");
	seal(&sealed);
	stop_chip();
	start_chip("two");
	assert_int_equal(unseal(&sealed), -EKEYREJECTED);
}

static void damage_is_told(void **state)
{
	autosealed struct tpm_sealed sealed = {0};
	struct error err = {0};

	(void)state;
	start_chip("one");
	seal(&sealed);
	sealed.private_part.data[20] ^= 1;
	assert_int_equal(unseal(&sealed), -EKEYREJECTED);
	text_cut(&sealed.private_part, 10);
	assert_int_equal(unseal(&sealed), -EINVAL);
	(void)snprintf(device, sizeof(device), "/dev/null/none");
	assert_int_equal(unseal(&sealed), -ENODEV);
	assert_int_equal(tpm_extend(device, TPM_CLOSED, &err), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			it_comes_back_until_the_register_is_closed, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(
			every_register_counts, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			another_one_opens_nothing, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			damage_is_told, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/tpm.h"

#include <errno.h>
#include <string.h>

#include "installer/keeper.h"
#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

static const struct keeper *const keeper = &keepers[KEEPER_TPM];
static struct temporary folder;

static int make_folder(void **state)
{
	(void)state;
	return temporary_make(&folder);
}

static int remove_folder(void **state)
{
	(void)state;
	temporary_remove(&folder);
	return 0;
}

static void put(const char *path, const char *content)
{
	assert_int_equal(temporary_add(&folder, path, content), 0);
}

/* 64 times one digit, as the kernel writes it. */
static void put_register(unsigned pcr, char digit)
{
	autofree char *path = memory_format("sys/class/tpm/tpm0/pcr-sha256/%u", pcr);
	char line[66];

	memset(line, digit, 64);
	memcpy(line + 64, "\n", 2);
	put(path, line);
}

/* Worked out by another program from the TCG's description, for AA 22 44 77 88 99 in all bytes of the registers and nothing in the closed one. */
static void policies_are_what_a_tpm_works_out(void **state)
{
	static const unsigned char wanted[TPM_POLICY] = {0xc6, 0x49, 0xc9, 0x37, 0x07,
		0x0d, 0x81, 0x36, 0x06, 0x2e, 0xc2, 0xe2, 0x84, 0x81, 0x7e, 0xda, 0xea,
		0xaf, 0x50, 0xa4, 0x54, 0x57, 0x37, 0x8c, 0x21, 0x13, 0x42, 0xb1, 0xe0,
		0x1b, 0x70, 0xfc};
	static const unsigned pcrs[] = {0, 2, 4, 7, 8, 9};
	static const char digits[] = "A24789";
	unsigned char policy[TPM_POLICY];
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(pcrs); i++)
		put_register(pcrs[i], digits[i]);
	put_register(TPM_CLOSED, 'F');
	assert_done(tpm_policy(folder.fd, policy, &err), &err);
	assert_memory_equal(policy, wanted, sizeof(wanted));
	put("sys/class/tpm/tpm0/pcr-sha256/7", "0102\n");
	assert_int_equal(tpm_policy(folder.fd, policy, &err), -EINVAL);
	assert_done(
		file_remove(folder.fd, "sys/class/tpm/tpm0/pcr-sha256/7", &err), &err);
	assert_int_equal(tpm_policy(folder.fd, policy, &err), -ENOENT);
}

/* A boot loader without the module would start any kernel with the same registers. */
static void a_loader_that_measures_nothing_is_refused(void **state)
{
	struct error err = {0};

	(void)state;
	put_register(4, '4');
	put_register(8, '8');
	put_register(9, '9');
	assert_done(tpm_measured(folder.fd, &err), &err);
	for (unsigned pcr = 8; pcr <= 9; pcr++) {
		put_register(pcr, '0');
		assert_int_equal(tpm_measured(folder.fd, &err), -ENODATA);
		put_register(pcr, '1');
	}
	assert_done(tpm_measured(folder.fd, &err), &err);
	put_register(4, '0');
	assert_int_equal(tpm_measured(folder.fd, &err), -ENODATA);
}

static void keys_are_made_and_forgotten(void **state)
{
	autosecret struct secret *one = secret_new(), *two = secret_new(),
				 *read = secret_new();
	autofree char *path = memory_format("%s/" TPM_FOLDER "/key", folder.path);
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_false(keeper_is_on(keeper, folder.fd));
	assert_done(tpm_make_key(folder.fd, one, &err), &err);
	assert_true(keeper_is_on(keeper, folder.fd));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_done(tpm_make_key(folder.fd, two, &err), &err);
	assert_int_equal(secret_size(one), 64);
	assert_false(secret_equal(one, two));
	assert_done(tpm_read_key(folder.fd, read, &err), &err);
	assert_true(secret_equal(two, read));
	assert_done(keeper_forget(keeper, folder.fd, &err), &err);
	assert_false(keeper_is_on(keeper, folder.fd));
	assert_done(keeper_forget(keeper, folder.fd, &err), &err);
}

static void tokens_come_back(void **state)
{
	autosealed struct tpm_sealed sealed = {.pcrs = 1U << 0 | 1U << 15}, again = {0};
	autofree char *token = NULL;
	struct error err = {0};

	(void)state;
	text_add_bytes(&sealed.public_part, "\0\xff z", 4);
	text_add_bytes(&sealed.private_part, "\x01", 1);
	token = tpm_token_write(&sealed);
	assert_string_equal(token,
		"{\"keyslots\":[\"3\"],\"pcrs\":[\"0\",\"15\"],\"private\":\"01\",\"public\":\"00ff207a\",\"type\":\"jefe-tpm2\"}");
	assert_done(tpm_token_read(token, &again, &err), &err);
	assert_int_equal(again.pcrs, sealed.pcrs);
	assert_int_equal(again.public_part.size, 4);
	assert_memory_equal(again.public_part.data, "\0\xff z", 4);
}

static void strange_tokens_are_refused(void **state)
{
	static const char *const strange[] = {"", "{", "[]", "{}",
		"{\"public\":\"00\",\"pcrs\":[]}",
		"{\"public\":\"0\",\"private\":\"00\"}",
		"{\"public\":\"0g\",\"private\":\"00\"}",
		"{\"public\":17,\"private\":\"00\"}",
		"{\"public\":\"00\",\"private\":\"00\",\"pcrs\":[\"24\"]}",
		"{\"public\":\"00\",\"private\":\"00\",\"pcrs\":[0]}"};

	(void)state;
	for (size_t i = 0; i < LENGTH(strange); i++) {
		autosealed struct tpm_sealed sealed = {0};
		struct error err = {0};

		if (tpm_token_read(strange[i], &sealed, &err) == 0)
			fail_msg("taken: %s", strange[i]);
	}
}

/* What the state is after a start that got well. */
static void confirm(const char *line, const char *before, const char *after)
{
	autofree char *state = NULL;
	struct error err = {0};
	int rc;

	put("proc/cmdline", line);
	put(TPM_STATE, before);
	rc = tpm_confirm(folder.fd, &err);
	assert_int_equal(rc < 0, text_starts(after, "failed"));
	assert_int_equal(file_read_line(folder.fd, TPM_STATE, &state), 0);
	if (!text_starts(state, after))
		fail_msg("%s: %s", line, state);
}

/* There is no disk of ours here: what would be sealed fails. */
static void only_plain_starts_are_sealed(void **state)
{
	(void)state;
	confirm("quiet\n", "asked: x\n", "asked: x"); /* it is not on */
	put(TPM_FOLDER "/key", "k");
	confirm("quiet jefe.tries=1\n", "unlocked\n", "unlocked");
	confirm("quiet jefe.tries=1\n", "asked: x\n", "failed: sealing");
	confirm("quiet\n", "asked: x\n", "failed: sealing");
	confirm("quiet jefe.tries=2\n", "asked: x\n", "kept: the one before");
	confirm("quiet jefe.break=switch\n", "asked: x\n", "kept: it stopped");
	confirm("quiet jefe.lowered=yes\n", "asked: x\n", "kept: it lowered");
}

static void machines_without_one_say_why(void **state)
{
	(void)state;
	assert_null(
		tpm_why_not(&(struct machine){.tpm2 = true, .firmware = FIRMWARE_UEFI}));
	assert_string_equal(
		tpm_why_not(&(struct machine){.tpm2 = true, .firmware = FIRMWARE_BIOS}),
		"it was not started by UEFI");
	assert_true(text_starts(
		tpm_why_not(&(struct machine){.firmware = FIRMWARE_UEFI}), "no TPM"));
	assert_true(text_matches(
		tpm_why_not(&(struct machine){.tpm12 = true, .firmware = FIRMWARE_UEFI}),
		"*1.2*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			policies_are_what_a_tpm_works_out, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_loader_that_measures_nothing_is_refused,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			keys_are_made_and_forgotten, make_folder, remove_folder),
		cmocka_unit_test(tokens_come_back),
		cmocka_unit_test(strange_tokens_are_refused),
		cmocka_unit_test_setup_teardown(
			only_plain_starts_are_sealed, make_folder, remove_folder),
		cmocka_unit_test(machines_without_one_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/tpm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/keeper.h"
#include "installer/storage.h"

enum { KEY_BYTES = 32, ANSWER_SECONDS = 60 };

static const struct keeper *const keeper = &keepers[KEEPER_TPM];

const char *tpm_why_not(const struct machine *machine)
{
	if (machine->tpm12)
		return N_("its TPM is of version 1.2, not 2.0");
	if (!machine->tpm2)
		return N_("no TPM is found in it");
	if (machine->firmware != FIRMWARE_UEFI)
		return N_("it was not started by UEFI");
	return NULL;
}

/* As hexadecimal digits, which also pass where only text does. */
static int fill_key(struct secret *key, struct error *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[KEY_BYTES];
	int rc = digest_random(random, sizeof(random), err);

	for (size_t i = 0; rc == 0 && i < sizeof(random); i++) {
		rc = secret_append(key, &digits[random[i] >> 4], 1, err);
		if (rc == 0)
			rc = secret_append(key, &digits[random[i] & 15], 1, err);
	}
	explicit_bzero(random, sizeof(random));
	return rc;
}

int tpm_make_key(int root_fd, struct secret *key, struct error *err)
{
	int rc = fill_key(key, err);

	if (rc == 0)
		rc = keeper_remember(
			keeper, root_fd, secret_bytes(key), secret_size(key), err);
	return rc < 0 ? error_prefix(err, "making the key of the TPM") : 0;
}

int tpm_read_key(int root_fd, struct secret *key, struct error *err)
{
	autoclose int fd = file_open(root_fd, keeper->file, O_RDONLY, 0, err);
	int rc = fd < 0 ? fd : secret_read(key, fd, keeper->file, err);

	if (rc == 0 && !secret_size(key))
		rc = error_set(err, -ENODATA, "/%s is empty", keeper->file);
	return rc;
}

/* What the kernel says of a register: 64 digits. */
static int read_register(
	int root_fd, unsigned pcr, unsigned char value[TPM_POLICY], struct error *err)
{
	autofree char *path = memory_format("sys/class/tpm/tpm0/pcr-sha256/%u", pcr);
	autofree char *line = NULL;
	int rc = file_read_line(root_fd, path, &line);

	if (rc < 0)
		return error_errno(err, rc, "reading /%s", path);
	rc = tpm_digest_read(line, value, err);
	return rc < 0 ? error_prefix(err, "reading /%s", path) : 0;
}

int tpm_measured(int root_fd, struct error *err)
{
	static const unsigned char nothing[TPM_POLICY];
	static const unsigned pcrs[] = {
		4, 8, 9}; /* boot loader, its commands, its files */

	for (size_t i = 0; i < LENGTH(pcrs); i++) {
		unsigned char value[TPM_POLICY];

		if (read_register(root_fd, pcrs[i], value, err) < 0)
			return err->code;
		if (memcmp(value, nothing, sizeof(value)) == 0)
			return error_set(err, -ENODATA,
				"register %u of the TPM is empty: what starts this computer does not tell it what that is; `jefe-setup recover loader`, on the live system, installs a boot loader that does",
				pcrs[i]);
	}
	return 0;
}

/* TPM2_PolicyPCR, as the TPM itself works it out: nothing before, the command's code, the selection, the digest of all values. */
int tpm_policy(int root_fd, unsigned char policy[TPM_POLICY], struct error *err)
{
	static const unsigned char before[TPM_POLICY],
		command[] = {0x00, 0x00, 0x01, 0x7f};
	const uint32_t pcrs = TPM_REGISTERS | 1U << TPM_CLOSED;
	const unsigned char selection[] = {0, 0, 0, 1, 0x00, 0x0b, 3, (unsigned char)pcrs,
		(unsigned char)(pcrs >> 8), (unsigned char)(pcrs >> 16)};
	struct digest *values = digest_new(), *whole = digest_new();
	unsigned char value[TPM_POLICY];
	int rc = 0;

	for (unsigned pcr = 0; rc == 0 && pcr <= TPM_CLOSED; pcr++) {
		memset(value, 0, sizeof(value));
		if (TPM_REGISTERS & 1U << pcr)
			rc = read_register(root_fd, pcr, value, err);
		if (pcrs & 1U << pcr)
			digest_add(values, value, sizeof(value));
	}
	digest_end_bytes(values, value);
	digest_add(whole, before, sizeof(before));
	digest_add(whole, command, sizeof(command));
	digest_add(whole, selection, sizeof(selection));
	digest_add(whole, value, sizeof(value));
	digest_end_bytes(whole, policy);
	return rc;
}

/* The program's answer is the token. */
static int seal(const unsigned char policy[TPM_POLICY], const struct secret *key,
	struct text *token, struct error *err)
{
	autotext struct text hex = {0};

	for (size_t i = 0; i < TPM_POLICY; i++)
		text_addf(&hex, "%02x", policy[i]);
	return command_run(
		&(struct command){.argv = COMMAND(TPM_PROGRAM, "seal", text_string(&hex)),
			.secret = key,
			.output = token,
			.timeout_seconds = ANSWER_SECONDS},
		err);
}

int tpm_seal_to_start(int root_fd, struct error *err)
{
	autofree char *device = luks_device(LUKS_ROOT);
	autosecret struct secret *key = secret_new();
	autotext struct text token = {0};
	unsigned char policy[TPM_POLICY];
	int rc = 0;

	if (!device)
		rc = error_set(err, -ENODEV, "/dev/mapper/%s is not open", LUKS_ROOT);
	if (rc == 0 && !key)
		rc = error_set(err, -ENOMEM, "no memory for secrets");
	if (rc == 0)
		rc = tpm_read_key(root_fd, key, err);
	if (rc == 0)
		rc = luks_open_by(device, NULL, LUKS_TPM, key, err);
	if (rc == -EPERM)
		(void)error_set(err, rc,
			"key slot %d of %s is empty or has another key; `jefe-setup tpm off` and `on` make a new one",
			LUKS_TPM, device);
	if (rc == 0)
		rc = tpm_measured(root_fd, err);
	if (rc == 0)
		rc = tpm_policy(root_fd, policy, err);
	if (rc == 0)
		rc = seal(policy, key, &token, err);
	if (rc == 0)
		rc = luks_token_set(device, TPM_TOKEN, text_string(&token), err);
	return rc < 0 ? error_prefix(err, "sealing the key of the disk to this start")
		      : 0;
}

/* In what the kernel line makes this start another one than the next will be; NULL: in nothing. */
static const char *unlike_others(int root_fd)
{
	autofree char *line = NULL;
	autowords struct words words = {0};

	if (file_read_line(root_fd, "proc/cmdline", &line) < 0)
		return "the kernel line cannot be read";
	words_split(&words, line, " ");
	for (size_t i = 0; i < words.count; i++) {
		const char *word = words.items[i];

		if (text_starts(word, "jefe.break="))
			return "it stopped for a shell";
		if (text_starts(word, "jefe.lowered="))
			return "it lowered the level";
		if (text_starts(word, "jefe.tries=") && strcmp(word, "jefe.tries=1") != 0)
			return "the one before did not get well";
	}
	return NULL;
}

static int say_state(int root_fd, const char *what, const char *why, struct error *err)
{
	autofree char *line =
		memory_format("%s%s%s\n", what, why ? ": " : "", why ? why : "");

	return file_write(root_fd, TPM_STATE, line, strlen(line), 0600, err);
}

int tpm_confirm(int root_fd, struct error *err)
{
	autofree char *state = NULL;
	const char *unlike = unlike_others(root_fd);
	int rc;

	if (!keeper_is_on(keeper, root_fd))
		return 0;
	if (file_read_line(root_fd, TPM_STATE, &state) == 0 &&
		strcmp(state, "unlocked") == 0)
		return 0;
	if (unlike)
		return say_state(root_fd, "kept", unlike, err);
	rc = tpm_seal_to_start(root_fd, err);
	if (rc == 0)
		return say_state(root_fd, "sealed", NULL, err);
	return say_state(root_fd, "failed", err->text, &(struct error){0}) < 0 ? -EIO
									       : rc;
}

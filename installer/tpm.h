/* Unlocking the disk by a TPM 2.0: what the installation, the initramfs, the running system and the audit agree on.
 *
 * A key slot takes a key that lies below TPM_FOLDER, inside of the encrypted disk. The TPM keeps the same key, and gives it out when its
 * registers say that firmware, boot loader, boot menu, kernel and initramfs are those of the last start that got well. What it keeps is the
 * token TPM_TOKEN of the LUKS header. The initramfs closes a register, which the key depends on, too, before anything else can ask. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/base/text.h"
#include "installer/machine.h"

/* On the installed system; see keeper.h. */
#define TPM_FOLDER "etc/jefelinux/tpm"
#define TPM_TOKEN  "jefe-tpm2"
#define TPM_DEVICE "/dev/tpmrm0"
/* The program that talks to TPMs, and its name in the initramfs. */
#define TPM_PROGRAM_NAME "jefe-tpm"
#define TPM_PROGRAM      PKGLIBEXECDIR "/" TPM_PROGRAM_NAME
/* Of the running system: "unlocked", "asked: WHY" by the initramfs; "sealed", "kept: WHY", "failed: WHY" behind that. */
#define TPM_STATE "run/jefe/tpm"

/* Firmware, its drivers, boot loader, Secure Boot, GRUB's commands with the kernel line, files that GRUB read. */
#define TPM_REGISTERS (1U << 0 | 1U << 2 | 1U << 4 | 1U << 7 | 1U << 8 | 1U << 9)
enum { TPM_CLOSED = 15, TPM_POLICY = 32 };

/* Why this computer's TPM cannot unlock a disk: N_(), or NULL: it can. */
const char *tpm_why_not(const struct machine *machine);

/* Make the key, and write it below the root. */
int tpm_make_key(int root_fd, struct secret *key, struct error *err) CHECKED;
/* The key of this system. */
int tpm_read_key(int root_fd, struct secret *key, struct error *err) CHECKED;

/* Do the registers hold how this computer started? Otherwise any other kernel would get the key, too; the error tells the way out. */
int tpm_measured(int root_fd, struct error *err) CHECKED;
/* The policy of the registers as they are, had the one that is closed not been. */
int tpm_policy(int root_fd, unsigned char policy[TPM_POLICY], struct error *err) CHECKED;

/* A key that only the TPM that made this can open; no secret. */
struct tpm_sealed {
	struct text public_part, private_part;
	uint32_t pcrs; /* the registers of its policy, bit by bit */
};
void tpm_sealed_free(struct tpm_sealed *sealed);
#define autosealed __attribute__((cleanup(tpm_sealed_free)))

/* A SHA-256 out of its digits; -EINVAL: it is none. tpm_token.c. */
int tpm_digest_read(const char *hex, unsigned char digest[TPM_POLICY], struct error *err) CHECKED;
/* The token as JSON, and the other way: it lay on a disk, -EINVAL when it is none of ours. */
char *tpm_token_write(const struct tpm_sealed *sealed) CHECKED;
int tpm_token_read(const char *json, struct tpm_sealed *sealed, struct error *err) CHECKED;

/* Seal the key of the running system to how it started, and write that to the header of its disk. */
int tpm_seal_to_start(int root_fd, struct error *err) CHECKED;
/* A start got well: the same, when the TPM did not unlock it and the next one will be alike. What came of it is in TPM_STATE. */
int tpm_confirm(int root_fd, struct error *err) CHECKED;

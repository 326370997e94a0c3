/* What a TPM 2.0 does for a disk: it keeps a key, and gives it out as long as the computer starts as it did. device: "/dev/tpmrm0". */
#pragma once

#include "installer/base/error.h"
#include "installer/base/secret.h"
#include "installer/tpm.h"

/* For a start whose registers have this policy digest. */
int tpm_seal(const char *device, const struct secret *key, const unsigned char policy[TPM_POLICY], struct tpm_sealed *sealed,
	struct error *err) CHECKED;
/* -EACCES: one of them differs; -EKEYREJECTED: another TPM sealed it, or this one was
 * cleared since. */
int tpm_unseal(const char *device, const struct tpm_sealed *sealed, struct secret *key, struct error *err) CHECKED;
/* Until the next start the register differs from what it was. */
int tpm_extend(const char *device, unsigned pcr, struct error *err) CHECKED;

/* libtss2's one entrance. What travels to the TPM and back is encrypted for it, so that who listens on its wires learns no key. */
#include "installer/storage_tpm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_tcti_device.h>

#include "installer/base/memory.h"

struct tpm {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR primary, session, object; /* ESYS_TR_NONE: there is none */
};

static const TPMT_SYM_DEF cipher = {.algorithm = TPM2_ALG_AES,
	.keyBits = {.aes = 128},
	.mode = {.aes = TPM2_ALG_CFB}};

static void tpm_close(struct tpm *tpm)
{
	const ESYS_TR held[] = {tpm->object, tpm->session, tpm->primary};

	for (size_t i = 0; tpm->esys && i < LENGTH(held); i++)
		if (held[i] != ESYS_TR_NONE)
			(void)Esys_FlushContext(tpm->esys, held[i]);
	if (tpm->esys)
		Esys_Finalize(&tpm->esys);
	if (tpm->tcti)
		Tss2_Tcti_Finalize(tpm->tcti);
	free(tpm->tcti);
}

#define autotpm __attribute__((cleanup(tpm_close)))

static bool is_answer(TSS2_RC rc, TPM2_RC code)
{
	/* An answer about a parameter or a session also has its number. */
	return (rc & TSS2_RC_LAYER_MASK) == TSS2_TPM_RC_LAYER &&
	       (rc & (TPM2_RC_FMT1 | 0x3f)) == code;
}

static int tpm_error(struct error *err, TSS2_RC rc, const char *doing)
{
	if (is_answer(rc, TPM2_RC_POLICY_FAIL))
		return error_set(
			err, -EACCES, "the computer did not start as it did last");
	if (is_answer(rc, TPM2_RC_INTEGRITY))
		return error_set(
			err, -EKEYREJECTED, "the TPM was cleared, or it is another one");
	return error_set(err, -EIO, "the TPM, %s: error 0x%x", doing, (unsigned)rc);
}

/* Without words of its own on standard error. */
static int tpm_open(struct tpm *tpm, const char *device, struct error *err)
{
	size_t size = 0;
	TSS2_RC rc;

	*tpm = (struct tpm){
		.primary = ESYS_TR_NONE, .session = ESYS_TR_NONE, .object = ESYS_TR_NONE};
	(void)setenv("TSS2_LOG", "all+none", 1);
	rc = Tss2_Tcti_Device_Init(NULL, &size, device);
	if (rc == TSS2_RC_SUCCESS) {
		tpm->tcti = memory_zero(1, size);
		rc = Tss2_Tcti_Device_Init(tpm->tcti, &size, device);
	}
	if (rc != TSS2_RC_SUCCESS) {
		free(tpm->tcti);
		tpm->tcti = NULL;
		return error_set(err, -ENODEV, "there is no TPM at %s", device);
	}
	rc = Esys_Initialize(&tpm->esys, tpm->tcti, NULL);
	return rc == TSS2_RC_SUCCESS ? 0 : tpm_error(err, rc, "beginning");
}

/* The storage key that every TPM makes anew from its seed, always the same one until it is cleared: the template of the TCG. */
static int make_primary(struct tpm *tpm, struct error *err)
{
	static const TPM2B_SENSITIVE_CREATE nothing = {0};
	static const TPM2B_DATA outside = {0};
	static const TPML_PCR_SELECTION none = {0};
	static const TPM2B_PUBLIC template = {
		.publicArea = {.type = TPM2_ALG_ECC,
			       .nameAlg = TPM2_ALG_SHA256,
			       .objectAttributes = TPMA_OBJECT_FIXEDTPM |
					    TPMA_OBJECT_FIXEDPARENT |
					    TPMA_OBJECT_SENSITIVEDATAORIGIN |
					    TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA |
					    TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
			       .parameters.eccDetail = {.symmetric = {.algorithm = TPM2_ALG_AES,
							 .keyBits = {.aes = 128},
							 .mode = {.aes = TPM2_ALG_CFB}},
				.scheme = {.scheme = TPM2_ALG_NULL},
				.curveID = TPM2_ECC_NIST_P256,
				.kdf = {.scheme = TPM2_ALG_NULL}}}
        };
	TSS2_RC rc = Esys_CreatePrimary(tpm->esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD,
		ESYS_TR_NONE, ESYS_TR_NONE, &nothing, &template, &outside, &none,
		&tpm->primary, NULL, NULL, NULL, NULL);

	return rc == TSS2_RC_SUCCESS ? 0 : tpm_error(err, rc, "making its storage key");
}

/* Its secret is known to the storage key alone. */
static int start_session(
	struct tpm *tpm, TPM2_SE type, TPMA_SESSION attributes, struct error *err)
{
	TSS2_RC rc = Esys_StartAuthSession(tpm->esys, tpm->primary, ESYS_TR_NONE,
		ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL, type, &cipher,
		TPM2_ALG_SHA256, &tpm->session);

	if (rc == TSS2_RC_SUCCESS)
		rc = Esys_TRSess_SetAttributes(tpm->esys, tpm->session,
			attributes | TPMA_SESSION_CONTINUESESSION, 0xff);
	return rc == TSS2_RC_SUCCESS ? 0 : tpm_error(err, rc, "beginning a session");
}

static int begin(struct tpm *tpm, const char *device, TPM2_SE type,
	TPMA_SESSION attributes, struct error *err)
{
	int rc = tpm_open(tpm, device, err);

	if (rc == 0)
		rc = make_primary(tpm, err);
	return rc < 0 ? rc : start_session(tpm, type, attributes, err);
}

static TSS2_RC take_parts(const TPM2B_PUBLIC *public, const TPM2B_PRIVATE *private,
	struct tpm_sealed *sealed)
{
	uint8_t bytes[sizeof(TPM2B_PUBLIC) + sizeof(TPM2B_PRIVATE)];
	size_t size = 0;
	TSS2_RC rc = Tss2_MU_TPM2B_PUBLIC_Marshal(public, bytes, sizeof(bytes), &size);

	if (rc == TSS2_RC_SUCCESS) {
		text_add_bytes(&sealed->public_part, (const char *)bytes, size);
		size = 0;
		rc = Tss2_MU_TPM2B_PRIVATE_Marshal(private, bytes, sizeof(bytes), &size);
	}
	if (rc == TSS2_RC_SUCCESS)
		text_add_bytes(&sealed->private_part, (const char *)bytes, size);
	return rc;
}

static TSS2_RC create(struct tpm *tpm, const struct secret *key,
	const unsigned char policy[TPM_POLICY], struct tpm_sealed *sealed)
{
	static const TPM2B_DATA outside = {0};
	static const TPML_PCR_SELECTION none = {0};
	TPM2B_SENSITIVE_CREATE sensitive = {
		.sensitive.data.size = (UINT16)secret_size(key)};
	TPM2B_PUBLIC template = {
		.publicArea = {.type = TPM2_ALG_KEYEDHASH,
			       .nameAlg = TPM2_ALG_SHA256,
			       .objectAttributes = TPMA_OBJECT_FIXEDTPM |
					    TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_NODA,
			       .authPolicy = {.size = TPM_POLICY},
			       .parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL}
        };
	TPM2B_PRIVATE *private = NULL;
	TPM2B_PUBLIC *public = NULL;
	TSS2_RC rc;

	memcpy(sensitive.sensitive.data.buffer, secret_bytes(key), secret_size(key));
	memcpy(template.publicArea.authPolicy.buffer, policy, TPM_POLICY);
	rc = Esys_Create(tpm->esys, tpm->primary, ESYS_TR_PASSWORD, tpm->session,
		ESYS_TR_NONE, &sensitive, &template, &outside, &none, &private, &public,
		NULL, NULL, NULL);
	explicit_bzero(&sensitive, sizeof(sensitive));
	if (rc == TSS2_RC_SUCCESS)
		rc = take_parts(public, private, sealed);
	Esys_Free(private);
	Esys_Free(public);
	return rc;
}

int tpm_seal(const char *device, const struct secret *key,
	const unsigned char policy[TPM_POLICY], struct tpm_sealed *sealed,
	struct error *err)
{
	autotpm struct tpm tpm = {0};
	TSS2_RC answer;
	int rc;

	if (secret_size(key) > TPM2_MAX_SYM_DATA)
		return error_set(err, -EFBIG, "sealing a key: a TPM takes %d bytes",
			TPM2_MAX_SYM_DATA);
	rc = begin(&tpm, device, TPM2_SE_HMAC, TPMA_SESSION_DECRYPT, err);
	if (rc < 0)
		return rc;
	answer = create(&tpm, key, policy, sealed);
	return answer == TSS2_RC_SUCCESS ? 0 : tpm_error(err, answer, "sealing the key");
}

/* -EINVAL: the bytes, which lay on a disk, are none of ours. */
static int load(struct tpm *tpm, const struct tpm_sealed *sealed, struct error *err)
{
	TPM2B_PUBLIC public = {0};
	TPM2B_PRIVATE private = {0};
	size_t read = 0;
	TSS2_RC rc = Tss2_MU_TPM2B_PUBLIC_Unmarshal(
		(const uint8_t *)text_string(&sealed->public_part),
		sealed->public_part.size, &read, &public);

	if (rc == TSS2_RC_SUCCESS) {
		read = 0;
		rc = Tss2_MU_TPM2B_PRIVATE_Unmarshal(
			(const uint8_t *)text_string(&sealed->private_part),
			sealed->private_part.size, &read, &private);
	}
	if (rc != TSS2_RC_SUCCESS)
		return error_set(err, -EINVAL, "what the TPM sealed is damaged");
	rc = Esys_Load(tpm->esys, tpm->primary, ESYS_TR_PASSWORD, ESYS_TR_NONE,
		ESYS_TR_NONE, &private, &public, &tpm->object);
	return rc == TSS2_RC_SUCCESS ? 0 : tpm_error(err, rc, "loading the key");
}

static int satisfy(struct tpm *tpm, uint32_t pcrs, struct error *err)
{
	static const TPM2B_DIGEST as_they_are = {0};
	const TPML_PCR_SELECTION selection = {.count = 1,
		.pcrSelections = {{.hash = TPM2_ALG_SHA256,
			.sizeofSelect = 3,
			.pcrSelect = {
				(BYTE)pcrs, (BYTE)(pcrs >> 8), (BYTE)(pcrs >> 16)}}}};
	TSS2_RC rc = Esys_PolicyPCR(tpm->esys, tpm->session, ESYS_TR_NONE, ESYS_TR_NONE,
		ESYS_TR_NONE, &as_they_are, &selection);

	return rc == TSS2_RC_SUCCESS ? 0 : tpm_error(err, rc, "comparing its registers");
}

int tpm_unseal(const char *device, const struct tpm_sealed *sealed, struct secret *key,
	struct error *err)
{
	autotpm struct tpm tpm = {0};
	TPM2B_SENSITIVE_DATA *data = NULL;
	TSS2_RC answer;
	int rc = begin(&tpm, device, TPM2_SE_POLICY, TPMA_SESSION_ENCRYPT, err);

	if (rc == 0)
		rc = load(&tpm, sealed, err);
	if (rc == 0)
		rc = satisfy(&tpm, sealed->pcrs, err);
	if (rc < 0)
		return rc;
	answer = Esys_Unseal(
		tpm.esys, tpm.object, tpm.session, ESYS_TR_NONE, ESYS_TR_NONE, &data);
	if (answer != TSS2_RC_SUCCESS)
		return tpm_error(err, answer, "giving the key out");
	rc = secret_append(key, (const char *)data->buffer, data->size, err);
	explicit_bzero(data, sizeof(*data));
	Esys_Free(data);
	return rc;
}

int tpm_extend(const char *device, unsigned pcr, struct error *err)
{
	static const char word[] = "jefe: the disk was asked for";
	autotpm struct tpm tpm = {0};
	TPML_DIGEST_VALUES values = {
		.count = 1, .digests = {{.hashAlg = TPM2_ALG_SHA256}}};
	TSS2_RC answer;
	int rc = tpm_open(&tpm, device, err);

	if (rc < 0)
		return rc;
	memcpy(values.digests[0].digest.sha256, word, sizeof(word));
	answer = Esys_PCR_Extend(tpm.esys, ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD,
		ESYS_TR_NONE, ESYS_TR_NONE, &values);
	return answer == TSS2_RC_SUCCESS ? 0
					 : tpm_error(err, answer, "closing a register");
}

/* A key slot for the TPM. What the TPM needs to know of a start only the first start of the new system tells. */
#include <errno.h>

#include "installer/base/memory.h"
#include "installer/run.h"
#include "installer/steps/steps.h"
#include "installer/storage.h"
#include "installer/tpm.h"

static void tpm_describe(const struct recipe *recipe, struct text *to)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);

	text_addf(to,
		"make a key of 256 bits: /%s, which is inside of the encrypted disk\n",
		TPM_FOLDER);
	text_addf(to, "%s: key slot %d takes it\n", device, LUKS_TPM);
	text_add(to,
		"the TPM gets it from the new system, when its first start got well\n");
}

/* What an interrupted run put there, or the system that is replaced. A volume that is kept may also have a key of somebody else there. */
static int clear_slot(const struct recipe *recipe, const char *device, struct error *err)
{
	autofree char *token = NULL;
	int rc = luks_token_get(device, TPM_TOKEN, &token, err);

	if (rc < 0 || (recipe->layout.keeps && !token))
		return rc;
	rc = luks_remove_key(device, LUKS_TPM, err);
	return rc < 0 ? rc : luks_token_set(device, TPM_TOKEN, NULL, err);
}

static int tpm_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);
	autosecret struct secret *key = secret_new();
	int rc = key ? clear_slot(recipe, device, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = tpm_make_key(run->target_fd, key, err);
	if (rc == 0)
		rc = luks_add_key(device, LUKS_TPM, run->secrets->passphrase, key, err);
	if (rc != -EEXIST)
		return rc;
	events_warn(run->events, "the TPM will not unlock the disk: %s", err->text);
	return tpm_forget_key(run->target_fd, err);
}

const struct step_ops step_tpm = {.id = "tpm", .describe = tpm_describe, .run = tpm_run};

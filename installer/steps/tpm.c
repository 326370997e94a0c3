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

/* Also after a run that was interrupted here: nothing but this puts a key there. */
static int tpm_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);
	autosecret struct secret *key = secret_new();
	int rc = key ? luks_remove_key(device, LUKS_TPM, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = tpm_make_key(run->target_fd, key, err);
	return rc < 0 ? rc
		      : luks_add_key(
				device, LUKS_TPM, run->secrets->passphrase, key, err);
}

const struct step_ops step_tpm = {.id = "tpm", .describe = tpm_describe, .run = tpm_run};

/* Key slots for the devices that keep a key of the disk: a TPM, and a security key. */
#include "installer/keeper.h"

#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/fido2.h"
#include "installer/run.h"
#include "installer/steps/steps.h"
#include "installer/storage.h"
#include "installer/tpm.h"

/* What an interrupted run put there, or the system that is replaced. A volume that is kept may also have a key of somebody else there. */
static int clear_slot(const struct recipe *recipe, const struct keeper *keeper,
	const char *device, struct error *err)
{
	autofree char *token = NULL;
	int rc = luks_token_get(device, keeper->token, &token, err);

	if (rc < 0 || (recipe->layout.keeps && !token))
		return rc;
	return keeper_clear(keeper, device, err);
}

/* A key slot that is somebody's is left alone, and the system asks for the passphrase. */
static int add_key(const struct recipe *recipe, struct run *run,
	const struct keeper *keeper, const struct secret *key, struct error *err)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);
	int rc = clear_slot(recipe, keeper, device, err);

	return rc < 0 ? rc
		      : luks_add_key(
				device, keeper->slot, run->secrets->passphrase, key, err);
}

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

/* What the TPM needs to know of a start only the first start of the new system tells. */
static int tpm_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct keeper *keeper = &keepers[KEEPER_TPM];
	autosecret struct secret *key = secret_new();
	int rc = key ? tpm_make_key(run->target_fd, key, err)
		     : error_set(err, -ENOMEM, "no memory for secrets");

	if (rc == 0)
		rc = add_key(recipe, run, keeper, key, err);
	if (rc != -EEXIST)
		return rc;
	events_warn(run->events, "the TPM will not unlock the disk: %s", err->text);
	return keeper_forget(keeper, run->target_fd, err);
}

const struct step_ops step_tpm = {.id = "tpm", .describe = tpm_describe, .run = tpm_run};

static void enrol_describe(const struct recipe *recipe, struct text *to)
{
	(void)recipe;
	text_addf(to,
		"the one security key that is plugged in makes a credential for %s, and derives a secret from it: it is to be touched twice\n",
		FIDO2_PARTY);
}

static void tell_person(void *context, const char *line)
{
	events_note(context, "%s", line);
}

/* Before anything is written: whoever has no such key with him has lost nothing yet. */
static int enrol_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct fido2_teller teller = {.tell = tell_person, .context = run->events};

	(void)recipe;
	return fido2_enrol(run->secrets->fido2_pin, &teller, &run->security_key, err);
}

const struct step_ops step_enrol = {
	.id = "enrol", .describe = enrol_describe, .run = enrol_run};

static void fido2_describe(const struct recipe *recipe, struct text *to)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);

	text_addf(to,
		"%s: key slot %d takes the secret of the security key, and the token %s tells what it was derived from\n",
		device, LUKS_FIDO2, FIDO2_TOKEN);
	text_addf(to, "write the name of the security key: /%s\n",
		keepers[KEEPER_FIDO2].file);
}

static int fido2_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct keeper *keeper = &keepers[KEEPER_FIDO2];
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);
	autofree char *line = memory_format("%s\n", run->security_key.name);
	int rc = add_key(recipe, run, keeper, run->security_key.key, err);

	if (rc == -EEXIST) {
		events_warn(run->events, "the security key will not unlock the disk: %s",
			err->text);
		return 0;
	}
	if (rc == 0)
		rc = luks_token_set(device, keeper->token, run->security_key.token, err);
	if (rc == 0)
		rc = keeper_remember(keeper, run->target_fd, line, strlen(line), err);
	return rc;
}

const struct step_ops step_fido2 = {
	.id = "fido2", .describe = fido2_describe, .run = fido2_run};

#include "installer/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/fido2.h"
#include "installer/storage.h"
#include "installer/tpm.h"

const struct keeper keepers[] = {
	[KEEPER_TPM] = {.name = "tpm",
			.slot = LUKS_TPM,
			.token = TPM_TOKEN,
			.folder = TPM_FOLDER,
			.file = TPM_FOLDER "/key",
			.program = TPM_PROGRAM,
			.library = "libtss2",
			.state = TPM_STATE  },
	[KEEPER_FIDO2] = {.name = "fido2",
			.slot = LUKS_FIDO2,
			.token = FIDO2_TOKEN,
			.folder = FIDO2_FOLDER,
			.file = FIDO2_FOLDER "/name",
			.program = FIDO2_PROGRAM,
			.library = "libfido2",
			.state = FIDO2_STATE},
};

bool keeper_is_on(const struct keeper *keeper, int root_fd)
{
	return file_exists(root_fd, keeper->folder);
}

int keeper_possible(const struct keeper *keeper, int root_fd, struct error *err)
{
	autoclose int root =
		root_fd == AT_FDCWD ? file_open_root("/", err) : dup(root_fd);

	if (root < 0)
		return -EIO;
	return file_exists(root, keeper->program)
		       ? 0
		       : error_set(err, -ENOENT,
				 "%s is not there, which unlocking by this device needs: jefe-setup was built without %s",
				 keeper->program, keeper->library);
}

int keeper_remember(const struct keeper *keeper, int root_fd, const char *bytes,
	size_t size, struct error *err)
{
	int rc = file_make_dirs(root_fd, keeper->folder, 0700, err);

	return rc < 0 ? rc : file_write(root_fd, keeper->file, bytes, size, 0600, err);
}

int keeper_forget(const struct keeper *keeper, int root_fd, struct error *err)
{
	int rc = file_remove(root_fd, keeper->file, err);

	if (rc == 0 && keeper_is_on(keeper, root_fd) &&
		unlinkat(root_fd, keeper->folder, AT_REMOVEDIR) < 0)
		rc = error_errno(err, -errno, "removing /%s", keeper->folder);
	return rc;
}

int keeper_clear(const struct keeper *keeper, const char *device, struct error *err)
{
	int rc = luks_remove_key(device, keeper->slot, err);

	return rc < 0 ? rc : luks_token_set(device, keeper->token, NULL, err);
}

/* Opening and closing: the encrypted volume, its header, and the mounts. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/recover/operation.h"
#include "installer/storage.h"

static void unlock_describe(const struct operation *operation, struct text *to)
{
	text_addf(to,
		"unlock %s as /dev/mapper/%s with the passphrase or the recovery key\n",
		operation->from, RECOVER_MAPPING);
}

static int lock(void *argument, struct error *err)
{
	(void)argument;
	return luks_close(RECOVER_MAPPING, err);
}

static int unlock_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = luks_open(operation->from, RECOVER_MAPPING, recover->secret, err);

	if (rc == 0)
		releases_push(
			recover->releases, "closing the encrypted volume", lock, NULL);
	return rc;
}

const struct operation_ops operation_unlock = {
	.describe = unlock_describe, .run = unlock_run, .opens = true};

static void lock_describe(const struct operation *operation, struct text *to)
{
	(void)operation;
	text_addf(to, "close /dev/mapper/%s\n", RECOVER_MAPPING);
}

static int lock_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	(void)operation;
	(void)recover;
	return lock(NULL, err);
}

const struct operation_ops operation_lock = {.describe = lock_describe, .run = lock_run};

/* Mounts. */

static void mount_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "mount %s on %s: %s, %s\n", operation->from, operation->to,
		operation->type, operation->options);
}

/* A link in a damaged system must not lead the mount out of it; only the first folder is ours to make. */
int recover_prepare_dir(const char *dir, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	struct stat st;
	int rc = root < 0 ? root : 0;

	if (rc == 0 && text_equal(dir, RECOVER_DIR))
		rc = file_make_dirs(root, dir, 0755, err);
	if (rc < 0)
		return rc;
	if (lstat(dir, &st) < 0)
		return error_errno(err, -errno, "looking at %s", dir);
	return S_ISDIR(st.st_mode) ? 0 : error_set(err, -ENOTDIR, "%s is no folder", dir);
}

static int mount_now(const struct operation *operation, struct error *err)
{
	int rc = recover_prepare_dir(operation->to, err);

	return rc < 0 ? rc
		      : fs_mount(operation->from, operation->to, operation->type,
				operation->options, err);
}

static int unmount(void *argument, struct error *err)
{
	const struct operation *operation = argument;

	return fs_unmount(operation->to, err);
}

static int mount_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = mount_now(operation, err);

	if (rc == 0)
		releases_push(
			recover->releases, "unmounting the system", unmount, operation);
	return rc;
}

const struct operation_ops operation_mount = {
	.describe = mount_describe, .run = mount_run};

static void unmount_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "unmount %s\n", operation->to);
}

static int mount_again(void *argument, struct error *err)
{
	return mount_now(argument, err);
}

static int unmount_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	int rc = unmount(operation, err);

	if (rc == -EBUSY)
		return error_prefix(err,
			"something still uses it, perhaps a shell on another console");
	if (rc == 0 && operation->from)
		releases_push(recover->releases, "mounting the system as it was",
			mount_again, operation);
	return rc;
}

const struct operation_ops operation_unmount = {
	.describe = unmount_describe, .run = unmount_run};

/* The header of the encrypted volume, without which no key opens it. */

static void header_save_describe(const struct operation *operation, struct text *to)
{
	text_addf(
		to, "copy the LUKS header of %s to %s\n", operation->from, operation->to);
}

static int header_save_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	(void)recover;
	return luks_header_save(operation->from, operation->to, err);
}

const struct operation_ops operation_header_save = {
	.describe = header_save_describe, .run = header_save_run};

static void header_restore_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "replace the LUKS header of %s, with all its key slots, by %s\n",
		operation->from, operation->to);
}

static int header_restore_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	(void)recover;
	return luks_header_restore(operation->from, operation->to, err);
}

const struct operation_ops operation_header_restore = {
	.describe = header_restore_describe, .run = header_restore_run};

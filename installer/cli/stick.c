/* jefe-setup stick: a file that the live system would forget goes to a stick. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/journal.h"
#include "installer/live/fetch.h"
#include "installer/machine.h"
#include "installer/storage.h"

#define STICK RUN_DIR "/stick"

enum { INPUT_MAX = 64 << 20 };

/* It may be the disk that somebody installs on, by a slip. */
static int check_device(const char *device, struct error *err)
{
	automachine struct machine *machine = NULL;

	if (machine_probe(&machine, err) < 0)
		return err->code;
	for (size_t i = 0; i < machine->disk_count; i++)
		for (size_t n = 0; n < machine->disks[i].content_count; n++)
			if (text_equal(machine->disks[i].contents[n].path, device))
				return disk_is_stick(&machine->disks[i])
					       ? 0
					       : error_set(err, -EINVAL,
							 "%s is on no stick that is free (USB or removable, not mounted, not the medium)",
							 device);
	return error_set(err, -ENOENT, "there is no %s", device);
}

static int check_name(const char *name, struct error *err)
{
	return !*name || *name == '.' || strchr(name, '/')
		       ? error_set(err, -EINVAL, "%s: a name without / is needed", name)
		       : 0;
}

static int put(int root, const char *name, const char *header, struct error *err)
{
	autofree char *path = memory_format(STICK "/%s", name);
	autotext struct text text = {0};
	int rc;

	if (file_exists(root, name))
		return error_set(err, -EEXIST,
			"there is a file %s on it already; take another name", name);
	if (header)
		return luks_header_save(header, path, err);
	rc = file_read_argument("-", INPUT_MAX, &text, err);
	return rc < 0 ? rc
		      : file_write(root, name, text_string(&text), text.size, 0600, err);
}

/* Mounted for this program alone: nothing stays when it is killed. */
static int save(
	const char *device, const char *name, const char *header, struct error *err)
{
	autoclose int root = -1;
	int rc;

	if (unshare(CLONE_NEWNS) < 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, -errno, "mounting %s for this program", device);
	rc = fetch_mount(device, STICK, 0, err);
	if (rc < 0)
		return rc;
	root = open(STICK, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = root < 0 ? error_errno(err, -errno, "opening " STICK)
		      : put(root, name, header, err);
	if (rc == 0 && syncfs(root) < 0)
		rc = error_errno(err, -errno, "writing to %s", device);
	if (root >= 0)
		(void)close(root);
	root = -1;
	if (umount2(STICK, 0) < 0 && rc == 0)
		rc = error_errno(err, -errno, "unmounting %s", device);
	return rc;
}

int cli_stick(int argc, char **argv)
{
	const char *header =
		argc == 5 && text_equal(argv[3], "--header") ? argv[4] : NULL;
	struct error err = {0};
	int rc;

	if (argc != 3 && !header)
		return cli_usage(argv[0], "takes a device, a name, and perhaps --header");
	rc = check_name(argv[2], &err);
	if (rc == 0)
		rc = check_device(argv[1], &err);
	if (rc == 0)
		rc = save(argv[1], argv[2], header, &err);
	return rc < 0 ? cli_fail(argv[0], EXIT_PROBLEMS, &err) : EXIT_DONE;
}

/* Mirrors, by mdadm. It reads no configuration, so arrays of other systems are none of its business. */
#include "installer/storage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { MEMBERS_MAX = 2, OPTIONS = 16 };

/* --homehost=any: on any computer it is as if made there. --metadata=1.2 is what GRUB reads and what lies at the start of a member, so
 * that its content is not taken for a file system of its own. With a bitmap a member that was away is equal again within seconds. */
int md_make(const char *device, const char *name, uint64_t start_bytes,
	const char *const *members, size_t count, struct error *err)
{
	autofree char *number = memory_format("--raid-devices=%zu", count);
	autofree char *named = memory_format("--name=%s", name);
	autofree char *start = memory_format(
		"--data-offset=%lluK", (unsigned long long)(start_bytes >> 10));
	const char *argv[OPTIONS + MEMBERS_MAX] = {"mdadm", "--create", device, "--quiet",
		"--run", "--config=none", "--level=1", number, named, "--homehost=any",
		"--metadata=1.2", "--bitmap=internal", start};
	size_t end = 0;

	while (argv[end])
		end++;
	for (size_t i = 0; i < count && i < MEMBERS_MAX; i++)
		argv[end++] = members[i];
	if (command_run(&(struct command){.argv = argv}, err) < 0 ||
		storage_wait(device, err) < 0)
		return error_prefix(err, "making a mirror of %s and others", members[0]);
	return 0;
}

int md_open(const char *device, const char *uuid, struct error *err)
{
	autofree char *wanted = memory_format("--uuid=%s", uuid);

	if (command_run(&(struct command){.argv = COMMAND("mdadm", "--assemble", device,
						  "--quiet", "--run",
						  "--config=partitions", wanted)},
		    err) < 0 ||
		storage_wait(device, err) < 0)
		return error_prefix(err, "opening the mirror %s", uuid);
	return 0;
}

/* Without udev the link to it stays, and would lead to the next array of that number. */
int md_close(const char *device, struct error *err)
{
	int rc = command_run(
		&(struct command){.argv = COMMAND("mdadm", "--stop", "--quiet", device)},
		err);

	if (rc < 0)
		return error_prefix(err, "closing the mirror %s", device);
	return unlink(device) < 0 && errno != ENOENT
		       ? error_errno(err, -errno, "removing %s", device)
		       : 0;
}

bool md_is_whole(const char *device)
{
	autofree char *node = realpath(device, NULL);
	autofree char *path = node ? memory_format("/sys/class/block/%s/md/degraded",
					     strrchr(node, '/') + 1)
				   : NULL;
	autofree char *line = NULL;
	autoclose int root = file_open_root("/", NULL);

	return path && root >= 0 && file_read_line(root, path, &line) == 0 &&
	       text_equal(line, "0");
}

#include "installer/unlock.h"

#include <errno.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

// clang-format off
const struct unlock_file unlock_files[] = {
	[UNLOCK_KEYS]     = {UNLOCK_FOLDER "/authorized_keys", "root/.ssh/authorized_keys"},
	[UNLOCK_NETWORK]  = {UNLOCK_FOLDER "/network",         "etc/unlock/network"},
	[UNLOCK_HOST_KEY] = {UNLOCK_FOLDER "/host_key",        "etc/unlock/host_key"},
};
// clang-format on

bool unlock_is_on(int root_fd)
{
	return file_exists(root_fd, UNLOCK_FOLDER);
}

int unlock_possible(int root_fd, struct error *err)
{
	static const char *const programs[] = {"dropbear", "dropbearkey"};

	for (size_t i = 0; i < LENGTH(programs); i++)
		if (!command_exists(root_fd, programs[i]))
			return error_set(err, -ENOENT,
				"the program %s is not installed, which unlocking over SSH needs: install Dropbear, or set disk.remote_unlock to false",
				programs[i]);
	return 0;
}

/* dropbearkey prints the public half among other lines. */
int unlock_make_host_key(const char *path, char **line, struct error *err)
{
	autotext struct text output = {0};
	autowords struct words lines = {0};

	if (command_run(&(struct command){.argv = COMMAND("dropbearkey", "-t", "ed25519",
						  "-f", path),
				.output = &output,
				.timeout_seconds = 60},
		    err) < 0)
		return error_prefix(err, "making the host key %s", path);
	words_split(&lines, text_string(&output), "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (text_starts(lines.items[i], "ssh-ed25519 ")) {
			*line = memory_copy_text(lines.items[i]);
			return 0;
		}
	return error_set(err, -EPROTO, "dropbearkey said no public key");
}

int unlock_check(int root_fd, struct error *err)
{
	for (unsigned i = 0; i < UNLOCK_FILES; i++)
		if (!file_exists(root_fd, unlock_files[i].path))
			return error_set(err, -ENOENT,
				"unlocking over SSH needs /%s, which is not there; jefe-setup(8) tells how to make it, or remove /" UNLOCK_FOLDER,
				unlock_files[i].path);
	return 0;
}

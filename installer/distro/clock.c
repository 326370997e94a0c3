/* The servers that the clock follows, in chrony's own configuration. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

static const char path[] = "etc/chrony/chrony.conf";

enum { CONFIG_MAX = 1 << 20 };

/* Lines that name servers, or a folder in which DHCP does: "pool …", "server …", "sourcedir /run/chrony-dhcp". */
static bool names_servers(const char *line)
{
	static const char *const words[] = {"pool", "server", "peer", "sourcedir"};
	size_t size = strcspn(line, " \t");

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strlen(words[i]) == size && strncmp(line, words[i], size) == 0)
			return true;
	return false;
}

int clock_set_servers(int root_fd, const struct answers *answers, struct error *err)
{
	const struct words *servers = &answers->time.servers;
	autotext struct text old = {0}, text = {0};
	autowords struct words lines = {0};
	int rc;

	if (!servers->count)
		return 0;
	rc = file_read(root_fd, path, CONFIG_MAX, &old, err);
	if (rc == -ENOENT)
		return error_set(err, rc,
			"time servers: the new system has no /%s, as chrony is not among its packages",
			path);
	if (rc < 0)
		return error_prefix(err, "time servers");
	text_add(&text, "# The servers were chosen when the system was installed.\n");
	for (size_t i = 0; i < servers->count; i++)
		text_addf(&text, "server %s iburst%s\n", servers->items[i],
			answers->time.nts ? " nts" : "");
	words_split(&lines, text_string(&old), "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (!names_servers(lines.items[i]))
			text_addf(&text, "%s\n", lines.items[i]);
	return file_write(root_fd, path, text.data, text.size, 0644, err);
}

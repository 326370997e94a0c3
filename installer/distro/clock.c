/* The servers that the clock follows, in chrony's own configuration. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

static const char path[] = "etc/chrony/chrony.conf";

enum { CONFIG_MAX = 1 << 20 };

static bool is_directive(const char *line, const char *name)
{
	size_t size = strcspn(line, " \t");

	return strlen(name) == size && strncmp(line, name, size) == 0;
}

/* Lines that name servers, or a folder in which DHCP does: "pool …", "server …", "sourcedir /run/chrony-dhcp". */
static bool names_servers(const char *line)
{
	static const char *const words[] = {"pool", "server", "peer", "sourcedir"};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (is_directive(line, words[i]))
			return true;
	return false;
}

/* Alpine's file names the pool once more, for the first step: "initstepslew 10 pool.ntp.org". What took its place names none. */
static void keep_line(struct text *text, const char *line)
{
	if (is_directive(line, "initstepslew"))
		text_add(text, "makestep 1 3\n");
	else if (!names_servers(line))
		text_addf(text, "%s\n", line);
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
		keep_line(&text, lines.items[i]);
	return file_write(root_fd, path, text.data, text.size, 0644, err);
}

/* The proxy by which the installed system reaches others. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

int proxy_write(int root_fd, const char *proxy, struct error *err)
{
	/* Checked by valid_proxy(): nothing in it means anything to a shell. */
	autofree char *profile = memory_format(
		"# Written by jefe-setup (network.proxy).\n"
		"http_proxy=%s\nhttps_proxy=%s\nno_proxy=localhost,127.0.0.1,::1\n"
		"export " PROXY_VARIABLES "\n",
		proxy, proxy);
	int rc = file_make_dirs(root_fd, "etc/profile.d", 0755, err);

	if (rc == 0)
		rc = file_write(
			root_fd, PROXY_PROFILE, profile, strlen(profile), 0644, err);
	return rc;
}

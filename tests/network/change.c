/* A change of the packet filter under watch, as `jefe-setup harden` does it, and nothing besides: for the root "/" of a namespace.
 * Usage: change SECONDS applied|failed|killed|same, change confirm. Prints whether it waits for a confirmation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/controls/kinds.h"
#include "installer/controls/rollback.h"
#include "installer/distro/distro.h"

static int fail(const struct error *err)
{
	(void)fprintf(stderr, "change: %s\n", err->text);
	return 1;
}

/* The new rules lie beside the old ones. */
static int load_new(const struct control_scope *scope, struct error *err)
{
	autosite struct site site = {.scope = scope};
	int rc = file_copy(scope->root_fd, "etc/jefelinux/new.nft", scope->root_fd,
		"etc/jefelinux/firewall.nft", err);

	return rc < 0 ? rc : kind_firewall.activate(&site, err);
}

int main(int argc, char **argv)
{
	struct error err = {0};
	struct rollback *rollback = NULL;
	struct control_scope scope = {.running = true};
	unsigned seconds = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

	if (argc == 2 && strcmp(argv[1], "confirm") == 0)
		return rollback_confirm(&err) < 0 ? fail(&err) : 0;
	scope.root_fd = file_open_root("/", &err);
	if (!seconds || scope.root_fd < 0 ||
		distro_detect(scope.root_fd, &scope.distro, &err) < 0 ||
		rollback_begin(&scope, seconds, &rollback, &err) < 0)
		return fail(&err);
	if (strcmp(argv[2], "same") != 0 && load_new(&scope, &err) < 0)
		return fail(&err);
	if (strcmp(argv[2], "killed") == 0)
		_exit(0);
	(void)printf("%s\n", rollback_end(rollback, strcmp(argv[2], "failed") != 0)
				     ? "waits"
				     : "done");
	return 0;
}

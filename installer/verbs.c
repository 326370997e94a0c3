#include "installer/verbs.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static int run(const struct verb *verb, char **arguments, FILE *why, const char *before)
{
	struct error err = {0};

	if (verb->run(arguments, &err) == 0)
		return fflush(stdout) == 0 ? 0 : 1;
	(void)fprintf(why, "%s%s\n", before, err.text);
	return 1;
}

int verbs_run(const struct verb *verbs, size_t count, unsigned seconds, FILE *why,
	const char *before, int argc, char **argv)
{
	/* Libraries keep what passes through them in memory of their own. */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)alarm(seconds);
	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(argv[1], verbs[i].name) == 0 && argc == verbs[i].arguments + 2)
			return run(&verbs[i], argv + 2, why, before);
	return -1;
}

#include "screens/answers_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

int answers_file_temporary(const char *yaml, char **path, struct error *err)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	autofree char *name = memory_format(
		"%s/jefe-answers.XXXXXX", dir && *dir == '/' ? dir : "/tmp");
	autoclose int fd = mkostemp(name, O_CLOEXEC);
	int rc;

	if (fd < 0)
		return error_errno(err, -errno, "making %s", name);
	rc = file_write_all(fd, yaml, strlen(yaml), err);
	if (rc < 0) {
		(void)unlink(name);
		return rc;
	}
	*path = memory_copy_text(name);
	return 0;
}

static void adopt_secret(struct secret_source *source)
{
	if (source->origin == SECRET_FD)
		*source = (struct secret_source){.origin = SECRET_PROMPT,
			.path = source->path,
			.literal = source->literal};
}

void answers_file_adopt(struct answers *answers)
{
	answers->disk.erase = ERASE_NONE;
	adopt_secret(&answers->disk.passphrase);
	adopt_secret(&answers->disk.recovery_key);
	adopt_secret(&answers->disk.us_passphrase);
	adopt_secret(&answers->disk.fido2_pin);
	for (size_t i = 0; i < answers->user_count; i++)
		adopt_secret(&answers->users[i].password);
}

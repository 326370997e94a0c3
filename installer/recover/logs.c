/* What is worth taking along from a system that does not start. */
#include <fcntl.h>
#include <sys/stat.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/recover/operation.h"

enum { FOLDERS_DEEP = 4 };

/* Files of the installation by name: the folder beside them keeps copies of /etc, which are nobody else's business. */
static const char *const records[] = {"var/lib/jefelinux/answers.yaml",
	"var/lib/jefelinux/journal.jsonl", "var/lib/jefelinux/manifest.json",
	"var/lib/jefelinux/plan.txt", "etc/fstab", "etc/jefelinux/boot",
	"etc/jefelinux/cmdline", "etc/jefelinux/policy.yaml", "boot/grub/grub.cfg"};

static mode_t mode_of(int root, const char *path)
{
	autoclose int fd = file_open(root, path, O_PATH | O_NOFOLLOW, 0, NULL);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_mode : 0;
}

static int add_folder(
	int root, const char *folder, int deep, struct words *paths, struct error *err)
{
	autowords struct words names = {0};
	int rc = file_list(root, folder, true, &names, err);

	for (size_t i = 0; rc == 0 && i < names.count; i++) {
		autofree char *path = memory_format("%s/%s", folder, names.items[i]);
		mode_t mode = mode_of(root, path);

		if (S_ISREG(mode))
			words_add(paths, path);
		else if (S_ISDIR(mode) && deep > 0)
			rc = add_folder(root, path, deep - 1, paths, err);
	}
	return rc;
}

int recover_log_files(struct words *paths, struct error *err)
{
	autoclose int root = file_open_root(RECOVER_DIR, err);

	if (root < 0)
		return root;
	for (size_t i = 0; i < LENGTH(records); i++)
		if (S_ISREG(mode_of(root, records[i])))
			words_add(paths, records[i]);
	return add_folder(root, "var/log", FOLDERS_DEEP, paths, err);
}

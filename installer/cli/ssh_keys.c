/* jefe-setup ssh-keys: the public keys in a file, on a stick or at an address, for the wizard to show and the operator to confirm. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "installer/answers_valid.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/journal.h"
#include "installer/live/fetch.h"
#include "installer/machine.h"
#include "installer/ssh_key.h"

#define STICK RUN_DIR "/key-medium"

enum { KEYS_MAX = 64 * 1024 };

/* Whole lines that are keys we accept; anything else in a file of keys is told, not taken. */
static void take_keys(const char *text, const char *where, struct words *keys)
{
	autowords struct words lines = {0};

	words_split(&lines, text, "\r\n");
	for (size_t i = 0; i < lines.count; i++) {
		autotext struct text why_not = {0};
		const char *line = lines.items[i];

		if (*line == '#')
			continue;
		if (!ssh_key_valid(line, &why_not))
			(void)fprintf(stderr, "jefe-setup: %s: %s\n", where,
				text_string(&why_not));
		else if (!words_contain(keys, line))
			words_add(keys, line);
	}
}

static int take_file(int root, const char *path, const char *where, struct words *keys,
	struct error *err)
{
	autotext struct text text = {0};
	int rc = file_read(root, path, KEYS_MAX, &text, err);

	if (rc == 0)
		take_keys(text_string(&text), where, keys);
	return rc;
}

/* Where people keep them: the top folder, .ssh and ssh. */
static int take_tree(const char *dir, struct words *keys, struct error *err)
{
	static const char *const folders[] = {".", ".ssh", "ssh"};
	autoclose int root = file_open_root(dir, err);

	for (size_t i = 0; root >= 0 && i < LENGTH(folders); i++) {
		autowords struct words names = {0};

		(void)!file_list(root, folders[i], true, &names, NULL);
		for (size_t n = 0; n < names.count; n++) {
			autofree char *path =
				memory_format("%s/%s", folders[i], names.items[n]);

			if (!text_ends(names.items[n], ".pub") &&
				strcmp(names.items[n], "authorized_keys") != 0)
				continue;
			if (take_file(root, path, names.items[n], keys, err) < 0)
				return err->code;
		}
	}
	return root < 0 ? root : 0;
}

/* Mounted for this program alone: nothing stays when it is killed. */
static int take_device(const char *device, struct words *keys, struct error *err)
{
	int rc;

	if (unshare(CLONE_NEWNS) < 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, -errno, "mounting %s for this program", device);
	rc = fetch_mount(device, STICK, MS_RDONLY, err);
	if (rc < 0)
		return rc;
	rc = take_tree(STICK, keys, err);
	(void)umount2(STICK, MNT_DETACH);
	return rc;
}

static bool may_hold_keys(const struct content *content)
{
	static const char *const types[] = {"vfat", "ext4", "iso9660"};

	for (size_t i = 0; content->type && i < LENGTH(types); i++)
		if (strcmp(content->type, types[i]) == 0)
			return true;
	return false;
}

/* All that is plugged in now, but for what this system was started from. */
static int take_sticks(struct words *keys, struct error *err)
{
	automachine struct machine *machine = NULL;
	size_t looked = 0;

	if (machine_probe(&machine, err) < 0)
		return err->code;
	for (size_t i = 0; i < machine->disk_count; i++) {
		const struct disk *disk = &machine->disks[i];

		for (size_t n = 0; disk_is_stick(disk) && n < disk->content_count; n++) {
			struct error unread = {0};

			if (!may_hold_keys(&disk->contents[n]))
				continue;
			looked++;
			if (take_device(disk->contents[n].path, keys, &unread) < 0)
				(void)fprintf(stderr, "jefe-setup: %s\n", unread.text);
		}
	}
	if (!looked)
		return error_set(err, -ENODEV,
			"no stick with a file system that can be read (FAT, ext4, ISO 9660) is plugged in");
	return 0;
}

bool cli_key_source(const char *source)
{
	return *source == '/' || strcmp(source, "stick") == 0 ||
	       text_starts(source, "http://") || text_starts(source, "https://");
}

static int take(
	const char *source, const char *proxy, struct words *keys, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	autotext struct text text = {0};
	struct stat status;
	int rc;

	if (strcmp(source, "stick") == 0)
		return take_sticks(keys, err);
	if (text_starts(source, "http://") || text_starts(source, "https://")) {
		rc = fetch_url(source, proxy, KEYS_MAX, &text, err);
		if (rc == 0)
			take_keys(text_string(&text), source, keys);
		return rc;
	}
	if (stat(source, &status) == 0 && S_ISBLK(status.st_mode))
		return take_device(source, keys, err);
	return root < 0 ? root : take_file(root, source, source, keys, err);
}

int cli_take_keys(
	const char *source, const char *proxy, struct words *keys, struct error *err)
{
	int rc = take(source, proxy, keys, err);

	if (rc == 0 && !keys->count)
		rc = error_set(err, -ENODATA,
			"%s: there is no SSH public key that can be used", source);
	return rc;
}

int cli_ssh_keys(int argc, char **argv)
{
	autowords struct words keys = {0};
	autotext struct text why_not = {0};
	struct error err = {0};
	const char *proxy = NULL;

	if (argc == 4 && strcmp(argv[1], "--proxy") == 0) {
		proxy = argv[2];
		if (!valid_proxy(proxy, &why_not))
			return cli_usage("ssh-keys", "--proxy %s: %s", proxy,
				text_string(&why_not));
		argc -= 2;
		argv += 2;
	}
	if (argc != 2 || !cli_key_source(argv[1]))
		return cli_usage("ssh-keys", "takes " CLI_KEY_SOURCES
					     ", and --proxy http://HOST:PORT before it");
	if (cli_take_keys(argv[1], proxy, &keys, &err) < 0)
		return cli_fail("ssh-keys", EXIT_PROBLEMS, &err);
	for (size_t i = 0; i < keys.count; i++)
		(void)printf("%s\n", keys.items[i]);
	return EXIT_DONE;
}

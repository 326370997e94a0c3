#include "installer/initramfs/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/initramfs/content.h"
#include "installer/initramfs/image.h"
#include "installer/initramfs/modules.h"
#include "installer/initramfs/programs.h"
#include "installer/initramfs/remote.h"
#include "installer/initramfs/scripts.h"
#include "installer/unlock.h"

enum { KEYMAP_MAX = 64 << 10, BOOT_MAX = 64 << 10 };
static const char keymap_of_system[] = "/etc/jefelinux/keymap.bmap";

static void note(const struct initramfs *initramfs, const char *what, const char *meaning)
{
	autofree char *line = memory_format("%s: %s", what, meaning);

	if (initramfs->note)
		initramfs->note(initramfs->context, line);
}

static bool is_running_root(int root_fd)
{
	struct stat here, there;

	return stat("/", &here) == 0 && fstat(root_fd, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static int check_applets(
	const struct words *applets, const char *const *needed, struct error *err)
{
	for (; *needed; needed++)
		if (!words_contain(applets, *needed))
			return error_set(err, -ENOENT,
				"busybox lacks \"%s\"; install a busybox that has it",
				*needed);
	return 0;
}

static bool way_is_on(const struct initramfs *initramfs, const struct content_way *way)
{
	return file_exists(initramfs->modules_root_fd, way->folder);
}

static const struct content_way *way_of(enum content_need need)
{
	const struct content_way *way = content_ways;

	while (way->need != need)
		way++;
	return way;
}

/* BusyBox knows best what it is made of. */
static int add_applets(
	const struct initramfs *initramfs, struct image *image, struct error *err)
{
	autotext struct text output = {0};
	autowords struct words applets = {0};
	struct command command = {.argv = COMMAND("busybox", "--list"),
		.output = &output,
		.root_fd = is_running_root(initramfs->programs_root_fd)
				   ? -1
				   : initramfs->programs_root_fd};

	if (command_run(&command, err) < 0)
		return error_prefix(err, "asking busybox what it can do");
	words_split(&applets, text_string(&output), "\n");
	if (check_applets(&applets, content_applets, err) < 0)
		return err->code;
	for (const struct content_way *way = content_ways; way->folder; way++)
		if (way->applets && way_is_on(initramfs, way) &&
			check_applets(&applets, way->applets, err) < 0)
			return err->code;
	for (size_t i = 0; i < applets.count; i++) {
		autofree char *name = memory_format("usr/bin/%s", applets.items[i]);

		if (!image_has(image, name))
			image_add_link(image, name, "busybox");
	}
	return 0;
}

/* Does the root file system of the system this initramfs is for lie in something that has this UUID? That of the live system does not. */
static bool lies_in(const struct initramfs *initramfs, const char *uuid)
{
	autotext struct text boot = {0};

	return file_read(initramfs->modules_root_fd, "etc/jefelinux/boot", BOOT_MAX,
		       &boot, NULL) == 0 &&
	       strstr(text_string(&boot), uuid);
}

/* Is an initramfs without this program refused? */
static bool is_needed(
	const struct initramfs *initramfs, const struct content_program *program)
{
	switch (program->need) {
	case NEED_ALWAYS:
		return true;
	case NEED_WHEN_ENCRYPTED:
		return lies_in(initramfs, "LUKS_UUID=");
	case NEED_WITH_VOLUMES:
		return lies_in(initramfs, "VOLUMES_UUID=");
	case NEED_WITH_MIRROR:
		return lies_in(initramfs, "MIRROR_ROOT_UUID=");
	case NEED_FOR_NETWORK:
	case NEED_WITH_TPM:
	case NEED_WITH_FIDO2:
		return way_is_on(initramfs, way_of(program->need));
	case NEED_NEVER:
		break;
	}
	return false;
}

static int add_program(const struct initramfs *initramfs, struct programs *programs,
	const struct content_program *program, struct error *err)
{
	bool needed = is_needed(initramfs, program);
	struct error detail = {0};

	if (program->need >= NEED_WITH_VOLUMES && !needed)
		return 0;
	if (programs_add(programs, program->name, &detail) == 0)
		return 0;
	if (needed)
		return error_set(err, detail.code, "%s%s%s", detail.text,
			program->without ? "; " : "",
			program->without ? program->without : "");
	note(initramfs, detail.text, program->without);
	return 0;
}

static int add_programs(
	const struct initramfs *initramfs, struct programs *programs, struct error *err)
{
	for (const struct content_program *program = content_programs; program->name;
		program++)
		if (add_program(initramfs, programs, program, err) < 0)
			return err->code;
	for (const char *const *library = content_libraries; *library; library++) {
		struct error detail = {0};

		if (programs_add_library(programs, *library, &detail) < 0 &&
			detail.code != -ENOENT)
			return error_set(err, detail.code, "%s", detail.text);
	}
	return 0;
}

static int add_keymap(
	const struct initramfs *initramfs, struct image *image, struct error *err)
{
	int root_fd = initramfs->keymap_file ? initramfs->programs_root_fd
					     : initramfs->modules_root_fd;
	const char *path =
		initramfs->keymap_file ? initramfs->keymap_file : keymap_of_system;
	autotext struct text keymap = {0};

	if (!initramfs->keymap_file && !file_exists(root_fd, path))
		return 0;
	if (file_read(root_fd, path, KEYMAP_MAX, &keymap, err) < 0)
		return error_prefix(err, "keymap");
	if (!text_starts(text_string(&keymap), "bkeymap"))
		return error_set(err, -EINVAL,
			"keymap %s: not a binary keymap as loadkmap reads it", path);
	image_add_bytes(image, "etc/keymap.bmap", keymap.data, keymap.size, 0644);
	return 0;
}

/* The init scripts, and what must be there before devtmpfs is. */
static void add_skeleton(struct image *image)
{
	static const char *const dirs[] = {
		"dev", "etc", "proc", "run", "sys", "sysroot", "tmp"};

	for (size_t i = 0; i < LENGTH(dirs); i++)
		image_add_dir(image, dirs[i], 0755);
	image_add_node(image, "dev/console", S_IFCHR | 0600, 5, 1);
	image_add_node(image, "dev/null", S_IFCHR | 0666, 1, 3);
	for (const struct script *script = scripts; script->name; script++)
		image_add_bytes(image, script->name, script->data, script->size, 0755);
}

static int fill(const struct initramfs *initramfs, struct image *image,
	struct programs *programs, struct error *err)
{
	const bool remote = unlock_is_on(initramfs->modules_root_fd);
	const char *const *also[CONTENT_WAYS + 1] = {NULL};
	size_t count = 0;
	autowords struct words missing = {0};

	for (const struct content_way *way = content_ways; way->folder; way++)
		if (way->modules && way_is_on(initramfs, way))
			also[count++] = way->modules;
	add_skeleton(image);
	if (remote && remote_files_add(image, initramfs->modules_root_fd, err) < 0)
		return err->code;
	if (programs_open(programs, image, initramfs->programs_root_fd, err) < 0 ||
		add_programs(initramfs, programs, err) < 0 ||
		add_applets(initramfs, image, err) < 0 ||
		add_keymap(initramfs, image, err) < 0 ||
		modules_add(image, initramfs->modules_root_fd, initramfs->kernel, also,
			&missing, err) < 0)
		return err->code;
	for (size_t i = 0; i < missing.count; i++)
		note(initramfs, missing.items[i], "this kernel has no such driver");
	return 0;
}

int initramfs_renewable(const struct initramfs *initramfs, struct error *err)
{
	const struct initramfs own = {.modules_root_fd = initramfs->modules_root_fd,
		.programs_root_fd = initramfs->modules_root_fd};
	struct programs programs = {0};
	struct image *image = image_new();
	int rc = programs_open(&programs, image, own.programs_root_fd, err);

	if (rc == 0)
		rc = add_programs(&own, &programs, err);
	programs_close(&programs);
	image_free(image);
	return rc;
}

int initramfs_make(const struct initramfs *initramfs, struct error *err)
{
	struct programs programs = {0};
	struct image *image = image_new();
	int rc = fill(initramfs, image, &programs, err);

	if (rc == 0)
		rc = image_write(image, initramfs->output, err);
	programs_close(&programs);
	image_free(image);
	return rc < 0 ? error_prefix(err, "making the initramfs %s", initramfs->output)
		      : 0;
}

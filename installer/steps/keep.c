/* Installing in partitions that are there: those of a system whose /home and /srv stay, or those that somebody made. */
#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

/* lost+found belongs to the file system. */
static bool is_kept(const char *name)
{
	for (size_t i = 0; layout_kept[i]; i++)
		if (text_equal(name, layout_kept[i] + 1))
			return true;
	return text_equal(name, "lost+found");
}

static void open_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;
	autofree char *device = layout_device(layout, PART_ROOT);

	if (layout->encrypted)
		text_addf(to,
			"%s: LUKS2, opened with its passphrase as /dev/mapper/%s; its key slots stay\n",
			device, TARGET_MAPPING);
	if (layout->has_volumes)
		text_add(to, "the logical volumes of the group \"" VOLUME_GROUP "\"\n");
	text_add(to,
		"what is in /home and /srv stays; check that the new system fits beside it\n");
}

static int open_containers(
	const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;
	int rc = layout->encrypted ? run_open_mapping(recipe, run, err) : 0;

	if (rc == -EPERM)
		return error_prefix(err,
			"the passphrase must be that of the system whose /home stays");
	if (rc == 0 && layout->has_volumes)
		rc = run_open_group(recipe, run, err);
	return rc;
}

/* Bytes in a folder, as du counts them: "4096<tab>/run/jefe/target/home". One that is not there has none. */
static int count_bytes(
	int root, const char *dir, const char *name, uint64_t *bytes, struct error *err)
{
	autofree char *path = memory_format("%s%s", dir, name);
	autotext struct text output = {0};
	int rc;

	if (!file_exists(root, name))
		return 0;
	rc = command_run(&(struct command){.argv = COMMAND("du", "-s", "-k", "-x", path),
				 .output = &output},
		err);
	*bytes += strtoull(text_string(&output), NULL, 10) << 10;
	return rc;
}

static void tell_homes(int root, struct run *run)
{
	autowords struct words names = {0};
	autotext struct text text = {0};

	if (file_list(root, "home", true, &names, NULL) < 0 || !names.count)
		return; /* in a volume of its own */
	for (size_t i = 0; i < names.count; i++)
		text_addf(&text, "%s%s", i ? ", " : "", names.items[i]);
	events_note(run->events, "what stays in /home: %s", text_string(&text));
}

static int check_room(int root, struct run *run, struct error *err)
{
	uint64_t stays = 0, needs = payload_room(run);
	struct statvfs fs;
	int rc = 0;

	if (statvfs(run->target, &fs) < 0)
		return error_errno(err, -errno, "looking at %s", run->target);
	for (size_t i = 0; rc == 0 && layout_kept[i]; i++)
		rc = count_bytes(root, run->target, layout_kept[i], &stays, err);
	if (rc == 0 && (uint64_t)fs.f_blocks * fs.f_frsize < needs + stays) {
		autofree char *has = text_human_size((uint64_t)fs.f_blocks * fs.f_frsize);
		autofree char *most = text_human_size(needs + stays);

		return error_set(err, -ENOSPC,
			"the new system and what stays need %s, and the root file system has %s",
			most, has);
	}
	return rc;
}

/* A folder stays where it is; what a link leads to would go. */
static int refuse_links(int root, struct error *err)
{
	for (size_t i = 0; layout_kept[i]; i++) {
		autofree char *target = file_read_link(root, layout_kept[i] + 1);

		if (target)
			return error_set(err, -ELOOP,
				"%s is a link to %s, which would not stay: make it a folder in recovery, or copy what is in it elsewhere",
				layout_kept[i], target);
	}
	return 0;
}

/* With the root file system of before mounted. */
static int look(struct run *run, struct error *err)
{
	autoclose int root = file_open_root(run->target, err);

	if (root < 0 || refuse_links(root, err) < 0)
		return err->code;
	if (!file_exists(root, "etc/jefelinux") && !file_exists(root, "home"))
		return error_set(err, -ENOENT,
			"there is neither a JefeLinux nor a folder home in it");
	tell_homes(root, run);
	return check_room(root, run, err);
}

/* All that can be known before something is changed. */
static int open_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *root = run_volume_device(&recipe->layout, VOLUME_ROOT);
	int rc, unmounted;

	disk_unclaim(run);
	rc = open_containers(recipe, run, err);
	if (rc == 0)
		rc = run_make_mount_point(run->target, err);
	if (rc == 0)
		rc = fs_mount(root, run->target, "ext4", "ro,nosuid,nodev,noexec", err);
	if (rc < 0)
		return rc;
	rc = look(run, err);
	unmounted = fs_unmount(run->target, rc < 0 ? NULL : err);
	if (rc < 0)
		return error_prefix(err, "looking at %s", root);
	return unmounted;
}

const struct step_ops step_open = {
	.id = "open", .describe = open_describe, .run = open_run};

static void mark_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;
	autofree char *root = layout_partition(layout, PART_ROOT);
	autofree char *boot = layout_partition(layout, PART_BOOT);

	if (!layout->keeps)
		text_addf(to, "%s and %s: erase the signatures\n%s: rename to \"%s\"\n",
			root, boot, boot, NAME_BOOT_APART);
	text_addf(to, "%s: rename to \"%s\"\nall other partitions stay as they are\n",
		root, layout_incomplete_name(layout));
}

/* The plan was made when they had these names already. */
static int mark_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;

	(void)run;
	return text_equal(
		       layout->partitions[PART_ROOT].name, layout_incomplete_name(layout))
		       ? storage_partitioned_beside(
				 layout->disks[0], layout->partitions, PART_COUNT, err)
		       : 0;
}

static int take_over(const struct disk_layout *layout, struct error *err)
{
	static const unsigned parts[] = {PART_ROOT, PART_BOOT};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < LENGTH(parts); i++) {
		autofree char *path = layout_partition(layout, parts[i]);

		rc = storage_wipe_signatures(path, err);
	}
	return rc < 0 ? rc
		      : storage_rename_partition(layout->disks[0],
				layout->partitions[PART_BOOT].number, NAME_BOOT_APART,
				err);
}

/* The name of root comes last: mark_check() goes by it. */
static int mark_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;
	const char *disk = layout->disks[0];
	int rc = storage_partitioned_beside(disk, layout->partitions, PART_COUNT, err);

	if (rc == 0)
		return error_set(err, -ESTALE,
			"the partitions of %s are not those that the plan was made for; plan again",
			disk);
	disk_unclaim(run);
	if (rc > 0)
		rc = layout->keeps ? 0 : take_over(layout, err);
	return rc < 0 ? rc
		      : storage_rename_partition(disk,
				layout->partitions[PART_ROOT].number,
				layout_incomplete_name(layout), err);
}

const struct step_ops step_mark = {
	.id = "mark", .describe = mark_describe, .check = mark_check, .run = mark_run};

/* A command on what is in the root of the file system and does not stay. */
static int on_removed(const char *command, const char *dir, const struct words *names,
	int *status, struct error *err)
{
	autowords struct words argv = {0};

	words_split(&argv, command, " ");
	for (size_t i = 0; i < names->count; i++)
		if (!is_kept(names->items[i]))
			words_addf(&argv, "%s/%s", dir, names->items[i]);
	return command_status(
		&(struct command){.argv = (const char *const *)argv.items}, status, err);
}

/* Files can be marked so that not even root removes them. */
static int remove_all(const char *dir, const struct words *names, struct error *err)
{
	int status = 0;
	int rc = on_removed("rm -rf --", dir, names, &status, err);

	if (rc < 0 || status == 0)
		return rc;
	rc = on_removed("chattr -R -f -i -a", dir, names, &status, err);
	if (rc == 0)
		rc = on_removed("rm -rf --", dir, names, &status, err);
	if (rc == 0 && status != 0)
		rc = error_set(err, -EIO, "not everything in it can be removed");
	return rc;
}

static int empty(const char *dir, struct error *err)
{
	autoclose int root = file_open_root(dir, err);
	autowords struct words names = {0};
	int rc = root < 0 ? root : file_list(root, ".", false, &names, err);

	return rc < 0 ? rc : remove_all(dir, &names, err);
}

int keep_empty(const char *device, struct run *run, struct error *err)
{
	int rc = run_make_mount_point(run->target, err), unmounted;

	if (rc == 0)
		rc = fs_mount(device, run->target, "ext4", "nosuid,nodev,noexec", err);
	if (rc < 0)
		return rc;
	rc = empty(run->target, err);
	unmounted = fs_unmount(run->target, rc < 0 ? NULL : err);
	return rc < 0 ? error_prefix(err, "emptying %s", device) : unmounted;
}

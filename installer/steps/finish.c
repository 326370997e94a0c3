/* The end: records for the new system, then what makes it start, then the name that says it is complete. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootmenu.h"
#include "installer/distro/distro.h"
#include "installer/manifest.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static const char directory[] = "var/lib/jefelinux";

static void records_describe(const struct recipe *recipe, struct text *to)
{
	(void)recipe;
	text_addf(to, "/%s: answers.yaml (no secrets), plan.txt, manifest.json\n",
		directory);
	text_add(to, "hook: kernel upgrades make initramfs and boot menu again\n");
}

static int put(int root, const char *name, const char *text, struct error *err)
{
	autofree char *path = memory_format("%s/%s", directory, name);

	return file_write(root, path, text, strlen(text), 0600, err);
}

static int records_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *answers = answers_write(recipe->answers);
	autofree char *plan = plan_text(run->plan);
	autofree char *text = memory_format(
		"%splan %s, SHA-256 %s\n", plan, run->plan->id, run->plan->digest);
	int root = run->target_fd;
	int rc = file_make_dirs(root, directory, 0700, err);

	if (rc == 0)
		rc = put(root, "answers.yaml", answers, err);
	if (rc == 0)
		rc = put(root, "plan.txt", text, err);
	if (rc == 0)
		rc = put(root, "manifest.json", run->manifest->text, err);
	return rc < 0 ? rc : run->distro->set_kernel_hook(root, err);
}

const struct step_ops step_records = {
	.id = "records", .describe = records_describe, .run = records_run};

static void finish_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;

	text_add(to,
		"write the boot menu /boot/grub/grub.cfg and the journal, sync, unmount everything\n");
	for (size_t i = 0; i < DISKS && layout->disks[i]; i++) {
		autofree char *root = layout_partition_on(layout, i, PART_ROOT);

		text_addf(to, "%s: rename \"%s\" to \"%s\"\n", root,
			layout_incomplete_name(layout), layout_root_name(layout));
	}
}

static int copy_journal(const struct run *run, struct error *err)
{
	autoclose int host = file_open_root("/", err);
	autofree char *to = memory_format("%s/journal.jsonl", directory);

	if (host < 0 || !run->journal)
		return host < 0 ? host : 0;
	return file_copy(host, run->journal, run->target_fd, to, err);
}

static int sync_below(int root, const char *path, struct error *err)
{
	autoclose int fd = file_open(root, path, O_RDONLY | O_DIRECTORY, 0, err);

	if (fd < 0)
		return fd;
	return syncfs(fd) < 0 ? error_errno(err, -errno, "writing /%s to the disk", path)
			      : 0;
}

static int sync_disk(const char *path, struct error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return error_errno(err, -errno, "writing to %s", path);
	return 0;
}

static int name_complete(const struct disk_layout *layout, size_t disk, struct error *err)
{
	const char *path = layout->disks[disk];
	int rc = storage_rename_partition(path, layout->partitions[PART_ROOT].number,
		layout_root_name(layout), err);

	return rc < 0 ? rc : sync_disk(path, err);
}

/* Nothing starts before the boot menu is there, so it comes after all that can fail for want of room. The name changes only after
 * everything is on the disk and released. */
static int finish_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	int root = run->target_fd;
	int rc = copy_journal(run, err);

	if (rc == 0)
		rc = payload_unmark(root, err);
	if (rc == 0)
		rc = sync_below(root, ".", err);
	if (rc == 0)
		rc = bootmenu_write(root, run->distro, err);
	if (rc == 0)
		hardening_audit(recipe, run);
	if (rc == 0)
		rc = sync_below(root, "boot", err);
	if (rc == 0)
		rc = sync_below(root, "boot/efi", err);
	if (rc == 0)
		rc = releases_run(run->releases, err);
	for (size_t i = 0; rc == 0 && i < DISKS && recipe->layout.disks[i]; i++)
		rc = name_complete(&recipe->layout, i, err);
	return rc;
}

const struct step_ops step_finish = {
	.id = "finish", .describe = finish_describe, .run = finish_run};

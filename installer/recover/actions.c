/* What recovery can do, as a table, and the plan of each. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/recover/operation.h"
#include "installer/steps/steps.h"

static const char read_only[] = "ro,noload,nosuid,nodev",
		  read_only_fat[] = "ro,umask=0077", writable[] = "noatime",
		  writable_fat[] = "umask=0077,quiet";

static const char *options_for(const char *type, bool write)
{
	if (text_equal(type, "vfat"))
		return write ? writable_fat : read_only_fat;
	return write ? writable : read_only;
}

static void add_mount(struct recover_plan *plan, const struct operation_ops *ops,
	const struct recover_volume *volume, bool write)
{
	struct operation *operation = recover_plan_add(plan, ops);

	operation->from = memory_copy_text(volume->device);
	operation->to = memory_copy_text(volume->dir);
	operation->type = memory_copy_text(volume->type);
	operation->options = memory_copy_text(options_for(volume->type, write));
}

/* What is done with the logical volumes beside the one of root. */
static void add_others(const struct recover *recover, struct recover_plan *plan,
	const struct operation_ops *ops, bool write)
{
	if (recover->system.has_volumes)
		recover_plan_add(plan, ops)->options =
			memory_copy_text(options_for("ext4", write));
}

/* A bound folder shows what the kernel has there now, terminals and firmware variables, too. */
static void add_bind(struct recover_plan *plan, const char *folder)
{
	struct operation *operation = recover_plan_add(plan, &operation_mount);

	operation->from = memory_copy_text(folder);
	operation->to = memory_format(RECOVER_DIR "%s", folder);
	operation->type = memory_copy_text("none");
	operation->options = memory_copy_text("bind");
}

static void add_mounts(
	const struct recover *recover, struct recover_plan *plan, bool write)
{
	struct recover_volume volumes[RECOVER_VOLUMES];

	recover_volumes(recover, volumes);
	for (size_t i = 0; i < RECOVER_VOLUMES; i++)
		add_mount(plan, &operation_mount, &volumes[i], write);
	recover_volumes_free(volumes);
	add_others(recover, plan, &operation_volumes_mount, write);
}

static void add_unmounts(const struct recover *recover, struct recover_plan *plan)
{
	struct recover_volume volumes[RECOVER_VOLUMES];

	add_others(recover, plan, &operation_volumes_unmount, recover->writable);
	recover_volumes(recover, volumes);
	for (size_t i = RECOVER_VOLUMES; i > 0; i--)
		add_mount(plan, &operation_unmount, &volumes[i - 1], recover->writable);
	recover_volumes_free(volumes);
}

/* Not by remounting: a journal that was not replayed for reading must be before writing. */
static void add_writable(const struct recover *recover, struct recover_plan *plan)
{
	if (recover->writable)
		return;
	add_unmounts(recover, plan);
	add_mounts(recover, plan, true);
}

static void add_arrays(const struct recover *recover, struct recover_plan *plan)
{
	const struct installed_system *system = &recover->system;
	const struct content *const members[] = {
		[VOLUME_ROOT] = system->root, [VOLUME_BOOT] = system->boot};

	for (size_t i = 0;
		system->mirrored && !recover->arrays_open && i < LENGTH(members); i++) {
		struct operation *open = recover_plan_add(plan, &operation_mirror_open);

		open->from = memory_copy_text(members[i]->uuid);
		open->to = recover_device(recover, i);
	}
}

static void add_unlock(const struct recover *recover, struct recover_plan *plan)
{
	add_arrays(recover, plan);
	if (recover->system.encrypted && !recover->unlocked)
		recover_plan_add(plan, &operation_unlock)->from =
			recover_device(recover, VOLUME_ROOT);
	if (recover->system.has_volumes && !recover->volumes_open)
		recover_plan_add(plan, &operation_volumes_open)->from =
			recover_container(recover);
}

/* This program itself, by the path it was started from. */
static struct operation *add_self(struct recover_plan *plan, const char *command)
{
	autoclose int root = file_open_root("/", NULL);
	autofree char *self = file_read_link(root, "proc/self/exe");
	struct operation *operation = recover_plan_add(plan, &operation_program);

	words_add(&operation->argv, self ? self : "jefe-setup");
	words_add(&operation->argv, command);
	words_add(&operation->argv, "--root");
	words_add(&operation->argv, RECOVER_DIR);
	return operation;
}

static int need_system(const struct recover *recover, struct error *err)
{
	if (recover->system.disk)
		return 0;
	if (recover->options.disk)
		return error_set(err, -ENOENT,
			"%s: no JefeLinux on it; `jefe-setup recover find` tells where there is one",
			recover->options.disk);
	return error_set(
		err, -ENOENT, "no JefeLinux was found on a disk of this computer");
}

/* Neither the running system nor what somebody else has opened. */
static int need_closed(const struct recover *recover, struct error *err)
{
	const struct disk *disk = recover->system.disk;

	if (recover->mounts.count || recover->unlocked || recover->volumes_open ||
		recover->arrays_open)
		return error_set(err, -EBUSY,
			"it is open already; `jefe-setup recover close` closes it");
	if (disk && disk->holders.count)
		return error_set(err, -EBUSY, "%s is in use: %s", disk->name,
			disk->holders.items[0]);
	return 0;
}

static const char *state_of(
	const struct recover *recover, const struct installed_system *system)
{
	if (!recover->mounted || recover->system.disk != system->disk)
		return "closed";
	return recover->writable ? "open on " RECOVER_DIR ", for writing"
				 : "open on " RECOVER_DIR ", read-only";
}

static int plan_find(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	for (size_t i = 0; i < recover->machine->disk_count; i++) {
		struct installed_system system;

		if (!installed_system_at(recover->machine, i, &system))
			continue;
		recover_plan_add(plan, &operation_tell)->from = memory_format(
			"%s: root %s%s, boot %s, EFI %s%s%s; %s", system.disk->name,
			system.root->path, system.encrypted ? " (encrypted)" : "",
			system.boot->path, system.esp->path,
			!system.mirrored ? ""
			: system.mirror  ? ", mirrored on "
					 : ", the disk that mirrors it is missing",
			system.mirror ? system.mirror->name : "",
			state_of(recover, &system));
	}
	return plan->count ? 0 : need_system(&(struct recover){0}, err);
}

static int plan_open(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	int rc = need_system(recover, err);

	if (rc == 0)
		rc = need_closed(recover, err);
	if (rc < 0)
		return rc;
	add_unlock(recover, plan);
	add_mounts(recover, plan, recover->options.write);
	plan->keeps = true;
	return 0;
}

static int plan_write(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	if (recover->writable)
		return error_set(err, -EALREADY, "it is open for writing already");
	add_writable(recover, plan);
	plan->keeps = true;
	return 0;
}

static int plan_shell(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	static const char *const bound[] = {
		"/dev", "/dev/pts", "/proc", "/sys", "/sys/firmware/efi/efivars"};
	struct operation *shell;

	(void)err;
	for (size_t i = 0; i < LENGTH(bound); i++)
		if (access(bound[i], F_OK) == 0)
			add_bind(plan, bound[i]);
	shell = recover_plan_add(plan, &operation_shell);
	for (size_t i = 0; i < recover->options.command.count; i++)
		words_add(&shell->argv, recover->options.command.items[i]);
	return 0;
}

static int plan_loader(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	struct operation *loader;

	(void)err;
	add_writable(recover, plan);
	loader = recover_plan_add(plan, &operation_loader);
	loader->from = recover->system.mirror
			       ? memory_format("%s and %s", recover->system.disk->path,
					 recover->system.mirror->path)
			       : memory_copy_text(recover->system.disk->path);
	loader->type =
		memory_copy_text(recover->system.shares ? "UEFI" : "BIOS and UEFI");
	(void)recover_plan_add(plan, &operation_menu);
	return 0;
}

static int plan_boot(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	(void)err;
	add_writable(recover, plan);
	(void)add_self(plan, "boot");
	return 0;
}

static int plan_undo(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	(void)err;
	add_writable(recover, plan);
	words_add(&add_self(plan, "harden")->argv, "--undo");
	return 0;
}

static int plan_audit(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	(void)recover;
	(void)err;
	(void)add_self(plan, "audit");
	return 0;
}

static int plan_logs(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	const char *folder = recover->options.argument;
	autowords struct words paths = {0};
	autoclose int to = file_open_root(folder, err);
	int rc = to < 0 ? to : recover_log_files(&paths, err);

	for (size_t i = 0; rc == 0 && i < paths.count; i++) {
		struct operation *copy = recover_plan_add(plan, &operation_copy);

		copy->from = memory_copy_text(paths.items[i]);
		copy->to = memory_copy_text(folder);
	}
	return rc;
}

/* e2fsck: 1 and 2 are errors that were corrected; fsck.vfat: 1 are errors that were. Without the device. */
static struct operation *add_checker(struct recover_plan *plan,
	const struct operation_ops *ops, bool is_fat, bool repair)
{
	struct operation *check = recover_plan_add(plan, ops);

	check->worst = !repair ? 0 : is_fat ? 1 : 2;
	words_add(&check->argv, is_fat ? "fsck.vfat" : "e2fsck");
	if (!is_fat)
		words_add(&check->argv, "-f");
	words_add(&check->argv, !repair ? "-n" : is_fat ? "-a" : "-p");
	return check;
}

static void add_check(
	struct recover_plan *plan, const struct recover_volume *volume, bool repair)
{
	bool is_fat = text_equal(volume->type, "vfat");

	words_add(&add_checker(plan, &operation_program, is_fat, repair)->argv,
		volume->device);
}

static int plan_checks(const struct recover *recover, bool repair,
	struct recover_plan *plan, struct error *err)
{
	struct recover_volume volumes[RECOVER_VOLUMES];
	int rc = need_system(recover, err);

	if (rc == 0 && !recover->mounted)
		rc = need_closed(recover, err);
	if (rc < 0)
		return rc;
	if (recover->mounted)
		add_unmounts(recover, plan);
	add_unlock(recover, plan);
	recover_volumes(recover, volumes);
	for (size_t i = 0; i < RECOVER_VOLUMES; i++)
		add_check(plan, &volumes[i], repair);
	recover_volumes_free(volumes);
	if (recover->system.has_volumes)
		(void)add_checker(plan, &operation_volumes_check, false, repair);
	return 0;
}

static int plan_check(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	return plan_checks(recover, false, plan, err);
}

static int plan_repair(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	return plan_checks(recover, true, plan, err);
}

static int plan_header(const struct recover *recover, const struct operation_ops *ops,
	struct recover_plan *plan, struct error *err)
{
	struct operation *operation;
	int rc = need_system(recover, err);

	if (rc < 0)
		return rc;
	add_arrays(recover, plan);
	operation = recover_plan_add(plan, ops);
	operation->from = recover_device(recover, VOLUME_ROOT);
	operation->to = memory_copy_text(recover->options.argument);
	return 0;
}

static int plan_header_save(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	if (recover->system.disk && !recover->system.encrypted)
		return error_set(
			err, -EINVAL, "%s is not encrypted", recover->system.disk->name);
	return plan_header(recover, &operation_header_save, plan, err);
}

/* A header that is broken is not recognised: the partition then looks like one that is not encrypted. */
static int plan_header_restore(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	int rc = need_closed(recover, err);

	if (rc == 0 && recover->system.disk && recover->system.root->type &&
		!recover->system.mirrored && !recover->system.encrypted)
		rc = error_set(err, -EINVAL, "%s holds %s, not an encrypted volume",
			recover->system.root->path, recover->system.root->type);
	return rc < 0 ? rc : plan_header(recover, &operation_header_restore, plan, err);
}

static int plan_passphrase(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	int rc = need_system(recover, err);

	if (rc == 0 && !recover->system.encrypted)
		rc = error_set(
			err, -EINVAL, "%s is not encrypted", recover->system.disk->name);
	if (rc < 0)
		return rc;
	add_arrays(recover, plan);
	recover_plan_add(plan, &operation_passphrase)->from =
		recover_device(recover, VOLUME_ROOT);
	return 0;
}

static int plan_password(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	const char *user = recover->options.argument;
	autoclose int root = file_open_root(RECOVER_DIR, err);
	int rc = root < 0 ? root : user_find(root, user, err);

	if (rc < 0)
		return rc;
	add_writable(recover, plan);
	recover_plan_add(plan, &operation_password)->to = memory_copy_text(user);
	return 0;
}

/* All that is there, also what a shell that was killed has left. */
static int plan_close(
	const struct recover *recover, struct recover_plan *plan, struct error *err)
{
	if (!recover->mounts.count && !recover->unlocked && !recover->volumes_open &&
		!recover->arrays_open)
		return error_set(err, -ENOENT, "nothing is open");
	for (size_t i = recover->mounts.count; i > 0; i--)
		recover_plan_add(plan, &operation_unmount)->to =
			memory_copy_text(recover->mounts.items[i - 1]);
	if (recover->volumes_open)
		recover_plan_add(plan, &operation_volumes_close)->from =
			recover_container(recover);
	if (recover->unlocked)
		(void)recover_plan_add(plan, &operation_lock);
	if (recover->arrays_open) {
		recover_plan_add(plan, &operation_mirror_close)->from =
			memory_copy_text(RECOVER_ARRAY "boot");
		recover_plan_add(plan, &operation_mirror_close)->from =
			memory_copy_text(RECOVER_ARRAY "root");
	}
	plan->keeps = true;
	return 0;
}

// clang-format off
const struct recover_action recover_actions[] = {
	{.name = "find", .title = N_("Find installed systems"), .touches = N_("Reads what the disks are divided into."), .plan = plan_find},
	{.name = "open", .title = N_("Open a system"), .touches = N_("Unlocks it and mounts it below /mnt/jefe, read-only."), .plan = plan_open},
	{.name = "write", .title = N_("Open it for writing"), .touches = N_("Mounts the open system anew, so that a shell can change it."), .writes = true, .needs_open = true, .plan = plan_write},
	{.name = "shell", .title = N_("Shell in the system"), .touches = N_("A root shell whose files are those of the open system."), .needs_open = true, .plan = plan_shell},
	{.name = "loader", .title = N_("Reinstall the boot loader"), .touches = N_("Writes GRUB for BIOS and UEFI, and the boot menu."), .writes = true, .needs_open = true, .plan = plan_loader},
	{.name = "boot", .title = N_("Make initramfs and boot menu anew"), .touches = N_("Writes /boot for every kernel of the system."), .writes = true, .needs_open = true, .plan = plan_boot},
	{.name = "undo", .title = N_("Undo the last change of hardening"), .touches = N_("Puts back what the last change replaced."), .writes = true, .needs_open = true, .plan = plan_undo},
	{.name = "check", .title = N_("Check the file systems"), .touches = N_("Only reads; an open system is away meanwhile."), .plan = plan_check},
	{.name = "repair", .title = N_("Repair the file systems"), .touches = N_("Corrects what can be corrected safely."), .writes = true, .plan = plan_repair},
	{.name = "audit", .title = N_("Audit the system"), .touches = N_("Checks its hardening; only reads."), .needs_open = true, .plan = plan_audit},
	{.name = "logs", .title = N_("Take the logs along"), .touches = N_("Copies logs and records of the installation to a folder."), .takes = "FOLDER", .needs_open = true, .plan = plan_logs},
	{.name = "header-save", .title = N_("Save the LUKS header"), .touches = N_("Copies the header of the encrypted volume to a new file."), .takes = "FILE", .plan = plan_header_save},
	{.name = "header-restore", .title = N_("Restore the LUKS header"), .touches = N_("Replaces the header, with all key slots, by a saved one."), .takes = "FILE", .writes = true, .plan = plan_header_restore},
	{.name = "passphrase", .title = N_("Change the passphrase"), .touches = N_("The old one, or the recovery key, lets a new one take its place."), .writes = true, .plan = plan_passphrase},
	{.name = "password", .title = N_("Give a user a new password"), .touches = N_("Replaces a lost one; the account is no longer locked."), .takes = "USER", .writes = true, .needs_open = true, .plan = plan_password},
	{.name = "close", .title = N_("Close the system"), .touches = N_("Unmounts it and locks it."), .plan = plan_close},
	{0},
};
// clang-format on

const struct recover_action *recover_action_named(const char *name)
{
	for (const struct recover_action *action = recover_actions; action->name;
		action++)
		if (text_equal(action->name, name))
			return action;
	return NULL;
}

int recover_plan_make(const struct recover *recover, const struct recover_action *action,
	struct recover_plan *plan, struct error *err)
{
	if (action->needs_open && !recover->mounted)
		return error_set(err, -ENOTCONN,
			"nothing is open yet: `jefe-setup recover open` first");
	if (action->needs_open && !recover->system.disk)
		return error_set(err, -ENOENT,
			"what is mounted on %s is no installed system", RECOVER_DIR);
	return action->plan(recover, plan, err);
}

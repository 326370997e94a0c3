/* What starts the new system: the initramfs and the boot loader for both firmwares. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/distro.h"
#include "installer/initramfs/initramfs.h"
#include "installer/manifest.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static void take_note(void *context, const char *line)
{
	events_note(context, "%s", line);
}

static void initramfs_describe(const struct recipe *recipe, struct text *to)
{
	text_addf(to,
		"kernel modules of the new system, programs of the live system, keymap %s%s%s%s%s%s\n",
		recipe->answers->system.keymap,
		recipe->layout.disks[1] ? ", opening the mirror" : "",
		recipe->layout.encrypted ? ", unlocking by passphrase" : "",
		recipe->answers->disk.remote_unlock ? ", also over SSH" : "",
		recipe->answers->disk.tpm_unlock ? ", by the TPM first" : "",
		recipe->answers->disk.fido2_unlock ? ", by the security key" : "");
}

static int initramfs_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const char *kernel = run->manifest->kernel;
	autofree char *name = run->distro->initramfs_image(run->target_fd, kernel);
	autofree char *output = memory_format("%s/boot/%s", run->target, name);
	autofree char *keymap = memory_format(
		"usr/share/jefelinux/keymaps/%s.bmap", recipe->answers->system.keymap);
	autoclose int live = file_open_root("/", err);
	struct initramfs initramfs = {.kernel = kernel,
		.modules_root_fd = run->target_fd,
		.programs_root_fd = live,
		.output = output,
		.note = take_note,
		.context = run->events};
	struct error lacks = {0};
	int rc;

	if (live < 0)
		return live;
	if (file_exists(live, keymap))
		initramfs.keymap_file = keymap;
	rc = initramfs_make(&initramfs, err);
	if (rc == 0 && initramfs_renewable(&initramfs, &lacks) < 0)
		events_warn(run->events,
			"the new system cannot make an initramfs for a newer kernel: %s",
			lacks.text);
	return rc;
}

const struct step_ops step_initramfs = {
	.id = "initramfs", .describe = initramfs_describe, .run = initramfs_run};

enum { LOADER_MAX = 16 << 20 };

/* On the EFI partition: where firmware looks by itself, and where it looks for us when others have something there, too. */
static const char fallback[] = "boot/efi/EFI/BOOT/BOOTX64.EFI",
		  beside[] = "boot/efi/EFI/jefelinux/grubx64.efi";

static void describe_disk(const struct disk_layout *layout, size_t disk, struct text *to)
{
	autofree char *bios = layout_partition_on(layout, disk, PART_BIOS);
	autofree char *esp = layout_partition_on(layout, disk, PART_ESP);

	text_addf(to, "BIOS: GRUB in %s and in the first sector of %s\n", bios,
		layout->disks[disk]);
	text_addf(to, "UEFI: GRUB as EFI/BOOT/BOOTX64.EFI on %s\n", esp);
}

static void loader_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;
	autofree char *esp = layout_partition(layout, PART_ESP);

	if (layout->shares)
		text_addf(to,
			"UEFI: GRUB as EFI/jefelinux/grubx64.efi on %s; as EFI/BOOT/BOOTX64.EFI, too, if there is none\n",
			esp);
	else
		for (size_t i = 0; i < DISKS && layout->disks[i]; i++)
			describe_disk(layout, i, to);
	if (recipe->machine->firmware == FIRMWARE_UEFI)
		text_add(to,
			"an entry in the firmware's boot menu when it lets itself be written\n");
}

/* Does the live system have GRUB for this platform? */
static bool have_platform(const char *platform)
{
	autofree char *path = memory_format("usr/lib/grub/%s/modinfo.sh", platform);
	autoclose int live = file_open_root("/", NULL);

	return live >= 0 && file_exists(live, path);
}

static int install_bios(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *boot = memory_format("--boot-directory=%s/boot", run->target);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < DISKS && recipe->layout.disks[i]; i++)
		rc = command_run(&(struct command){.argv = COMMAND("grub-install",
							   "--target=i386-pc", boot,
							   recipe->layout.disks[i]),
					 .line = take_note,
					 .context = run->events},
			err);
	return rc;
}

/* Is the one that firmware finds by itself a copy of ours, of the system that was here before? */
static bool fallback_is_ours(int root)
{
	autotext struct text first = {0}, second = {0};

	return root >= 0 && file_exists(root, fallback) && file_exists(root, beside) &&
	       file_read(root, fallback, LOADER_MAX, &first, NULL) == 0 &&
	       file_read(root, beside, LOADER_MAX, &second, NULL) == 0 &&
	       first.size == second.size &&
	       memcmp(text_string(&first), text_string(&second), first.size) == 0;
}

/* How others start stays as it is. */
static int add_fallback(int root, bool ours, struct error *err)
{
	int rc = root < 0 ? root : 0;

	if (rc < 0 || (file_exists(root, fallback) && !ours))
		return rc;
	rc = file_make_dirs(root, "boot/efi/EFI/BOOT", 0700, err);
	return rc < 0 ? rc : file_copy(root, beside, root, fallback, err);
}

static int install_on_esp(
	const struct recipe *recipe, struct run *run, const char *dir, struct error *err)
{
	autofree char *boot = memory_format("--boot-directory=%s/boot", run->target);
	autofree char *esp = memory_format("--efi-directory=%s", dir);

	/* The module tpm tells a TPM what GRUB reads and does; from the first moment on, or it would be worth nothing. */
	return command_run(
		&(struct command){
			.argv = COMMAND("grub-install", "--target=x86_64-efi",
				recipe->layout.shares ? "--bootloader-id=jefelinux"
						      : "--removable",
				"--no-nvram", "--modules=tpm", boot, esp),
			.line = take_note,
			.context = run->events},
		err);
}

/* The one of the second disk is mounted for this alone, beside the new system. */
static int install_on_twin(
	const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = layout_partition_on(&recipe->layout, 1, PART_ESP);
	autofree char *dir = memory_format("%s.esp", run->target);
	autoclose int root = file_open_root("/", err);
	int rc = root < 0 ? root : file_make_dirs(root, dir, 0700, err), unmounted;

	if (rc == 0)
		rc = fs_mount(device, dir, "vfat", "umask=0077", err);
	if (rc < 0)
		return rc;
	rc = install_on_esp(recipe, run, dir, err);
	unmounted = fs_unmount(dir, rc < 0 ? NULL : err);
	return rc < 0 ? rc : unmounted;
}

static int install_uefi(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *esp = memory_format("%s/boot/efi", run->target);
	autoclose int root = file_open_root(run->target, err);
	bool ours = fallback_is_ours(root);
	int rc = root < 0 ? root : install_on_esp(recipe, run, esp, err);

	if (rc == 0 && recipe->layout.disks[1])
		rc = install_on_twin(recipe, run, err);
	return rc == 0 && recipe->layout.shares ? add_fallback(root, ours, err) : rc;
}

/* Is it an entry of our name for a partition that was on this disk when the machine was probed? */
static bool is_old_entry(const char *line, const struct disk *disk)
{
	for (size_t i = 0; i < disk->content_count; i++) {
		const char *uuid = disk->contents[i].part_uuid;
		autofree char *pattern =
			memory_format("Boot????? JefeLinux*,%s,*", uuid ? uuid : "");

		if (uuid && text_matches(line, pattern))
			return true;
	}
	return false;
}

/* Installing again must not fill the firmware's memory; installations on other disks keep their entries. */
static int remove_nvram_entries(const struct disk *disk, struct error *err)
{
	autotext struct text output = {0};
	autowords struct words lines = {0};
	int rc = command_run(
		&(struct command){.argv = COMMAND("efibootmgr", "-v"), .output = &output},
		err);

	words_split(&lines, text_string(&output), "\n");
	for (size_t i = 0; rc == 0 && i < lines.count; i++) {
		autofree char *number = NULL;

		if (!is_old_entry(lines.items[i], disk))
			continue;
		number = memory_copy_bytes(lines.items[i] + strlen("Boot"), 4);
		rc = command_run(&(struct command){.argv = COMMAND("efibootmgr", "-q",
							   "-b", number, "-B")},
			err);
	}
	return rc;
}

static int add_nvram_entry(const struct recipe *recipe, size_t disk, struct error *err)
{
	unsigned number = recipe->layout.partitions[PART_ESP].number;
	autofree char *part = memory_format("%u", number);
	int rc = remove_nvram_entries(recipe->disks[disk], err);

	if (rc < 0)
		return rc;
	return command_run(
		&(struct command){
			.argv = COMMAND("efibootmgr", "-q", "--create", "--disk",
				recipe->disks[disk]->path, "--part", part, "--label",
				disk ? "JefeLinux (second disk)" : "JefeLinux",
				"--loader",
				recipe->layout.shares ? "\\EFI\\jefelinux\\grubx64.efi"
						      : "\\EFI\\BOOT\\BOOTX64.EFI")},
		err);
}

/* The last one made is the first that the firmware tries. */
static int add_nvram_entries(const struct recipe *recipe, struct error *err)
{
	int rc = 0;

	for (size_t i = DISKS; rc == 0 && i > 0; i--)
		rc = recipe->disks[i - 1] ? add_nvram_entry(recipe, i - 1, err) : 0;
	return rc;
}

/* Best effort: the fallback path boots without it, when it is ours. */
static void try_nvram(const struct recipe *recipe, struct run *run)
{
	bool possible =
		recipe->machine->nvram_writable && command_exists(AT_FDCWD, "efibootmgr");
	struct error err = {.text = "it cannot be written"};

	if (recipe->machine->firmware != FIRMWARE_UEFI ||
		(!possible && !recipe->layout.shares) ||
		(possible && add_nvram_entries(recipe, &err) == 0))
		return;
	events_warn(run->events, "no entry in the firmware's boot menu: %s%s", err.text,
		recipe->layout.shares
			? "; if another system starts, add \\EFI\\jefelinux\\grubx64.efi there"
			: "");
}

static const struct platform {
	const char *grub, *name;
	enum firmware firmware;
	int (*install)(const struct recipe *recipe, struct run *run, struct error *err);
} platforms[] = {
	{"i386-pc",    "BIOS", FIRMWARE_BIOS, install_bios},
	{"x86_64-efi", "UEFI", FIRMWARE_UEFI, install_uefi},
};

/* Both, so that the disk also starts in another machine; this machine's own is a must. grub-install would make the folder for
 * everybody. */
static int loader_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autoclose int root = file_open_root(run->target, err);

	if (root < 0 || file_make_dirs(root, "boot/grub", 0700, err) < 0)
		return -1;
	for (size_t i = 0; i < LENGTH(platforms); i++) {
		const struct platform *platform = &platforms[i];
		int rc = 0;

		if (recipe->layout.shares && platform->firmware == FIRMWARE_BIOS)
			continue; /* its place on the disk is the other system's */
		if (have_platform(platform->grub))
			rc = platform->install(recipe, run, err);
		else if (platform->firmware == recipe->machine->firmware)
			rc = error_set(err, -ENOENT,
				"this machine starts by %s, but the live system lacks GRUB for it (/usr/lib/grub/%s)",
				platform->name, platform->grub);
		else
			events_warn(run->events,
				"the live system lacks GRUB for %s: this disk will not start there",
				platform->name);
		if (rc < 0)
			return rc;
	}
	try_nvram(recipe, run);
	return 0;
}

const struct step_ops step_loader = {
	.id = "loader", .describe = loader_describe, .run = loader_run};

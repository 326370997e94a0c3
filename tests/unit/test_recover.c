/* Plans of recovery, from captured facts alone: nothing is mounted or unlocked here. tests/engine/recover.sh does that. */
#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/recover/recover.h"
#include "tests/unit/unit.h"

static const char facts[] =
	"{\"schema\": 1, \"disks\": ["
	"{\"name\": \"sda\", \"path\": \"/dev/sda\", \"contents\": ["
	"{\"path\": \"/dev/sda1\", \"part_name\": \"bios\"},"
	"{\"path\": \"/dev/sda2\", \"type\": \"vfat\", \"label\": \"JEFE-ESP\", \"part_name\": \"esp\"},"
	"{\"path\": \"/dev/sda3\", \"type\": \"ext4\", \"label\": \"jefe-boot\", \"part_name\": \"boot\"},"
	"{\"path\": \"/dev/sda4\", \"type\": \"crypto_LUKS\", \"part_name\": \"root\"}]},"
	"{\"name\": \"sdb\", \"path\": \"/dev/sdb\", \"contents\": ["
	"{\"path\": \"/dev/sdb1\", \"type\": \"ext4\", \"label\": \"data\", \"part_name\": \"root\"}]},"
	"{\"name\": \"vda\", \"path\": \"/dev/vda\", \"contents\": ["
	"{\"path\": \"/dev/vda1\", \"part_name\": \"bios\"},"
	"{\"path\": \"/dev/vda2\", \"type\": \"vfat\", \"label\": \"JEFE-ESP\", \"part_name\": \"esp\"},"
	"{\"path\": \"/dev/vda3\", \"type\": \"ext4\", \"label\": \"jefe-boot\", \"part_name\": \"boot\"},"
	"{\"path\": \"/dev/vda4\", \"type\": \"ext4\", \"label\": \"jefe-root\", \"part_name\": \"root\"}]}]}";

/* One system on sda and sdc, another one whose second disk is away. */
#define HALF(disk, boot, root, kind)                                                            \
	"{\"name\": \"" disk "\", \"path\": \"/dev/" disk "\", \"contents\": ["                 \
	"{\"path\": \"/dev/" disk "2\", \"type\": \"vfat\", \"part_name\": \"esp\"},"           \
	"{\"path\": \"/dev/" disk                                                               \
	"3\", \"type\": \"linux_raid_member\", \"label\": \"any:jefe-boot\", \"uuid\": \"" boot \
	"\", \"size_bytes\": 10, \"part_name\": \"boot\"},"                                     \
	"{\"path\": \"/dev/" disk                                                               \
	"4\", \"type\": \"linux_raid_member\", \"label\": \"any:" kind                          \
	"\", \"uuid\": \"" root "\", \"start_bytes\": 10, \"part_name\": \"root\"}]}"
static const char mirrors[] = "{\"schema\": 1, \"disks\": [" HALF(
	"sda", "b-1", "r-1", "jefe-luks") "," HALF("sdb", "b-2", "r-2",
	"jefe-root") "," HALF("sdc", "b-1", "r-1", "jefe-luks") "]}";

static int load(void **state)
{
	struct machine *machine = NULL;
	struct error err = {0};

	assert_done(machine_load(facts, "facts", &machine, &err), &err);
	*state = machine;
	return 0;
}

static int unload(void **state)
{
	machine_free(*state);
	return 0;
}

/* About the system on this disk; NULL: about none. */
static struct recover recover_of(void **state, const char *disk)
{
	struct recover recover = {.machine = *state};

	if (disk)
		assert_true(
			installed_system_on(machine_disk(*state, disk), &recover.system));
	return recover;
}

static void assert_plan(
	const struct recover *recover, const char *action, const char *expected)
{
	autorecoverplan struct recover_plan plan = {0};
	autofree char *text = NULL;
	struct error err = {0};

	assert_done(recover_plan_make(recover, recover_action_named(action), &plan, &err),
		&err);
	text = recover_plan_text(&plan);
	assert_string_equal(text, expected);
}

static void assert_refused(
	const struct recover *recover, const char *action, int code, const char *says)
{
	autorecoverplan struct recover_plan plan = {0};
	struct error err = {0};

	assert_int_equal(
		recover_plan_make(recover, recover_action_named(action), &plan, &err),
		code);
	assert_non_null(strstr(err.text, says));
}

static void systems_are_found_by_their_partitions(void **state)
{
	struct installed_system system;

	assert_true(installed_system_on(machine_disk(*state, "sda"), &system));
	assert_true(system.encrypted);
	assert_false(installed_system_on(machine_disk(*state, "sdb"), &system));
	assert_true(installed_system_on(machine_disk(*state, "vda"), &system));
	assert_false(system.encrypted);
	assert_string_equal(system.root->path, "/dev/vda4");
}

static void finding_tells_all(void **state)
{
	struct recover recover = recover_of(state, NULL);

	assert_plan(&recover, "find",
		"sda: root /dev/sda4 (encrypted), boot /dev/sda3, EFI /dev/sda2; closed\n"
		"vda: root /dev/vda4, boot /dev/vda3, EFI /dev/vda2; closed\n");
}

static void opening_reads_only(void **state)
{
	struct recover recover = recover_of(state, "sda");

	assert_plan(&recover, "open",
		"unlock /dev/sda4 as /dev/mapper/jefe-recover with the passphrase or the recovery key\n"
		"mount /dev/mapper/jefe-recover on /mnt/jefe: ext4, ro,noload,nosuid,nodev\n"
		"mount /dev/sda3 on /mnt/jefe/boot: ext4, ro,noload,nosuid,nodev\n"
		"mount /dev/sda2 on /mnt/jefe/boot/efi: vfat, ro,umask=0077\n");
}

static void writing_mounts_anew(void **state)
{
	struct recover recover = recover_of(state, "vda");

	recover.mounted = true;
	assert_plan(&recover, "loader",
		"unmount /mnt/jefe/boot/efi\n"
		"unmount /mnt/jefe/boot\n"
		"unmount /mnt/jefe\n"
		"mount /dev/vda4 on /mnt/jefe: ext4, noatime\n"
		"mount /dev/vda3 on /mnt/jefe/boot: ext4, noatime\n"
		"mount /dev/vda2 on /mnt/jefe/boot/efi: vfat, umask=0077,quiet\n"
		"install GRUB for BIOS and UEFI on /dev/vda\n"
		"write /mnt/jefe/boot/grub/grub.cfg for the kernels that are there\n");
	recover.writable = true;
	assert_plan(&recover, "loader",
		"install GRUB for BIOS and UEFI on /dev/vda\n"
		"write /mnt/jefe/boot/grub/grub.cfg for the kernels that are there\n");
	assert_refused(&recover, "write", -EALREADY, "already");
}

/* Which there are is known when the group is open. */
static void volumes_are_opened_and_closed(void **state)
{
	struct recover recover = recover_of(state, "sda");

	recover.system.has_volumes = true;
	assert_plan(&recover, "open",
		"unlock /dev/sda4 as /dev/mapper/jefe-recover with the passphrase or the recovery key\n"
		"open the logical volumes on /dev/mapper/jefe-recover\n"
		"mount /dev/mapper/jefe-root on /mnt/jefe: ext4, ro,noload,nosuid,nodev\n"
		"mount /dev/sda3 on /mnt/jefe/boot: ext4, ro,noload,nosuid,nodev\n"
		"mount /dev/sda2 on /mnt/jefe/boot/efi: vfat, ro,umask=0077\n"
		"mount the other logical volumes, where they belong below /mnt/jefe: ro,noload,nosuid,nodev\n");
	assert_plan(&recover, "check",
		"unlock /dev/sda4 as /dev/mapper/jefe-recover with the passphrase or the recovery key\n"
		"open the logical volumes on /dev/mapper/jefe-recover\n"
		"run e2fsck -f -n /dev/mapper/jefe-root\n"
		"run e2fsck -f -n /dev/sda3\n"
		"run fsck.vfat -n /dev/sda2\n"
		"run e2fsck -f -n on the other logical volumes\n");
	recover.unlocked = recover.volumes_open = true;
	assert_plan(&recover, "close",
		"close the logical volumes on /dev/mapper/jefe-recover\n"
		"close /dev/mapper/jefe-recover\n");
}

static void a_mirror_is_one_system(void **state)
{
	struct machine *machine = NULL;
	struct recover recover = {0};
	struct error err = {0};

	(void)state;
	assert_done(machine_load(mirrors, "mirrors", &machine, &err), &err);
	recover.machine = machine;
	assert_plan(&recover, "find",
		"sda: root /dev/sda4 (encrypted), boot /dev/sda3, EFI /dev/sda2, mirrored on sdc; closed\n"
		"sdb: root /dev/sdb4, boot /dev/sdb3, EFI /dev/sdb2, the disk that mirrors it is missing; closed\n");
	recover.options.disk = "sdc";
	assert_done(recover_look(&recover, &err), &err);
	assert_plan(&recover, "open",
		"open the mirror r-1 as /dev/md/jefe-recover-root\n"
		"open the mirror b-1 as /dev/md/jefe-recover-boot\n"
		"unlock /dev/md/jefe-recover-root as /dev/mapper/jefe-recover with the passphrase or the recovery key\n"
		"mount /dev/mapper/jefe-recover on /mnt/jefe: ext4, ro,noload,nosuid,nodev\n"
		"mount /dev/md/jefe-recover-boot on /mnt/jefe/boot: ext4, ro,noload,nosuid,nodev\n"
		"mount /dev/sda2 on /mnt/jefe/boot/efi: vfat, ro,umask=0077\n");
	recover.options.argument = "/run/header";
	assert_plan(&recover, "header-save",
		"open the mirror r-1 as /dev/md/jefe-recover-root\n"
		"open the mirror b-1 as /dev/md/jefe-recover-boot\n"
		"copy the LUKS header of /dev/md/jefe-recover-root to /run/header\n");
	recover.arrays_open = recover.unlocked = true;
	assert_plan(&recover, "close",
		"close /dev/mapper/jefe-recover\n"
		"close the mirror /dev/md/jefe-recover-boot\n"
		"close the mirror /dev/md/jefe-recover-root\n");
	recover_forget(&recover);
	machine_free(machine);
}

static void checks_open_what_is_closed(void **state)
{
	struct recover recover = recover_of(state, "sda");

	assert_plan(&recover, "repair",
		"unlock /dev/sda4 as /dev/mapper/jefe-recover with the passphrase or the recovery key\n"
		"run e2fsck -f -p /dev/mapper/jefe-recover\n"
		"run e2fsck -f -p /dev/sda3\n"
		"run fsck.vfat -a /dev/sda2\n");
}

static void closing_takes_what_is_there(void **state)
{
	struct recover recover = recover_of(state, "sda");

	recover.mounted = recover.unlocked = true;
	words_add(&recover.mounts, "/mnt/jefe");
	words_add(&recover.mounts, "/mnt/jefe/proc");
	assert_plan(&recover, "close",
		"unmount /mnt/jefe/proc\n"
		"unmount /mnt/jefe\n"
		"close /dev/mapper/jefe-recover\n");
	recover_forget(&recover);
}

static void headers_are_of_encrypted_volumes(void **state)
{
	struct recover recover = recover_of(state, "sda");

	recover.options.argument = "/run/header";
	assert_plan(&recover, "header-save",
		"copy the LUKS header of /dev/sda4 to /run/header\n");
	assert_plan(&recover, "header-restore",
		"replace the LUKS header of /dev/sda4, with all its key slots, by /run/header\n");
	recover.unlocked = true;
	assert_refused(&recover, "header-restore", -EBUSY, "open already");
	recover = recover_of(state, "vda");
	assert_refused(&recover, "header-save", -EINVAL, "not encrypted");
	assert_refused(&recover, "header-restore", -EINVAL, "holds ext4");
}

static void what_cannot_be_done_is_refused(void **state)
{
	struct recover recover = recover_of(state, NULL);

	for (const struct recover_action *action = recover_actions; action->name;
		action++)
		if (action->needs_open)
			assert_refused(&recover, action->name, -ENOTCONN, "recover open");
	assert_refused(&recover, "close", -ENOENT, "nothing is open");
	recover.options.disk = "sdb";
	assert_refused(&recover, "open", -ENOENT, "sdb: no JefeLinux");
	recover = recover_of(state, "vda");
	words_add(&((struct machine *)*state)->disks[2].holders, "vda4 is mounted on /");
	assert_refused(&recover, "open", -EBUSY, "vda4 is mounted on /");
	assert_refused(&recover, "repair", -EBUSY, "vda4 is mounted on /");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systems_are_found_by_their_partitions),
		cmocka_unit_test(finding_tells_all),
		cmocka_unit_test(opening_reads_only),
		cmocka_unit_test(writing_mounts_anew),
		cmocka_unit_test(volumes_are_opened_and_closed),
		cmocka_unit_test(a_mirror_is_one_system),
		cmocka_unit_test(checks_open_what_is_closed),
		cmocka_unit_test(closing_takes_what_is_there),
		cmocka_unit_test(headers_are_of_encrypted_volumes),
		cmocka_unit_test(what_cannot_be_done_is_refused),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

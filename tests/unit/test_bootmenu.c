#include "installer/bootmenu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

struct folder {
	char path[64];
	int fd;
};

static void put(const struct folder *folder, const char *path, const char *text)
{
	struct error err = {0};
	const char *slash = strrchr(path, '/');
	autofree char *dir = memory_copy_bytes(path, (size_t)(slash - path));

	assert_done(file_make_dirs(folder->fd, dir, 0755, &err), &err);
	assert_done(file_write(folder->fd, path, text, strlen(text), 0644, &err), &err);
}

static int make_folder(void **state)
{
	struct folder *folder = memory_zero(1, sizeof(*folder));
	struct error err = {0};

	(void)snprintf(
		folder->path, sizeof(folder->path), "/tmp/jefe-test-bootmenu-XXXXXX");
	if (!mkdtemp(folder->path))
		return -1;
	folder->fd = file_open_root(folder->path, &err);
	*state = folder;
	put(folder, "/etc/jefelinux/boot",
		"ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\nCONSOLE=both\n");
	put(folder, "/etc/jefelinux/cmdline",
		"slab_nomerge\n# a remark\nmodule.sig_enforce=1\n");
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	autofree char *command = memory_format("rm -rf '%s'", folder->path);

	(void)close(folder->fd);
	free(folder);
	return system(command);
}

static void add_kernel(const struct folder *folder, const char *version)
{
	autofree char *modules = memory_format("/lib/modules/%s/modules.dep", version);
	autofree char *kernel = memory_format("/boot/vmlinuz-%s", version);
	autofree char *initramfs = memory_format("/boot/initrd.img-%s", version);

	put(folder, modules, "");
	put(folder, kernel, "kernel");
	put(folder, initramfs, "initramfs");
}

/* The caller frees it. */
static char *written_menu(const struct folder *folder)
{
	autotext struct text menu = {0};
	struct error err = {0};

	assert_done(bootmenu_write(folder->fd, distro_named("debian"), &err), &err);
	assert_done(
		file_read(folder->fd, "/boot/grub/grub.cfg", 1 << 20, &menu, &err), &err);
	return text_take(&menu);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void versions_are_compared_as_people_do(void **state)
{
	static const char *const rising[] = {"5.19", "6.1.0~rc1", "6.1.0",
		"6.1.0-9-amd64", "6.1.0-10-amd64", "6.1.0-10-cloud", "6.1.10", "6.2",
		"6.18.1-0-lts", "10.0"};

	(void)state;
	for (size_t i = 0; i < LENGTH(rising); i++)
		for (size_t k = 0; k < LENGTH(rising); k++) {
			int order = bootmenu_compare(rising[i], rising[k]);

			if ((order > 0) - (order < 0) != (i > k) - (i < k))
				fail_msg("%s and %s: %d", rising[i], rising[k], order);
		}
	assert_int_equal(bootmenu_compare("6.01", "6.1"), 0);
}

static void one_kernel_gives_an_entry_and_a_rescue_shell(void **state)
{
	static const char wanted[] =
		"\nmenuentry 'JefeLinux, Linux 6.1.0-10-amd64' {\n"
		"\tlinux$jefe_16 '/vmlinuz-6.1.0-10-amd64' root=UUID=aaaa-1 $jefe_bios console=ttyS0,115200 console=tty0 quiet 'slab_nomerge' 'module.sig_enforce=1'\n"
		"\tinitrd$jefe_16 '/initrd.img-6.1.0-10-amd64'\n}\n"
		"\nmenuentry 'JefeLinux, Linux 6.1.0-10-amd64, rescue shell before the system starts' {\n";
	const struct folder *folder = *state;
	struct stat st;

	add_kernel(folder, "6.1.0-10-amd64");
	autofree char *menu = written_menu(folder);
	assert_has(menu, "search --no-floppy --fs-uuid --set=root bbbb-2\n");
	assert_has(menu, "terminal_input console serial\n");
	assert_has(menu, wanted);
	assert_has(menu,
		"if [ \"$grub_platform\" = pc ]; then\n\tset jefe_16=16\n\tset jefe_bios=edd=off\nfi\n");
	assert_has(menu, "jefe.break=switch");
	assert_null(strstr(menu, "optional"));
	assert_null(strstr(menu, "jefe.luks"));
	assert_null(strstr(menu, "jefe_count"));
	assert_false(file_exists(folder->fd, "boot/grub/grubenv"));
	assert_int_equal(fstatat(folder->fd, "boot/grub/grub.cfg", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void the_newest_kernel_is_first(void **state)
{
	const struct folder *folder = *state;

	add_kernel(folder, "6.1.0-9-amd64");
	add_kernel(folder, "6.1.0-10-amd64");
	put(folder, "/lib/modules/7.0/modules.dep", "modules without a kernel");
	put(folder, "/lib/modules/8.0/modules.dep", "");
	put(folder, "/boot/vmlinuz-8.0", "a kernel without an initramfs");
	autofree char *menu = written_menu(folder);
	const char *newest = strstr(menu, "Linux 6.1.0-10-amd64'");
	const char *older = strstr(menu, "Linux 6.1.0-9-amd64'");

	assert_true(newest && older && newest < older);
	assert_null(strstr(menu, "7.0"));
	assert_null(strstr(menu, "8.0"));
}

static void encryption_microcode_and_level_show(void **state)
{
	const struct folder *folder = *state;

	add_kernel(folder, "6.1");
	put(folder, "/etc/jefelinux/boot",
		"ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\nLUKS_UUID=cccc-3\nCONSOLE=vga\n");
	put(folder, "/etc/jefelinux/cmdline",
		"jefe.rescue=no\nslub_debug=FZ\ndyndbg=file a.c +p\n");
	put(folder, "/etc/jefelinux/cmdline.optional", "slub_debug=FZ\n");
	put(folder, "/boot/intel-ucode.img", "microcode");
	autofree char *menu = written_menu(folder);

	assert_has(menu,
		"\tlinux$jefe_16 '/vmlinuz-6.1' root=UUID=aaaa-1 $jefe_bios jefe.luks=cccc-3 console=tty0 quiet 'jefe.rescue=no' 'slub_debug=FZ' "
		"'dyndbg=file a.c +p'\n\tinitrd$jefe_16 /intel-ucode.img '/initrd.img-6.1'\n");
	assert_has(menu,
		"without optional hardening' {\n\tlinux$jefe_16 '/vmlinuz-6.1' root=UUID=aaaa-1 $jefe_bios jefe.luks=cccc-3 console=tty0 "
		"'jefe.rescue=no' 'dyndbg=file a.c +p'\n");
	assert_null(strstr(menu, "rescue shell"));
	assert_null(strstr(menu, "serial"));
}

/* GRUB cannot count on an array. */
static void a_mirror_is_opened_first_and_counts_nothing(void **state)
{
	const struct folder *folder = *state;
	struct error err = {0};

	add_kernel(folder, "6.1");
	put(folder, "/etc/jefelinux/canary", "");
	put(folder, "/etc/jefelinux/boot",
		"ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\nLUKS_UUID=cccc-3\nMIRROR_ROOT_UUID=dddd-4\nMIRROR_BOOT_UUID=eeee-5\n");
	autofree char *menu = written_menu(folder);
	assert_has(menu,
		" root=UUID=aaaa-1 $jefe_bios jefe.mirror=dddd-4,eeee-5 jefe.luks=cccc-3 ");
	assert_null(strstr(menu, "jefe_tries"));
	put(folder, "/etc/jefelinux/boot",
		"ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\nMIRROR_ROOT_UUID=dddd-4\n");
	assert_int_equal(
		bootmenu_write(folder->fd, distro_named("debian"), &err), -EINVAL);
}

static void a_locked_menu_starts_and_cannot_be_edited(void **state)
{
	static const char hash[] = "grub.pbkdf2.sha512.10000.00FFAA.11EE";
	const struct folder *folder = *state;
	struct error err = {0};

	add_kernel(folder, "6.1");
	put(folder, "/etc/jefelinux/boot", "ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\n");
	put(folder, "/etc/jefelinux/cmdline", "jefe.edit=no\n");
	autofree char *menu = written_menu(folder);
	assert_has(menu, "\nset superusers=jefe\n");
	assert_null(strstr(menu, "password_pbkdf2"));
	assert_has(menu, "\nmenuentry 'JefeLinux, Linux 6.1' --unrestricted {\n");
	assert_has(menu,
		"\nmenuentry 'JefeLinux, Linux 6.1, rescue shell before the system starts' {\n");
	put(folder, "/etc/jefelinux/grub.password", hash);
	autofree char *with = written_menu(folder);
	assert_has(with, "\npassword_pbkdf2 jefe grub.pbkdf2.sha512.10000.00FFAA.11EE\n");
	put(folder, "/etc/jefelinux/cmdline", "\n");
	autofree char *open = written_menu(folder);
	assert_null(strstr(open, "superusers"));
	assert_null(strstr(open, "password_pbkdf2"));
	put(folder, "/etc/jefelinux/grub.password", "secret; reboot\n");
	assert_int_equal(
		bootmenu_write(folder->fd, distro_named("debian"), &err), -EINVAL);
	assert_has(err.text, "grub-mkpasswd-pbkdf2");
}

static void a_canary_counts_starts_and_lowers_the_level(void **state)
{
	const struct folder *folder = *state;
	autotext struct text block = {0};
	struct error err = {0};

	add_kernel(folder, "6.1");
	add_kernel(folder, "6.0");
	put(folder, "/etc/jefelinux/canary", "");
	put(folder, "/etc/jefelinux/cmdline", "init_on_free=1\niommu=force\n");
	put(folder, "/etc/jefelinux/cmdline.optional", "iommu=force\n");
	put(folder, "/etc/jefelinux/cmdline.lowered", "iommu=force\nslab_nomerge\n");
	autofree char *menu = written_menu(folder);

	assert_has(menu, "load_env jefe_tries\n");
	assert_has(menu,
		"if [ \"$jefe_tries\" = 2 ]; then\n\tset default=jefe-lowered\nfi\n");
	assert_has(menu, "set jefe_start=\"jefe.tries=$jefe_tries\"\n");
	assert_has(menu,
		"\nmenuentry 'JefeLinux, Linux 6.1' {\n\tjefe_count\n\tlinux$jefe_16 '/vmlinuz-6.1' root=UUID=aaaa-1 $jefe_bios console=ttyS0,115200 "
		"console=tty0 $jefe_start quiet 'init_on_free=1' 'iommu=force'\n");
	assert_has(menu,
		"\nif [ \"$jefe_tries\" = 2 ]; then\nmenuentry 'JefeLinux, Linux 6.1, one hardening level lower' --id jefe-lowered {\n\tlinux$jefe_16 '/vmlinuz-6.1' "
		"root=UUID=aaaa-1 $jefe_bios console=ttyS0,115200 console=tty0 jefe.lowered=yes 'slab_nomerge'\n");
	assert_null(strstr(menu, "6.0, one hardening"));
	assert_done(
		file_read(folder->fd, "/boot/grub/grubenv", 1024, &block, &err), &err);
	assert_has(block.data, "\njefe_tries=0\n");
}

static void an_initramfs_that_asks_is_told_where_the_count_is(void **state)
{
	const struct folder *folder = *state;

	add_kernel(folder, "6.1");
	put(folder, "/etc/jefelinux/canary", "");
	put(folder, "/etc/jefelinux/boot",
		"ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\nLUKS_UUID=cccc-3\n");
	autofree char *menu = written_menu(folder);
	assert_has(menu, "set jefe_start=\"jefe.tries=$jefe_tries jefe.boot=bbbb-2\"\n");
}

static void nothing_gets_out_of_its_quotes(void **state)
{
	static const char *const bad[] = {"a'b\n", "a\tb\n", "caf\xc3\xa9\n"};
	const struct folder *folder = *state;
	struct error err = {0};

	add_kernel(folder, "6.1");
	for (size_t i = 0; i < LENGTH(bad); i++) {
		put(folder, "/etc/jefelinux/cmdline", bad[i]);
		assert_int_equal(bootmenu_write(folder->fd, distro_named("debian"), &err),
			-EINVAL);
		assert_has(err.text, "etc/jefelinux/cmdline");
	}
	put(folder, "/etc/jefelinux/cmdline", "$(reboot) `x` \"y\" \\ ;}\n");
	autofree char *menu = written_menu(folder);
	assert_has(menu, " '$(reboot) `x` \"y\" \\ ;}'\n");
	put(folder, "/etc/jefelinux/boot", "ROOT_UUID=a b\nBOOT_UUID=b\n");
	assert_int_equal(
		bootmenu_write(folder->fd, distro_named("debian"), &err), -EINVAL);
}

static void a_menu_that_boots_nothing_is_not_written(void **state)
{
	const struct folder *folder = *state;
	struct error err = {0};

	put(folder, "/boot/vmlinuz-6.1", "kernel");
	assert_int_equal(
		bootmenu_write(folder->fd, distro_named("debian"), &err), -ENOENT);
	assert_false(file_exists(folder->fd, "/boot/grub/grub.cfg"));
	add_kernel(folder, "6.1");
	assert_done(file_remove(folder->fd, "/etc/jefelinux/boot", &err), &err);
	assert_int_equal(
		bootmenu_write(folder->fd, distro_named("debian"), &err), -ENOENT);
	assert_has(err.text, "etc/jefelinux/boot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_compared_as_people_do),
		cmocka_unit_test_setup_teardown(
			one_kernel_gives_an_entry_and_a_rescue_shell, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(
			the_newest_kernel_is_first, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			encryption_microcode_and_level_show, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_canary_counts_starts_and_lowers_the_level, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(
			an_initramfs_that_asks_is_told_where_the_count_is, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(
			nothing_gets_out_of_its_quotes, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_mirror_is_opened_first_and_counts_nothing, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(a_locked_menu_starts_and_cannot_be_edited,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_menu_that_boots_nothing_is_not_written,
			make_folder, remove_folder),
	};

	return cmocka_run_group_tests_name("bootmenu", tests, NULL, NULL);
}

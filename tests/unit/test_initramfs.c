#include "installer/initramfs/initramfs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/archive.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/fido2.h"
#include "installer/initramfs/image.h"
#include "installer/initramfs/modules.h"
#include "installer/initramfs/programs.h"
#include "installer/initramfs/remote.h"
#include "installer/keeper.h"
#include "installer/tpm.h"
#include "installer/unlock.h"
#include "tests/unit/unit.h"

#define KERNEL  "6.1.0-test"
#define MODULES "/lib/modules/" KERNEL

static const char *const *const nothing[] = {NULL};

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
		folder->path, sizeof(folder->path), "/tmp/jefe-test-initramfs-XXXXXX");
	if (!mkdtemp(folder->path))
		return -1;
	folder->fd = file_open_root(folder->path, &err);
	*state = folder;
	return folder->fd < 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	autofree char *command = memory_format("rm -rf '%s'", folder->path);

	(void)close(folder->fd);
	free(folder);
	return system(command);
}

/* ext4 has a dependency and a soft one, ahci is in a wanted folder, sg in one but left out, e1000 nowhere. */
static void add_modules(const struct folder *folder)
{
	static const char *const files[] = {"kernel/fs/ext4/ext4.ko",
		"kernel/fs/jbd2/jbd2.ko", "kernel/lib/soft-one.ko",
		"kernel/drivers/ata/ahci.ko", "kernel/drivers/scsi/sg.ko",
		"kernel/drivers/net/e1000.ko"};

	for (size_t i = 0; i < LENGTH(files); i++) {
		autofree char *path = memory_format(MODULES "/%s", files[i]);

		put(folder, path, files[i]);
	}
	put(folder, MODULES "/modules.dep",
		"kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko\nkernel/fs/jbd2/jbd2.ko:\nkernel/lib/soft-one.ko:\n"
		"kernel/drivers/ata/ahci.ko:\nkernel/drivers/scsi/sg.ko:\nkernel/drivers/net/e1000.ko:\n");
	put(folder, MODULES "/modules.softdep",
		"# remark\nsoftdep ext4 pre: soft_one crc-of-nobody\nsoftdep e1000 post: sg\n");
	put(folder, MODULES "/modules.alias",
		"# remark\nalias pci:v1d* ahci\nalias pci:v2d* e1000\nalias fs-ext4 ext4\n");
	put(folder, MODULES "/modules.builtin", "kernel/drivers/block/loop.ko\n");
}

/* The cpio as one run of bytes. The caller frees it. */
static char *written(const struct folder *folder, struct image *image, size_t *size)
{
	autofree char *path = memory_format("%s/image", folder->path);
	autotext struct text stored = {0};
	autotext struct text plain = {0};
	struct error err = {0};

	assert_done(image_write(image, path, &err), &err);
	assert_done(file_read(folder->fd, "image", 1 << 20, &stored, &err), &err);
	assert_done(archive_decompress(stored.data, stored.size, 1 << 24, &plain, &err),
		&err);
	*size = plain.size;
	return text_take(&plain);
}

static bool holds(const char *bytes, size_t size, const char *part)
{
	return memmem(bytes, size, part, strlen(part)) != NULL;
}

static void modules_come_with_what_they_need(void **state)
{
	const struct folder *folder = *state;
	struct image *image = image_new();
	autowords struct words missing = {0};
	struct error err = {0};
	size_t size;

	add_modules(folder);
	assert_done(
		modules_add(image, folder->fd, KERNEL, nothing, &missing, &err), &err);
	assert_true(image_has(image, "usr" MODULES "/kernel/fs/ext4/ext4.ko"));
	assert_true(image_has(image, "usr" MODULES "/kernel/fs/jbd2/jbd2.ko"));
	assert_true(image_has(image, "usr" MODULES "/kernel/lib/soft-one.ko"));
	assert_true(image_has(image, "usr" MODULES "/kernel/drivers/ata/ahci.ko"));
	assert_false(image_has(image, "usr" MODULES "/kernel/drivers/scsi/sg.ko"));
	assert_false(image_has(image, "usr" MODULES "/kernel/drivers/net/e1000.ko"));
	assert_true(words_contain(&missing, "dm_crypt"));
	assert_false(words_contain(&missing, "ext4"));
	assert_false(words_contain(&missing, "loop"));
	autofree char *bytes = written(folder, image, &size);
	assert_true(
		holds(bytes, size, "kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko\n"));
	assert_true(holds(bytes, size, "alias pci:v1d* ahci\nalias fs-ext4 ext4\n"));
	assert_false(holds(bytes, size, "e1000"));
	image_free(image);
}

/* Nothing but a header: it needs no library. */
static void put_program(const struct folder *folder, const char *name)
{
	const Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
		.e_phentsize = sizeof(Elf64_Phdr)
        };
	autofree char *path = memory_format("/usr/bin/%s", name);
	struct error err = {0};

	assert_done(file_write(folder->fd, path, (const char *)&header, sizeof(header),
			    0755, &err),
		&err);
}

/* Their drivers are wanted only by those who ask; what is built in or missing is passed over. */
static void a_network_brings_its_drivers(void **state)
{
	static const char *const first[] = {"ipv6", NULL};
	static const char *const second[] = {"e1000", NULL};
	static const char *const *const also[] = {first, second, NULL};
	const struct folder *folder = *state;
	struct image *image = image_new();
	autowords struct words missing = {0};
	struct error err = {0};

	add_modules(folder);
	assert_done(modules_add(image, folder->fd, KERNEL, also, &missing, &err), &err);
	assert_true(image_has(image, "usr" MODULES "/kernel/drivers/net/e1000.ko"));
	assert_true(image_has(image, "usr" MODULES "/kernel/fs/ext4/ext4.ko"));
	image_free(image);
}

static void put_unlock_files(const struct folder *folder, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		autofree char *path = memory_format("/%s", unlock_files[i].path);

		put(folder, path, "contents");
	}
}

static void unlocking_over_ssh_is_all_or_nothing(void **state)
{
	const struct folder *folder = *state;
	struct image *image = image_new();
	struct error err = {0};

	put_unlock_files(folder, UNLOCK_FILES - 1);
	assert_int_equal(remote_files_add(image, folder->fd, &err), -ENOENT);
	assert_non_null(strstr(err.text, unlock_files[UNLOCK_FILES - 1].path));
	put_unlock_files(folder, UNLOCK_FILES);
	assert_done(remote_files_add(image, folder->fd, &err), &err);
	for (unsigned i = 0; i < UNLOCK_FILES; i++)
		assert_true(image_has(image, unlock_files[i].image));
	assert_true(image_has(image, "etc/passwd"));
	image_free(image);
}

/* An encrypted system that asks for the passphrase over SSH and has no server for it. */
static void a_missing_server_is_told_with_the_way_out(void **state)
{
	const struct folder *folder = *state;
	autoclose int root = file_open_root("/", NULL);
	struct initramfs initramfs = {
		.modules_root_fd = folder->fd, .programs_root_fd = root};
	struct error err = {0};
	static const char *const programs[] = {"busybox", "e2fsck", "cryptsetup"};

	assert_done(file_make_dirs(folder->fd, "/usr/bin", 0755, &err), &err);
	for (size_t i = 0; i < LENGTH(programs); i++)
		put_program(folder, programs[i]);
	assert_done(initramfs_renewable(&initramfs, &err), &err);
	put_unlock_files(folder, UNLOCK_FILES);
	assert_int_equal(initramfs_renewable(&initramfs, &err), -ENOENT);
	assert_non_null(strstr(err.text, "dropbear"));
	assert_non_null(strstr(err.text, "remove /etc/jefelinux/unlock"));
}

/* It is not where other programs are, and is in the image. */
static void brings_its_program(
	const struct folder *folder, const struct keeper *keeper, const char *name)
{
	autofree char *remedy = memory_format("remove /%s", keeper->folder),
		      *installed = memory_format("/usr/libexec/jefelinux/%s", name),
		      *added = memory_format("usr/bin/%s", name);
	struct initramfs initramfs = {
		.modules_root_fd = folder->fd, .programs_root_fd = folder->fd};
	struct image *image = image_new();
	struct programs programs;
	struct error err = {0};

	assert_done(keeper_remember(keeper, folder->fd, "k", 1, &err), &err);
	assert_int_equal(initramfs_renewable(&initramfs, &err), -ENOENT);
	assert_non_null(strstr(err.text, remedy));
	put_program(folder, name);
	assert_done(
		file_make_dirs(folder->fd, "/usr/libexec/jefelinux", 0755, &err), &err);
	assert_done(file_move(folder->fd, added, installed, &err), &err);
	assert_done(initramfs_renewable(&initramfs, &err), &err);
	assert_done(programs_open(&programs, image, folder->fd, &err), &err);
	assert_done(programs_add(&programs, name, &err), &err);
	assert_true(image_has(image, added));
	programs_close(&programs);
	image_free(image);
}

static void keepers_bring_their_programs(void **state)
{
	const struct folder *folder = *state;
	struct error err = {0};

	assert_done(file_make_dirs(folder->fd, "/usr/bin", 0755, &err), &err);
	put_program(folder, "busybox");
	put_program(folder, "e2fsck");
	put_program(folder, "cryptsetup");
	brings_its_program(folder, &keepers[KEEPER_TPM], TPM_PROGRAM_NAME);
	brings_its_program(folder, &keepers[KEEPER_FIDO2], FIDO2_PROGRAM_NAME);
}

static void another_kernel_is_told_with_what_is_there(void **state)
{
	const struct folder *folder = *state;
	struct image *image = image_new();
	autowords struct words missing = {0};
	struct error err = {0};

	add_modules(folder);
	assert_int_equal(
		modules_add(image, folder->fd, "5.0", nothing, &missing, &err), -ENOENT);
	assert_non_null(strstr(err.text, "5.0"));
	assert_non_null(strstr(err.text, KERNEL));
	assert_int_equal(modules_add(image, folder->fd, "../modules/" KERNEL, nothing,
				 &missing, &err),
		-ENOENT);
	image_free(image);
}

static void the_same_contents_give_the_same_bytes(void **state)
{
	const struct folder *folder = *state;
	autotext struct text before = {0};

	put(folder, "/file", "contents");
	for (int round = 0; round < 2; round++) {
		struct image *image = image_new();
		autofree char *path = memory_format("%s/image", folder->path);
		autotext struct text now = {0};
		struct error err = {0};

		image_add_bytes(image, round ? "b/two" : "a/one", "x", 1, 0644);
		image_add_bytes(image, round ? "a/one" : "b/two", "x", 1, 0644);
		image_add_file(image, "c/deep/file", folder->fd, "file", 0755);
		assert_done(image_write(image, path, &err), &err);
		assert_done(file_read(folder->fd, "image", 1 << 20,
				    round ? &now : &before, &err),
			&err);
		if (round) {
			assert_int_equal(now.size, before.size);
			assert_memory_equal(now.data, before.data, now.size);
		}
		image_free(image);
	}
}

static void programs_bring_their_libraries(void **state)
{
	struct image *image = image_new();
	autoclose int root = file_open_root("/", NULL);
	struct programs programs;
	struct error err = {0};
	bool interpreter = false;

	(void)state;
	assert_done(programs_open(&programs, image, root, &err), &err);
	assert_int_equal(programs_add(&programs, "no-such-program-here", &err), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-program-here"));
	assert_done(programs_add(&programs, "mount", &err), &err);
	assert_true(image_has(image, "usr/bin/mount"));
	assert_true(image_has(image, "bin") && image_has(image, "lib64"));
	static const char *const linkers[] = {
		"usr/lib/ld-linux-x86-64.so.2", "usr/lib/ld-musl-x86_64.so.1"};
	for (size_t i = 0; i < LENGTH(linkers); i++)
		interpreter = interpreter || image_has(image, linkers[i]);
	assert_true(interpreter);
	programs_close(&programs);
	image_free(image);
}

static void a_missing_library_is_named(void **state)
{
	const struct folder *folder = *state;
	struct image *image = image_new();
	autoclose int root = file_open_root("/", NULL);
	struct programs programs;
	struct error err = {0};
	char self[4096] = "";

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	assert_done(file_make_dirs(folder->fd, "/usr/bin", 0755, &err), &err);
	assert_done(file_copy(root, self, folder->fd, "/usr/bin/program", &err), &err);
	assert_done(programs_open(&programs, image, folder->fd, &err), &err);
	assert_int_equal(programs_add(&programs, "program", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/usr/bin/program"));
	put(folder, "/usr/bin/script", "#!/bin/sh\n");
	assert_int_equal(programs_add(&programs, "script", &err), -ENOEXEC);
	programs_close(&programs);
	image_free(image);
}

static void a_failed_one_leaves_the_old_file(void **state)
{
	const struct folder *folder = *state;
	autoclose int root = file_open_root("/", NULL);
	autofree char *path = memory_format("%s/initramfs", folder->path);
	autotext struct text old = {0};
	autowords struct words names = {0};
	struct error err = {0};
	struct initramfs initramfs = {.kernel = "5.0",
		.modules_root_fd = folder->fd,
		.programs_root_fd = root,
		.output = path};

	put(folder, "/initramfs", "old");
	assert_true(initramfs_make(&initramfs, &err) < 0);
	assert_non_null(strstr(err.text, path));
	assert_done(file_read(folder->fd, "initramfs", 10, &old, &err), &err);
	assert_string_equal(old.data, "old");
	assert_done(file_list(folder->fd, "/", false, &names, &err), &err);
	assert_int_equal(names.count, 1);
}

/* The programs are those of the system that the modules are of, whatever root the initramfs takes them from. */
static void a_system_without_programs_cannot_renew_it(void **state)
{
	const struct folder *folder = *state;
	autoclose int root = file_open_root("/", NULL);
	struct initramfs initramfs = {
		.modules_root_fd = folder->fd, .programs_root_fd = root};
	struct error err = {0};

	assert_int_equal(initramfs_renewable(&initramfs, &err), -ENOENT);
	assert_non_null(strstr(err.text, "busybox"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			modules_come_with_what_they_need, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_network_brings_its_drivers, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			keepers_bring_their_programs, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			unlocking_over_ssh_is_all_or_nothing, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_missing_server_is_told_with_the_way_out,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(another_kernel_is_told_with_what_is_there,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_system_without_programs_cannot_renew_it,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(the_same_contents_give_the_same_bytes,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			programs_bring_their_libraries, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_missing_library_is_named, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_failed_one_leaves_the_old_file, make_folder, remove_folder),
	};

	return cmocka_run_group_tests_name("initramfs", tests, NULL, NULL);
}

#include "installer/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tests/unit/unit.h"

/* A directory with target/ (extracted to) and outside/ (must stay as it is) in it. */
struct place {
	char path[64];
	int fd, target_fd;
};

static int make_place(void **state)
{
	struct place *place = memory_zero(1, sizeof(*place));
	struct error err = {0};

	(void)snprintf(place->path, sizeof(place->path), "/tmp/jefe-test-archive-XXXXXX");
	if (!mkdtemp(place->path))
		return -1;
	place->fd = file_open_root(place->path, &err);
	if (file_make_dirs(place->fd, "/target", 0755, &err) < 0 ||
		file_make_dirs(place->fd, "/outside", 0755, &err) < 0)
		return -1;
	place->target_fd = openat(place->fd, "target", O_PATH | O_DIRECTORY);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	autofree char *command = memory_format("rm -rf '%s'", place->path);

	(void)close(place->target_fd);
	(void)close(place->fd);
	free(place);
	return system(command);
}

/* --- Tar headers by hand, so that hostile ones are possible. --- */

struct tar_entry {
	char type; /* '0' file, '1' hard link, '2' symbolic link, '3' character device, '5' directory */
	const char *name, *link, *data;
	unsigned mode, uid;
	const char *pax_key, *pax_value;
	size_t pax_size; /* 0: of the text */
};

static void octal(char *field, unsigned digits, size_t value)
{
	while (digits--) {
		field[digits] = (char)('0' + value % 8);
		value /= 8;
	}
}

static void tar_block(struct text *tar, const struct tar_entry *entry, char type,
	const char *data, size_t size)
{
	char block[512] = {0};
	size_t sum = 0;

	memcpy(block, entry->name, strlen(entry->name));
	octal(block + 100, 7, entry->mode ? entry->mode : 0644);
	octal(block + 108, 7, entry->uid);
	octal(block + 116, 7, entry->uid);
	octal(block + 124, 11, size);
	octal(block + 136, 11, 1000000000);
	memset(block + 148, ' ', 8);
	block[156] = type;
	memcpy(block + 157, entry->link ? entry->link : "",
		entry->link ? strlen(entry->link) : 0);
	memcpy(block + 257, "ustar\00000", 8);
	octal(block + 329, 7, 1);
	octal(block + 337, 7, 3);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += (unsigned char)block[i];
	octal(block + 148, 6, sum);
	text_add_bytes(tar, block, sizeof(block));
	text_add_bytes(tar, data, size);
	while (tar->size % 512)
		text_add_bytes(tar, "", 1);
}

static void tar_add(struct text *tar, const struct tar_entry *entry)
{
	if (entry->pax_key) {
		size_t value =
			entry->pax_size ? entry->pax_size : strlen(entry->pax_value);
		size_t size = strlen("99 =\n") + strlen(entry->pax_key) + value;
		autotext struct text record = {0};

		text_addf(&record, "%zu %s=", size, entry->pax_key);
		text_add_bytes(&record, entry->pax_value, value);
		text_add(&record, "\n");
		assert_int_equal(record.size, size);
		tar_block(tar, entry, 'x', record.data, size);
	}
	tar_block(tar, entry, entry->type, entry->data ? entry->data : "",
		entry->data ? strlen(entry->data) : 0);
}

static void tar_end(struct text *tar)
{
	static const char zeros[1024];

	text_add_bytes(tar, zeros, sizeof(zeros));
}

static void write_archive(const struct place *place, const struct text *tar)
{
	struct error err = {0};

	assert_done(
		file_write(place->fd, "archive", tar->data, tar->size, 0600, &err), &err);
}

static int extract_as(
	const struct place *place, const char *sha256, size_t size, struct error *err)
{
	autofree char *path = memory_format("%s/archive", place->path);
	struct extraction extraction = {.path = path,
		.root_fd = place->target_fd,
		.sha256 = sha256,
		.size = size};

	return archive_extract(&extraction, err);
}

static int extract(const struct place *place, const struct text *tar, struct error *err)
{
	char sha256[65];

	digest_of(tar->data, tar->size, sha256);
	write_archive(place, tar);
	return extract_as(place, sha256, tar->size, err);
}

static int extract_entries(const struct place *place, const struct tar_entry *entries,
	size_t count, struct error *err)
{
	autotext struct text tar = {0};

	for (size_t i = 0; i < count; i++)
		tar_add(&tar, &entries[i]);
	tar_end(&tar);
	return extract(place, &tar, err);
}

static void attributes_are_kept(void **state)
{
	const struct place *place = *state;
	// clang-format off
	const struct tar_entry entries[] = {
		{.type = '5', .name = "./", .mode = 0750},
		{.type = '5', .name = "./bin/", .mode = 0755},
		{.type = '0', .name = "./bin/tool", .mode = 04755, .data = "tool"},
		{.type = '1', .name = "./bin/same", .link = "./bin/tool", .mode = 04755},
		{.type = '2', .name = "./sbin", .link = "bin"},
		{.type = '2', .name = "./abs", .link = "/etc/passwd"},
		{.type = '0',
			.name = "./caf\xc3\xa9",
			.mode = 0600,
			.data = "utf-8",
			.pax_key = "SCHILY.xattr.user.note",
			.pax_value = "kept"},
	};
	// clang-format on
	struct error err = {0};
	struct stat tool, same, root, bin;
	char value[64] = "";

	assert_done(extract_entries(place, entries, LENGTH(entries), &err), &err);
	assert_int_equal(fstatat(place->target_fd, "bin/tool", &tool, 0), 0);
	assert_int_equal(fstatat(place->target_fd, "bin/same", &same, 0), 0);
	assert_int_equal(fstatat(place->target_fd, ".", &root, 0), 0);
	assert_int_equal(tool.st_mode & 07777, 04755);
	assert_int_equal(tool.st_mtime, 1000000000);
	assert_int_equal(tool.st_ino, same.st_ino);
	assert_int_equal(root.st_mode & 07777, 0750);
	assert_int_equal(fstatat(place->target_fd, "bin", &bin, 0), 0);
	assert_int_equal(bin.st_mtime, 1000000000);
	assert_int_equal(readlinkat(place->target_fd, "abs", value, sizeof(value)), 11);
	autofree char *cafe = memory_format("%s/target/caf\xc3\xa9", place->path);
	assert_int_equal(access(cafe, F_OK), 0);
	if (getxattr(cafe, "user.note", value, sizeof(value)) >= 0)
		assert_memory_equal(value, "kept", 4);
	else
		assert_int_equal(errno, ENOTSUP); /* an old tmpfs below /tmp */
}

static void root_restores_owners_devices_and_capabilities(void **state)
{
	const struct place *place = *state;
	/* cap_net_raw=ep as the kernel stores it: revision 2 with the effective bit, permitted, inheritable */
	static const char capability[20] = "\x01\x00\x00\x02\x00\x20";
	const struct tar_entry entries[] = {
		{.type = '3',				   .name = "null", .mode = 0666},
		{           .type = '0', .name = "owned", .uid = 1234,                                               .mode = 06755, .data = "x"},
		{ .type = '0',
                 .name = "ping",
                 .mode = 0755,
                 .data = "x",
                 .pax_key = "SCHILY.xattr.security.capability",
                 .pax_value = capability,
                 .pax_size = sizeof(capability)},
		{							.type = '0',
                 .name = "acl",
                 .mode = 0640,
                 .data = "x",
                 .pax_key = "SCHILY.acl.access",
                 .pax_value =
				"user::rw-,user:1234:r--,group::r--,mask::r--,other::---"},
	};
	struct error err = {0};
	struct stat st;
	char value[64];

	if (geteuid() != 0)
		return;
	assert_done(extract_entries(place, entries, LENGTH(entries), &err), &err);
	assert_int_equal(fstatat(place->target_fd, "null", &st, 0), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(st.st_rdev, 0x103);
	assert_int_equal(fstatat(place->target_fd, "owned", &st, 0), 0);
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_mode & 07777, 06755);
	autofree char *ping = memory_format("%s/target/ping", place->path);
	assert_int_equal(getxattr(ping, "security.capability", value, sizeof(value)),
		sizeof(capability));
	assert_memory_equal(value, capability, sizeof(capability));
	autofree char *acl = memory_format("%s/target/acl", place->path);
	assert_int_equal(getxattr(acl, "system.posix_acl_access", value, sizeof(value)),
		4 + 5 * 8);
}

static void assert_refused(
	const struct place *place, const struct tar_entry *entries, size_t count)
{
	struct error err = {0};
	autowords struct words outside = {0};
	int rc = extract_entries(place, entries, count, &err);

	if (rc != -EBADMSG)
		fail_msg("%s: %d %s", entries[count - 1].name, rc, err.text);
	assert_done(file_list(place->fd, "outside", false, &outside, &err), &err);
	assert_int_equal(outside.count, 0);
}

static void nothing_leads_out(void **state)
{
	const struct place *place = *state;
	autofree char *outside = memory_format("%s/outside", place->path);
	autofree char *absolute = memory_format("%s/outside/file", place->path);
	const struct tar_entry absolute_path[] = {
		{.type = '0', .name = absolute, .data = "x"}
        };
	const struct tar_entry parent[] = {
		{.type = '0', .name = "../outside/file", .data = "x"}
        };
	const struct tar_entry inner_parent[] = {
		{.type = '0', .name = "a/../../outside/file", .data = "x"}
        };
	const struct tar_entry through_link[] = {
		{.type = '2', .name = "way",      .link = outside},
		{.type = '0', .name = "way/file", .data = "x"    }
        };
	const struct tar_entry through_relative[] = {
		{.type = '2', .name = "way",      .link = "../outside"},
		{.type = '0', .name = "way/file", .data = "x"         }
        };
	const struct tar_entry inside_link[] = {
		{.type = '5', .name = "dir",        .mode = 0755 },
		{.type = '2', .name = "inner",      .link = "dir"},
		{.type = '0', .name = "inner/file", .data = "x"  }
        };
	const struct tar_entry hard_link[] = {
		{.type = '1', .name = "shadow", .link = "/etc/passwd"}
        };
	const struct tar_entry hard_parent[] = {
		{.type = '1', .name = "shadow", .link = "../../../etc/passwd"}
        };
	const struct tar_entry hard_through[] = {
		{.type = '2', .name = "etc",    .link = "/etc"      },
		{.type = '1', .name = "shadow", .link = "etc/passwd"}
        };

	assert_refused(place, absolute_path, LENGTH(absolute_path));
	assert_refused(place, parent, LENGTH(parent));
	assert_refused(place, inner_parent, LENGTH(inner_parent));
	assert_refused(place, through_link, LENGTH(through_link));
	assert_refused(place, through_relative, LENGTH(through_relative));
	assert_refused(place, inside_link, LENGTH(inside_link));
	assert_refused(place, hard_link, LENGTH(hard_link));
	assert_refused(place, hard_parent, LENGTH(hard_parent));
	assert_int_equal(
		faccessat(place->target_fd, "shadow", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	{
		struct error err = {0};

		assert_true(extract_entries(
				    place, hard_through, LENGTH(hard_through), &err) < 0);
		assert_int_equal(
			faccessat(place->target_fd, "shadow", F_OK, AT_SYMLINK_NOFOLLOW),
			-1);
	}
}

static void harmless_dots_are_names(void **state)
{
	const struct tar_entry entries[] = {
		{.type = '5', .name = "..a",       .mode = 0755},
		{.type = '0', .name = "..a/b..",   .data = "x" },
		{.type = '0', .name = "./..a/...", .data = "x" }
        };
	struct error err = {0};

	assert_done(extract_entries(*state, entries, LENGTH(entries), &err), &err);
}

static void good_tar(struct text *tar)
{
	autotext struct text data = {0};

	for (unsigned i = 0; i < 40000; i++)
		text_addf(&data, "%u ", i * 2654435761U);
	tar_add(tar, &(struct tar_entry){.type = '0', .name = "first", .data = "first"});
	tar_add(tar, &(struct tar_entry){.type = '0', .name = "big", .data = data.data});
	tar_end(tar);
}

static void compress_zstd(const struct text *from, struct text *to)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;
	autofree char *buffer = memory_zero(1, from->size + 4096);

	archive_entry_set_pathname(entry, "x");
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter_zstd(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_set_bytes_in_last_block(archive, 1), ARCHIVE_OK);
	assert_int_equal(
		archive_write_open_memory(archive, buffer, from->size + 4096, &used),
		ARCHIVE_OK);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, from->data, from->size), from->size);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	text_add_bytes(to, buffer, used);
	archive_entry_free(entry);
	(void)archive_write_free(archive);
}

static void zstd_is_read_and_damage_is_found(void **state)
{
	const struct place *place = *state;
	autotext struct text tar = {0};
	autotext struct text zst = {0};
	autotext struct text unpacked = {0};
	struct error err = {0};
	char sha256[65];

	good_tar(&tar);
	compress_zstd(&tar, &zst);
	assert_true(zst.size < tar.size);
	assert_done(extract(place, &zst, &err), &err);
	assert_done(
		archive_decompress(zst.data, zst.size, tar.size, &unpacked, &err), &err);
	assert_int_equal(unpacked.size, tar.size);
	assert_memory_equal(unpacked.data, tar.data, tar.size);
	assert_int_equal(
		archive_decompress(zst.data, zst.size, tar.size - 1, &unpacked, &err),
		-EFBIG);

	digest_of(zst.data, zst.size, sha256);
	zst.data[zst.size / 2] ^= 0x10;
	write_archive(place, &zst);
	assert_int_equal(extract_as(place, sha256, zst.size, &err), -EBADMSG);
	zst.data[zst.size / 2] ^= 0x10;
	assert_int_equal(extract_as(place, sha256, zst.size + 1, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "bytes instead of"));
	zst.size -= 100;
	write_archive(place, &zst);
	digest_of(zst.data, zst.size, sha256);
	assert_int_equal(extract_as(place, sha256, zst.size, &err), -EBADMSG);
}

static void a_wrong_hash_is_found_in_an_intact_archive(void **state)
{
	const struct place *place = *state;
	autotext struct text tar = {0};
	struct error err = {0};
	char sha256[65];

	good_tar(&tar);
	digest_of(tar.data, tar.size, sha256);
	text_add(&tar, "bytes behind the end belong to the file too");
	write_archive(place, &tar);
	assert_int_equal(extract_as(place, sha256, tar.size, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "SHA-256"));
	assert_done(extract(place, &tar, &err), &err);
}

struct watch {
	uint64_t last;
	unsigned calls;
	volatile int stop;
};

static void watch_progress(void *context, uint64_t done, uint64_t total)
{
	struct watch *watch = context;

	assert_true(done > watch->last && done <= total);
	watch->last = done;
	watch->calls++;
	watch->stop = watch->calls == 2;
}

static void progress_grows_and_stop_is_heeded(void **state)
{
	const struct place *place = *state;
	autofree char *path = memory_format("%s/archive", place->path);
	autotext struct text tar = {0};
	struct watch watch = {0};
	struct error err = {0};
	char sha256[65];
	struct extraction extraction = {.path = path,
		.root_fd = place->target_fd,
		.sha256 = sha256,
		.progress = watch_progress,
		.context = &watch};

	good_tar(&tar);
	digest_of(tar.data, tar.size, sha256);
	extraction.size = tar.size;
	write_archive(place, &tar);
	assert_done(archive_extract(&extraction, &err), &err);
	assert_int_equal(watch.last, tar.size);
	assert_true(watch.calls > 2);

	watch = (struct watch){0};
	extraction.stop = &watch.stop;
	assert_int_equal(archive_extract(&extraction, &err), -ECANCELED);
	assert_int_equal(watch.calls, 2);
}

static void cpio_holds_what_was_added(void **state)
{
	const struct place *place = *state;
	autofree char *path = memory_format("%s/image", place->path);
	autotext struct text first = {0};
	struct error err = {0};
	struct cpio *cpio;

	for (int round = 0; round < 2; round++) {
		autotext struct text again = {0};

		assert_done(cpio_open(path, 3, &cpio, &err), &err);
		assert_done(cpio_add_dir(cpio, "dev", 0755, &err), &err);
		assert_done(
			cpio_add_node(cpio, "dev/console", S_IFCHR | 0600, 5, 1, &err),
			&err);
		assert_done(cpio_add_link(cpio, "init", "bin/init", &err), &err);
		assert_done(
			cpio_add_bytes(cpio, "file", "contents", 8, 0640, &err), &err);
		assert_done(cpio_close(cpio, &err), &err);
		assert_done(file_read(place->fd, "image", 1 << 20,
				    round ? &again : &first, &err),
			&err);
		if (round) {
			assert_int_equal(again.size, first.size);
			assert_memory_equal(again.data, first.data, first.size);
		}
		(void)usleep(10000);
	}
	autotext struct text plain = {0};
	assert_done(
		archive_decompress(first.data, first.size, 1 << 20, &plain, &err), &err);
	assert_memory_equal(plain.data, "070701", 6);
	assert_non_null(memmem(plain.data, plain.size, "contents", 8));
	assert_non_null(memmem(plain.data, plain.size, "TRAILER!!!", 10));
}

static void an_abandoned_cpio_leaves_nothing(void **state)
{
	const struct place *place = *state;
	autofree char *path = memory_format("%s/image", place->path);
	autowords struct words names = {0};
	struct error err = {0};
	struct cpio *cpio;

	assert_done(cpio_open(path, 3, &cpio, &err), &err);
	assert_done(cpio_add_dir(cpio, "dev", 0755, &err), &err);
	cpio_abandon(cpio);
	assert_done(file_list(place->fd, "/", false, &names, &err), &err);
	assert_int_equal(names.count, 2); /* outside target */
	assert_true(cpio_open("/nonexistent/image", 3, &cpio, &err) < 0);
	assert_non_null(strstr(err.text, "/nonexistent/image"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			attributes_are_kept, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			root_restores_owners_devices_and_capabilities, make_place,
			remove_place),
		cmocka_unit_test_setup_teardown(
			nothing_leads_out, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			harmless_dots_are_names, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			zstd_is_read_and_damage_is_found, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			a_wrong_hash_is_found_in_an_intact_archive, make_place,
			remove_place),
		cmocka_unit_test_setup_teardown(
			progress_grows_and_stop_is_heeded, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			cpio_holds_what_was_added, make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			an_abandoned_cpio_leaves_nothing, make_place, remove_place),
	};

	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}

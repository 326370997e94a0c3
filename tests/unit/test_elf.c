#include "installer/initramfs/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* A small program: headers, then its texts; everything lies in one loaded segment at address 0x1000. */
struct program {
	Elf64_Ehdr header;
	Elf64_Phdr load, interpreter, dynamic;
	Elf64_Dyn entries[7];
	char strings[64];
	char interpreter_name[32];
};

enum { ADDRESS = 0x1000 };

static Elf64_Phdr part(uint32_t type, size_t offset, size_t size)
{
	return (Elf64_Phdr){.p_type = type,
		.p_offset = offset,
		.p_vaddr = ADDRESS + offset,
		.p_filesz = size,
		.p_memsz = size};
}

static struct program make_program(void)
{
	struct program program = {.interpreter_name = "/lib/ld-musl-x86_64.so.1"};
	static const char strings[] =
		"\0libone.so.1\0libtwo.so.2\0$ORIGIN/../lib:/opt/lib";

	memcpy(program.header.e_ident, ELFMAG, SELFMAG);
	program.header.e_ident[EI_CLASS] = ELFCLASS64;
	program.header.e_ident[EI_DATA] = ELFDATA2LSB;
	program.header.e_phoff = offsetof(struct program, load);
	program.header.e_phentsize = sizeof(Elf64_Phdr);
	program.header.e_phnum = 3;
	program.load = part(PT_LOAD, 0, sizeof(program));
	program.interpreter = part(PT_INTERP, offsetof(struct program, interpreter_name),
		sizeof(program.interpreter_name));
	program.dynamic = part(
		PT_DYNAMIC, offsetof(struct program, entries), sizeof(program.entries));
	memcpy(program.strings, strings, sizeof(strings));
	program.entries[0] = (Elf64_Dyn){.d_tag = DT_NEEDED, .d_un.d_val = 1};
	program.entries[1] = (Elf64_Dyn){.d_tag = DT_NEEDED, .d_un.d_val = 13};
	program.entries[2] = (Elf64_Dyn){.d_tag = DT_RUNPATH, .d_un.d_val = 25};
	program.entries[3] = (Elf64_Dyn){.d_tag = DT_STRTAB,
		.d_un.d_val = ADDRESS + offsetof(struct program, strings)};
	program.entries[4] =
		(Elf64_Dyn){.d_tag = DT_STRSZ, .d_un.d_val = sizeof(program.strings)};
	return program;
}

static void needs_are_read_in_order(void **state)
{
	struct program program = make_program();
	autoelf struct elf elf = {0};
	struct error err = {0};

	(void)state;
	assert_done(elf_read(&program, sizeof(program), &elf, &err), &err);
	assert_string_equal(elf.interpreter, "/lib/ld-musl-x86_64.so.1");
	assert_int_equal(elf.needed.count, 2);
	assert_string_equal(elf.needed.items[0], "libone.so.1");
	assert_string_equal(elf.needed.items[1], "libtwo.so.2");
	assert_int_equal(elf.runpath.count, 2);
	assert_string_equal(elf.runpath.items[0], "$ORIGIN/../lib");
	assert_string_equal(elf.runpath.items[1], "/opt/lib");
}

static void this_test_itself_can_be_read(void **state)
{
	autoclose int root = file_open_root("/", NULL);
	autotext struct text self = {0};
	autoelf struct elf elf = {0};
	struct error err = {0};
	char path[4096] = "";

	(void)state;
	assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	assert_done(file_read(root, path, 256 << 20, &self, &err), &err);
	assert_done(elf_read(self.data, self.size, &elf, &err), &err);
	assert_non_null(strstr(elf.interpreter, "/ld-"));
	assert_true(elf.needed.count > 0);
}

/* In memory of exactly the size, so that a sanitizer sees a byte read too much. */
static int read_copy(const void *data, size_t size)
{
	autofree char *copy = memory_copy_bytes(data, size);
	autofree char *exact = memory_zero(1, size ? size : 1);
	autoelf struct elf elf = {0};

	memcpy(exact, copy, size);
	return elf_read(exact, size, &elf, NULL);
}

static void a_cut_file_is_refused(void **state)
{
	struct program program = make_program();

	(void)state;
	for (size_t size = 0; size < offsetof(struct program, interpreter_name) +
					     strlen(program.interpreter_name);
		size++)
		if (read_copy(&program, size) != -ENOEXEC)
			fail_msg("cut to %zu bytes it is taken", size);
}

static void no_damage_leads_out_of_the_file(void **state)
{
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	struct program program = make_program();
	unsigned char *bytes = (unsigned char *)&program;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(program); i++) {
		unsigned char good = bytes[i];

		for (size_t v = 0; v < sizeof(values); v++) {
			bytes[i] = values[v];
			refused += read_copy(&program, sizeof(program)) == -ENOEXEC;
		}
		bytes[i] = good;
	}
	assert_true(refused > 100);
	assert_int_equal(read_copy(&program, sizeof(program)), 0);
}

static void other_files_are_none(void **state)
{
	struct program program = make_program();

	(void)state;
	assert_int_equal(
		read_copy(
			"#!/bin/sh\necho this is a script and long enough to be a header of one, or is it\n",
			80),
		-ENOEXEC);
	program.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(read_copy(&program, sizeof(program)), -ENOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_are_read_in_order),
		cmocka_unit_test(this_test_itself_can_be_read),
		cmocka_unit_test(a_cut_file_is_refused),
		cmocka_unit_test(no_damage_leads_out_of_the_file),
		cmocka_unit_test(other_files_are_none),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}

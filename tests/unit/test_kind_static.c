#include <elf.h>

#include "tests/unit/look.h"

/* A program of one part. */
static void put_program(unsigned type)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr part;
	} program = {
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64},
			 .e_phoff = sizeof(Elf64_Ehdr),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 1},
		.part = {.p_type = type                          }
        };
	struct error err = {0};

	assert_done(file_make_dirs(root, "bin", 0755, &err), &err);
	assert_done(file_write(root, "bin/busybox", (const char *)&program,
			    sizeof(program), 0755, &err),
		&err);
}

static void only_a_program_without_interpreter_will_do(void **state)
{
	const struct control *shell = control_named("userland.rescue_shell");
	autofree char *none = NULL, *right = NULL, *dynamic = NULL, *script = NULL;

	(void)state;
	assert_int_equal(look(&kind_static, shell, "static", &none), FOUND_UNAVAILABLE);
	put_program(PT_LOAD);
	assert_int_equal(look(&kind_static, shell, "static", &right), FOUND_RIGHT);
	put_program(PT_INTERP);
	assert_int_equal(look(&kind_static, shell, "static", &dynamic), FOUND_WRONG);
	put("bin/busybox", "#!/bin/sh\n");
	assert_int_equal(look(&kind_static, shell, "static", &script), FOUND_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			only_a_program_without_interpreter_will_do, tree_make,
			tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

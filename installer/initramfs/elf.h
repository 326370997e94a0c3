/* What a program or library says it needs, read from its ELF headers (64 bit, little endian); nothing is run. */
#pragma once

#include <stddef.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

struct elf {
	char *interpreter; /* "/lib/ld-musl-x86_64.so.1"; NULL when static or a library */
	struct words needed; /* DT_NEEDED, in order */
	struct words
		runpath; /* DT_RUNPATH, or DT_RPATH without it: directories, $ORIGIN not replaced */
};

/* -ENOEXEC when it is no such file or its headers point outside of it. Release with elf_free in any case. */
int elf_read(const void *data, size_t size, struct elf *elf, struct error *err) CHECKED;
void elf_free(struct elf *elf);
#define autoelf __attribute__((cleanup(elf_free)))

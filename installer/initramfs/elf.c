#include "installer/initramfs/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"

struct file {
	const unsigned char *data;
	size_t size;
	Elf64_Ehdr header;
	uint64_t strings_offset, strings_size; /* of the dynamic section, in the file */
};

/* Copied out: nothing in a file need be aligned. */
static bool take(const struct file *file, uint64_t offset, void *to, size_t size)
{
	if (offset > file->size || size > file->size - offset)
		return false;
	memcpy(to, file->data + offset, size);
	return true;
}

static bool segment(const struct file *file, unsigned index, Elf64_Phdr *segment)
{
	uint64_t step = (uint64_t)index * file->header.e_phentsize;

	return file->header.e_phoff <= file->size &&
	       take(file, file->header.e_phoff + step, segment, sizeof(*segment));
}

/* The text at an offset that must end before limit and before the file does; NULL otherwise. */
static char *text_at(const struct file *file, uint64_t offset, uint64_t limit)
{
	const char *start;

	if (offset >= file->size)
		return NULL;
	if (limit > file->size - offset)
		limit = file->size - offset;
	start = (const char *)file->data + offset;
	return memchr(start, '\0', limit) ? memory_copy_text(start) : NULL;
}

static bool to_offset(const struct file *file, uint64_t address, uint64_t *offset)
{
	for (unsigned i = 0; i < file->header.e_phnum; i++) {
		Elf64_Phdr load;

		if (segment(file, i, &load) && load.p_type == PT_LOAD &&
			address >= load.p_vaddr &&
			address - load.p_vaddr < load.p_filesz) {
			*offset = load.p_offset + (address - load.p_vaddr);
			return true;
		}
	}
	return false;
}

/* Value of the number-th entry with this tag. */
static bool dynamic(const struct file *file, const Elf64_Phdr *section, int64_t tag,
	unsigned number, uint64_t *value)
{
	for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= section->p_filesz;
		at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn entry;

		if (section->p_offset > file->size ||
			!take(file, section->p_offset + at, &entry, sizeof(entry)) ||
			entry.d_tag == DT_NULL)
			return false;
		if (entry.d_tag == tag && number-- == 0) {
			*value = entry.d_un.d_val;
			return true;
		}
	}
	return false;
}

static char *dynamic_text(const struct file *file, uint64_t value)
{
	if (value >= file->strings_size)
		return NULL;
	return text_at(file, file->strings_offset + value, file->strings_size - value);
}

static bool read_dynamic(struct file *file, const Elf64_Phdr *section, struct elf *elf)
{
	uint64_t value;

	if (!dynamic(file, section, DT_STRTAB, 0, &value) ||
		!to_offset(file, value, &file->strings_offset) ||
		!dynamic(file, section, DT_STRSZ, 0, &file->strings_size) ||
		file->strings_offset > file->size)
		return false;
	for (unsigned i = 0; dynamic(file, section, DT_NEEDED, i, &value); i++) {
		autofree char *name = dynamic_text(file, value);

		if (!name)
			return false;
		words_add(&elf->needed, name);
	}
	if (dynamic(file, section, DT_RUNPATH, 0, &value) ||
		dynamic(file, section, DT_RPATH, 0, &value)) {
		autofree char *path = dynamic_text(file, value);

		if (!path)
			return false;
		words_split(&elf->runpath, path, ":");
	}
	return true;
}

static bool read_segments(struct file *file, struct elf *elf)
{
	for (unsigned i = 0; i < file->header.e_phnum; i++) {
		Elf64_Phdr part;

		if (!segment(file, i, &part))
			return false;
		if (part.p_type == PT_INTERP && !elf->interpreter) {
			elf->interpreter = text_at(file, part.p_offset, part.p_filesz);
			if (!elf->interpreter)
				return false;
		}
		if (part.p_type == PT_DYNAMIC && !read_dynamic(file, &part, elf))
			return false;
	}
	return true;
}

int elf_read(const void *data, size_t size, struct elf *elf, struct error *err)
{
	static const unsigned char magic[] = {
		ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB};
	struct file file = {.data = data, .size = size};

	*elf = (struct elf){0};
	if (!take(&file, 0, &file.header, sizeof(file.header)) ||
		memcmp(file.header.e_ident, magic, sizeof(magic)) != 0)
		return error_set(err, -ENOEXEC, "not a 64-bit little-endian ELF file");
	if (!read_segments(&file, elf))
		return error_set(err, -ENOEXEC,
			"damaged ELF file: its headers point outside of it");
	return 0;
}

void elf_free(struct elf *elf)
{
	free(elf->interpreter);
	words_free(&elf->needed);
	words_free(&elf->runpath);
	*elf = (struct elf){0};
}

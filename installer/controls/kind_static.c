/* A program that needs no other file to run: what repairs a system whose C library, loader or allocator is broken. */
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* An ELF program of this word size without an interpreter. */
static bool is_static(const struct site *site, const char *path)
{
	autoclose int fd = file_open(site->scope->root_fd, path, O_RDONLY, 0, NULL);
	Elf64_Ehdr head;
	Elf64_Phdr part;

	if (fd < 0 || read(fd, &head, sizeof(head)) != (ssize_t)sizeof(head) ||
		memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
		head.e_ident[EI_CLASS] != ELFCLASS64 || !head.e_phnum)
		return false;
	for (unsigned i = 0; i < head.e_phnum; i++) {
		off_t at = (off_t)(head.e_phoff + (uint64_t)i * head.e_phentsize);

		if (pread(fd, &part, sizeof(part), at) != (ssize_t)sizeof(part) ||
			part.p_type == PT_INTERP)
			return false;
	}
	return true;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words paths = {0};

	find(finding, FOUND_UNAVAILABLE, NULL,
		memory_format("none of %s is there", control->target));
	paths_expand(site, control->target, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		bool right = is_static(site, paths.items[i]);

		if (!file_exists(site->scope->root_fd, paths.items[i]))
			continue;
		find(finding, right ? FOUND_RIGHT : FOUND_WRONG,
			memory_copy_text(right ? value : "not static"),
			memory_format("%s is %s", paths.items[i],
				right ? "static" : "not static"));
		if (right)
			return;
	}
}

const struct control_kind kind_static = {
	.name = "static",
	.names_file = true,
	.fix = "Install the package with the static shell again.",
	.persisted = persisted,
};

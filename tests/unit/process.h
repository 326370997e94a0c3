/* Processes of the throw-away root. */
#pragma once

#include "tests/unit/tree.h"

static inline void program(
	unsigned long pid, const char *executable, const char *arguments, size_t size)
{
	autofree char *link = memory_format("proc/%lu/exe", pid);
	autofree char *path = memory_format("proc/%lu/cmdline", pid);
	struct error err = {0};

	put(path, "");
	assert_done(file_write(root, path, arguments, size, 0644, &err), &err);
	assert_done(file_link(root, executable, link, &err), &err);
}
#define PROGRAM(pid, executable, arguments)                                              \
	program(pid, executable, arguments, sizeof(arguments))

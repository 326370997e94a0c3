/* A fuzz target is one function. libFuzzer calls it with what it invents:
 *     clang -fsanitize=fuzzer,address,undefined -DLIBFUZZER … tests/fuzz/fuzz_X.c libinstaller.a …
 * Built by any compiler, as in make check, main() below calls it with the stored corpus and prints TAP.
 * A target names its corpus, FUZZ_CORPUS, before it includes this. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
static inline void fuzz_require(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

#ifndef LIBFUZZER
static inline int fuzz_replay(int dir_fd, const struct words *names)
{
	enum { INPUT_MAX = 1024 * 1024 };

	(void)printf("1..%zu\n", names->count);
	for (size_t i = 0; i < names->count; i++) {
		autotext struct text text = {0};
		struct error err = {0};

		if (file_read(dir_fd, names->items[i], INPUT_MAX, &text, &err) < 0) {
			(void)printf("Bail out! %s\n", err.text);
			return 1;
		}
		(void)LLVMFuzzerTestOneInput(
			(const uint8_t *)text_string(&text), text.size);
		(void)printf("ok %zu - %s\n", i + 1, names->items[i]);
	}
	return names->count ? 0 : 1;
}

int main(void)
{
	const char *source = getenv("top_srcdir");
	autofree char *dir =
		memory_format("%s/tests/fuzz/corpus/" FUZZ_CORPUS, source ? source : ".");
	autowords struct words names = {0};
	struct error err = {0};
	autoclose int dir_fd = file_open_root(dir, &err);

	if (dir_fd < 0 || file_list(dir_fd, ".", false, &names, &err) < 0) {
		(void)printf("Bail out! %s\n", err.text);
		return 1;
	}
	return fuzz_replay(dir_fd, &names);
}
#endif

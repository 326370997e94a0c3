/* extract_archive ARCHIVE SHA256 DIR: archive_extract alone, to be timed by tests/bench/extract. */
#include <stdio.h>
#include <sys/stat.h>

#include "installer/archive.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

int main(int argc, char **argv)
{
	struct error err = {0};
	struct stat st;

	if (argc != 4 || stat(argv[1], &st) < 0) {
		(void)fputs("usage: extract_archive ARCHIVE SHA256 DIR\n", stderr);
		return 2;
	}
	autoclose int root = file_open_root(argv[3], &err);
	struct extraction extraction = {.path = argv[1],
		.root_fd = root,
		.sha256 = argv[2],
		.size = (uint64_t)st.st_size};

	if (root < 0 || archive_extract(&extraction, &err) < 0) {
		(void)fprintf(stderr, "extract_archive: %s\n", err.text);
		return 1;
	}
	return 0;
}

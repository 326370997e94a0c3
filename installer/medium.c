#include "installer/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/signed.h"

enum { LIST_MAX = 1 << 20, CHUNK = 256 << 10, HEX = 64 };

struct check {
	int dir_fd;
	struct events *events;
	uint64_t done, total;
	char *chunk;
};

/* "HASH  PATH", as sha256sum writes it, becomes the two. */
static int split(char *line, const char **path, struct error *err)
{
	if (strlen(line) < HEX + 3 || strspn(line, "0123456789abcdef") != HEX ||
		strncmp(line + HEX, "  ", 2) != 0)
		return error_set(err, -EBADMSG,
			".jefe/files: \"%s\" is not a hash and a path", line);
	line[HEX] = '\0';
	*path = line + HEX + 2;
	return 0;
}

static int hash_file(
	struct check *check, const char *path, char hex[65], struct error *err)
{
	autoclose int fd = file_open(check->dir_fd, path, O_RDONLY, 0, err);
	struct digest *digest;
	ssize_t got;

	if (fd < 0)
		return fd;
	digest = digest_new();
	while ((got = read(fd, check->chunk, CHUNK)) > 0) {
		digest_add(digest, check->chunk, (size_t)got);
		check->done += (uint64_t)got;
		events_progress(check->events, check->done, check->total);
	}
	digest_end(digest, hex);
	return got < 0 ? error_errno(err, -errno, "reading %s", path) : 0;
}

static void add_size(struct check *check, const char *path)
{
	struct error missing = {0}; /* found again, and told, when it is hashed */
	struct stat status = {0};
	autoclose int fd = file_open(check->dir_fd, path, O_RDONLY, 0, &missing);

	if (fd >= 0 && fstat(fd, &status) == 0)
		check->total += (uint64_t)status.st_size;
}

static void compare(
	struct check *check, const char *want, const char *path, struct words *damaged)
{
	struct error unread = {0};
	autofree char *line = NULL;
	char hex[65];

	if (hash_file(check, path, hex, &unread) < 0)
		line = memory_copy_text(unread.text);
	else if (strcmp(hex, want) != 0)
		line = memory_format("%s: is not what was signed", path);
	if (line)
		words_add(damaged, line);
}

int medium_check(const char *dir, const char *keys_dir, struct events *events,
	struct words *damaged, struct error *err)
{
	static const struct signed_files files = {".jefe/files", ".jefe/files.sig"};
	autotext struct text text = {0};
	autowords struct words lines = {0};
	autofree const char **paths = NULL;
	autofree char *chunk = memory_zero(1, CHUNK);
	autoclose int dir_fd = file_open_root(dir, err);
	struct check check = {.dir_fd = dir_fd, .events = events, .chunk = chunk};

	if (dir_fd < 0 || signed_read(dir, &files, keys_dir, LIST_MAX, &text, err) < 0)
		return error_prefix(err, "checking the medium in %s", dir);
	words_split(&lines, text_string(&text), "\n");
	paths = memory_zero(lines.count + 1, sizeof(*paths));
	for (size_t i = 0; i < lines.count; i++) {
		if (split(lines.items[i], &paths[i], err) < 0)
			return error_prefix(err, "checking the medium in %s", dir);
		add_size(&check, paths[i]);
	}
	for (size_t i = 0; i < lines.count; i++)
		compare(&check, lines.items[i], paths[i], damaged);
	return 0;
}

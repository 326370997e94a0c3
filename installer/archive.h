/* libarchive's one entrance: verified, confined extraction, and a cpio writer. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "installer/base/error.h"

struct extraction {
	const char *path; /* tar, plain or compressed with zstd, xz or gzip */
	int root_fd;      /* directory to extract below */
	const char *
		sha256; /* expected, hex, of the file as it is; computed while extracting */
	uint64_t size; /* expected size of the file, bytes */
	void (*progress)(void *context, uint64_t done_bytes,
		uint64_t total_bytes); /* of the compressed file; may be NULL */
	void *context;
	volatile const int
		*stop; /* may be NULL; not 0 ends the extraction with -ECANCELED */
};

/* Extract everything with owners (numeric), modes, xattrs, capabilities, ACLs, hard links and times. An absolute path, "..", or a way
 * through a symbolic link is -EBADMSG and ends it; so do a wrong size or hash, found at the latest at the end: the caller must
 * treat what was extracted as unusable on any error. The file system is synced before success is returned.
 *
 * This process reads and hashes; the bytes go to a child that unpacks them. The child holds no descriptor but its socket, has only
 * the capabilities that files need, and is confined to root_fd by chroot(2) besides the checks (when not run by root: by the
 * checks alone, and owners are not restored). */
int archive_extract(const struct extraction *extraction, struct error *err) CHECKED;

/* Writer of newc cpio compressed with zstd, for an initramfs. Entries are added in the order of the calls, names without leading "/",
 * directories before what is in them; times are 0, owner root. The file appears at path at once when cpio_close succeeds. */
struct cpio;
int cpio_open(const char *path, unsigned zstd_level, struct cpio **cpio,
	struct error *err) CHECKED;
int cpio_add_dir(
	struct cpio *cpio, const char *name, mode_t mode, struct error *err) CHECKED;
int cpio_add_link(struct cpio *cpio, const char *name, const char *target,
	struct error *err) CHECKED;
int cpio_add_bytes(struct cpio *cpio, const char *name, const void *data, size_t size,
	mode_t mode, struct error *err) CHECKED;
int cpio_add_node(struct cpio *cpio, const char *name, mode_t mode, unsigned major,
	unsigned minor, struct error *err) CHECKED;
int cpio_close(struct cpio *cpio, struct error *err)
	CHECKED; /* frees; the file is complete and synced only when this is 0 */
void cpio_abandon(
	struct cpio *cpio); /* frees and removes the unfinished file; NULL is fine */

/* Append the contents of a file compressed with gzip, xz or zstd (or not at all) to text; more than max bytes is -EFBIG. */
struct text;
int archive_decompress(const void *data, size_t size, size_t max, struct text *text,
	struct error *err) CHECKED;

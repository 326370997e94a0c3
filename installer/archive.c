#include "installer/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"

enum { CHUNK = 128 * 1024, AHEAD = 2 << 20 };

/* libarchive's own codes (-1 and below) say that the bytes are not what they should be; the rest are errno values. */
static int archive_error(struct archive *archive, const char *what, struct error *err)
{
	int code = archive_errno(archive);
	const char *text = archive_error_string(archive);

	return error_set(err,
		code > 0 && code != EILSEQ && code != EINVAL ? -code : -EBADMSG, "%s: %s",
		what, text ? text : "unreadable");
}

/* --- The child: unpacks what comes in on its socket, and knows nothing else. --- */

enum { CHILD_SOCKET = STDIN_FILENO };

static int keep_capabilities(void)
{
	static const unsigned kept[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER,
		CAP_FSETID, CAP_SETFCAP, CAP_MKNOD};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	for (size_t i = 0; i < LENGTH(kept); i++)
		data[0].permitted |= UINT32_C(1) << kept[i];
	data[0].effective = data[0].permitted;
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* Names in tar headers are UTF-8: without the locale libarchive would replace what is not ASCII. */
static int confine(int root_fd, int socket_fd, struct error *err)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (fchdir(root_fd) < 0)
		return error_errno(err, -errno, "entering the directory to extract to");
	if (geteuid() == 0 && chroot(".") < 0)
		return error_errno(err, -errno, "confining the extraction");
	if (dup2(socket_fd, CHILD_SOCKET) < 0 ||
		syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
		return error_errno(err, -errno, "closing inherited descriptors");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		(geteuid() == 0 && keep_capabilities() < 0))
		return error_errno(err, -errno, "giving up privileges");
	(void)umask(0);
	return 0;
}

static bool leads_out(const char *path)
{
	if (*path == '/')
		return true;
	for (const char *at = path; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
			return true;
	}
	return false;
}

static int extract_entry(struct archive *from, struct archive_entry *entry,
	struct archive *disk, struct error *err)
{
	const char *path = archive_entry_pathname(entry);
	const char *link = archive_entry_hardlink(entry);

	if (!path)
		return error_set(err, -EBADMSG, "an entry without a usable name");
	if (leads_out(path) || (link && leads_out(link)))
		return error_set(err, -EBADMSG, "%s: leads out of the target", path);
	if (archive_read_extract2(from, entry, disk) != ARCHIVE_OK)
		return archive_error(from, path, err);
	return 0;
}

static int extract_entries(struct archive *from, struct archive *disk, struct error *err)
{
	struct archive_entry *entry;
	int status;

	while ((status = archive_read_next_header(from, &entry)) == ARCHIVE_OK) {
		int rc = extract_entry(from, entry, disk, err);

		if (rc < 0)
			return rc;
	}
	if (status != ARCHIVE_EOF)
		return archive_error(from, "archive", err);
	if (archive_write_close(disk) != ARCHIVE_OK)
		return archive_error(disk, "finishing directories", err);
	return 0;
}

/* Decompression runs ahead in a thread: a machine with more than one processor decompresses while it writes. */
enum { SLOTS = 8, SLOT_SIZE = 256 * 1024 };

struct ahead {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char slots[SLOTS][SLOT_SIZE];
	size_t sizes[SLOTS];
	size_t filled, emptied; /* counts of slots, ever growing; */
	bool reading, ended;
	struct error err;
};

/* A filter that libarchive would leave to a program is refused: the program would come from the target. */
static int open_compressed(struct archive *from, struct error *err)
{
	struct archive_entry *entry;

	if (archive_read_support_filter_zstd(from) != ARCHIVE_OK ||
		archive_read_support_filter_xz(from) != ARCHIVE_OK ||
		archive_read_support_filter_gzip(from) != ARCHIVE_OK ||
		archive_read_support_format_raw(from) != ARCHIVE_OK ||
		archive_read_open_fd(from, CHILD_SOCKET, CHUNK) != ARCHIVE_OK ||
		archive_read_next_header(from, &entry) != ARCHIVE_OK)
		return archive_error(from, "opening the archive", err);
	return 0;
}

static char *free_slot(struct ahead *ahead)
{
	char *slot;

	(void)pthread_mutex_lock(&ahead->lock);
	while (ahead->filled - ahead->emptied == SLOTS)
		(void)pthread_cond_wait(&ahead->changed, &ahead->lock);
	slot = ahead->slots[ahead->filled % SLOTS];
	(void)pthread_mutex_unlock(&ahead->lock);
	return slot;
}

/* The slot holds size bytes now; 0 is the end. */
static void fill_slot(struct ahead *ahead, size_t size)
{
	(void)pthread_mutex_lock(&ahead->lock);
	ahead->sizes[ahead->filled % SLOTS] = size;
	ahead->filled += size > 0;
	ahead->ended = size == 0;
	(void)pthread_cond_signal(&ahead->changed);
	(void)pthread_mutex_unlock(&ahead->lock);
}

static void *decompress_ahead(void *context)
{
	struct ahead *ahead = context;
	struct archive *from = archive_read_new();
	int rc = from ? open_compressed(from, &ahead->err)
		      : error_set(&ahead->err, -ENOMEM, "out of memory");
	la_ssize_t got = 1;

	while (rc == 0 && got > 0) {
		got = archive_read_data(from, free_slot(ahead), SLOT_SIZE);
		if (got < 0)
			rc = archive_error(from, "archive", &ahead->err);
		fill_slot(ahead, got > 0 ? (size_t)got : 0);
	}
	if (rc < 0)
		fill_slot(ahead, 0);
	return NULL;
}

/* libarchive asks for more only when it is done with what it got before. */
static la_ssize_t next_slot(struct archive *from, void *context, const void **bytes)
{
	struct ahead *ahead = context;
	size_t size = 0;

	(void)pthread_mutex_lock(&ahead->lock);
	ahead->emptied += ahead->reading;
	(void)pthread_cond_signal(&ahead->changed);
	while (ahead->filled == ahead->emptied && !ahead->ended)
		(void)pthread_cond_wait(&ahead->changed, &ahead->lock);
	ahead->reading = ahead->filled != ahead->emptied;
	if (ahead->reading) {
		size = ahead->sizes[ahead->emptied % SLOTS];
		*bytes = ahead->slots[ahead->emptied % SLOTS];
	}
	(void)pthread_mutex_unlock(&ahead->lock);
	if (size || !ahead->err.code)
		return (la_ssize_t)size;
	archive_set_error(from, -ahead->err.code, "%s", ahead->err.text);
	return -1;
}

static struct ahead *start_ahead(struct error *err)
{
	struct ahead *ahead = memory_zero(1, sizeof(*ahead));
	pthread_t thread;
	int code;

	(void)pthread_mutex_init(&ahead->lock, NULL);
	(void)pthread_cond_init(&ahead->changed, NULL);
	code = pthread_create(&thread, NULL, decompress_ahead, ahead);
	if (code == 0)
		return ahead;
	free(ahead);
	(void)error_errno(err, -code, "starting to decompress");
	return NULL;
}

static int unpack(struct archive *from, struct archive *disk, struct ahead *ahead,
	struct error *err)
{
	const void *rest;
	la_ssize_t got;
	int rc;

	if (archive_read_support_format_tar(from) != ARCHIVE_OK ||
		archive_read_open(from, ahead, NULL, next_slot, NULL) != ARCHIVE_OK)
		return archive_error(from, "opening the archive", err);
	rc = extract_entries(from, disk, err);
	do /* the archive may end before the file does, and all of it is hashed */
		got = rc == 0 ? next_slot(from, ahead, &rest) : 0;
	while (got > 0);
	return got < 0 ? archive_error(from, "archive", err) : rc;
}

/* Nothing is freed: the process ends, and the thread with it. */
static int extract_in_child(struct error *err)
{
	int owner = geteuid() == 0 ? ARCHIVE_EXTRACT_OWNER : 0;
	struct archive *from = archive_read_new();
	struct archive *disk = archive_write_disk_new();
	struct ahead *ahead = start_ahead(err);

	if (!ahead)
		return err->code;
	if (!from || !disk)
		return error_set(err, -ENOMEM, "out of memory");
	(void)archive_write_disk_set_options(
		disk, owner | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
			      ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR |
			      ARCHIVE_EXTRACT_SECURE_SYMLINKS |
			      ARCHIVE_EXTRACT_SECURE_NODOTDOT |
			      ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	return unpack(from, disk, ahead, err);
}

/* The report is the error's text behind its code; nothing when all went well. */
static _Noreturn void child_main(int root_fd, int socket_fd)
{
	struct error err = {0};

	if (confine(root_fd, socket_fd, &err) < 0)
		(void)dup2(socket_fd, CHILD_SOCKET);
	else
		(void)extract_in_child(&err);
	if (err.code)
		(void)send(CHILD_SOCKET, &err, sizeof(err), MSG_NOSIGNAL);
	_exit(err.code ? 1 : 0);
}

/* --- The parent: reads, hashes, feeds the child. --- */

static int feed(int socket_fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t put = send(socket_fd, bytes, size, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		size -= (size_t)put;
	}
	return 0;
}

/* -EPIPE without a message: the child ended; its report says why. */
static int feed_all(const struct extraction *job, int file_fd, int socket_fd,
	struct digest *digest, struct error *err)
{
	autofree char *chunk = memory_zero(1, CHUNK);
	uint64_t done = 0;

	for (;;) {
		ssize_t got = read(file_fd, chunk, CHUNK);

		if (job->stop && *job->stop)
			return error_set(err, -ECANCELED, "stopped");
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, -errno, "reading after %llu bytes",
				(unsigned long long)done);
		if (got == 0)
			return 0;
		digest_add(digest, chunk, (size_t)got);
		if (feed(socket_fd, chunk, (size_t)got) < 0)
			return -EPIPE;
		done += (uint64_t)got;
		if (job->progress)
			job->progress(job->context, done, job->size);
	}
}

static int take_report(int fd, struct error *err)
{
	struct error report = {0};
	ssize_t got;

	while ((got = recv(fd, &report, sizeof(report), MSG_WAITALL)) < 0 &&
		errno == EINTR)
		continue;
	if (got != (ssize_t)sizeof(report) || report.code >= 0)
		return 0;
	report.text[sizeof(report.text) - 1] = '\0';
	return error_set(err, report.code, "%s", report.text);
}

static int wait_for(pid_t child, struct error *err)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, -errno, "waiting for the extraction");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, -EIO, "the child has wait status %d", status);
	return 0;
}

/* Room for bytes that the child has not taken yet: with the usual 200 KiB the two wait for each other a thousand times. */
static int connect_child(int ends[2], struct error *err)
{
	const int ahead = AHEAD;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_errno(err, -errno, "starting the extraction");
	if (setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &ahead, sizeof(ahead)) < 0)
		(void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &ahead, sizeof(ahead));
	return 0;
}

static int run_child(const struct extraction *job, int file_fd, struct digest *digest,
	struct error *err)
{
	struct error detail = {0};
	int ends[2];
	pid_t child;
	int rc;

	if (connect_child(ends, err) < 0)
		return err->code;
	child = fork();
	if (child == 0)
		child_main(job->root_fd, ends[1]);
	(void)close(ends[1]);
	rc = child < 0 ? error_errno(err, -errno, "starting the extraction") : 0;
	if (rc == 0)
		rc = feed_all(job, file_fd, ends[0], digest, err);
	if (child > 0 && rc < 0 && rc != -EPIPE)
		(void)kill(child, SIGKILL);
	(void)shutdown(ends[0], SHUT_WR);
	if (child > 0) {
		int ended = take_report(ends[0], &detail);
		int waited = wait_for(child, ended < 0 ? NULL : &detail);

		if (rc == 0 || rc == -EPIPE)
			rc = ended < 0 || waited < 0
				     ? error_set(err, detail.code, "%s", detail.text)
				     : rc;
	}
	(void)close(ends[0]);
	return rc;
}

static int sync_target(int root_fd, struct error *err)
{
	autoclose int dir = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || syncfs(dir) < 0)
		return error_errno(err, -errno, "writing everything to the disk");
	return 0;
}

static int extract_verified(const struct extraction *job, struct error *err)
{
	autoclose int file_fd = open(job->path, O_RDONLY | O_CLOEXEC);
	struct digest *digest;
	char sha256[65];
	struct stat st;
	int rc;

	if (file_fd < 0 || fstat(file_fd, &st) < 0)
		return error_errno(err, -errno, "opening");
	if ((uint64_t)st.st_size != job->size)
		return error_set(err, -EBADMSG, "has %llu bytes instead of %llu",
			(unsigned long long)st.st_size, (unsigned long long)job->size);
	(void)posix_fadvise(file_fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	digest = digest_new();
	rc = run_child(job, file_fd, digest, err);
	digest_end(digest, sha256);
	if (rc < 0)
		return rc;
	if (strcmp(sha256, job->sha256) != 0)
		return error_set(err, -EBADMSG,
			"damaged: its SHA-256 is %s instead of %s", sha256, job->sha256);
	return sync_target(job->root_fd, err);
}

int archive_extract(const struct extraction *extraction, struct error *err)
{
	int rc = extract_verified(extraction, err);

	return rc < 0 ? error_prefix(err, "extracting %s", extraction->path) : 0;
}

int archive_decompress(
	const void *data, size_t size, size_t max, struct text *text, struct error *err)
{
	struct archive *from = archive_read_new();
	struct archive_entry *entry;
	char chunk[8192];
	la_ssize_t got = 0;
	size_t total = 0;
	int rc = 0;

	(void)archive_read_support_filter_gzip(from);
	(void)archive_read_support_filter_xz(from);
	(void)archive_read_support_filter_zstd(from);
	(void)archive_read_support_format_raw(from);
	if (archive_read_open_memory(from, data, size) != ARCHIVE_OK ||
		archive_read_next_header(from, &entry) != ARCHIVE_OK)
		rc = archive_error(from, "decompressing", err);
	while (rc == 0 && (got = archive_read_data(from, chunk, sizeof(chunk))) > 0) {
		total += (size_t)got;
		if (total > max)
			rc = error_set(
				err, -EFBIG, "decompressing: larger than %zu bytes", max);
		else
			text_add_bytes(text, chunk, (size_t)got);
	}
	if (rc == 0 && got < 0)
		rc = archive_error(from, "decompressing", err);
	(void)archive_read_free(from);
	return rc;
}

/* --- cpio --- */

struct cpio {
	struct archive *archive;
	char *path, *unfinished;
	int fd;
};

static int cpio_start(struct cpio *cpio, unsigned zstd_level, struct error *err)
{
	char level[16];

	cpio->fd = open(cpio->unfinished,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (cpio->fd < 0)
		return error_errno(err, -errno, "making %s", cpio->unfinished);
	(void)snprintf(level, sizeof(level), "%u", zstd_level);
	if (archive_write_set_format_cpio_newc(cpio->archive) != ARCHIVE_OK ||
		archive_write_add_filter_zstd(cpio->archive) != ARCHIVE_OK ||
		archive_write_set_filter_option(cpio->archive, "zstd",
			"compression-level", level) != ARCHIVE_OK ||
		archive_write_set_bytes_per_block(cpio->archive, CHUNK) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(cpio->archive, 1) != ARCHIVE_OK ||
		archive_write_open_fd(cpio->archive, cpio->fd) != ARCHIVE_OK)
		return archive_error(cpio->archive, cpio->path, err);
	return 0;
}

int cpio_open(
	const char *path, unsigned zstd_level, struct cpio **cpio, struct error *err)
{
	struct cpio *made = memory_zero(1, sizeof(*made));
	int rc;

	made->path = memory_copy_text(path);
	made->unfinished = memory_format("%s.new", path);
	made->archive = archive_write_new();
	rc = cpio_start(made, zstd_level, err);
	if (rc < 0) {
		cpio_abandon(made);
		return rc;
	}
	*cpio = made;
	return 0;
}

static int cpio_add(struct cpio *cpio, struct archive_entry *entry, const void *data,
	size_t size, struct error *err)
{
	int rc = 0;

	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, (la_int64_t)size);
	if (archive_write_header(cpio->archive, entry) != ARCHIVE_OK ||
		(size && archive_write_data(cpio->archive, data, size) !=
				 (la_ssize_t)size))
		rc = archive_error(cpio->archive, cpio->path, err);
	archive_entry_free(entry);
	return rc;
}

static struct archive_entry *cpio_entry(const char *name, mode_t mode)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_nlink(entry, 1);
	return entry;
}

int cpio_add_dir(struct cpio *cpio, const char *name, mode_t mode, struct error *err)
{
	return cpio_add(cpio, cpio_entry(name, S_IFDIR | mode), NULL, 0, err);
}

int cpio_add_link(
	struct cpio *cpio, const char *name, const char *target, struct error *err)
{
	struct archive_entry *entry = cpio_entry(name, S_IFLNK | 0777);

	archive_entry_set_symlink(entry, target);
	return cpio_add(cpio, entry, NULL, 0, err);
}

int cpio_add_bytes(struct cpio *cpio, const char *name, const void *data, size_t size,
	mode_t mode, struct error *err)
{
	return cpio_add(cpio, cpio_entry(name, S_IFREG | mode), data, size, err);
}

int cpio_add_node(struct cpio *cpio, const char *name, mode_t mode, unsigned major,
	unsigned minor, struct error *err)
{
	struct archive_entry *entry = cpio_entry(name, mode);

	archive_entry_set_rdev(entry, makedev(major, minor));
	return cpio_add(cpio, entry, NULL, 0, err);
}

static void cpio_free(struct cpio *cpio)
{
	(void)archive_write_free(cpio->archive);
	if (cpio->fd >= 0)
		(void)close(cpio->fd);
	free(cpio->path);
	free(cpio->unfinished);
	free(cpio);
}

void cpio_abandon(struct cpio *cpio)
{
	if (!cpio)
		return;
	(void)unlink(cpio->unfinished);
	cpio_free(cpio);
}

int cpio_close(struct cpio *cpio, struct error *err)
{
	int rc = 0;

	if (archive_write_close(cpio->archive) != ARCHIVE_OK)
		rc = archive_error(cpio->archive, cpio->path, err);
	else if (fsync(cpio->fd) < 0 || rename(cpio->unfinished, cpio->path) < 0)
		rc = error_errno(err, -errno, "writing %s", cpio->path);
	if (rc < 0)
		cpio_abandon(cpio);
	else
		cpio_free(cpio);
	return rc;
}

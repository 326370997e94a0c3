#include "installer/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/memory.h"

struct secret {
	size_t size;
	char bytes[SECRET_MAX + 1];
};

struct secret *secret_new(void)
{
	void *memory = mmap(NULL, sizeof(struct secret), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	(void)mlock(memory, sizeof(struct secret));
	(void)madvise(memory, sizeof(struct secret), MADV_DONTDUMP);
	return memory;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, sizeof(*secret));
	(void)munmap(secret, sizeof(*secret));
}

void secret_free_at(struct secret **secret)
{
	secret_free(*secret);
}

int secret_append(
	struct secret *secret, const char *bytes, size_t size, struct error *err)
{
	if (size > SECRET_MAX - secret->size)
		return error_set(
			err, -EFBIG, "a secret may have at most %d bytes", SECRET_MAX);
	memcpy(secret->bytes + secret->size, bytes, size);
	secret->size += size;
	return 0;
}

void secret_cut(struct secret *secret, size_t size)
{
	if (size >= secret->size)
		return;
	explicit_bzero(secret->bytes + size, secret->size - size);
	secret->size = size;
}

const char *secret_bytes(const struct secret *secret)
{
	return secret->bytes;
}

size_t secret_size(const struct secret *secret)
{
	return secret->size;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	unsigned char different = 0;

	if (a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++)
		different |= (unsigned char)(a->bytes[i] ^ b->bytes[i]);
	return different == 0;
}

int secret_read(struct secret *secret, int fd, const char *what, struct error *err)
{
	for (;;) {
		ssize_t got =
			read(fd, secret->bytes + secret->size, SECRET_MAX - secret->size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, -errno, "reading %s", what);
		if (got == 0)
			break;
		secret->size += (size_t)got;
		if (secret->size == SECRET_MAX)
			return error_set(err, -EFBIG, "reading %s: longer than %d bytes",
				what, SECRET_MAX);
	}
	if (secret->size && secret->bytes[secret->size - 1] == '\n')
		secret_cut(secret, secret->size - 1);
	return 0;
}

int secret_read_file(struct secret *secret, const char *path, struct error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return error_errno(err, -errno, "opening %s", path);
	if (fstat(fd, &st) < 0)
		return error_errno(err, -errno, "examining %s", path);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return error_set(err, -EINVAL, "%s: not a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return error_set(err, -EPERM,
			"%s: belongs to another user; run: chown root %s", path, path);
	if (st.st_mode & 077)
		return error_set(err, -EPERM, "%s: others can read it; run: chmod 600 %s",
			path, path);
	return secret_read(secret, fd, path, err);
}

int secret_write(const struct secret *secret, int fd, struct error *err)
{
	size_t done = 0;

	while (done < secret->size) {
		ssize_t put = write(fd, secret->bytes + done, secret->size - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_errno(err, -errno, "passing a secret on");
		done += (size_t)put;
	}
	return 0;
}

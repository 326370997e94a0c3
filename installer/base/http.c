#include "installer/base/http.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/memory.h"

enum { HEAD_MAX = 16 << 10 };

static long long now_ms(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int dial(int root_fd, const char *path, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int size = snprintf(address.sun_path, sizeof(address.sun_path),
		"/proc/self/fd/%d/%s", root_fd, path);
	int fd;

	if (size < 0 || (size_t)size >= sizeof(address.sun_path))
		return error_set(err, -ENAMETOOLONG, "the path of a socket is too long");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, -errno, "making a socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int code = -errno;

		(void)close(fd);
		return error_errno(err, code, "connecting");
	}
	return fd;
}

static int wait_for(int fd, short events, long long deadline_ms, struct error *err)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	long long left = deadline_ms - now_ms();
	int rc = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;

	if (rc < 0 && errno != EINTR)
		return error_errno(err, -errno, "waiting for an answer");
	return rc == 0 ? error_set(err, -ETIMEDOUT, "no answer in time") : 0;
}

static int send_all(
	int fd, const char *data, size_t size, long long deadline_ms, struct error *err)
{
	while (size > 0) {
		ssize_t sent;
		int rc = wait_for(fd, POLLOUT, deadline_ms, err);

		if (rc < 0)
			return rc;
		sent = send(fd, data, size, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return error_errno(err, -errno, "asking");
		data += sent > 0 ? sent : 0;
		size -= sent > 0 ? (size_t)sent : 0;
	}
	return 0;
}

/* Until the other end closes. */
static int receive_all(
	int fd, size_t max, long long deadline_ms, struct text *answer, struct error *err)
{
	char chunk[8192];

	for (;;) {
		ssize_t got;
		int rc = wait_for(fd, POLLIN, deadline_ms, err);

		if (rc < 0)
			return rc;
		got = recv(fd, chunk, sizeof(chunk), 0);
		if (got == 0)
			return 0;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return error_errno(err, -errno, "reading the answer");
		if (got > 0 && answer->size + (size_t)got > max)
			return error_set(
				err, -EFBIG, "the answer has more than %zu bytes", max);
		text_add_bytes(answer, chunk, got > 0 ? (size_t)got : 0);
	}
}

/* The value of a header in the head, behind the blanks; NULL without one. */
static const char *header(const char *head, const char *end, const char *name)
{
	size_t size = strlen(name);

	for (const char *line = head; line && line < end; line = strstr(line, "\r\n")) {
		line += line == head ? 0 : 2;
		if (strncasecmp(line, name, size) == 0 && line[size] == ':')
			return line + size + 1 + strspn(line + size + 1, " ");
	}
	return NULL;
}

/* Is the body all that was announced? To a question by HTTP/1.0 nobody may answer in chunks. */
static bool is_whole(const char *head, const char *end, size_t body_size)
{
	const char *length = header(head, end, "Content-Length");
	autofree char *digits =
		length ? memory_copy_bytes(length, strcspn(length, "\r")) : NULL;
	uint64_t announced;

	if (header(head, end, "Transfer-Encoding"))
		return false;
	return !length || (text_to_u64(digits, 0, SIZE_MAX, &announced) == 0 &&
				  announced == body_size);
}

static int take_body(const struct text *answer, struct text *body, struct error *err)
{
	const char *head = text_string(answer), *end = strstr(head, "\r\n\r\n");
	bool is_http = text_starts(head, "HTTP/1.0 ") || text_starts(head, "HTTP/1.1 ");
	size_t size;

	if (!is_http || !end || end - head > HEAD_MAX)
		return error_set(err, -EPROTO, "the answer is not HTTP");
	if (strncmp(head + strlen("HTTP/1.x "), "200 ", 4) != 0)
		return error_set(err, -EPROTO, "the answer is status %.3s",
			head + strlen("HTTP/1.x "));
	size = answer->size - (size_t)(end + 4 - head);
	if (strlen(end + 4) != size || !is_whole(head, end, size))
		return error_set(err, -EPROTO, "the answer is not whole");
	text_add_bytes(body, end + 4, size);
	return 0;
}

int http_get(int root_fd, const char *socket, const char *path, size_t max,
	unsigned timeout_seconds, struct text *body, struct error *err)
{
	autofree char *question =
		memory_format("GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
	long long deadline_ms = now_ms() + timeout_seconds * 1000LL;
	autotext struct text answer = {0};
	autoclose int fd = dial(root_fd, socket, err);
	int rc = fd;

	if (rc >= 0)
		rc = send_all(fd, question, strlen(question), deadline_ms, err);
	if (rc >= 0)
		rc = receive_all(fd, max, deadline_ms, &answer, err);
	if (rc >= 0)
		rc = take_body(&answer, body, err);
	return rc < 0 ? error_prefix(err, "asking %s for %s", socket, path) : 0;
}

#include "installer/base/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "installer/base/memory.h"

enum { REQUEST_MAX = 256, ANSWER_MAX = 64 << 10, TIMEOUT_SECONDS = 5 };

static int ask(int fd, const struct netlink_question *question)
{
	union {
		struct nlmsghdr header;
		char bytes[REQUEST_MAX];
	} request = {
		.header = {.nlmsg_type = question->type,
			   .nlmsg_flags = NLM_F_REQUEST,
			   .nlmsg_len = (uint32_t)NLMSG_LENGTH(question->size)}
        };
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	if (request.header.nlmsg_len > sizeof(request))
		return -EMSGSIZE;
	if (question->size)
		memcpy(NLMSG_DATA(&request.header), question->payload, question->size);
	return sendto(fd, &request, request.header.nlmsg_len, 0,
		       (const struct sockaddr *)&kernel, sizeof(kernel)) < 0
		       ? -errno
		       : 0;
}

/* 1 when that was the last message, 0 when more follow, or a negative errno. */
static int take_message(const struct netlink_question *question,
	const struct nlmsghdr *header, struct text *answer)
{
	const char *payload = (const char *)header + NLMSG_HDRLEN;

	if (header->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)(const void *)payload)->error;
	if (header->nlmsg_type == question->answer_type)
		text_add_bytes(answer, payload, NLMSG_PAYLOAD(header, 0));
	return header->nlmsg_type == NLMSG_DONE ||
	       (!question->list && header->nlmsg_type == question->answer_type);
}

static int take_packet(const struct netlink_question *question, const char *packet,
	size_t left, struct text *answer)
{
	const struct nlmsghdr *header = (const void *)packet;
	int rc = 0;

	while (rc == 0 && NLMSG_OK(header, left)) {
		rc = take_message(question, header, answer);
		left -= NLMSG_ALIGN(header->nlmsg_len) < left
				? NLMSG_ALIGN(header->nlmsg_len)
				: left;
		header = (const void *)((const char *)header +
					NLMSG_ALIGN(header->nlmsg_len));
	}
	return rc;
}

static int listen_to(int fd, const struct netlink_question *question, struct text *answer)
{
	autofree char *packet = memory_zero(1, ANSWER_MAX);
	int rc = 0;

	while (rc == 0) {
		struct sockaddr_nl from = {0};
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(fd, packet, ANSWER_MAX, MSG_TRUNC,
			(struct sockaddr *)&from, &size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (got > ANSWER_MAX)
			return -EMSGSIZE;
		if (from.nl_pid == 0) /* of the kernel, not of another process */
			rc = take_packet(question, packet, (size_t)got, answer);
	}
	return rc < 0 ? rc : 0;
}

int netlink_ask(
	const struct netlink_question *question, struct text *answer, struct error *err)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, question->family);
	struct timeval limit = {.tv_sec = TIMEOUT_SECONDS};
	int rc;

	if (fd < 0)
		return error_errno(err, -errno, "opening a netlink socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	rc = ask(fd, question);
	if (rc == 0)
		rc = listen_to(fd, question, answer);
	return rc < 0 ? error_errno(err, rc, "asking the kernel over netlink") : 0;
}

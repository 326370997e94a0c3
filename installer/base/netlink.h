/* Questions to the kernel over netlink. */
#pragma once

#include <stdint.h>

#include "installer/base/text.h"

/* Send a request of a type with its payload, and append the payloads of all answers of answer_type. With list, answers come until the
 * kernel says that they are all; otherwise there is one. 0, or the kernel's negative errno (-EPERM: not root) with a message. */
struct netlink_question {
	int family; /* NETLINK_AUDIT and the like, see netlink(7) */
	uint16_t type, answer_type;
	bool list;
	const void *payload;
	size_t size;
};
int netlink_ask(const struct netlink_question *question, struct text *answer, struct error *err) CHECKED;

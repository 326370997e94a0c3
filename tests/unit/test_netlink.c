#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "installer/base/netlink.h"
#include "tests/unit/unit.h"

static void one_question_has_one_answer(void **state)
{
	const struct ifinfomsg first = {.ifi_index = 1};
	struct netlink_question question = {.family = NETLINK_ROUTE,
		.type = RTM_GETLINK,
		.answer_type = RTM_NEWLINK,
		.payload = &first,
		.size = sizeof(first)};
	autotext struct text one = {0};
	struct error err = {0};
	const struct ifinfomsg *answer;

	(void)state;
	assert_done(netlink_ask(&question, &one, &err), &err);
	answer = (const void *)one.data;
	assert_true(one.size > sizeof(*answer));
	assert_int_equal(answer->ifi_index, 1);
}

static void the_kernels_error_is_told(void **state)
{
	const struct ifinfomsg none = {.ifi_index = 0x7ffffff0};
	const struct netlink_question question = {.family = NETLINK_ROUTE,
		.type = RTM_GETLINK,
		.answer_type = RTM_NEWLINK,
		.list = true,
		.payload = &none,
		.size = sizeof(none)};
	char large[4096] = {0};
	const struct netlink_question too_large = {
		.family = NETLINK_ROUTE, .payload = large, .size = sizeof(large)};
	autotext struct text nothing = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(netlink_ask(&question, &nothing, &err), -ENODEV);
	assert_string_equal(err.text, "asking the kernel over netlink: No such device");
	assert_int_equal(netlink_ask(&too_large, &nothing, NULL), -EMSGSIZE);
	assert_int_equal(nothing.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_question_has_one_answer),
		cmocka_unit_test(the_kernels_error_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "installer/live/report.h"

#include "tests/unit/unit.h"

static void a_step_is_told_with_its_tenths_once(void **state)
{
	static const struct event events[] = {
		{.kind = EVENT_PLAN,     .id = "1a2b3c4d",       .steps = 12},
		{.kind = EVENT_STEP_BEGIN,
                 .step = 3,
                 .steps = 12,
                 .title = "Unpack the system"},
		{.kind = EVENT_PROGRESS,            .done = 5,                   .total = 100},
		{.kind = EVENT_PROGRESS, .done = 12,   .total = 100},
		{.kind = EVENT_PROGRESS,                      .done = 19,                       .total = 100},
		{.kind = EVENT_PROGRESS,          .done = 95,                              .total = 100},
		{.kind = EVENT_PROGRESS,.done = 100,.total = 100},
		{.kind = EVENT_STEP_END, .state = "done"   },
		{.kind = EVENT_STEP_BEGIN,                      .step = 4,                       .steps = 12, .title = "Users"},
		{.kind = EVENT_PROGRESS,          .done = 0,						      .total = 0},
		{.kind = EVENT_WARN,       .text = "odd"                         },
		{.kind = EVENT_AUDIT,.text = "audit: hardened: 2 pass"},
		{.kind = EVENT_STEP_END,                      .state = "skipped"                      },
	};
	autotext struct text text = {0};
	struct report report = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		report_event(&report, &events[i], &text);
	assert_string_equal(text_string(&text), "Plan 1a2b3c4d, 12 steps\n"
						"[ 3/12] Unpack the system\n"
						"        10 %\n"
						"        90 %\n"
						"[ 4/12] Users\n"
						"        warning: odd\n"
						"        audit: hardened: 2 pass\n"
						"        was done before\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_told_with_its_tenths_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

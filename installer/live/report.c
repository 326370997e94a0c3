#include "installer/live/report.h"

static void add_progress(
	struct report *report, const struct event *event, struct text *to)
{
	uint64_t tenths = event->total ? event->done * 10 / event->total : 0;

	if (tenths <= report->tenths || tenths >= 10)
		return;
	report->tenths = (unsigned)tenths;
	text_addf(to, "        %u0 %%\n", report->tenths);
}

void report_event(struct report *report, const struct event *event, struct text *to)
{
	switch (event->kind) {
	case EVENT_PLAN:
		text_addf(to, "Plan %s, %u steps\n", event->id ? event->id : "",
			event->steps);
		break;
	case EVENT_STEP_BEGIN:
		report->tenths = 0;
		text_addf(to, "[%2u/%u] %s\n", event->step, event->steps,
			event->title ? event->title : "");
		break;
	case EVENT_PROGRESS:
		add_progress(report, event, to);
		break;
	case EVENT_NOTE:
		text_addf(to, "        %s\n", event->text ? event->text : "");
		break;
	case EVENT_WARN:
		text_addf(to, "        warning: %s\n", event->text ? event->text : "");
		break;
	case EVENT_HOST_KEY:
		text_addf(
			to, "        SSH host key %s\n", event->text ? event->text : "");
		break;
	case EVENT_UNLOCK_KEY:
		text_addf(to, "        SSH host key while the disk is locked %s\n",
			event->text ? event->text : "");
		break;
	case EVENT_AUDIT:
		text_addf(to, "        %s\n", event->text ? event->text : "");
		break;
	case EVENT_STEP_END:
		if (text_equal(event->state, "skipped"))
			text_add(to, "        was done before\n");
		break;
	case EVENT_FAILED:
		if (event->state)
			text_addf(to, "        %s\n", event->state);
		break;
	case EVENT_DONE:
		break;
	}
}

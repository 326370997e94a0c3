/* Events of a run as lines for a console or a log. */
#pragma once

#include <stdint.h>

#include "installer/base/text.h"
#include "installer/event.h"

/* What the lines before depend on; zero at the start. */
struct report {
	unsigned tenths; /* of the running step, already told */
};

/* Append the lines for one event, each with its newline; often there is none to tell. */
void report_event(struct report *report, const struct event *event, struct text *to);

/* What the engine tells while it works. One line of JSON each; the same line is wire format, journal entry and log. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

enum event_kind { EVENT_PLAN, EVENT_STEP_BEGIN, EVENT_PROGRESS, EVENT_NOTE, EVENT_WARN, EVENT_STEP_END, EVENT_FAILED, EVENT_DONE, EVENT_HOST_KEY, EVENT_UNLOCK_KEY, EVENT_AUDIT };
extern const char *const event_kind_names[]; /* "plan", "step_begin" … NULL */

/* Fields that do not apply are NULL or 0. */
struct event {
	enum event_kind kind;
	double time;            /* seconds since the start of the run */
	unsigned step, steps;   /* 1-based number and total */
	const char *id;         /* step id: "partition"; for EVENT_PLAN the plan id (8 hex digits) */
	const char *title;      /* for people: "Partition vda" */
	const char *text;       /* NOTE, WARN: message or a line of a program; FAILED: the whole chain; HOST_KEY, UNLOCK_KEY: the fingerprint; AUDIT: its summary line */
	const char *state;      /* FAILED: what state the disk is in, one sentence; STEP_END: "done" or "skipped" */
	uint64_t done, total;   /* PROGRESS, in bytes or items; AUDIT: controls that pass, of those that apply */
	double weight, weight_total; /* STEP_BEGIN: expected share of the whole run */
};

/* Where events go: any number of sinks. A sink that fails (closed pipe, full disk) is dropped and the run goes on. */
struct events;
struct events *events_new(void) CHECKED;
void events_add_fd(struct events *events, int fd);  /* fd stays the caller's */
void events_add_call(struct events *events, void (*call)(void *context, const struct event *event), void *context);
void events_emit(struct events *events, const struct event *event);
void events_note(struct events *events, const char *format, ...) PRINTF(2, 3);
void events_warn(struct events *events, const char *format, ...) PRINTF(2, 3);
void events_progress(struct events *events, uint64_t done, uint64_t total); /* at most 4 lines a second reach the sinks */
void events_free(struct events *events);

/* One line without newline. The caller frees it. */
char *event_format(const struct event *event) CHECKED;
/* Parse a line; strings of event point into *memory, which the caller frees after use. */
int event_parse(const char *line, struct event *event, char **memory, struct error *err) CHECKED;

#include "installer/event.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"

const char *const event_kind_names[] = {"plan", "step_begin", "progress", "note", "warn",
	"step_end", "failed", "done", "host_key", "unlock_key", "audit", NULL};

enum { SINK_PATIENCE_MS = 2000, PROGRESS_INTERVAL_MS = 250 };

struct sink {
	int fd; /* -1: call */
	void (*call)(void *context, const struct event *event);
	void *context;
};

struct events {
	struct sink *sinks;
	size_t sink_count;
	uint64_t start_ms, progress_ms; /* of the last progress line that went out */
	unsigned step, steps; /* running step: notes and progress belong to it */
	char *id;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct events *events_new(void)
{
	struct events *events = memory_zero(1, sizeof(*events));

	events->start_ms = now_ms();
	return events;
}

static void add_sink(struct events *events, struct sink sink)
{
	events->sinks = memory_resize(
		events->sinks, events->sink_count + 1, sizeof(*events->sinks));
	events->sinks[events->sink_count++] = sink;
}

void events_add_fd(struct events *events, int fd)
{
	add_sink(events, (struct sink){.fd = fd});
}

void events_add_call(struct events *events,
	void (*call)(void *context, const struct event *event), void *context)
{
	add_sink(events, (struct sink){.fd = -1, .call = call, .context = context});
}

/* A reader that does not read (serial line held by flow control) must not hold up the installation. */
static bool sink_write(int fd, const char *line)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	struct error err = {0};

	return poll(&ready, 1, SINK_PATIENCE_MS) == 1 &&
	       !(ready.revents & (POLLERR | POLLNVAL)) &&
	       file_write_all(fd, line, strlen(line), &err) == 0;
}

static void send(struct events *events, const struct event *event)
{
	autofree char *json = event_format(event);
	autofree char *line = memory_format("%s\n", json);
	size_t kept = 0;

	for (size_t i = 0; i < events->sink_count; i++) {
		struct sink sink = events->sinks[i];

		if (sink.fd < 0)
			sink.call(sink.context, event);
		if (sink.fd < 0 || sink_write(sink.fd, line))
			events->sinks[kept++] = sink;
	}
	events->sink_count = kept;
}

void events_emit(struct events *events, const struct event *event)
{
	struct event full = *event;

	full.time = (double)(now_ms() - events->start_ms) / 1000;
	if (full.kind == EVENT_STEP_BEGIN) {
		free(events->id);
		events->id = memory_copy_text(full.id);
		events->step = full.step;
		events->steps = full.steps;
		events->progress_ms = 0;
	} else if (!full.step && full.kind != EVENT_PLAN) {
		full.id = full.id ? full.id : events->id;
		full.step = events->step;
		full.steps = full.steps ? full.steps : events->steps;
	}
	send(events, &full);
}

static void PRINTF(3, 0) emit_text(
	struct events *events, enum event_kind kind, const char *format, va_list args)
{
	char text[1000];

	if (vsnprintf(text, sizeof(text), format, args) < 0)
		return;
	events_emit(events, &(struct event){.kind = kind, .text = text});
}

void events_note(struct events *events, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit_text(events, EVENT_NOTE, format, args);
	va_end(args);
}

void events_warn(struct events *events, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit_text(events, EVENT_WARN, format, args);
	va_end(args);
}

void events_progress(struct events *events, uint64_t done, uint64_t total)
{
	uint64_t now = now_ms();

	if (done < total && events->progress_ms &&
		now - events->progress_ms < PROGRESS_INTERVAL_MS)
		return;
	events->progress_ms = now;
	events_emit(events,
		&(struct event){.kind = EVENT_PROGRESS, .done = done, .total = total});
}

void events_free(struct events *events)
{
	if (!events)
		return;
	free(events->sinks);
	free(events->id);
	free(events);
}

/* Length of the UTF-8 sequence that starts here; 0: none, or a control character. */
static size_t printable_length(const unsigned char *at)
{
	size_t length = at[0] < 0x80                    ? 1
			: at[0] >= 0xc2 && at[0] < 0xe0 ? 2
			: at[0] >= 0xe0 && at[0] < 0xf0 ? 3
			: at[0] >= 0xf0 && at[0] < 0xf5 ? 4
							: 0;

	if (length == 1 && (at[0] < 0x20 || at[0] == 0x7f))
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) ||
		(at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90))
		return 0;
	return length;
}

/* Programs print anything; JSON and terminals take only text. */
static void put_text(struct json *object, const char *key, const char *text)
{
	autotext struct text clean = {0};

	if (!text)
		return;
	text_add(&clean, "");
	while (*text) {
		size_t length = printable_length((const unsigned char *)text);

		text_add_bytes(&clean, length ? text : "?", length ? length : 1);
		text += length ? length : 1;
	}
	json_put_text(object, key, clean.data);
}

static void put_number(struct json *object, const char *key, uint64_t number)
{
	if (number)
		json_put_number(object, key, number);
}

/* Times and weights go out as whole thousandths, which read the same everywhere. */
static uint64_t thousandths(double value)
{
	return value > 0 ? (uint64_t)(value * 1000 + 0.5) : 0;
}

char *event_format(const struct event *event)
{
	struct json *object = json_new_object();
	char *line;

	json_put_text(object, "event", event_kind_names[event->kind]);
	json_put_number(object, "ms", thousandths(event->time));
	put_number(object, "step", event->step);
	put_number(object, "steps", event->steps);
	put_text(object, "id", event->id);
	put_text(object, "title", event->title);
	put_text(object, "text", event->text);
	put_text(object, "state", event->state);
	put_number(object, "done", event->done);
	put_number(object, "total", event->total);
	put_number(object, "weight", thousandths(event->weight));
	put_number(object, "weight_total", thousandths(event->weight_total));
	line = json_write(object, true);
	json_free(object);
	return line;
}

static int kind_of(const char *name, enum event_kind *kind)
{
	for (int i = 0; name && event_kind_names[i]; i++)
		if (strcmp(name, event_kind_names[i]) == 0) {
			*kind = (enum event_kind)i;
			return 0;
		}
	return -EINVAL;
}

/* Copies of the strings, one behind the other, in memory that the caller frees at once. */
static char *copy_strings(struct event *event, const struct json *object)
{
	const char *keys[] = {"id", "title", "text", "state"};
	const char **fields[] = {&event->id, &event->title, &event->text, &event->state};
	size_t total = 1;
	char *memory, *at;

	for (size_t i = 0; i < LENGTH(keys); i++)
		total += json_text(object, keys[i])
				 ? strlen(json_text(object, keys[i])) + 1
				 : 0;
	at = memory = memory_zero(total, 1);
	for (size_t i = 0; i < LENGTH(keys); i++) {
		const char *text = json_text(object, keys[i]);
		size_t size = text ? strlen(text) + 1 : 0;

		if (!text)
			continue;
		memcpy(at, text, size);
		*fields[i] = at;
		at += size;
	}
	return memory;
}

int event_parse(const char *line, struct event *event, char **memory, struct error *err)
{
	struct json *object = NULL;
	int rc = json_parse(line, "event", &object, err);

	if (rc < 0)
		return rc;
	*event = (struct event){0};
	rc = kind_of(json_text(object, "event"), &event->kind);
	if (rc < 0) {
		json_free(object);
		return error_set(err, rc, "not an event line: %.80s", line);
	}
	event->time = (double)json_number(object, "ms") / 1000;
	event->step = (unsigned)json_number(object, "step");
	event->steps = (unsigned)json_number(object, "steps");
	event->done = json_number(object, "done");
	event->total = json_number(object, "total");
	event->weight = (double)json_number(object, "weight") / 1000;
	event->weight_total = (double)json_number(object, "weight_total") / 1000;
	*memory = copy_strings(event, object);
	json_free(object);
	return 0;
}

#include "screens/follow.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/event.h"

enum {
	WINDOW = 10,       /* seconds that a speed is taken from */
	SETTLED = 10,      /* before, a pace says nothing */
	SETTLED_SHARE = 10 /* per cent of the whole */
};

enum { LOG_KEPT = 32 * 1024, READ_MAX = 64 * 1024 };

static double seconds_since(const struct timespec *start)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void replace(char **kept, const char *text)
{
	free(*kept);
	*kept = memory_copy_text(text);
}

void follow_free(struct follow *follow)
{
	for (size_t i = 0; i < follow->count; i++)
		free(follow->steps[i].title);
	free(follow->steps);
	free(follow->path);
	free(follow->plan_id);
	free(follow->note);
	free(follow->failure);
	free(follow->disk_state);
	free(follow->host_key);
	free(follow->unlock_key);
	text_free(&follow->log);
	*follow = (struct follow){0};
}

static void step_title(struct follow *follow, size_t i, const char *title)
{
	while (follow->count <= i) {
		follow->steps = memory_resize(
			follow->steps, follow->count + 1, sizeof(*follow->steps));
		follow->steps[follow->count++] =
			(struct follow_step){.title = memory_copy_text("")};
	}
	if (title)
		replace(&follow->steps[i].title, title);
}

/* The translation of text with the word from first to last as its %s; NULL: there is none. */
static char *translate_around(const char *text, const char *first, const char *last)
{
	autofree char *general =
		memory_format("%.*s%%s%s", (int)(first - text), text, last);
	const char *shown = language_text(general);
	const char *slot = shown != general ? strstr(shown, "%s") : NULL;

	return slot ? memory_format("%.*s%.*s%s", (int)(slot - shown), shown,
			      (int)(last - first), first, slot + strlen("%s"))
		    : NULL;
}

char *follow_said(const char *text)
{
	const char *space = strrchr(text, ' ');
	char *said =
		space ? translate_around(text, space + 1, space + strlen(space)) : NULL;

	if (space && !said)
		said = translate_around(text, text, strchr(text, ' '));
	return said ? said : memory_copy_text(_(text));
}

void follow_start(
	struct follow *follow, const char *path, bool paced, const struct words *titles)
{
	autofree char *copy = memory_copy_text(path);

	follow_free(follow);
	follow->path = memory_copy_text(copy);
	follow->paced = paced;
	for (size_t i = 0; i < titles->count; i++)
		step_title(follow, i, titles->items[i]);
	follow->now = follow->count;
	(void)clock_gettime(CLOCK_MONOTONIC, &follow->start);
}

static void log_line(struct follow *follow, const char *text)
{
	text_addf(&follow->log, "%s\n", text);
	if (follow->log.size > LOG_KEPT) {
		size_t cut = follow->log.size - LOG_KEPT / 2;

		follow->log.size -= cut;
		memmove(follow->log.data, follow->log.data + cut, follow->log.size + 1);
	}
}

static void begin_step(struct follow *follow, const struct event *event)
{
	size_t i = event->step ? event->step - 1 : 0;

	if (event->steps)
		step_title(follow, event->steps - 1, NULL);
	step_title(follow, i, event->title);
	follow->now = i;
	follow->steps[i].state = STEP_NOW;
	follow->steps[i].began = event->time;
	follow->weight_now = event->weight;
	follow->weight_total = event->weight_total;
	follow->done = follow->total = 0;
	follow->sample_count = 0;
	replace(&follow->note, NULL);
	log_line(follow, event->title ? event->title : "");
}

static void end_step(struct follow *follow, const struct event *event)
{
	if (follow->now >= follow->count)
		return;
	follow->steps[follow->now].state =
		text_equal(event->state, "skipped") ? STEP_SKIPPED : STEP_DONE;
	follow->steps[follow->now].ended = event->time;
	follow->weight_done += follow->weight_now;
	if (follow->steps[follow->now].state == STEP_DONE)
		follow->weight_worked += follow->weight_now;
	follow->weight_now = 0;
	follow->done = follow->total = 0;
}

static void take_progress(struct follow *follow, const struct event *event)
{
	follow->done = event->done;
	follow->total = event->total;
	if (follow->sample_count == FOLLOW_SAMPLES)
		memmove(follow->samples, follow->samples + 1,
			--follow->sample_count * sizeof(follow->samples[0]));
	follow->samples[follow->sample_count++] =
		(struct follow_sample){.time = event->time, .done = event->done};
}

static void plan_time(struct follow *follow)
{
	double left = follow_remaining(follow, follow->time);

	if (follow->planned <= 0 && left >= 0)
		follow->planned = follow->time + left;
}

static void take(struct follow *follow, const struct event *event)
{
	follow->time = event->time;
	(void)clock_gettime(CLOCK_MONOTONIC, &follow->heard);
	switch (event->kind) {
	case EVENT_PLAN:
		replace(&follow->plan_id, event->id);
		break;
	case EVENT_STEP_BEGIN:
		begin_step(follow, event);
		break;
	case EVENT_PROGRESS:
		take_progress(follow, event);
		break;
	case EVENT_NOTE:
	case EVENT_WARN:
		replace(&follow->note, event->text);
		log_line(follow, event->text ? event->text : "");
		break;
	case EVENT_HOST_KEY:
		replace(&follow->host_key, event->text);
		break;
	case EVENT_UNLOCK_KEY:
		replace(&follow->unlock_key, event->text);
		break;
	case EVENT_AUDIT:
		follow->audit_passed = event->done;
		follow->audit_applicable = event->total;
		log_line(follow, event->text ? event->text : "");
		break;
	case EVENT_STEP_END:
		end_step(follow, event);
		break;
	case EVENT_FAILED:
		follow->finished = follow->failed = true;
		replace(&follow->failure, event->text);
		replace(&follow->disk_state, event->state);
		if (follow->now < follow->count)
			follow->steps[follow->now].state = STEP_BAD;
		log_line(follow, event->text ? event->text : "");
		break;
	case EVENT_DONE:
		follow->finished = true;
		break;
	}
	plan_time(follow);
}

/* true: taken, or no event line at all; false: its time has not come. */
static bool take_line(struct follow *follow, const char *line)
{
	struct event event = {0};
	struct error not_event = {0};
	autofree char *memory = NULL;

	if (event_parse(line, &event, &memory, &not_event) < 0)
		return true;
	if (follow->paced && event.time > seconds_since(&follow->start))
		return false;
	take(follow, &event);
	return true;
}

static size_t take_lines(struct follow *follow, char *bytes)
{
	char *line = bytes;
	char *newline;

	while (!follow->finished && (newline = strchr(line, '\n'))) {
		*newline = '\0';
		if (!take_line(follow, line))
			break;
		line = newline + 1;
	}
	return (size_t)(line - bytes);
}

bool follow_poll(struct follow *follow)
{
	autoclose int fd = follow->path && !follow->finished
				   ? open(follow->path, O_RDONLY | O_CLOEXEC)
				   : -1;
	autofree char *bytes = fd < 0 ? NULL : memory_zero(READ_MAX + 1, 1);
	ssize_t got = fd < 0 ? 0 : pread(fd, bytes, READ_MAX, (off_t)follow->offset);
	size_t used;

	if (got <= 0)
		return false;
	used = take_lines(follow, bytes);
	follow->offset += used;
	return used > 0;
}

/* The last event came when the file was last written. */
void follow_backdate(struct follow *follow)
{
	struct stat file = {0};
	struct timespec now = {0};
	double since = follow->time;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (stat(follow->path, &file) == 0 && now.tv_sec > file.st_mtim.tv_sec)
		since += (double)(now.tv_sec - file.st_mtim.tv_sec);
	follow->start.tv_sec -= (time_t)since;
}

/* Of the running step. */
static double share_done(const struct follow *follow)
{
	return follow->total ? (double)follow->done / (double)follow->total : 0;
}

unsigned follow_permille(const struct follow *follow)
{
	double share = share_done(follow);

	if (follow->finished && !follow->failed)
		return 1000;
	if (follow->weight_total <= 0)
		return 0;
	return (unsigned)((follow->weight_done + follow->weight_now * share) * 1000 /
			  follow->weight_total);
}

double follow_elapsed(const struct follow *follow)
{
	return follow->finished ? follow->time : seconds_since(&follow->start);
}

double follow_now(const struct follow *follow)
{
	return follow->finished ? follow->time
				: follow->time + seconds_since(&follow->heard);
}

double follow_speed(const struct follow *follow, double now)
{
	const struct follow_sample *last = &follow->samples[follow->sample_count];
	const struct follow_sample *first = follow->samples;

	while (first < last && now - first->time > WINDOW)
		first++;
	if (last - first < 2 || now - first->time < 1 || last[-1].done < first->done)
		return 0;
	return (double)(last[-1].done - first->done) / (now - first->time);
}

double follow_remaining(const struct follow *follow, double now)
{
	double in_step = follow->weight_now * share_done(follow);
	double worked = follow->weight_worked + in_step;
	double left = follow->weight_total - follow->weight_done - in_step;

	if (now < SETTLED || worked * 100 < follow->weight_total * SETTLED_SHARE ||
		worked <= 0 || left < 0)
		return -1;
	return left * now / worked;
}

bool follow_is_slow(const struct follow *follow, double now)
{
	double left = follow_remaining(follow, now);

	return follow->planned > 0 && left >= 0 && now + left > follow->planned * 1.5;
}

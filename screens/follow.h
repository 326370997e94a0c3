/* Follows the event lines of an installation: a file that grows, or a script that is played at its own pace. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "installer/base/text.h"
#include "tui/page.h"

struct follow_step {
	char *title;
	enum step_state state;
	double began, ended; /* seconds since the start of the run */
};

enum { FOLLOW_SAMPLES = 64 };

/* How much of a step was done when. */
struct follow_sample {
	double time;
	uint64_t done;
};

struct follow {
	char *path;
	bool paced; /* a line counts only when its time has come */
	struct timespec start;
	uint64_t offset;
	struct follow_step *steps;
	size_t count, now; /* now: index of the running step, count: none */
	double time;       /* of the last event */
	double weight_done, weight_now, weight_total;
	uint64_t done, total;
	struct follow_sample samples[FOLLOW_SAMPLES]; /* of this step, the oldest first */
	size_t sample_count;
	double weight_worked;  /* of weight_done what was not skipped */
	double planned;        /* seconds for the whole, as first estimated; 0: not yet */
	struct timespec heard; /* when the last event came */
	char *plan_id, *note, *failure, *disk_state;
	char *host_key;                          /* fingerprint, NULL: none was made */
	char *unlock_key;                        /* the same of the server that takes the passphrase */
	uint64_t audit_passed, audit_applicable; /* controls; 0: nothing was audited */
	struct text log;
	bool finished, failed;
};

/* Start over with this file. titles may be empty; steps are then named as they begin. */
void follow_start(
	struct follow *follow, const char *path, bool paced, const struct words *titles);
/* What was taken so far began when its events say, not just now. */
void follow_backdate(struct follow *follow);
bool follow_poll(struct follow *follow); /* true: something changed */
unsigned follow_permille(const struct follow *follow);
double follow_elapsed(const struct follow *follow);
double follow_now(const struct follow *follow); /* seconds, as events count them */
/* Of the last seconds before now, a second; 0: not known, or nothing moved. */
double follow_speed(const struct follow *follow, double now);
/* Seconds that are left, judged by what was done so far; negative: too early to say. */
double follow_remaining(const struct follow *follow, double now);
/* Does it take much longer than it looked at first? */
bool follow_is_slow(const struct follow *follow, double now);
void follow_free(struct follow *follow);
/* What the engine says, in the reader's language where the sentence is a known one: alone, or with the name of a disk as its first or last
 * word. The caller frees it. */
char *follow_said(const char *text) CHECKED;

/* A wizard that is operated by lines of text: inputs, captions and pauses, and expectations between them. The same file is a demonstration
 * and a test of it. */
#pragma once

#include "tui/form.h"

struct script;

/* Read and check a file; NULL: standard input, whose lines are checked as they come. What is wrong is named with its line. */
int script_load(const char *path, struct script **script, struct error *err) CHECKED;
void script_hurry(struct script *script); /* skip pauses */
bool script_hurries(const struct script *script);
/* 1: *input comes next, good until the next call; 0: nothing yet, or it has ended; negative: an expectation was not met. */
int script_next(struct script *script, const struct view *view, int out,
	struct input *input, struct error *err) CHECKED;
bool script_ended(const struct script *script);
void script_end(struct script *script); /* nothing more comes */
void script_free(struct script *script);

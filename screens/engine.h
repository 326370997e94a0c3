/* The installation as a program of its own: started here, followed by its event file, never stopped from here. */
#pragma once

#include <stdbool.h>

#include "screens/wizard.h"

/* Write the answers with the authorisation to erase and start `jefe-setup install` in its own session; secrets go through pipes. */
int engine_start(struct wizard *wizard, struct error *err) CHECKED;
/* Start another command in its own session; its output goes to a log in the run directory. */
int engine_run(
	struct wizard *wizard, const struct words *words, struct error *err) CHECKED;
bool engine_ended(struct wizard *wizard, int *status); /* status: as of exit, or 128 */
void engine_log(const struct wizard *wizard, struct text *log); /* what it said so far */
/* Is an installation running already? Then follow it, with its answers; err says why they are not to be had. */
bool engine_attach(struct wizard *wizard, struct error *err);
/* Did it end without saying so? err holds its last words. */
bool engine_died(struct wizard *wizard, struct error *err);

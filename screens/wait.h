/* Programs that take their time: they get a second at once, then a page says how long it has been, until they end or are stopped. */
#pragma once

#include "screens/wizard.h"

/* Start what this is about. 0: it has ended, and what came of it is taken; -EINPROGRESS: it goes on, and wait_open() shows that. */
int wait_start(struct wizard *wizard, enum wait_for what, const char *const *argv,
	struct error *err) CHECKED;
/* Stand still until it has ended after all. */
int wait_finish(struct wizard *wizard, struct error *err) CHECKED;
/* When something is waited for, open the page of it. Was it opened? */
bool wait_open(struct form *form);

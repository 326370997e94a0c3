/* What a measure breaks on this computer: only what the probed facts and the answers prove. */
#pragma once

#include "installer/controls/controls.h"
#include "screens/wizard.h"

/* One sentence about the answers as they are, or NULL when nothing is known. Belongs to the page. */
const char *consequence_of(
	struct page *page, const struct wizard *wizard, const struct control *control);
/* The same with the value wanted; NULL: off. */
const char *consequence_of_value(struct page *page, const struct wizard *wizard,
	const struct control *control, const char *wanted);
/* Controls the table of consequences names, in its order; NULL behind the last. */
const char *consequence_control(size_t i);

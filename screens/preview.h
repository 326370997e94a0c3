/* What `jefe-setup plan` says about the answers: its id, the steps, what is destroyed. */
#pragma once

#include <stdbool.h>

#include "installer/base/text.h"

struct wizard;

struct preview {
	char *of; /* the answers it was made from: made again only when they differ */
	char *id; /* NULL: there is no plan */
	struct words titles;
	struct words lines; /* titles, and behind each its operations, which begin with a space */
	char *error; /* why there is none */
};

void preview_make(struct wizard *wizard);
void preview_free(struct preview *preview);

/* What differs between two texts, line by line. */
#pragma once

#include "installer/base/text.h"

/* Unified form, three lines of context, as diff -u prints it; nothing when both are the same. */
void text_diff(const char *old_name, const char *new_name, const char *old, const char *new, struct text *to);

/* Where a file goes that is to outlive the live system: to a stick that is plugged in, by a program that mounts it for itself, or to a file
 * here. */
#pragma once

#include "screens/wizard.h"

/* Look for sticks again, and choose the first: for `enter`. */
void stick_look(struct form *form);
/* The question where, when there is a stick. */
void stick_add(struct page *page, const struct wizard *wizard);
const char *stick_why(const struct wizard *wizard); /* what is to be said of the path of the file */
bool stick_is_id(const char *id);
int stick_set(struct wizard *wizard, const char *value, struct error *err) CHECKED;
/* Write text to path, or under the name that path ends with on the chosen stick. */
int stick_save(const struct wizard *wizard, const char *path, const char *text, struct error *err) CHECKED;
/* The encrypted volume whose header can be saved on the chosen stick, or NULL. The caller frees it. */
char *stick_header_of(const struct wizard *wizard) CHECKED;
int stick_save_header(const struct wizard *wizard, const char *device, struct error *err) CHECKED;

/* SSH keys of the account: the page that adds them. */
#pragma once

#include "screens/wizard.h"

/* These and no others may log in. */
int key_store(struct wizard *wizard, const struct words *keys, struct error *err) CHECKED;
/* What the program that looks for keys said: they are shown, and none is confirmed yet. */
int key_take(struct wizard *wizard, const char *output, struct error *err) CHECKED;
void key_show(struct form *form); /* on the page of keys */

/* SSH keys of an account: the page that adds them. */
#pragma once

#include "screens/wizard.h"

/* Open the page for this account; what was left there for another one is forgotten. */
void key_open(struct form *form, size_t account);
void key_forget(struct wizard *wizard);
/* These and no others may log in to the account. */
int key_store(struct wizard *wizard, size_t account, const struct words *keys,
	struct error *err) CHECKED;
/* What the program that looks for keys said: they are shown, and none is confirmed yet. */
int key_take(struct wizard *wizard, const char *output, struct error *err) CHECKED;
void key_show(struct form *form); /* on the page of keys */

/* SSH keys of the account: the page that adds them. */
#pragma once

#include "screens/wizard.h"

/* These and no others may log in. */
int key_store(struct wizard *wizard, const struct words *keys, struct error *err) CHECKED;

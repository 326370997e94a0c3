/* Recovery key of the encrypted disk. */
#pragma once

#include "screens/wizard.h"

/* Make one, or throw the one away that there is; it counts when it was typed back. */
int recovery_want(struct wizard *wizard, bool wanted, struct error *err) CHECKED;

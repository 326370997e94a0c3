/* The check of the medium. */
#pragma once

#include "screens/wizard.h"

/* Start it and open the page that shows it. */
void medium_start(struct form *form);

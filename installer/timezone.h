/* Names of time zones, by the tz database of the system this runs on: of the live system it is the one that is installed. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

/* Has the database this zone? True also where there is no database, as nothing is known there then. */
bool timezone_known(const char *name);
/* The zones that a place has, and UTC, sorted; none where there is no database. The caller frees them. */
void timezone_names(struct words *names);
/* The zone that was probably meant, or NULL. The caller frees it. */
char *timezone_nearest(const char *name) CHECKED;

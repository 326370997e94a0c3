/* Marks of text that people read. _() translates where it stands, N_() marks text in a table that is translated where it is shown.
 * Whole sentences only: never glue pieces. */
#pragma once

#define _(text)  (text)
#define N_(text) (text)

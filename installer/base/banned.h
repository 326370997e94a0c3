/* Calls this project does not make are compile errors. Included before every source by the build.
 * system() cannot be poisoned, the word is also a member of answers; tests/layers.sh looks for the call. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef sprintf
#undef vsprintf
#undef alloca
#pragma GCC poison popen strcpy strcat sprintf vsprintf strncpy gets mktemp tmpnam atoi atol alloca

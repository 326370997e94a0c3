/* Answer files on their way: private, whole, and never with a secret in them. */
#pragma once

#include "installer/answers.h"
#include "installer/base/error.h"

/* A new file of mode 0600 in the temporary directory; the caller removes and frees it. */
int answers_file_temporary(const char *yaml, char **path, struct error *err) CHECKED;
/* Bring answers from a file into a state the wizard can start from: secrets that came through descriptors are asked for again,
 * and the authorisation to erase has to be given anew. */
void answers_file_adopt(struct answers *answers);

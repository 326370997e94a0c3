/* A careful guess how hard a passphrase is to find: a hint, never a lock. */
#pragma once

#include "installer/base/secret.h"

enum strength {
	STRENGTH_EMPTY,
	STRENGTH_WEAK,
	STRENGTH_FAIR,
	STRENGTH_GOOD,
	STRENGTH_STRONG
};
enum strength strength_of(const struct secret *secret);

/* What went wrong, told from the intent down to the cause: "installing to vda: opening /dev/vda: No such device". */
#pragma once

#include <stddef.h>

#define CHECKED __attribute__((warn_unused_result))
#define PRINTF(format_arg, first_arg) __attribute__((format(printf, format_arg, first_arg)))

/* Plain data: `struct error err = {0};` on the stack is ready for use and needs no release.
 * Text that does not fit is cut at the end, the innermost cause, never at the start. */
struct error {
	int code; /* 0, or a negative errno value */
	char text[1000];
};

/* Replace err by code (a negative errno) and a message. err may be NULL. Returns code, so that
 * `return error_set(err, -EINVAL, "...")` reads well. */
int error_set(struct error *err, int code, const char *format, ...) PRINTF(3, 4);

/* The same with the system's text for code behind the message: "opening x: Permission denied". */
int error_errno(struct error *err, int code, const char *format, ...) PRINTF(3, 4);

/* Put "message: " in front of what is there: the caller says what it was doing. Returns err->code
 * (or -EIO when err is NULL). */
int error_prefix(struct error *err, const char *format, ...) PRINTF(2, 3);

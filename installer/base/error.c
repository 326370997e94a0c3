#include "installer/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void PRINTF(3, 0)
	format_text(char *to, size_t size, const char *format, va_list args)
{
	if (vsnprintf(to, size, format, args) < 0)
		to[0] = '\0';
}

static void append(char *to, size_t size, const char *text)
{
	size_t used = strlen(to);
	size_t fits = strnlen(text, size - used - 1);

	memcpy(to + used, text, fits);
	to[used + fits] = '\0';
}

int error_set(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, format);
	format_text(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

int error_errno(struct error *err, int code, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, format);
	format_text(err->text, sizeof(err->text), format, args);
	va_end(args);
	append(err->text, sizeof(err->text), ": ");
	append(err->text, sizeof(err->text), strerror(-code));
	return code;
}

int error_prefix(struct error *err, const char *format, ...)
{
	char inner[sizeof(err->text)];
	va_list args;

	if (!err)
		return -EIO;
	(void)snprintf(inner, sizeof(inner), "%s", err->text);
	va_start(args, format);
	format_text(err->text, sizeof(err->text), format, args);
	va_end(args);
	append(err->text, sizeof(err->text), ": ");
	append(err->text, sizeof(err->text), inner);
	return err->code ? err->code : -EIO;
}

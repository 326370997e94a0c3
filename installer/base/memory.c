#include "installer/base/memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void memory_free_at(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void memory_close_at(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

void memory_fclose_at(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

void memory_closedir_at(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static void *or_die(void *memory)
{
	if (!memory) {
		(void)fputs("jefe-setup: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

void *memory_zero(size_t count, size_t size)
{
	return or_die(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	size_t bytes = count * size;

	if (size && count > (size_t)-1 / size)
		return or_die(NULL);
	return or_die(realloc(old, bytes ? bytes : 1));
}

char *memory_copy_text(const char *text)
{
	return text ? memory_copy_bytes(text, strlen(text)) : NULL;
}

char *memory_copy_bytes(const char *text, size_t size)
{
	char *copy = memory_zero(size + 1, 1);

	memcpy(copy, text, size);
	return copy;
}

char *memory_format(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return or_die(text);
}

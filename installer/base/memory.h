/* Release by scope. `autofree char *name = NULL;` is freed when the block ends, however it ends. */
#pragma once

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>

void memory_free_at(void *pointer_to_pointer); /* for autofree only */
void memory_close_at(const int *fd);           /* for autoclose only; ignores negative descriptors */
void memory_fclose_at(FILE **file);
void memory_closedir_at(DIR **dir);

#define autofree     __attribute__((cleanup(memory_free_at)))
#define autoclose    __attribute__((cleanup(memory_close_at)))
#define autofclose   __attribute__((cleanup(memory_fclose_at)))
#define autoclosedir __attribute__((cleanup(memory_closedir_at)))

/* Number of elements of an array (not of a pointer). */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Memory that cannot be had ends the program: message on stderr, exit status 1. Running out of memory is
 * not a condition an installer recovers from; the release stack's kernel objects are freed at exit or reboot,
 * and the boot entry, written last, does not exist yet. */
void *memory_zero(size_t count, size_t size) __attribute__((warn_unused_result, returns_nonnull));
void *memory_resize(void *old, size_t count, size_t size) __attribute__((warn_unused_result, returns_nonnull));
char *memory_copy_text(const char *text) __attribute__((warn_unused_result)); /* NULL stays NULL */
char *memory_copy_bytes(const char *text, size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* printf into fresh memory; the caller frees it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2), warn_unused_result, returns_nonnull));

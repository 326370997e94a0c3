/* Passphrases and keys: in locked memory, left out of core dumps, wiped on release. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/error.h"

enum { SECRET_MAX = 8 * 1024 }; /* bytes; longer input is an error. libcryptsetup takes at most 512 typed characters. */

/* Opaque on purpose: nothing prints, compares or copies one by accident. */
struct secret;

/* An empty one. NULL only when memory cannot be mapped. A failing mlock (RLIMIT_MEMLOCK) is tolerated: the memory is
 * still excluded from core dumps and wiped. */
struct secret *secret_new(void) CHECKED;
void secret_free(struct secret *secret); /* wipes; NULL is fine */
void secret_free_at(struct secret **secret);
#define autosecret __attribute__((cleanup(secret_free_at)))

int secret_append(struct secret *secret, const char *bytes, size_t size, struct error *err) CHECKED;
void secret_cut(struct secret *secret, size_t size); /* keep the first size bytes, wipe the rest */
const char *secret_bytes(const struct secret *secret); /* NUL behind the last byte; lives as long as secret */
size_t secret_size(const struct secret *secret);
bool secret_equal(const struct secret *a, const struct secret *b); /* in constant time for equal sizes */

/* Read all of fd; one trailing newline is dropped. what names the source in messages ("disk.passphrase from fd:3"). */
int secret_read(struct secret *secret, int fd, const char *what, struct error *err) CHECKED;
/* Read a file that must be regular or a FIFO, owned by root or the caller, and closed to group and others (mode & 077 == 0),
 * as its content is a secret. -EPERM otherwise, with the chmod that helps in the text. */
int secret_read_file(struct secret *secret, const char *path, struct error *err) CHECKED;
/* Write all bytes to fd (a pipe to a child). */
int secret_write(const struct secret *secret, int fd, struct error *err) CHECKED;

/* Growing text and lists of words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "installer/base/error.h"

/* Growing bytes with a NUL behind them. `autotext struct text t = {0};` is ready for use. */
struct text {
	char *data; /* never NULL after the first add; use text_string() when it may be empty */
	size_t size;
	size_t capacity;
};

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t size);
void text_addf(struct text *text, const char *format, ...) PRINTF(2, 3);
/* At least room bytes behind what there is, to be written; text_cut() takes those that were. */
char *text_room(struct text *text, size_t room) __attribute__((returns_nonnull));
void text_cut(struct text *text, size_t size);    /* to this many bytes, at most as many as it has room for */
const char *text_string(const struct text *text); /* "" when nothing was added */
/* Where needle starts in it, or NULL: in long texts faster than strstr(3). */
const char *text_find(const struct text *text, const char *needle);
char *text_take(struct text *text);               /* the caller frees it; text is empty afterwards */
void text_free(struct text *text);
#define autotext __attribute__((cleanup(text_free)))

/* A list of owned strings, NULL-terminated: `words.items` can be used as an argv. */
struct words {
	char **items; /* NULL when empty */
	size_t count;
};

void words_add(struct words *words, const char *word);
void words_addf(struct words *words, const char *format, ...) PRINTF(2, 3);
bool words_contain(const struct words *words, const char *word);
/* Append the pieces of text between any of the separators; empty pieces are left out. */
void words_split(struct words *words, const char *text, const char *separators);
void words_sort(struct words *words); /* by bytes, as in the C locale */
void words_free(struct words *words);
#define autowords __attribute__((cleanup(words_free)))

bool text_equal(const char *a, const char *b); /* NULL equals only NULL */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
/* Shell-style pattern: * and ?; the whole text must match. */
bool text_matches(const char *text, const char *pattern);

/* Whole decimal number within [min, max]; nothing before or behind it. 0, -EINVAL or -ERANGE. */
int text_to_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value) CHECKED;

/* "512M", "20G", "1048576": bytes; suffixes K M G T are powers of 1024 (KiB … TiB). 0, -EINVAL or -ERANGE. */
int text_to_size(const char *text, uint64_t *size_bytes) CHECKED;
/* The other way, exact: the largest suffix that divides it. The caller frees it. */
char *text_from_size(uint64_t size_bytes) CHECKED;
/* For people: "931.5 GiB", one decimal, binary units. The caller frees it. */
char *text_human_size(uint64_t size_bytes) CHECKED;

/* The member of candidates (NULL-terminated) closest to word, or NULL when none is near (Damerau-Levenshtein distance
 * over a third of the word's length): for "did you mean". */
const char *text_nearest(const char *word, const char *const *candidates);

#include "installer/base/text.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"

char *text_room(struct text *text, size_t room)
{
	if (text->size + room + 1 > text->capacity) {
		size_t capacity = text->capacity ? text->capacity * 2 : 64;

		while (capacity < text->size + room + 1)
			capacity *= 2;
		text->data = memory_resize(text->data, capacity, 1);
		text->capacity = capacity;
		text->data[text->size] = '\0';
	}
	return text->data + text->size;
}

void text_add_bytes(struct text *text, const char *bytes, size_t size)
{
	char *room = text_room(text, size);

	if (size)
		memcpy(room, bytes, size);
	text->size += size;
	text->data[text->size] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_addf(struct text *text, const char *format, ...)
{
	autofree char *piece = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&piece, format, args) < 0)
		piece = memory_copy_text("");
	va_end(args);
	text_add(text, piece);
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

const char *text_find(const struct text *text, const char *needle)
{
	return memmem(text_string(text), text->size, needle, strlen(needle));
}

char *text_take(struct text *text)
{
	char *data = text->data ? text->data : memory_copy_text("");

	*text = (struct text){0};
	return data;
}

void text_cut(struct text *text, size_t size)
{
	text->size = size;
	if (text->data)
		text->data[size] = '\0';
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

static void words_add_owned(struct words *words, char *word)
{
	words->items = memory_resize(words->items, words->count + 2, sizeof(char *));
	words->items[words->count++] = word;
	words->items[words->count] = NULL;
}

void words_add(struct words *words, const char *word)
{
	words_add_owned(words, memory_copy_text(word));
}

void words_addf(struct words *words, const char *format, ...)
{
	char *word = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&word, format, args) < 0)
		word = memory_copy_text("");
	va_end(args);
	words_add_owned(words, word);
}

bool words_contain(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i], word) == 0)
			return true;
	return false;
}

void words_split(struct words *words, const char *text, const char *separators)
{
	while (*text) {
		size_t length = strcspn(text, separators);

		if (length)
			words_add_owned(words, memory_copy_bytes(text, length));
		text += length;
		text += strspn(text, separators);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void words_sort(struct words *words)
{
	if (words->count > 1)
		qsort(words->items, words->count, sizeof(char *), by_bytes);
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct words){0};
}

bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
	size_t size = strlen(text);
	size_t suffix_size = strlen(suffix);

	return size >= suffix_size && strcmp(text + size - suffix_size, suffix) == 0;
}

bool text_matches(const char *text, const char *pattern)
{
	return fnmatch(pattern, text, 0) == 0;
}

int text_to_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;
	unsigned long long number;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno || number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

static const char size_suffixes[] = "KMGT";

int text_to_size(const char *text, uint64_t *size_bytes)
{
	size_t length = strlen(text);
	const char *suffix = length ? strchr(size_suffixes, text[length - 1]) : NULL;
	unsigned shift =
		suffix && *suffix ? 10 * (unsigned)(suffix - size_suffixes + 1) : 0;
	autofree char *digits = memory_copy_bytes(text, shift ? length - 1 : length);
	uint64_t number;
	int rc = text_to_u64(digits, 0, UINT64_MAX >> shift, &number);

	if (rc == 0)
		*size_bytes = number << shift;
	return rc;
}

char *text_from_size(uint64_t size_bytes)
{
	for (unsigned i = 4; i > 0; i--)
		if (size_bytes && size_bytes % (UINT64_C(1) << (10 * i)) == 0)
			return memory_format("%" PRIu64 "%c", size_bytes >> (10 * i),
				size_suffixes[i - 1]);
	return memory_format("%" PRIu64, size_bytes);
}

char *text_human_size(uint64_t size_bytes)
{
	unsigned unit = 0;
	double value = (double)size_bytes;

	while (value >= 1024 && unit < 4) {
		value /= 1024;
		unit++;
	}
	if (unit == 0)
		return memory_format("%" PRIu64 " B", size_bytes);
	return memory_format("%.1f %ciB", value, size_suffixes[unit - 1]);
}

enum { NEAREST_MAX = 64 };

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours. Lengths are at most NEAREST_MAX. */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a);
	size_t m = strlen(b);
	size_t rows[3][NEAREST_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3];
		const size_t *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = smallest(above[j] + 1, now[j - 1] + 1,
				above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	size_t best_distance = strlen(word) / 3 + 1;
	const char *best = NULL;

	if (strlen(word) > NEAREST_MAX)
		return NULL;
	for (; *candidates; candidates++) {
		size_t d = strlen(*candidates) > NEAREST_MAX
				   ? SIZE_MAX
				   : distance(word, *candidates);

		if (d <= best_distance && (!best || d < best_distance)) {
			best = *candidates;
			best_distance = d;
		}
	}
	return best;
}

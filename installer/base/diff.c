#include "installer/base/diff.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"

enum { CONTEXT = 3, CELLS_MAX = 4 << 20 };

struct lines {
	char *copy, **items;
	size_t count;
	bool ends; /* with a newline */
};

static struct lines lines_of(const char *text)
{
	struct lines lines = {
		.copy = memory_copy_text(text), .ends = !*text || text_ends(text, "\n")};
	char *at = lines.copy;

	while (*at) {
		size_t size = strcspn(at, "\n");
		bool more = at[size] != '\0';

		lines.items =
			memory_resize(lines.items, lines.count + 1, sizeof(*lines.items));
		lines.items[lines.count++] = at;
		at[size] = '\0';
		at += size + more;
	}
	return lines;
}

static void lines_free(struct lines *lines)
{
	free(lines->items);
	free(lines->copy);
}
#define autolines __attribute__((cleanup(lines_free)))

/* One line of the result: ' ' in both, '-' only in the old text, '+' only in the new one. */
struct edit {
	char sign;
	const char *line;
	bool unended;
};

struct script {
	struct edit *edits;
	size_t count;
};

static void add_edit(
	struct script *script, char sign, const struct lines *from, size_t index)
{
	script->edits =
		memory_resize(script->edits, script->count + 1, sizeof(*script->edits));
	script->edits[script->count++] = (struct edit){
		sign, from->items[index], index + 1 == from->count && !from->ends};
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	bool a_ended = a->ends || i + 1 < a->count;
	bool b_ended = b->ends || j + 1 < b->count;

	return a_ended == b_ended && strcmp(a->items[i], b->items[j]) == 0;
}

/* What of two texts is compared: lines from start to both ends. */
struct range {
	size_t start, old_end, new_end;
};

/* Lengths of the longest common rests; cell (i, j) is of the lines from start + i and start + j on. */
static unsigned *common_rests(
	const struct lines *old, const struct lines *new, const struct range *range)
{
	size_t rows = range->old_end - range->start,
	       columns = range->new_end - range->start;
	unsigned *cells = memory_zero((rows + 1) * (columns + 1), sizeof(*cells));

	for (size_t i = rows; i-- > 0;)
		for (size_t j = columns; j-- > 0;) {
			unsigned *cell = &cells[i * (columns + 1) + j];
			unsigned down = cell[columns + 1], right = cell[1];

			*cell = down > right ? down : right;
			if (same(old, range->start + i, new, range->start + j))
				*cell = cell[columns + 2] + 1;
		}
	return cells;
}

static void add_middle(struct script *script, const struct lines *old,
	const struct lines *new, const struct range *range)
{
	size_t rows = range->old_end - range->start,
	       columns = range->new_end - range->start;
	bool fits = (rows + 1) * (columns + 1) <= CELLS_MAX;
	autofree unsigned *cells = fits ? common_rests(old, new, range) : NULL;
	size_t i = 0, j = 0;

	while (i < rows || j < columns) {
		const unsigned *cell = cells ? &cells[i * (columns + 1) + j] : NULL;

		if (cell && i < rows && j < columns &&
			same(old, range->start + i, new, range->start + j)) {
			add_edit(script, ' ', old, range->start + i++);
			j++;
		} else if (i < rows &&
			   (j == columns || !cell || cell[columns + 1] >= cell[1])) {
			add_edit(script, '-', old, range->start + i++);
		} else {
			add_edit(script, '+', new, range->start + j++);
		}
	}
}

static struct script compare(const struct lines *old, const struct lines *new)
{
	struct range range = {0, old->count, new->count};
	struct script script = {0};

	while (range.start < old->count &&
		range.start < new->count &&same(old, range.start, new, range.start))
		add_edit(&script, ' ', old, range.start++);
	while (range.old_end > range.start && range.new_end > range.start &&
		same(old, range.old_end - 1, new, range.new_end - 1)) {
		range.old_end--;
		range.new_end--;
	}
	add_middle(&script, old, new, &range);
	for (size_t i = range.old_end; i < old->count; i++)
		add_edit(&script, ' ', old, i);
	return script;
}

/* The end of the hunk that holds the change at index: the next change is too far to share its context. */
static size_t hunk_end(const struct script *script, size_t index)
{
	size_t last = index;

	for (size_t i = index; i < script->count && i <= last + (size_t)2 * CONTEXT; i++)
		if (script->edits[i].sign != ' ')
			last = i;
	return last + CONTEXT + 1 < script->count ? last + CONTEXT + 1 : script->count;
}

/* "12,5" as diff writes it: an empty range names the line before it. */
static void add_place(struct text *to, size_t before, size_t count)
{
	text_addf(to, "%zu", count ? before + 1 : before);
	if (count != 1)
		text_addf(to, ",%zu", count);
}

static void add_hunk(
	struct text *to, const struct script *script, size_t start, size_t end)
{
	size_t before[2] = {0}, count[2] = {0};

	for (size_t i = 0; i < end; i++) {
		size_t *numbers = i < start ? before : count;

		numbers[0] += script->edits[i].sign != '+';
		numbers[1] += script->edits[i].sign != '-';
	}
	text_add(to, "@@ -");
	add_place(to, before[0], count[0]);
	text_add(to, " +");
	add_place(to, before[1], count[1]);
	text_add(to, " @@\n");
	for (size_t i = start; i < end; i++)
		text_addf(to, "%c%s\n%s", script->edits[i].sign, script->edits[i].line,
			script->edits[i].unended ? "\\ No newline at end of file\n" : "");
}

void text_diff(const char *old_name, const char *new_name, const char *old,
	const char *new, struct text *to)
{
	autolines struct lines old_lines = lines_of(old), new_lines = lines_of(new);
	struct script script = compare(&old_lines, &new_lines);
	bool headed = false;

	for (size_t i = 0; i < script.count; i++) {
		size_t end;

		if (script.edits[i].sign == ' ')
			continue;
		if (!headed)
			text_addf(to, "--- %s\n+++ %s\n", old_name, new_name);
		headed = true;
		end = hunk_end(&script, i);
		add_hunk(to, &script, i > CONTEXT ? i - CONTEXT : 0, end);
		i = end - 1;
	}
	free(script.edits);
}

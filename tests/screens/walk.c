/* Presses every key that stays on a page, in every field it has, and tells what each cost. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "tests/screens/screenplay.h"

enum {
	NOTHING_MS = 1000,  /* as long nothing comes of a key that changes something */
	LATE_MS = 300,      /* as long what explains the focus may take */
	WALK_QUIET_MS = 30, /* less than a display waits before it explains it */
	MOVES_MAX = 40,     /* along one list */
	OPERATED_MAX = 20,
	FOOT_ROWS = 5, /* what explains the focus, and the keys */
	PLACE_MAX = 40
};

/* Where the cursor is, and what stands there. */
struct place {
	VTermPos at;
	char name[PLACE_MAX];
};

struct walk {
	struct play *play;
	const char *page;
	char **rows; /* as they were before the key */
	size_t bytes;
};

static uint32_t code_at(const struct play *play, int row, int col)
{
	VTermScreenCell cell = {0};

	if (!vterm_screen_get_cell(play->screen, (VTermPos){row, col}, &cell))
		return 0;
	return cell.chars[0];
}

/* The pointer, or a line of a frame. */
static bool is_edge(uint32_t code)
{
	return code == '>' || code == '|' || code >= 0x2500;
}

/* The row of the cursor from the pointer or the frame on, without the frame behind it. */
static struct place place_now(const struct play *play)
{
	struct place place = {.at = play->cursor};
	int first = play->cursor.col;
	size_t size = 0;

	while (first > 0 && !is_edge(code_at(play, place.at.row, first - 1)))
		first--;
	for (int col = first; col < play->cols && size + 1 < sizeof(place.name); col++) {
		uint32_t code = code_at(play, place.at.row, col);
		bool is_text = code > ' ' && code < 0x7f && code != '|';

		if (size || code > ' ')
			place.name[size++] = (char)(is_text ? code : ' ');
	}
	while (size && place.name[size - 1] == ' ')
		place.name[--size] = '\0';
	return place;
}

static bool same_place(const struct place *a, const struct place *b)
{
	return a->at.row == b->at.row && a->at.col == b->at.col &&
	       strcmp(a->name, b->name) == 0;
}

static void keep_rows(struct walk *walk)
{
	for (int row = 0; row < walk->play->rows; row++) {
		free(walk->rows[row]);
		walk->rows[row] = play_row(walk->play, row);
	}
}

/* Whether a row has anything but the list of steps and the frame, of which only that of libnewt is not ASCII. */
static bool is_filled(const char *row)
{
	const char *line = strchr(row, '|');

	for (const char *c = line ? line : row; *c; c++)
		if (isalnum((unsigned char)*c) || *c == '_')
			return true;
	return false;
}

/* Whether lines of the page came or went. */
static bool has_grown(const struct walk *walk)
{
	int before = 0, now = 0;

	for (int row = 0; row < walk->play->rows - FOOT_ROWS; row++) {
		autofree char *text = play_row(walk->play, row);

		before += is_filled(walk->rows[row]);
		now += is_filled(text);
	}
	return before != now;
}

/* Whether anything but this row of the page is another now. */
static bool others_changed(const struct walk *walk, int mine)
{
	for (int row = 0; row < walk->play->rows; row++) {
		autofree char *now = play_row(walk->play, row);
		const char *line = strchr(now, '|');
		size_t length = row != mine ? strlen(now) + 1
				: line ? (size_t)(line - now) /* of the list of steps */
				       : 0;

		if (strncmp(now, walk->rows[row], length) != 0)
			return true;
	}
	return false;
}

/* The longest part of the name of where the cursor was is no longer in that row: the page was turned. */
static bool was_turned(const struct walk *walk, const struct place *from)
{
	autofree char *row = play_row(walk->play, from->at.row);
	char name[PLACE_MAX], *longest = name, *rest = name;

	memcpy(name, from->name, sizeof(name));
	for (char *part; (part = strstr(rest, "  ")) != NULL; rest = part + 2)
		*part = '\0';
	for (char *part = name; part < name + strlen(from->name);
		part += strlen(part) + 1)
		if (strlen(part) > strlen(longest))
			longest = part;
	return !strstr(row, longest);
}

static void tell(
	const struct walk *walk, const char *field, const char *key, const char *kind)
{
	(void)printf("%s|%s|%s|%s|%zu\n", walk->page, field, key, kind, walk->bytes);
}

/* false: the key brought nothing. */
static bool press(struct walk *walk, const char *key)
{
	char buffer[KEY_MAX];
	const char *bytes = key[1] ? play_key(walk->play, key, buffer) : key;

	if (!bytes)
		play_fail(walk->play, "no such key", key);
	keep_rows(walk);
	play_put(walk->play, bytes, strlen(bytes));
	if (play_take(walk->play, NOTHING_MS))
		play_settle(walk->play, WALK_QUIET_MS);
	walk->bytes = walk->play->bytes;
	return walk->bytes > 0;
}

/* What explains the focus comes when no other key does. */
static void wait_for_late(struct walk *walk, const char *field, const char *key)
{
	walk->play->bytes = 0;
	if (play_take(walk->play, LATE_MS))
		play_settle(walk->play, WALK_QUIET_MS);
	walk->bytes = walk->play->bytes;
	if (walk->bytes)
		tell(walk, field, key, "late");
}

/* false: it leads nowhere. */
static bool move(struct walk *walk, const char *key)
{
	struct place from = place_now(walk->play), to;
	const char *kind;

	if (!press(walk, key))
		return false;
	to = place_now(walk->play);
	kind = was_turned(walk, &from) ? "turn" : has_grown(walk) ? "lines" : "key";
	tell(walk, from.name, key, kind);
	if (same_place(&from, &to))
		return false;
	wait_for_late(walk, from.name, key);
	return true;
}

static void change(struct walk *walk, const char *key)
{
	struct place at = place_now(walk->play);
	const char *kind = "toggle";

	if (!press(walk, key))
		return;
	if (has_grown(walk) || walk->play->cursor.row != at.at.row)
		kind = "lines";
	else if (others_changed(walk, at.at.row))
		kind = "key";
	tell(walk, at.name, key, kind);
}

static void show_whole(struct walk *walk, const char *key)
{
	(void)press(walk, key);
	tell(walk, "", key, "frame");
}

/* What the field takes besides moves: told by what surrounds the cursor. */
static void operate(struct walk *walk)
{
	VTermPos at = walk->play->cursor;
	uint32_t before = code_at(walk->play, at.row, at.col - 1);
	uint32_t behind = code_at(walk->play, at.row, at.col + 1);
	VTermScreenCell cell = {0};

	(void)vterm_screen_get_cell(walk->play->screen, at, &cell);
	if ((before == '[' && behind == ']') || (before == '(' && behind == ')')) {
		change(walk, "Space");
		change(walk, "Space");
	} else if (cell.attrs.underline) {
		change(walk, "x");
		change(walk, "y");
		change(walk, "Backspace");
		change(walk, "Backspace");
	} else {
		return;
	}
	wait_for_late(walk, place_now(walk->play).name, "");
}

/* Around by one key, until it is where it began. */
static void around(struct walk *walk, const char *key)
{
	struct place start = place_now(walk->play), now;
	int moves = 0;

	do {
		if (!move(walk, key))
			return;
		now = place_now(walk->play);
	} while (!same_place(&now, &start) && ++moves < MOVES_MAX);
}

void walk(struct play *play, const char *page)
{
	struct walk walk = {.play = play, .page = page};
	int moves = 0;

	walk.rows = memory_zero((size_t)play->rows, sizeof(*walk.rows));
	show_whole(&walk, "^L");
	show_whole(&walk, "F1");
	show_whole(&walk, "F1");
	around(&walk, "Tab");
	around(&walk, "BackTab");
	do
		if (moves < OPERATED_MAX)
			operate(&walk);
	while (move(&walk, "Down") && ++moves < MOVES_MAX);
	while (moves-- > 0 && move(&walk, "Up"))
		;
	for (int row = 0; row < play->rows; row++)
		free(walk.rows[row]);
	free(walk.rows);
}

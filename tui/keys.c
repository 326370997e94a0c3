#include "tui/keys.h"

#include <string.h>

#include "installer/base/memory.h"
#include "tui/canvas.h"

struct press press_of_character(uint32_t code)
{
	struct press press = {.kind = PRESS_TEXT};

	switch (code) {
	case '\r':
	case '\n':
		press.kind = PRESS_ENTER;
		break;
	case '\t':
		press.kind = PRESS_TAB;
		break;
	case 0x1b:
		press.kind = PRESS_ESCAPE;
		break;
	case 0x08:
	case 0x7f:
		press.kind = PRESS_BACKSPACE;
		break;
	default:
		if (code < ' ') {
			press.kind = code ? PRESS_CONTROL : PRESS_NONE;
			press.text[0] = (char)(code + '@');
		} else {
			(void)utf8_put(press.text, code);
		}
		break;
	}
	return press;
}

char *keys_room(struct keys *keys, size_t *room)
{
	*room = sizeof(keys->bytes) - keys->size;
	return keys->bytes + keys->size;
}

static void drop_first(struct keys *keys, size_t count)
{
	size_t left = keys->size - count;

	memmove(keys->bytes, keys->bytes + count, left);
	explicit_bzero(keys->bytes + left, count);
	keys->size = left;
}

void keys_drop(struct keys *keys)
{
	drop_first(keys, keys->size);
}

/* What follows ESC [ or ESC O: a letter, or a number and "~" as on DEC's and xterm's keyboards. */
struct sequence {
	unsigned end; /* letter or number */
	enum press_kind kind;
	unsigned function;
};

static struct press press_of(const struct sequence *sequences, size_t count, unsigned end)
{
	for (size_t i = 0; i < count; i++)
		if (sequences[i].end == end)
			return (struct press){.kind = sequences[i].kind,
				.number = sequences[i].function};
	return (struct press){.kind = PRESS_NONE};
}

static struct press press_of_letter(char letter)
{
	static const struct sequence letters[] = {
		{'A', PRESS_UP,       0},
		{'B', PRESS_DOWN,     0},
		{'C', PRESS_RIGHT,    0},
		{'D', PRESS_LEFT,     0},
		{'H', PRESS_HOME,     0},
		{'F', PRESS_END,      0},
		{'M', PRESS_ENTER,    0},
		{'Z', PRESS_BACKTAB,  0},
		{'P', PRESS_FUNCTION, 1},
		{'Q', PRESS_FUNCTION, 2},
		{'R', PRESS_FUNCTION, 3},
		{'S', PRESS_FUNCTION, 4},
	};

	return press_of(letters, LENGTH(letters), (unsigned char)letter);
}

/* The number pad of a terminal in application mode: ESC O and a letter for what is printed on the key. */
static struct press press_of_pad(char letter)
{
	static const char keys[] = "*+,-./0123456789";

	if (letter >= 'j' && letter <= 'y')
		return (struct press){.kind = PRESS_TEXT, .text = {keys[letter - 'j']}};
	return press_of_letter(letter);
}

static struct press press_of_number(unsigned number)
{
	static const struct sequence numbers[] = {
		{1,  PRESS_HOME,      0 },
		{3,  PRESS_DELETE,    0 },
		{4,  PRESS_END,       0 },
		{5,  PRESS_PAGE_UP,   0 },
		{6,  PRESS_PAGE_DOWN, 0 },
		{7,  PRESS_HOME,      0 },
		{8,  PRESS_END,       0 },
		{11, PRESS_FUNCTION,  1 },
		{12, PRESS_FUNCTION,  2 },
		{13, PRESS_FUNCTION,  3 },
		{14, PRESS_FUNCTION,  4 },
		{15, PRESS_FUNCTION,  5 },
		{17, PRESS_FUNCTION,  6 },
		{18, PRESS_FUNCTION,  7 },
		{19, PRESS_FUNCTION,  8 },
		{20, PRESS_FUNCTION,  9 },
		{21, PRESS_FUNCTION,  10},
		{23, PRESS_FUNCTION,  11},
		{24, PRESS_FUNCTION,  12},
	};

	return press_of(numbers, LENGTH(numbers), number);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ESC [ parameters letter. The length of the sequence, 0: its end has not come. */
static size_t take_control_sequence(const struct keys *keys, struct press *press)
{
	size_t at = 2;
	unsigned number = 0;

	while (at < keys->size && is_digit(keys->bytes[at]) && number < 1000)
		number = number * 10 + (unsigned)(keys->bytes[at++] - '0');
	while (at < keys->size && keys->bytes[at] >= ' ' && keys->bytes[at] < '@')
		at++;
	if (at == keys->size)
		return 0;
	if (keys->bytes[at] == '~')
		*press = press_of_number(number);
	else
		*press = press_of_letter(keys->bytes[at]);
	return (unsigned char)keys->bytes[at] < ' ' ? at : at + 1;
}

/* ESC and what follows. 0: more may come. */
static size_t take_escape(const struct keys *keys, struct press *press)
{
	*press = (struct press){.kind = PRESS_NONE};
	if (keys->size == 1)
		return 0;
	if (keys->bytes[1] != '[' && keys->bytes[1] != 'O') {
		press->kind = PRESS_ESCAPE;
		return 1;
	}
	if (keys->size == 2)
		return 0;
	if (keys->bytes[1] == 'O') {
		*press = press_of_pad(keys->bytes[2]);
		return 3;
	}
	if (keys->bytes[2] != '[')
		return take_control_sequence(keys, press);
	if (keys->size < 4)
		return 0;
	if (keys->bytes[3] >= 'A' && keys->bytes[3] <= 'E') /* the Linux console */
		*press = (struct press){.kind = PRESS_FUNCTION,
			.number = (unsigned)(keys->bytes[3] - 'A' + 1)};
	return 4;
}

static size_t take_character(const struct keys *keys, struct press *press)
{
	unsigned char first = (unsigned char)keys->bytes[0];
	size_t length = first < 0xc2 || first > 0xf4 ? 1
			: first >= 0xf0              ? 4
			: first >= 0xe0              ? 3
						     : 2;
	char bytes[5] = {0};
	uint32_t code = first;

	for (size_t i = 0; i < length && i < keys->size; i++) {
		if (i > 0 && ((unsigned char)keys->bytes[i] & 0xc0) != 0x80)
			length = 1; /* not UTF-8: this byte alone is dropped */
		else
			bytes[i] = keys->bytes[i];
	}
	*press = (struct press){.kind = PRESS_NONE};
	if (keys->size < length)
		return 0;
	if (first >= 0x80)
		(void)utf8_next(bytes, &code);
	if (code != 0xfffd && (length > 1 || first < 0x80) &&
		!(code >= 0x80 && code < 0xa0))
		*press = press_of_character(code);
	explicit_bzero(bytes, sizeof(bytes));
	return length;
}

bool keys_take(struct keys *keys, bool last, struct press *press)
{
	size_t used;

	if (!keys->size)
		return false;
	used = keys->bytes[0] == 0x1b ? take_escape(keys, press)
				      : take_character(keys, press);
	if (!used && !last && keys->size < sizeof(keys->bytes))
		return false;
	if (!used) { /* an unfinished sequence: Escape, or nothing */
		press->kind = keys->size == 1 && keys->bytes[0] == 0x1b ? PRESS_ESCAPE
									: PRESS_NONE;
		used = keys->size;
	}
	drop_first(keys, used);
	return true;
}

#include "screens/strength.h"

#include <ctype.h>
#include <stdbool.h>

/* Tenths of bits by character: repeats and runs (abc, 321) are worth little, others what a guesser who knows the kinds of characters
 * must try, but at most what people really choose. */
static unsigned tenth_bits(const unsigned char *text, size_t i)
{
	bool follows = i && (text[i] == text[i - 1] || text[i] == text[i - 1] + 1 ||
				    text[i] + 1 == text[i - 1]);
	bool repeats = i > 1 && text[i] == text[i - 2];

	if (follows || repeats)
		return 5;
	if (isdigit(text[i]))
		return 25;
	return islower(text[i]) || text[i] == ' ' ? 22 : 35;
}

enum strength strength_of(const struct secret *secret)
{
	const unsigned char *text = (const unsigned char *)secret_bytes(secret);
	unsigned bits = 0;

	if (!secret_size(secret))
		return STRENGTH_EMPTY;
	for (size_t i = 0; i < secret_size(secret); i++)
		bits += tenth_bits(text, i);
	bits /= 10;
	if (bits < 24)
		return STRENGTH_WEAK;
	if (bits < 38)
		return STRENGTH_FAIR;
	return bits < 56 ? STRENGTH_GOOD : STRENGTH_STRONG;
}

#include "installer/base/base64.h"

#include <string.h>

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_decode(const char *text, size_t size, struct text *bytes)
{
	unsigned long bits = 0;
	size_t padding = 0;

	if (size == 0 || size % 4)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char *digit = strchr(base64_digits, text[i]);

		if (text[i] == '=' && i + 2 >= size)
			padding++;
		else if (!digit || padding)
			return false;
		bits = bits << 6 | (digit ? (unsigned long)(digit - base64_digits) : 0);
		if (i % 4 == 3) {
			char three[] = {
				(char)(bits >> 16), (char)(bits >> 8), (char)bits};

			text_add_bytes(bytes, three, 3 - padding);
			bits = 0;
		}
	}
	return true;
}

void base64_group(const unsigned char *bytes, size_t size, char group[4])
{
	unsigned long bits = (unsigned long)bytes[0] << 16;

	bits |= size > 1 ? (unsigned long)bytes[1] << 8 : 0;
	bits |= size > 2 ? bytes[2] : 0;
	memset(group, '=', 4);
	for (size_t digit = 0; digit <= size; digit++)
		group[digit] = base64_digits[bits >> (18 - 6 * digit) & 63];
}

void base64_encode(const unsigned char *bytes, size_t size, struct text *to)
{
	for (size_t i = 0; i < size; i += 3) {
		char group[4];

		base64_group(bytes + i, size - i < 3 ? size - i : 3, group);
		text_add_bytes(to, group, sizeof(group));
	}
}

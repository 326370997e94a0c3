#include "screens/console_font.h"

#include <errno.h>
#include <linux/kd.h>
#include <string.h>
#include <sys/ioctl.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"

/* The kernel keeps each letter in rows of whole bytes, and 32 rows whatever is used. */
enum { LETTERS = 512, SIZE_MAX_PIXELS = 32, ROWS = 32 };

static size_t row_bytes(unsigned width)
{
	return (width + 7) / 8;
}

static bool pixel(const unsigned char *row, unsigned x)
{
	return row[x / 8] & (0x80 >> x % 8);
}

/* Each pixel becomes four, or every second of every second row stays. */
static void scale(const struct console_font_op *from, struct console_font_op *to)
{
	size_t bytes = row_bytes(from->width), wanted = row_bytes(to->width);

	for (size_t letter = 0; letter < from->charcount; letter++)
		for (unsigned y = 0; y < to->height; y++) {
			const unsigned char *row =
				from->data +
				(letter * ROWS + y * from->height / to->height) * bytes;
			unsigned char *out = to->data + (letter * ROWS + y) * wanted;

			for (unsigned x = 0; x < to->width; x++)
				if (pixel(row, x * from->width / to->width))
					out[x / 8] |= (unsigned char)(0x80 >> x % 8);
		}
}

static bool is_large(const struct console_font_op *font)
{
	return font->height * 2 > SIZE_MAX_PIXELS || font->width * 2 > SIZE_MAX_PIXELS;
}

int console_font_resize(int fd, struct error *err)
{
	enum { BYTES = LETTERS * ROWS * SIZE_MAX_PIXELS / 8 };
	autofree unsigned char *now = memory_zero(BYTES, 1),
			       *then = memory_zero(BYTES, 1);
	struct console_font_op font = {.op = KD_FONT_OP_GET,
		.width = SIZE_MAX_PIXELS,
		.height = SIZE_MAX_PIXELS,
		.charcount = LETTERS,
		.data = now};
	struct console_font_op other = {.op = KD_FONT_OP_SET, .data = then};

	if (ioctl(fd, KDFONTOP, &font) < 0)
		return error_errno(
			err, -errno, "%s", _("reading the letters of the screen"));
	other.width = is_large(&font) ? font.width / 2 : font.width * 2;
	other.height = is_large(&font) ? font.height / 2 : font.height * 2;
	other.charcount = font.charcount;
	scale(&font, &other);
	if (ioctl(fd, KDFONTOP, &other) < 0)
		return error_set(err, -ENOTSUP, "%s",
			_("This screen has no letters of another size."));
	return 0;
}

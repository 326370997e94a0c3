#include "tui/qr.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"

#ifdef HAVE_QRENCODE
#include <qrencode.h>

int qr_make(const char *text, unsigned char **modules)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	int side = code ? code->width : 0;
	size_t size = (size_t)side * (size_t)side;

	*modules = NULL;
	if (!code)
		return 0;
	*modules = memory_zero(size, 1);
	for (size_t i = 0; i < size; i++)
		(*modules)[i] = code->data[i] & 1;
	explicit_bzero(code->data, size);
	QRcode_free(code);
	return side;
}
#else
int qr_make(const char *text, unsigned char **modules)
{
	(void)text;
	*modules = NULL;
	return 0;
}
#endif

void qr_free(unsigned char *modules, int side)
{
	if (modules)
		explicit_bzero(modules, (size_t)side * (size_t)side);
	free(modules);
}

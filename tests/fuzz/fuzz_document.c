/* The YAML reader: no input may hurt it, and every place it tells lies in the text. */
#define FUZZ_CORPUS "document"
#include "tests/fuzz/harness.h"

#include "installer/base/document.h"

static void require_places(const struct node *node, unsigned lines)
{
	fuzz_require(node->line >= 1 && node->line <= lines,
		"a node stands in a line of the file");
	for (size_t i = 0; i < node->count; i++)
		require_places(&node->children[i], lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autodocument struct node *root = NULL;
	struct error err = {0};
	unsigned line = 0;
	unsigned column = 0;
	unsigned lines = 2;
	int rc = document_parse((const char *)data, size, &root, &line, &column, &err);

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
	fuzz_require(rc == 0 || (line >= 1 && line <= lines && column >= 1),
		"an error has a place");
	if (rc == 0)
		require_places(root, lines);
	return 0;
}

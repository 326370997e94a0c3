/* libyaml's one entrance: a strict subset of YAML (JSON included) as a tree of text with places.
 * Refused: anchors, aliases, tags, merge keys, several documents, duplicate keys, non-UTF-8, more than 64 KiB, depth over 8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "installer/base/error.h"

enum { DOCUMENT_MAX = 64 * 1024, DOCUMENT_DEPTH = 8 };

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	char *key;                 /* in a map; NULL otherwise */
	char *text;                /* SCALAR */
	bool plain;                /* SCALAR not quoted: null, true and numbers mean something */
	unsigned line, column;     /* of the value, 1-based */
	unsigned key_line, key_column;
	struct node *children;     /* LIST, MAP; in file order */
	size_t count;
};

/* On error: place in *line and *column (1-based), message without them in err. An empty file is an empty map.
 * The caller frees the tree. */
int document_parse(const char *text, size_t size, struct node **root, unsigned *line, unsigned *column, struct error *err) CHECKED;
void document_free(struct node *root);
void document_free_at(struct node **root);
#define autodocument __attribute__((cleanup(document_free_at)))
const struct node *node_child(const struct node *map, const char *key);

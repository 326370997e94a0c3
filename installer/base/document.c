#include "installer/base/document.h"

#include <errno.h>
#include <yaml.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"

/* One reading: libyaml's parser, the event just read, and where the first error goes. */
struct reader {
	yaml_parser_t parser;
	yaml_event_t event;
	const char *text;
	size_t size;
	unsigned *line, *column;
	struct error *err;
};

static int refuse(struct reader *reader, const yaml_mark_t *mark, const char *message)
{
	*reader->line = (unsigned)mark->line + 1;
	*reader->column = (unsigned)mark->column + 1;
	(void)error_set(reader->err, -EINVAL, "%s", message);
	return -EINVAL;
}

/* What libyaml says, what helps the writer of the file, and what construct it had begun. */
static const struct {
	const char *says;
	const char *helps;
	const char *begun;
} syntax_hints[] = {
	{"did not find expected key",
         "bad indentation, or two values in one line: keys of one block start in the same column, two spaces "
		"deeper than the key above them",						      "block"      },
	{"mapping values are not allowed in this context",
         "bad indentation, or a value that holds \": \": indent this line as its neighbours, and put such a value in "
		"\"quotes\"",									  NULL         },
	{"did not find expected '-' indicator",
         "bad indentation: items of one list start with \"- \" in the same column",		    "list"       },
	{"block sequence entries are not allowed in this context",
         "a list item cannot stand here: put \"- \" on a line of its own below the key",               NULL         },
	{"could not find expected ':'",
         "expected \"key: value\"; there is no colon behind the key",                                  "key"        },
	{"did not find expected ',' or ']'",                       "a comma or ] is missing",          "list"       },
	{"did not find expected ',' or '}'",                       "a comma or } is missing",          "map"        },
	{"did not find expected <document start>",
         "nothing may follow here: one file holds one document",                                       NULL         },
	{"did not find expected node content",                     "expected a value here",            NULL         },
	{"found unexpected end of stream",                         "a quote is not closed",            "quoted text"},
	{"found unknown escape character",
         "unknown escape behind the backslash; in \"…\" write \\\\ for one backslash, or use '…'",
         NULL												       },
};

/* Marks count characters, the text is bytes. */
static char character_at(const struct reader *reader, const yaml_mark_t *mark)
{
	size_t seen = 0;

	for (size_t i = 0; i < reader->size; i++)
		if (((unsigned char)reader->text[i] & 0xc0) != 0x80 &&
			seen++ == mark->index)
			return reader->text[i];
	return '\0';
}

static int forbidden_start(struct reader *reader, const yaml_mark_t *mark)
{
	if (character_at(reader, mark) == '\t')
		return refuse(reader, mark,
			"bad indentation: a tab cannot indent; use two spaces");
	return refuse(reader, mark,
		"a value cannot start with this character; put it in \"quotes\"");
}

/* libyaml reports bytes it cannot decode by their offset. */
static int bad_bytes(struct reader *reader)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < reader->parser.problem_offset && i < reader->size; i++) {
		mark.column++;
		if (reader->text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return refuse(reader, &mark, "not text in UTF-8, or a control character");
}

static int syntax_error(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *says = parser->problem ? parser->problem : "not YAML";
	autotext struct text message = {0};

	if (parser->error == YAML_READER_ERROR)
		return bad_bytes(reader);
	if (strcmp(says, "found character that cannot start any token") == 0)
		return forbidden_start(reader, &parser->problem_mark);
	for (size_t i = 0; i < LENGTH(syntax_hints); i++) {
		if (strcmp(says, syntax_hints[i].says) != 0)
			continue;
		text_add(&message, syntax_hints[i].helps);
		if (syntax_hints[i].begun)
			text_addf(&message, " (the %s starts in line %zu)",
				syntax_hints[i].begun, parser->context_mark.line + 1);
		return refuse(reader, &parser->problem_mark, message.data);
	}
	return refuse(reader, &parser->problem_mark, says);
}

static int next_event(struct reader *reader)
{
	yaml_event_delete(&reader->event);
	return yaml_parser_parse(&reader->parser, &reader->event) ? 0
								  : syntax_error(reader);
}

/* Anchors, aliases and tags of the event just read. */
static int check_extras(struct reader *reader)
{
	const yaml_event_t *event = &reader->event;
	const yaml_char_t *anchor = NULL;
	const yaml_char_t *tag = NULL;

	if (event->type == YAML_ALIAS_EVENT)
		return refuse(reader, &event->start_mark,
			"aliases (*name) are not allowed; write the value out");
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor)
		return refuse(reader, &event->start_mark,
			"anchors (&name) are not allowed; write the value out");
	if (tag)
		return refuse(reader, &event->start_mark,
			"tags (!name) are not allowed; the key says what type a value has");
	return 0;
}

static int read_node(struct reader *reader, struct node *node, unsigned depth);

static struct node *add_child(struct node *node)
{
	node->children = memory_resize(node->children, node->count + 1, sizeof(*node));
	node->children[node->count] = (struct node){0};
	return &node->children[node->count++];
}

static int read_list(struct reader *reader, struct node *node, unsigned depth)
{
	for (;;) {
		int rc = next_event(reader);

		if (rc < 0 || reader->event.type == YAML_SEQUENCE_END_EVENT)
			return rc;
		rc = read_node(reader, add_child(node), depth + 1);
		if (rc < 0)
			return rc;
	}
}

/* The key in the event just read, for a new last child of map. */
static int read_key(struct reader *reader, struct node *map, struct node **child)
{
	const yaml_event_t *event = &reader->event;
	const char *key = (const char *)event->data.scalar.value;
	autofree char *message = NULL;
	const struct node *first;

	if (check_extras(reader) < 0)
		return -EINVAL;
	if (event->type != YAML_SCALAR_EVENT)
		return refuse(reader, &event->start_mark, "a key must be a single word");
	if (strcmp(key, "<<") == 0 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return refuse(reader, &event->start_mark,
			"merge keys (<<) are not allowed; write the values out");
	if (strlen(key) != event->data.scalar.length)
		return refuse(
			reader, &event->start_mark, "a key cannot hold a NUL character");
	first = node_child(map, key);
	if (first) {
		message =
			memory_format("\"%s\" stands here twice; the first is in line %u",
				key, first->key_line);
		return refuse(reader, &event->start_mark, message);
	}
	*child = add_child(map);
	(*child)->key = memory_copy_text(key);
	(*child)->key_line = (unsigned)event->start_mark.line + 1;
	(*child)->key_column = (unsigned)event->start_mark.column + 1;
	return 0;
}

static int read_map(struct reader *reader, struct node *node, unsigned depth)
{
	for (;;) {
		struct node *child = NULL;
		int rc = next_event(reader);

		if (rc < 0 || reader->event.type == YAML_MAPPING_END_EVENT)
			return rc;
		rc = read_key(reader, node, &child);
		if (rc == 0)
			rc = next_event(reader);
		if (rc == 0)
			rc = read_node(reader, child, depth + 1);
		if (rc < 0)
			return rc;
	}
}

static int read_scalar(struct reader *reader, struct node *node)
{
	const yaml_event_t *event = &reader->event;
	const char *value = (const char *)event->data.scalar.value;

	node->kind = NODE_SCALAR;
	node->text = memory_copy_bytes(value, event->data.scalar.length);
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (strlen(value) != event->data.scalar.length)
		return refuse(reader, &event->start_mark,
			"a value cannot hold a NUL character");
	return 0;
}

/* The value in the event just read and everything below it. The recursion is at most DOCUMENT_DEPTH deep. */
static int read_node(struct reader *reader, struct node *node, unsigned depth)
{
	const yaml_event_t *event = &reader->event;

	node->line = (unsigned)event->start_mark.line + 1;
	node->column = (unsigned)event->start_mark.column + 1;
	if (check_extras(reader) < 0)
		return -EINVAL;
	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(reader, node);
	if (depth > DOCUMENT_DEPTH)
		return refuse(reader, &event->start_mark,
			"lists and maps are nested too deeply (at most 8)");
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		node->kind = NODE_LIST;
		return read_list(reader, node, depth);
	}
	node->kind = NODE_MAP;
	return read_map(reader, node, depth);
}

/* The last of the next count events. */
static int skip_events(struct reader *reader, unsigned count)
{
	int rc = 0;

	while (rc == 0 && count--)
		rc = next_event(reader);
	return rc;
}

static int read_stream(struct reader *reader, struct node *root)
{
	const yaml_event_t *event = &reader->event;

	*root = (struct node){.kind = NODE_MAP, .line = 1, .column = 1};
	if (skip_events(reader, 2) < 0)
		return -EINVAL;
	if (event->type == YAML_STREAM_END_EVENT)
		return 0;
	if (event->data.document_start.version_directive ||
		event->data.document_start.tag_directives.start !=
			event->data.document_start.tag_directives.end)
		return refuse(reader, &event->start_mark,
			"directives (%YAML, %TAG) are not allowed; leave the line out");
	if (next_event(reader) < 0 || read_node(reader, root, 1) < 0)
		return -EINVAL;
	if (skip_events(reader, 2) < 0)
		return -EINVAL;
	if (event->type != YAML_STREAM_END_EVENT)
		return refuse(reader, &event->start_mark,
			"a second document starts here; one file holds one");
	return 0;
}

int document_parse(const char *text, size_t size, struct node **root, unsigned *line,
	unsigned *column, struct error *err)
{
	struct reader reader = {
		.text = text, .size = size, .line = line, .column = column, .err = err};
	struct node *tree;
	int rc;

	*line = *column = 1;
	if (size > DOCUMENT_MAX)
		return error_set(err, -EFBIG, "larger than 64 KiB");
	if (!yaml_parser_initialize(&reader.parser))
		return error_set(err, -ENOMEM, "libyaml cannot start");
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
	tree = memory_zero(1, sizeof(*tree));
	rc = read_stream(&reader, tree);
	yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	if (rc < 0)
		document_free(tree);
	else
		*root = tree;
	return rc;
}

static void free_inside(struct node *node)
{
	for (size_t i = 0; i < node->count; i++)
		free_inside(&node->children[i]);
	free(node->children);
	free(node->key);
	free(node->text);
}

void document_free(struct node *root)
{
	if (!root)
		return;
	free_inside(root);
	free(root);
}

void document_free_at(struct node **root)
{
	document_free(*root);
}

const struct node *node_child(const struct node *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->children[i].key && strcmp(map->children[i].key, key) == 0)
			return &map->children[i];
	return NULL;
}

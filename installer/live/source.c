#include "installer/live/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"

enum { PATIENCE_ASKED = 30 };

#define FORMS "file:/path, label:NAME:/path or http://host/path"

static int bad(const char *argument, const char *why, struct error *err)
{
	return error_set(
		err, -EINVAL, "jefe.answers=%s: %s; it is one of " FORMS, argument, why);
}

static int parse_label(const char *argument, struct source *source, struct error *err)
{
	const char *label = argument + strlen("label:");
	const char *path = strchr(label, ':');

	if (!path || path == label || path[1] != '/')
		return bad(argument, "needs a label and an absolute path", err);
	source->kind = SOURCE_LABEL;
	source->label = memory_copy_bytes(label, (size_t)(path - label));
	source->place = memory_copy_text(path + 1);
	source->patience = PATIENCE_ASKED;
	return 0;
}

int source_parse(const char *argument, struct source *source, struct error *err)
{
	if (text_starts(argument, "label:"))
		return parse_label(argument, source, err);
	if (text_starts(argument, "file:")) {
		if (argument[strlen("file:")] != '/')
			return bad(argument, "needs an absolute path", err);
		source->kind = SOURCE_FILE;
		source->place = memory_copy_text(argument + strlen("file:"));
		return 0;
	}
	if (text_starts(argument, "http://") || text_starts(argument, "https://")) {
		source->kind = SOURCE_HTTP;
		source->place = memory_copy_text(argument);
		return 0;
	}
	return bad(argument, "not understood", err);
}

int source_choose(const struct kernel_line *line, const struct source_facts *facts,
	struct source *source, struct error *err)
{
	if (line->answers) {
		source->asked = true;
		return source_parse(line->answers, source, err);
	}
	if (facts->partition) {
		source->kind = SOURCE_LABEL;
		source->label = memory_copy_text(ANSWERS_LABEL);
		source->place = memory_copy_text(ANSWERS_FILE);
	} else if (facts->embedded) {
		source->kind = SOURCE_FILE;
		source->place = memory_copy_text(ANSWERS_EMBEDDED);
	}
	return 0;
}

void source_trim(struct text *text)
{
	while (text->size && text->data[text->size - 1] == '\0')
		text->size--;
}

char *source_describe(const struct source *source)
{
	switch (source->kind) {
	case SOURCE_NONE:
		break;
	case SOURCE_FILE:
		return text_equal(source->place, ANSWERS_EMBEDDED)
			       ? memory_copy_text("the copy embedded in the medium")
			       : memory_format("file %s", source->place);
	case SOURCE_LABEL:
		return memory_format(
			"partition %s, file %s", source->label, source->place);
	case SOURCE_HTTP:
		return memory_copy_text(source->place);
	}
	return memory_copy_text("none");
}

void source_free(struct source *source)
{
	free(source->label);
	free(source->place);
	*source = (struct source){0};
}

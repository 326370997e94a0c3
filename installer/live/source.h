/* Where the answers of an installation on the live system come from: the kernel line, else a partition with the label
 * JEFEANSWERS, else the copy embedded in the medium. What the kernel line names must be there: nothing else replaces it. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/text.h"
#include "installer/live/kernel_line.h"
#include "installer/medium.h"

#define ANSWERS_LABEL    "JEFEANSWERS"
#define ANSWERS_FILE     "/answers.yaml"
#define ANSWERS_EMBEDDED MEDIUM_MOUNT "/answers/answers.yaml"

enum source_kind { SOURCE_NONE, SOURCE_FILE, SOURCE_LABEL, SOURCE_HTTP };

/* `autosource struct source source = {0};` is ready for use. */
struct source {
	enum source_kind kind;
	char *label;       /* LABEL: of the file system */
	char *place;       /* FILE, LABEL: absolute path; HTTP: the URL */
	unsigned patience; /* LABEL: seconds to wait for the file system to appear */
	bool asked;        /* by the kernel line; else it was merely found */
};

/* "file:/path", "label:NAME:/path", "http://…", "https://…"; -EINVAL names what is wrong. */
int source_parse(const char *argument, struct source *source, struct error *err) CHECKED;

/* What is there without being asked for. */
struct source_facts {
	bool partition; /* a file system labelled JEFEANSWERS */
	bool embedded;  /* ANSWERS_EMBEDDED is not empty */
};

/* Decide; touches nothing. SOURCE_NONE when there is nothing to read. */
int source_choose(const struct kernel_line *line, const struct source_facts *facts,
	struct source *source, struct error *err) CHECKED;

/* Cut off the zero bytes that fill up the area of an ISO in which ANSWERS_EMBEDDED is; an area of nothing else becomes empty. */
void source_trim(struct text *text);

/* "partition JEFEANSWERS, file /answers.yaml". The caller frees it. */
char *source_describe(const struct source *source) CHECKED;
void source_free(struct source *source);
#define autosource __attribute__((cleanup(source_free)))

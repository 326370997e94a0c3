#include "screens/preview.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "screens/answers_file.h"
#include "screens/wizard.h"

enum { PLAN_SECONDS = 20 };

void preview_free(struct preview *preview)
{
	free(preview->of);
	free(preview->id);
	free(preview->error);
	words_free(&preview->titles);
	words_free(&preview->lines);
	*preview = (struct preview){0};
}

static void add_step(struct preview *preview, size_t number, const struct json *step)
{
	const char *title = json_text(step, "title");
	const struct json *operations = json_member(step, "operations");
	autofree char *shown = follow_said(title ? title : "");
	autofree char *line = memory_format("%zu. %s", number, shown);

	words_add(&preview->titles, title ? title : "");
	words_add(&preview->lines, line);
	for (size_t i = 0; i < json_count(operations); i++) {
		const char *text = json_as_text(json_item(operations, i));
		autofree char *operation = memory_format(" %s", text ? text : "");

		words_add(&preview->lines, operation);
	}
}

static int read_plan(const char *output, struct preview *preview, struct error *err)
{
	struct json *document = NULL;
	const struct json *steps;
	int rc = json_parse(output, "plan", &document, err);

	if (rc < 0)
		return rc;
	preview->id = memory_copy_text(json_text(document, "id"));
	steps = json_member(document, "steps");
	for (size_t i = 0; i < json_count(steps); i++) {
		add_step(preview, i + 1, json_item(steps, i));
	}
	json_free(document);
	return 0;
}

static int run_plan(const struct wizard *wizard, const char *path,
	struct preview *preview, struct error *err)
{
	autotext struct text output = {0};
	const char *argv[] = {wizard->setup, "plan", path, "--json",
		wizard->machine_path ? "--machine" : NULL, wizard->machine_path, NULL};
	struct command command = {
		.argv = argv, .output = &output, .timeout_seconds = PLAN_SECONDS};
	int rc = command_run(&command, err);

	return rc < 0 ? rc : read_plan(text_string(&output), preview, err);
}

void preview_make(struct wizard *wizard)
{
	struct preview *preview = &wizard->preview;
	autofree char *yaml = answers_write(wizard->answers);
	autofree char *path = NULL;
	struct error err = {0};
	int rc;

	if (text_equal(preview->of, yaml))
		return;
	preview_free(preview);
	preview->of = memory_copy_text(yaml);
	rc = answers_file_temporary(yaml, &path, &err);
	if (rc == 0)
		rc = run_plan(wizard, path, preview, &err);
	if (rc < 0)
		preview->error = memory_copy_text(err.text);
	if (path)
		(void)unlink(path);
}

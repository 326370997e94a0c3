#include "installer/live/kernel_line.h"

#include <ctype.h>
#include <stdlib.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"

/* The next argument without its quotes, or NULL at the end; *at moves behind it. The caller frees it. */
static char *next_argument(const char **at)
{
	struct text argument = {0};
	bool quoted = false;

	while (isspace((unsigned char)**at))
		(*at)++;
	if (!**at)
		return NULL;
	for (; **at && (quoted || !isspace((unsigned char)**at)); (*at)++) {
		if (**at == '"')
			quoted = !quoted;
		else
			text_add_bytes(&argument, *at, 1);
	}
	if (!argument.data)
		text_add(&argument, "");
	return text_take(&argument);
}

static void replace(char **value, const char *with)
{
	free(*value);
	*value = memory_copy_text(with);
}

static void take(struct kernel_line *line, const char *name, const char *value)
{
	if (text_equal(name, "jefe.answers"))
		replace(&line->answers, value);
	else if (text_equal(name, "jefe.ui"))
		replace(&line->ui, value);
	else if (text_equal(name, "jefe.lang"))
		replace(&line->lang, value);
	else if (text_equal(name, "jefe.remote"))
		replace(&line->remote, value);
	else if (text_equal(name, "TERM"))
		replace(&line->term, value);
	else if (text_equal(name, "jefe.auto"))
		line->automatic = text_equal(value, "yes");
	else if (text_equal(name, "jefe.recover"))
		line->recover = text_equal(value, "yes");
	else if (text_equal(name, "jefe.onfail"))
		line->poweroff_on_failure = text_equal(value, "poweroff");
}

void kernel_line_parse(const char *text, struct kernel_line *line)
{
	char *argument;

	while ((argument = next_argument(&text))) {
		char *equals = strchr(argument, '=');

		if (equals) {
			*equals = '\0';
			take(line, argument, equals + 1);
		}
		free(argument);
	}
	line->automatic = line->automatic && !line->recover;
}

int kernel_line_read(struct kernel_line *line, struct error *err)
{
	autotext struct text text = {0};
	autoclose int root = file_open_root("/", err);

	if (root < 0)
		return root;
	if (file_read(root, "/proc/cmdline", 64U << 10, &text, err) < 0)
		return error_prefix(err, "reading the kernel line");
	kernel_line_parse(text_string(&text), line);
	return 0;
}

void kernel_line_free(struct kernel_line *line)
{
	free(line->answers);
	free(line->ui);
	free(line->lang);
	free(line->remote);
	free(line->term);
	*line = (struct kernel_line){0};
}

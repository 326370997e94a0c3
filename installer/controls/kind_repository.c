/* Where packages come from: words in the package manager's lists of repositories that must not be there. They are only named: which
 * repository to use instead is for the operator to say. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

static bool is_comment(const char *line)
{
	return line[strspn(line, " \t")] == '#';
}

static bool has_sort(const struct site *site, const char *sort)
{
	const struct name_row *row = site->scope->distro->weak_repositories;

	while (row->generic && strcmp(row->generic, sort) != 0)
		row++;
	return row->generic;
}

static void take_file(
	const struct site *site, const char *path, const char *sort, struct text *wrong)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, path, &text))
		return;
	rest = text.data;
	while ((line = line_next(&rest)))
		for (const struct name_row *row = site->scope->distro->weak_repositories;
			row->generic; row++)
			if (strcmp(row->generic, sort) == 0 && !is_comment(line) &&
				strstr(line, row->own))
				text_addf(wrong, "%s%s: %s", wrong->size ? "; " : "",
					path, line);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words paths = {0};
	autotext struct text wrong = {0};

	paths_expand(site, site->scope->distro->repository_files, &paths);
	for (size_t i = 0; i < paths.count; i++)
		take_file(site, paths.items[i], control->target, &wrong);
	if (!has_sort(site, control->target))
		find(finding, FOUND_NOTHING, NULL,
			memory_format("no list of repositories of %s can say that",
				site->scope->distro->name));
	else if (wrong.size)
		find(finding, FOUND_WRONG, NULL, memory_copy_text(wrong.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(site->scope->distro->repository_files));
}

const struct control_kind kind_repository = {
	.name = "repository",
	.place = "etc/apt/sources.list.d",
	.fix = "Change the line named: which repository to use is for you to say.",
	.persisted = persisted,
};

/* Two hundred controls read the same few files: an audit reads each once. */
#include <errno.h>
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

struct memory {
	char *path;
	int code;
	struct text text;
};

struct memo {
	struct memory **files;
	size_t count;
	struct words installed, missing; /* packages */
	char *denied;
};

struct memo *memo_new(void)
{
	return memory_zero(1, sizeof(struct memo));
}

void memo_free(struct memo *memo)
{
	if (!memo)
		return;
	for (size_t i = 0; i < memo->count; i++) {
		free(memo->files[i]->path);
		text_free(&memo->files[i]->text);
		free(memo->files[i]);
	}
	free(memo->files);
	words_free(&memo->installed);
	words_free(&memo->missing);
	free(memo->denied);
	free(memo);
}

bool memo_get(
	const struct memo *memo, const char *path, int *code, const struct text **text)
{
	for (size_t i = 0; memo && i < memo->count; i++) {
		const struct memory *file = memo->files[i];

		if (strcmp(file->path, path) != 0)
			continue;
		*code = file->code;
		*text = &file->text;
		return true;
	}
	return false;
}

const struct text *memo_put(
	struct memo *memo, const char *path, int code, struct text *text)
{
	struct memory *file;

	/* Files of single processes are many, and read once anyway. */
	if (!memo || (text_starts(path, "proc/") && strchr("0123456789", path[5])))
		return text;
	file = memory_zero(1, sizeof(*file));
	file->code = code;
	file->path = memory_copy_text(path);
	file->text = *text;
	*text = (struct text){0};
	memo->files =
		memory_resize(memo->files, memo->count + 1, sizeof(struct memory *));
	memo->files[memo->count++] = file;
	return &file->text;
}

static bool is_installed(const struct site *site, const char *package)
{
	const struct distro *distro = site->scope->distro;

	for (const char *const *path = distro->package_databases; *path; path++) {
		autotext struct text own = {0};
		const struct text *database = disk_view(site, *path, &own);

		if (database)
			return distro->package_in(database, package);
	}
	return false;
}

bool site_package(const struct site *site, const char *name)
{
	struct memo *memo = site->memo;
	bool installed;

	if (memo && words_contain(&memo->installed, name))
		return true;
	if (memo && words_contain(&memo->missing, name))
		return false;
	installed = is_installed(site, name);
	if (memo)
		words_add(installed ? &memo->installed : &memo->missing, name);
	return installed;
}

void site_denied(const struct site *site, const char *path, int code)
{
	if (site->memo && !site->memo->denied && (code == -EACCES || code == -EPERM))
		site->memo->denied = memory_copy_text(path);
}

char *site_take_denied(const struct site *site)
{
	char *denied = site->memo ? site->memo->denied : NULL;

	if (denied)
		site->memo->denied = NULL;
	return denied;
}

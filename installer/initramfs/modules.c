#include "installer/initramfs/modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/initramfs/content.h"

enum { INDEX_MAX = 32 << 20 };

struct module {
	char *name; /* "dm_crypt" */
	char *path; /* "kernel/drivers/md/dm-crypt.ko.xz", below the version's directory */
	char *needs; /* paths, as in modules.dep */
	bool wanted;
};

struct modules {
	char *dir; /* "/lib/modules/VERSION" */
	struct module *items;
	size_t count;
};

static void modules_free(struct modules *modules)
{
	for (size_t i = 0; i < modules->count; i++) {
		free(modules->items[i].name);
		free(modules->items[i].path);
		free(modules->items[i].needs);
	}
	free(modules->items);
	free(modules->dir);
}

static void normalize(char *name)
{
	while ((name = strchr(name, '-')))
		*name = '_';
}

/* "kernel/drivers/md/dm-crypt.ko.xz" to "dm_crypt". The caller frees it. */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	char *name = memory_copy_bytes(base, strcspn(base, "."));

	normalize(name);
	return name;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct module *)a)->name, ((const struct module *)b)->name);
}

static struct module *find(const struct modules *modules, const char *name)
{
	struct module key = {.name = memory_copy_text(name)};
	struct module *found;

	normalize(key.name);
	found = modules->count ? bsearch(&key, modules->items, modules->count,
					 sizeof(key), by_name)
			       : NULL;
	free(key.name);
	return found;
}

static int read_lines(const struct modules *modules, int root_fd, const char *index,
	struct words *lines, struct error *err)
{
	autofree char *path = memory_format("%s/%s", modules->dir, index);
	autotext struct text text = {0};
	int rc = file_read(root_fd, path, INDEX_MAX, &text, err);

	if (rc == 0)
		words_split(lines, text_string(&text), "\n");
	return rc;
}

static int no_modules(int root_fd, const char *version, struct error *err)
{
	autowords struct words versions = {0};
	autotext struct text there = {0};

	if (file_list(root_fd, "/lib/modules", true, &versions, err) < 0)
		return err->code;
	for (size_t i = 0; i < versions.count; i++)
		text_addf(&there, "%s%s", i ? ", " : "", versions.items[i]);
	return error_set(err, -ENOENT,
		"no modules of kernel %s in /lib/modules (there: %s)", version,
		versions.count ? there.data : "none");
}

static int read_dependencies(struct modules *modules, int root_fd, struct error *err)
{
	autowords struct words lines = {0};

	if (read_lines(modules, root_fd, "modules.dep", &lines, err) < 0)
		return err->code;
	modules->items = memory_zero(lines.count, sizeof(*modules->items));
	for (size_t i = 0; i < lines.count; i++) {
		char *colon = strchr(lines.items[i], ':');

		if (!colon)
			continue;
		*colon = '\0';
		modules->items[modules->count++] =
			(struct module){.name = name_of(lines.items[i]),
				.path = memory_copy_text(lines.items[i]),
				.needs = memory_copy_text(colon + 1)};
	}
	qsort(modules->items, modules->count, sizeof(*modules->items), by_name);
	return 0;
}

/* Dependencies of dependencies are in the same line of modules.dep; the depth is bounded by marking first. */
static void want(struct modules *modules, struct module *module)
{
	autowords struct words needs = {0};

	if (!module || module->wanted)
		return;
	module->wanted = true;
	words_split(&needs, module->needs, " ");
	for (size_t i = 0; i < needs.count; i++) {
		autofree char *name = name_of(needs.items[i]);

		want(modules, find(modules, name));
	}
}

static bool is_left_out(const char *name)
{
	for (const char *const *left_out = content_modules_left_out; *left_out;
		left_out++)
		if (strcmp(*left_out, name) == 0)
			return true;
	return false;
}

static void want_content(struct modules *modules, const char *const *contents)
{
	for (const char *const *content = contents; *content; content++) {
		autofree char *folder = memory_format("kernel/%s", *content);

		if (!text_ends(*content, "/")) {
			want(modules, find(modules, *content));
			continue;
		}
		for (size_t i = 0; i < modules->count; i++)
			if (text_starts(modules->items[i].path, folder) &&
				!is_left_out(modules->items[i].name))
				want(modules, &modules->items[i]);
	}
}

/* An index that a kernel without such modules does not have. */
static int read_optional_lines(const struct modules *modules, int root_fd,
	const char *index, struct words *lines, struct error *err)
{
	autofree char *path = memory_format("%s/%s", modules->dir, index);

	return file_exists(root_fd, path)
		       ? read_lines(modules, root_fd, index, lines, err)
		       : 0;
}

/* "softdep NAME pre: A B post: C" for a wanted NAME wants A, B and C. What is only an alias there comes by content_modules. */
static int want_softdeps(struct modules *modules, int root_fd, struct error *err)
{
	autowords struct words lines = {0};
	int rc = read_optional_lines(modules, root_fd, "modules.softdep", &lines, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words words = {0};
		const struct module *module;

		words_split(&words, lines.items[i], " ");
		module = words.count > 2 ? find(modules, words.items[1]) : NULL;
		for (size_t k = 2; module && module->wanted && k < words.count; k++)
			want(modules, find(modules, words.items[k]));
	}
	return 0;
}

static int note_missing(const struct modules *modules, int root_fd, struct words *missing,
	struct error *err)
{
	autowords struct words lines = {0};
	autowords struct words builtin = {0};
	int rc = read_optional_lines(modules, root_fd, "modules.builtin", &lines, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < lines.count; i++) {
		autofree char *name = name_of(lines.items[i]);

		words_add(&builtin, name);
	}
	for (const char *const *name = content_modules_expected; *name; name++)
		if (!find(modules, *name) && !words_contain(&builtin, *name))
			words_add(missing, *name);
	return 0;
}

/* The path without .gz, .xz or .zst: modules are plain in the image. The caller frees it. */
static char *plain_path(const char *path)
{
	const char *ko = strstr(path, ".ko");

	return ko ? memory_copy_bytes(path, (size_t)(ko - path) + strlen(".ko"))
		  : memory_copy_text(path);
}

static void add_wanted(const struct modules *modules, struct image *image, int root_fd,
	struct text *dependencies)
{
	for (size_t i = 0; i < modules->count; i++) {
		const struct module *module = &modules->items[i];
		autofree char *plain = plain_path(module->path);
		autofree char *from = memory_format("%s/%s", modules->dir, module->path);
		autofree char *name = memory_format("usr%s/%s", modules->dir, plain);
		autowords struct words needs = {0};

		if (!module->wanted)
			continue;
		image_add_file(image, name, root_fd, from, 0644);
		text_addf(dependencies, "%s:", plain);
		words_split(&needs, module->needs, " ");
		for (size_t k = 0; k < needs.count; k++) {
			autofree char *need = plain_path(needs.items[k]);

			text_addf(dependencies, " %s", need);
		}
		text_add(dependencies, "\n");
	}
}

/* Lines "alias PATTERN MODULE" of wanted modules. */
static int add_aliases(const struct modules *modules, int root_fd, struct text *aliases,
	struct error *err)
{
	autowords struct words lines = {0};

	if (read_lines(modules, root_fd, "modules.alias", &lines, err) < 0)
		return err->code;
	for (size_t i = 0; i < lines.count; i++) {
		const char *last = strrchr(lines.items[i], ' ');
		const struct module *module = last ? find(modules, last + 1) : NULL;

		if (module && module->wanted)
			text_addf(aliases, "%s\n", lines.items[i]);
	}
	return 0;
}

static int add_all(struct modules *modules, struct image *image, int root_fd,
	const char *const *const *also, struct words *missing, struct error *err)
{
	autotext struct text dependencies = {0};
	autotext struct text aliases = {0};
	autofree char *dep = memory_format("usr%s/modules.dep", modules->dir);
	autofree char *alias = memory_format("usr%s/modules.alias", modules->dir);

	if (read_dependencies(modules, root_fd, err) < 0)
		return err->code;
	want_content(modules, content_modules);
	for (; *also; also++)
		want_content(modules, *also);
	if (want_softdeps(modules, root_fd, err) < 0 ||
		add_aliases(modules, root_fd, &aliases, err) < 0)
		return err->code;
	add_wanted(modules, image, root_fd, &dependencies);
	image_add_bytes(image, dep, text_string(&dependencies), dependencies.size, 0644);
	image_add_bytes(image, alias, text_string(&aliases), aliases.size, 0644);
	return note_missing(modules, root_fd, missing, err);
}

int modules_add(struct image *image, int root_fd, const char *version,
	const char *const *const *also, struct words *missing, struct error *err)
{
	struct modules modules = {.dir = memory_format("/lib/modules/%s", version)};
	int rc;

	if (!*version || strchr(version, '/') || !file_exists(root_fd, modules.dir))
		rc = no_modules(root_fd, version, err);
	else
		rc = add_all(&modules, image, root_fd, also, missing, err);
	modules_free(&modules);
	return rc;
}

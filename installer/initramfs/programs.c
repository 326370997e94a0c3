#include "installer/initramfs/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/initramfs/elf.h"

enum { CONFIG_MAX = 64 << 10, PROGRAM_MAX = 64 << 20 };

struct added {
	char *name; /* in the image */
	dev_t device;
	ino_t inode;
};

/* Where the C libraries look without being told. */
static const char *const usual_directories[] = {"/lib", "/usr/lib", "/lib64",
	"/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
	"/usr/local/lib"};

/* Directories in a file of the form of ld.so.conf; patterns behind "include" go to included, or are ignored when that is NULL. */
static int read_linker_config(struct programs *programs, const char *path,
	struct words *included, struct error *err)
{
	autotext struct text text = {0};
	autowords struct words lines = {0};

	if (file_read(programs->root_fd, path, CONFIG_MAX, &text, err) < 0)
		return err->code;
	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words words = {0};

		lines.items[i][strcspn(lines.items[i], "#")] = '\0';
		words_split(&words, lines.items[i], " \t:,");
		if (words.count == 2 && strcmp(words.items[0], "include") == 0) {
			if (included)
				words_add(included, words.items[1]);
			continue;
		}
		for (size_t k = 0; k < words.count; k++)
			words_add(&programs->directories, words.items[k]);
	}
	return 0;
}

static int read_included(
	struct programs *programs, const char *pattern, struct error *err)
{
	const char *slash = strrchr(pattern, '/');
	autofree char *dir = slash ? memory_copy_bytes(pattern, (size_t)(slash - pattern))
				   : memory_copy_text("/etc");
	autowords struct words names = {0};

	if (file_list(programs->root_fd, dir, true, &names, err) < 0)
		return err->code;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_format("%s/%s", dir, names.items[i]);

		if (text_matches(names.items[i], slash ? slash + 1 : pattern) &&
			read_linker_config(programs, path, NULL, err) < 0)
			return err->code;
	}
	return 0;
}

static int read_linker_configs(struct programs *programs, struct error *err)
{
	static const char *const configs[] = {
		"/etc/ld.so.conf", "/etc/ld-musl-x86_64.path"};
	autowords struct words included = {0};

	for (size_t i = 0; i < LENGTH(configs); i++)
		if (file_exists(programs->root_fd, configs[i]) &&
			read_linker_config(programs, configs[i], &included, err) < 0)
			return error_prefix(err, "finding out where libraries are");
	for (size_t i = 0; i < included.count; i++)
		if (read_included(programs, included.items[i], err) < 0)
			return error_prefix(err, "finding out where libraries are");
	for (size_t i = 0; i < LENGTH(usual_directories); i++)
		words_add(&programs->directories, usual_directories[i]);
	return 0;
}

int programs_open(
	struct programs *programs, struct image *image, int root_fd, struct error *err)
{
	static const char *const links[][2] = {
		{"bin",       "usr/bin"},
                {"sbin",      "usr/bin"},
                {"usr/sbin",  "bin"    },
		{"lib",       "usr/lib"},
                {"lib64",     "usr/lib"},
                {"usr/lib64", "lib"    }
        };

	*programs = (struct programs){.image = image, .root_fd = root_fd};
	for (size_t i = 0; i < LENGTH(links); i++)
		image_add_link(image, links[i][0], links[i][1]);
	return read_linker_configs(programs, err);
}

void programs_close(struct programs *programs)
{
	for (size_t i = 0; i < programs->count; i++)
		free(programs->added[i].name);
	free(programs->added);
	words_free(&programs->directories);
}

/* "/lib64/ld-linux.so" to "usr/lib/ld-linux.so": the name in the image, behind its links. The caller frees it. */
static char *name_in_image(const char *path)
{
	static const char *const folded[][2] = {
		{"/usr/lib64/",             "usr/lib/"},
                {"/usr/sbin/",              "usr/bin/"},
		{"/lib64/",                 "usr/lib/"},
                {"/lib/",                   "usr/lib/"},
                {"/sbin/",                  "usr/bin/"},
		{"/bin/",                   "usr/bin/"},
                {"/usr/libexec/jefelinux/", "usr/bin/"}
        };

	for (size_t i = 0; i < LENGTH(folded); i++)
		if (text_starts(path, folded[i][0]))
			return memory_format(
				"%s%s", folded[i][1], path + strlen(folded[i][0]));
	return memory_copy_text(path + 1);
}

/* The first of the directories that has the library; NULL: none. The caller frees it. */
static char *find_library(const struct programs *programs,
	const struct words *directories, const char *origin, const char *name)
{
	for (size_t i = 0; i < directories->count; i++) {
		const char *dir = directories->items[i];
		autofree char *path =
			text_starts(dir, "$ORIGIN")
				? memory_format("%.*s%s/%s",
					  (int)(strrchr(origin, '/') - origin), origin,
					  dir + strlen("$ORIGIN"), name)
				: memory_format("%s/%s", dir, name);

		if (file_exists(programs->root_fd, path))
			return memory_copy_text(path);
	}
	return NULL;
}

static int add_file(struct programs *programs, const char *path, struct error *err);

static int add_needed(struct programs *programs, const struct elf *elf, const char *of,
	struct error *err)
{
	for (size_t i = 0; i < elf->needed.count; i++) {
		const char *name = elf->needed.items[i];
		autofree char *path = find_library(programs, &elf->runpath, of, name);

		if (!path)
			path = find_library(programs, &programs->directories, of, name);
		if (!path)
			return error_set(err, -ENOENT,
				"%s needs the library %s, which is not installed", of,
				name);
		if (add_file(programs, path, err) < 0)
			return err->code;
	}
	return 0;
}

/* Remember the file under its name; when it is there under another name already, a link to that is enough. */
static bool is_new(struct programs *programs, const char *name, const struct stat *st)
{
	for (size_t i = 0; i < programs->count; i++)
		if (programs->added[i].device == st->st_dev &&
			programs->added[i].inode == st->st_ino) {
			autofree char *target =
				memory_format("/%s", programs->added[i].name);

			if (strcmp(programs->added[i].name, name) != 0)
				image_add_link(programs->image, name, target);
			return false;
		}
	programs->added = memory_resize(
		programs->added, programs->count + 1, sizeof(*programs->added));
	programs->added[programs->count++] =
		(struct added){.name = memory_copy_text(name),
			.device = st->st_dev,
			.inode = st->st_ino};
	return true;
}

static int add_file(struct programs *programs, const char *path, struct error *err)
{
	autofree char *name = name_in_image(path);
	autotext struct text bytes = {0};
	autoelf struct elf elf = {0};
	autoclose int fd = file_open(programs->root_fd, path, O_PATH, 0, err);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return error_errno(err, -errno, "reading %s", path);
	if (image_has(programs->image, name) || !is_new(programs, name, &st))
		return 0;
	if (file_read(programs->root_fd, path, PROGRAM_MAX, &bytes, err) < 0)
		return err->code;
	if (elf_read(text_string(&bytes), bytes.size, &elf, err) < 0)
		return error_prefix(err, "%s", path);
	image_add_file(programs->image, name, programs->root_fd, path, 0755);
	if (elf.interpreter && add_file(programs, elf.interpreter, err) < 0)
		return error_prefix(err, "%s", path);
	return add_needed(programs, &elf, path, err);
}

int programs_add(struct programs *programs, const char *name, struct error *err)
{
	static const char *const directories[] = {
		"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec/jefelinux"};

	for (size_t i = 0; i < LENGTH(directories); i++) {
		autofree char *path = memory_format("%s/%s", directories[i], name);

		if (file_exists(programs->root_fd, path))
			return add_file(programs, path, err);
	}
	return error_set(err, -ENOENT, "the program %s is not installed", name);
}

int programs_add_library(struct programs *programs, const char *name, struct error *err)
{
	autofree char *path = find_library(programs, &programs->directories, "/", name);

	if (!path)
		return error_set(err, -ENOENT, "the library %s is not installed", name);
	return add_file(programs, path, err);
}

#include "installer/distro/distro.h"

#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

const struct distro *const distros[] = {
	&distro_alpine, &distro_debian, &distro_devuan, NULL};

const struct distro *distro_named(const char *name)
{
	for (const struct distro *const *distro = distros; *distro; distro++)
		if (strcmp((*distro)->name, name) == 0)
			return *distro;
	return NULL;
}

/* The value of a KEY=value or KEY="value" line. The caller frees it. */
static char *release_value(const char *text, const char *key)
{
	autowords struct words lines = {0};
	size_t size = strlen(key);

	words_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *value = lines.items[i] + size + 1;
		size_t length;

		if (!text_starts(lines.items[i], key) || lines.items[i][size] != '=')
			continue;
		length = strlen(value);
		if (length >= 2 && (value[0] == '"' || value[0] == '\'') &&
			value[length - 1] == value[0])
			return memory_copy_bytes(value + 1, length - 2);
		return memory_copy_text(value);
	}
	return NULL;
}

int distro_detect(int root_fd, const struct distro **distro, struct error *err)
{
	autotext struct text text = {0};
	autofree char *id = NULL;
	int rc = file_read(root_fd, "etc/os-release", 64U << 10, &text, err);

	if (rc < 0)
		return error_prefix(err, "finding out which system this is");
	id = release_value(text_string(&text), "ID");
	*distro = id ? distro_named(id) : NULL;
	if (!*distro)
		return error_set(err, -ENOENT,
			"etc/os-release says ID=%s, which is none of alpine, debian, devuan",
			id ? id : "");
	return 0;
}

static const char *name_for(const struct name_row *rows, const char *generic)
{
	while (rows->generic && strcmp(rows->generic, generic) != 0)
		rows++;
	return rows->own;
}

const char *distro_package(const struct distro *distro, const char *generic)
{
	return name_for(distro->packages, generic);
}

const char *distro_service(const struct distro *distro, const char *generic)
{
	return name_for(distro->services, generic);
}

#include "installer/timezone.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"

#define DATABASE "/usr/share/zoneinfo"

enum { LIST_MAX = 256 << 10 };

/* A file of the database says so itself: RFC 8536, "TZif"; its lists and leap seconds lie there, too. */
static bool is_zone(int root, const char *name)
{
	autofree char *path = memory_format(DATABASE "/%s", name);
	autoclose int fd = file_open(root, path, O_RDONLY, 0, NULL);
	char magic[4];

	return fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
	       memcmp(magic, "TZif", sizeof(magic)) == 0;
}

bool timezone_known(const char *name)
{
	autoclose int root = file_open_root("/", NULL);

	return root < 0 || !file_exists(root, DATABASE "/UTC") || is_zone(root, name);
}

/* Lines of zone.tab: countries, place, name, and what somebody says of it. */
void timezone_names(struct words *names)
{
	autoclose int root = file_open_root("/", NULL);
	autotext struct text list = {0};
	autowords struct words lines = {0};

	if (root < 0 || file_read(root, DATABASE "/zone.tab", LIST_MAX, &list, NULL) < 0)
		return;
	words_split(&lines, text_string(&list), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		autowords struct words fields = {0};

		words_split(&fields, lines.items[i], "\t");
		if (*lines.items[i] != '#' && fields.count >= 3)
			words_add(names, fields.items[2]);
	}
	words_add(names, "UTC");
	words_sort(names);
}

char *timezone_nearest(const char *name)
{
	autowords struct words names = {0};
	autofree const char **candidates = NULL;
	const char *nearest;

	timezone_names(&names);
	candidates = memory_zero(names.count + 1, sizeof(*candidates));
	for (size_t i = 0; i < names.count; i++)
		candidates[i] = names.items[i];
	nearest = text_nearest(name, candidates);
	return nearest ? memory_copy_text(nearest) : NULL;
}

#include "installer/release.h"

#include <stdlib.h>

#include "installer/base/memory.h"

struct release {
	char *what;
	int (*release)(void *argument, struct error *err);
	void *argument;
};

struct releases {
	struct release *items;
	size_t count;
};

struct releases *releases_new(void)
{
	return memory_zero(1, sizeof(struct releases));
}

void releases_push(struct releases *releases, const char *what,
	int (*release)(void *argument, struct error *err), void *argument)
{
	releases->items = memory_resize(
		releases->items, releases->count + 1, sizeof(*releases->items));
	releases->items[releases->count++] = (struct release){
		.what = memory_copy_text(what), .release = release, .argument = argument};
}

int releases_run(struct releases *releases, struct error *err)
{
	int first = 0;

	while (releases->count) {
		struct release item = releases->items[--releases->count];
		struct error detail = {0};
		int rc = item.release(item.argument, &detail);

		if (rc < 0 && first == 0)
			first = error_set(err, rc, "%s: %s", item.what, detail.text);
		free(item.what);
	}
	free(releases->items);
	releases->items = NULL;
	return first;
}

void releases_keep(struct releases *releases)
{
	while (releases->count)
		free(releases->items[--releases->count].what);
}

void releases_free(struct releases *releases)
{
	if (!releases)
		return;
	free(releases->items);
	free(releases);
}

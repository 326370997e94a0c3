/* Arguments that the running kernel was given and does not know. It says so once, while it starts; what it does not know it
 * also hands to init: key=value as environment, plain words as arguments. The log forgets, init's memory does not. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

enum { LOG_MAX = 4 << 20 };

/* Every record that is there now: a plain read would wait for the next one. */
static void read_log(const struct site *site, struct text *log)
{
	autoclose int fd = file_open(
		site->scope->root_fd, "dev/kmsg", O_RDONLY | O_NONBLOCK, 0, NULL);
	char record[8192];

	while (fd >= 0 && log->size < LOG_MAX) {
		ssize_t size = read(fd, record, sizeof(record));

		if (size > 0)
			text_add_bytes(log, record, (size_t)size);
		else if (size == 0 || (errno != EPIPE && errno != EINTR))
			return;
	}
}

static void take_from_log(const struct site *site, struct words *unknown)
{
	static const char start[] = "Unknown kernel command line parameters \"";
	autotext struct text log = {0};
	const char *list;

	read_log(site, &log);
	list = strstr(text_string(&log), start);
	if (list) {
		autofree char *names = NULL;

		list += strlen(start);
		names = memory_copy_bytes(list, strcspn(list, "\"\n"));
		words_split(unknown, names, " ");
	}
}

static void take_from_init(
	const struct site *site, const char *path, struct words *unknown)
{
	autotext struct text text = {0};

	if (!disk_read(site, path, &text))
		return;
	for (size_t at = 0; at < text.size; at += strlen(text.data + at) + 1)
		words_add(unknown, text.data + at);
}

bool kernel_ignores(struct site *site, const char *argument)
{
	if (!site->unknown) {
		site->unknown = memory_zero(1, sizeof(*site->unknown));
		take_from_log(site, site->unknown);
		take_from_init(site, "proc/1/environ", site->unknown);
		take_from_init(site, "proc/1/cmdline", site->unknown);
	}
	return words_contain(site->unknown, argument);
}

/* What was decided when the system was made or started, or what it does by itself, and cannot be changed by applying. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

/* Type of what was mounted last at a place, or NULL. The caller frees it. */
static char *type_at(const struct site *site, const char *place)
{
	autotext struct text text = {0};
	char *rest, *line, *type = NULL;

	(void)disk_read(site, "proc/mounts", &text);
	rest = text.data;
	while ((line = line_next(&rest))) {
		autowords struct words fields = {0};

		words_split(&fields, line, " ");
		if (fields.count < 3 || fields.items[1][0] != '/' ||
			strcmp(fields.items[1] + 1, place) != 0)
			continue;
		free(type);
		type = memory_copy_text(fields.items[2]);
	}
	return type;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words target = {0};
	autofree char *type = NULL;

	if (!site->scope->running) {
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("only the running system can tell"));
		return;
	}
	words_split(&target, control->target, " ");
	type = type_at(site, target.items[0]);
	if (text_equal(type, target.items[1]))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("/%s is %s", target.items[0], type));
	else
		find(finding, FOUND_WRONG, memory_copy_text(type),
			memory_format("/%s is %s", target.items[0],
				type ? type : "not mounted"));
}

const struct control_kind kind_state = {
	.name = "state",
	.names_file = true,
	.fix = "It is decided when the system is installed or started.",
	.persisted = persisted,
};

static void level_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autofree char *line = NULL;

	(void)control;
	if (file_read_line(site->scope->root_fd, LOWERED_PATH, &line) == 0)
		find(finding, FOUND_WRONG, memory_copy_text(line),
			memory_copy_text(LOWERED_PATH));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("there is no " LOWERED_PATH));
}

const struct control_kind kind_lowered = {
	.name = "lowered",
	.fix = "Repair what keeps the machine from starting, then jefe-setup harden --level LEVEL.",
	.place = LOWERED_PATH,
	.persisted = level_persisted,
};

enum { HOUR = 3600 };

/* A machine that was off could not write: its time begins when it started. */
static void age_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autoclose int fd =
		file_open(site->scope->root_fd, control->target, O_PATH, 0, NULL);
	long long since = site_boot_time(site), hours;
	struct stat st;

	if (!site->scope->running) {
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("only while the system runs"));
		return;
	}
	if (fd >= 0 && fstat(fd, &st) == 0 && (long long)st.st_mtime > since)
		since = (long long)st.st_mtime;
	hours = ((long long)time(NULL) - since) / HOUR;
	find(finding, hours <= strtoll(value, NULL, 10) ? FOUND_RIGHT : FOUND_WRONG,
		memory_format("%lld hours", hours),
		memory_format("%s and the start of the machine: %lld hours ago",
			control->target, hours));
}

static char *age_describe(const struct control *control, const char *value)
{
	(void)control;
	return memory_format("at most %s hours", value);
}

static bool age_valid(
	const struct control *control, const char *value, struct text *why_not)
{
	uint64_t hours;

	(void)control;
	if (text_to_u64(value, 1, 100000, &hours) == 0)
		return true;
	text_addf(why_not, "\"%s\" is no number of hours", value);
	return false;
}

const struct control_kind kind_age = {
	.name = "age",
	.fix = "Is the service for daily jobs running?",
	.takes_value = true,
	.names_file = true,
	.valid = age_valid,
	.describe = age_describe,
	.persisted = age_persisted,
};

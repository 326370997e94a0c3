#include "installer/base/kernel_log.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/klog.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { ACTION_CONSOLE_LEVEL = 8 };

int kernel_log_level(void)
{
	autofree char *line = NULL;
	autoclose int root = file_open_root("/", NULL);
	char *end;
	long level;

	if (root < 0 || file_read_line(root, "proc/sys/kernel/printk", &line) < 0)
		return -1;
	level = strtol(line, &end, 10);
	return end == line || level < 0 || level > 15 ? -1 : (int)level;
}

int kernel_log_set(int level)
{
	return klogctl(ACTION_CONSOLE_LEVEL, NULL, level) < 0 ? -errno : 0;
}

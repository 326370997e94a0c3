/* What tests/vm/flip.c shares with its breakers: of the disk, in flip_disk.c, and of the running kernel, in flip_kernel.c. */
#pragma once
#include <sys/stat.h>
#include <sys/types.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

enum { FLIP_FILE_MAX = 4 << 20 };
#define FLIP_PROGRAM "/opt/dockerd"

/* What one break changed. */
struct change {
	char *path; /* a file, or a setting below /proc/sys */
	bool existed, mode_only;
	bool capability; /* it got one */
	struct text content;
	struct stat st;
	const char *service, *runlevel; /* instead of a file: switched over */
	bool was_on;
	bool table;          /* the rule set was deleted from the kernel */
	char *profile;       /* was loaded into the kernel to complain only */
	int listener;        /* a socket that waits for connections, or 0 */
	bool rules;          /* an audit rule was deleted from the kernel */
	const char *covered; /* something else is mounted over this */
	pid_t process;       /* a program that runs for this alone, from FLIP_PROGRAM */
	char *point;         /* mounted again, with other flags than these: */
	unsigned long flags;
};

struct flip {
	struct control_scope scope;
	struct policy policy;
	struct site site;
	struct change change;
	unsigned broken, unnoticed, unbroken;
};

/* Returns true when something was broken. What was changed is in flip->change, for put_back. */
typedef bool breaker(struct flip *flip, const struct control *control, const char *value);

breaker break_lines, break_argument, break_sysctl, break_mount, break_file, break_mode,
	break_service, break_package, break_account, break_setting, break_json,
	break_setuid, break_static, break_machine, break_hook, break_allocator,
	break_scan, break_repository, break_absent, break_level, break_profile;
breaker break_running_profile, break_running_sysctl, break_running_argument,
	break_running_mount, break_running_rule, break_running_firewall, break_listener,
	break_exposure, break_state;

static inline int root_of(const struct flip *flip)
{
	return flip->scope.root_fd;
}

/* Remember a file, or a setting below /proc/sys, before it is changed. */
bool keep(struct flip *flip, const char *path);

/* Change a mode for the time being; of the file, where path is a link; of a socket, too. */
bool loosen(struct flip *flip, const char *path, mode_t mode);

/* Replace a file's content for the time being; its owner and mode stay. */
bool spoil(struct flip *flip, const char *path, const char *content);

/* The same for one more line at its end. */
bool spoil_added(struct flip *flip, const char *path, const char *line);

void write_setting(const char *path, const char *value, bool *done);

/* Load a profile of AppArmor, with "--Complain" or "--quiet". */
bool load_profile(const char *path, const char *how);

bool mount_again(const char *point, unsigned long flags);

void put_back(struct flip *flip);

/* Word n of the target. The caller frees it. */
char *target_word(const struct control *control, size_t n);

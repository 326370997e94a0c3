/* Breaks of what the kernel holds, or that processes do. */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "tests/vm/flip.h"

/* The kernel's copy no longer has the mode of the disk's. */
bool break_running_profile(
	struct flip *flip, const struct control *control, const char *value)
{
	autofree char *name = target_word(control, 0);

	if (strcmp(value, "enforce") != 0)
		return false;
	flip->change.profile = memory_format("/etc/apparmor.d/%s", name);
	return load_profile(flip->change.profile, "--Complain");
}

bool break_running_sysctl(
	struct flip *flip, const struct control *control, const char *value)
{
	static const char *const others[] = {
		"0", "1", "2", "3", "core", "4 4 1 7", "0 0", "32768", "65536"};
	autofree char *path = NULL;
	autofree char *name = target_word(control, 0);
	/* Without room for mappings an allocator may end this program before it can put the value back. */
	size_t first =
		name && strcmp(name, "vm.max_map_count") == 0 ? LENGTH(others) - 1 : 0;
	bool done = false;

	for (char *at = name; at && *at; at++)
		if (*at == '.')
			*at = '/';
	path = memory_format("proc/sys/%s", name);
	if (!keep(flip, path))
		return false;
	for (size_t i = first; i < LENGTH(others) && !done; i++)
		if (strcmp(others[i], value) != 0)
			write_setting(path, others[i], &done);
	return done;
}

/* The command line as if the computer had been started otherwise: another file lies over the kernel's. */
bool break_running_argument(
	struct flip *flip, const struct control *control, const char *value)
{
	static const char cover[] = "/run/flip.cmdline";
	autowords struct words tokens = {0}, wanted = {0};
	autotext struct text old = {0}, text = {0};

	(void)control;
	if (file_read(root_of(flip), "proc/cmdline", FLIP_FILE_MAX, &old, NULL) < 0)
		return false;
	words_split(&tokens, text_string(&old), " \n");
	words_split(&wanted, value, " ");
	for (size_t i = 0; i < tokens.count; i++)
		if (!words_contain(&wanted, tokens.items[i]))
			text_addf(&text, "%s ", tokens.items[i]);
	for (size_t i = 0; i < wanted.count; i++)
		if (wanted.items[i][0] == '!')
			text_addf(&text, "%s ", wanted.items[i] + 1);
	if (file_write(root_of(flip), cover + 1, text_string(&text), text.size, 0600,
		    NULL) < 0 ||
		mount(cover, "/proc/cmdline", NULL, MS_BIND, NULL) < 0)
		return false;
	flip->change.covered = "/proc/cmdline";
	return true;
}

/* Mounted again without what it must not allow. Options that are not flags of a mount stay. */
bool break_running_mount(
	struct flip *flip, const struct control *control, const char *value)
{
	enum { FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };
	autofree char *point = target_word(control, 0);
	struct statvfs status;

	if (!strstr(value, "no") || statvfs(point, &status) < 0 ||
		!(status.f_flag & FLAGS))
		return false;
	flip->change.flags = status.f_flag & (MS_RDONLY | FLAGS);
	if (!mount_again(point, status.f_flag & MS_RDONLY))
		return false;
	flip->change.point = memory_copy_text(point);
	return true;
}

static bool rules_loaded(struct text *listing)
{
	return command_run(&(struct command){.argv = COMMAND("auditctl", "-l"),
				   .output = listing,
				   .timeout_seconds = 20},
		       NULL) == 0;
}

/* Delete a rule, as it is listed. auditctl succeeds, too, when the kernel refuses because its rules are locked. */
static bool delete_rule(const char *line)
{
	autowords struct words words = {0};
	autotext struct text after = {0};
	const char *argv[40] = {"auditctl", "-d"};

	words_split(&words, line, " ");
	for (size_t i = 1; i < words.count && i < LENGTH(argv) - 2; i++)
		argv[i + 1] = words.items[i];
	return command_run(&(struct command){.argv = argv, .timeout_seconds = 20},
		       NULL) == 0 &&
	       rules_loaded(&after) && !text_has_line(text_string(&after), line);
}

/* One rule less in the kernel. */
bool break_running_rule(
	struct flip *flip, const struct control *control, const char *value)
{
	autotext struct text listing = {0};
	autofree char *key = memory_format("key=%s", control->target);
	char *rest, *line;

	(void)value;
	if (!control->target || !rules_loaded(&listing))
		return false;
	rest = listing.data;
	while ((line = line_next(&rest)) && !flip->change.rules)
		flip->change.rules = text_starts(line, "-a ") && text_ends(line, key) &&
				     delete_rule(line);
	return flip->change.rules;
}

bool break_running_firewall(
	struct flip *flip, const struct control *control, const char *value)
{
	struct error err = {0};

	(void)control;
	(void)value;
	flip->change.table =
		command_run(&(struct command){.argv = COMMAND("nft", "delete", "table",
						      "inet", "jefe"),
				    .timeout_seconds = 20},
			&err) == 0;
	return flip->change.table;
}

/* On a port of the kernel's choice, at every address. */
bool break_listener(struct flip *flip, const struct control *control, const char *value)
{
	(void)control;
	(void)value;
	flip->change.listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return flip->change.listener > 0 && listen(flip->change.listener, 1) == 0;
}

/* A program without a profile, of the name given to the copy of this one, that waits for connections: see main. */
static bool start_listener(struct flip *flip)
{
	autofree char *own = memory_format("/proc/%d/exe", getpid());
	int ready[2];
	char byte;
	bool done;

	if (command_run(&(struct command){.argv = COMMAND("cp", own, FLIP_PROGRAM)},
		    NULL) < 0 ||
		pipe2(ready, 0) < 0)
		return false;
	flip->change.process = fork();
	if (flip->change.process == 0) {
		(void)dup2(ready[1], STDOUT_FILENO);
		(void)execl(FLIP_PROGRAM, FLIP_PROGRAM, "--listen", (char *)NULL);
		_exit(1);
	}
	(void)close(ready[1]);
	done = read(ready[0], &byte, 1) == 1;
	(void)close(ready[0]);
	return done;
}

/* Somebody without a profile listens, or an engine of containers does: this program, or a copy of it with such a name. */
bool break_exposure(struct flip *flip, const struct control *control, const char *value)
{
	(void)value;
	if (control->target)
		return start_listener(flip);
	flip->change.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return flip->change.listener > 0 && listen(flip->change.listener, 1) == 0;
}

/* Something else is mounted over the place. */
bool break_state(struct flip *flip, const struct control *control, const char *value)
{
	autofree char *place = target_word(control, 0);
	static char point[256];

	(void)value;
	(void)snprintf(point, sizeof(point), "/%s", place);
	if (mount("flip", point, "tmpfs", 0, NULL) < 0)
		return false;
	flip->change.covered = point;
	return true;
}

/* A break, and how it is undone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "tests/vm/flip.h"

bool keep(struct flip *flip, const char *path)
{
	struct change *change = &flip->change;
	autoclose int fd = file_open(root_of(flip), path, O_RDONLY, 0, NULL);

	change->path = memory_copy_text(path);
	change->existed = fd >= 0 && fstat(fd, &change->st) == 0;
	return !change->existed ||
	       file_read(root_of(flip), path, FLIP_FILE_MAX, &change->content, NULL) == 0;
}

static void own(const struct flip *flip, const struct change *change)
{
	autoclose int fd = file_open(root_of(flip), change->path, O_PATH, 0, NULL);
	autofree char *path = memory_format("/proc/self/fd/%d", fd);

	if (fd >= 0 && change->capability)
		(void)removexattr(path, "security.capability");
	if (fd < 0 || chown(path, change->st.st_uid, change->st.st_gid) < 0 ||
		chmod(path, change->st.st_mode & 07777) < 0)
		(void)printf("%s: owner and mode are not as before: %s\n", change->path,
			strerror(errno));
}

bool loosen(struct flip *flip, const char *path, mode_t mode)
{
	struct change *change = &flip->change;
	autoclose int fd = file_open(root_of(flip), path, O_PATH, 0, NULL);
	autofree char *link = memory_format("/proc/self/fd/%d", fd);

	change->path = memory_copy_text(path);
	change->mode_only = change->existed = fd >= 0 && fstat(fd, &change->st) == 0;
	return change->existed && chmod(link, mode) == 0;
}

bool spoil(struct flip *flip, const char *path, const char *content)
{
	struct error err = {0};

	if (!keep(flip, path))
		return false;
	if (file_write(root_of(flip), path, content, strlen(content), 0600, &err) < 0) {
		(void)printf("# %s\n", err.text);
		return false;
	}
	if (flip->change.existed)
		own(flip, &flip->change);
	return true;
}

bool spoil_added(struct flip *flip, const char *path, const char *line)
{
	autotext struct text text = {0};

	if (file_read(root_of(flip), path, FLIP_FILE_MAX, &text, NULL) < 0)
		text_free(&text);
	text_addf(&text, "%s%s\n",
		text.size && text.data[text.size - 1] != '\n' ? "\n" : "", line);
	return spoil(flip, path, text.data);
}

void write_setting(const char *path, const char *value, bool *done)
{
	autofree char *full = memory_format("/%s", path);
	int fd = open(full, O_WRONLY | O_CLOEXEC);

	*done = fd >= 0 && write(fd, value, strlen(value)) >= 0;
	if (fd >= 0)
		(void)close(fd);
}

static void put_back_file(struct flip *flip, struct change *change)
{
	struct error err = {0};
	bool done = true;
	int rc = 0;

	if (text_starts(change->path, "proc/sys/")) {
		write_setting(change->path, text_string(&change->content), &done);
		/* Some settings of the kernel change others. */
		rc = kind_sysctl.activate(&flip->site, &err);
	} else if (!change->existed)
		rc = file_remove(root_of(flip), change->path, &err);
	else if (!change->mode_only)
		rc = file_write(root_of(flip), change->path,
			text_string(&change->content), change->content.size, 0600, &err);
	if (rc < 0 || !done)
		(void)printf("%s is not as before: %s\n", change->path, err.text);
	if (change->existed && !text_starts(change->path, "proc/sys/"))
		own(flip, change);
}

bool load_profile(const char *path, const char *how)
{
	struct error err = {0};

	return command_run(&(struct command){.argv = COMMAND("apparmor_parser", how,
						     "--skip-cache", "--replace", path),
				   .timeout_seconds = 120},
		       &err) == 0;
}

bool mount_again(const char *point, unsigned long flags)
{
	return mount(NULL, point, NULL, MS_REMOUNT | MS_BIND | flags, NULL) == 0;
}

static void end_process(pid_t process)
{
	(void)kill(process, SIGKILL);
	(void)waitpid(process, NULL, 0);
	(void)unlink(FLIP_PROGRAM);
}

void put_back(struct flip *flip)
{
	struct change *change = &flip->change;
	struct error err = {0};

	if (change->path)
		put_back_file(flip, change);
	if (change->service &&
		flip->scope.distro->set_service(root_of(flip), change->service,
			change->runlevel, change->was_on, &err) < 0)
		(void)printf("%s is not as before: %s\n", change->service, err.text);
	if (change->table && kind_firewall.activate(&flip->site, &err) < 0)
		(void)printf("the packet filter is not as before: %s\n", err.text);
	if (change->profile && !load_profile(change->profile, "--quiet"))
		(void)printf("%s is not as before\n", change->profile);
	if (change->listener)
		(void)close(change->listener);
	if (change->rules && kind_audit_rule.activate(&flip->site, &err) < 0)
		(void)printf("the audit rules are not as before: %s\n", err.text);
	if (change->covered && umount2(change->covered, MNT_DETACH) < 0)
		(void)printf(
			"%s is not as before: %s\n", change->covered, strerror(errno));
	if (change->process > 0)
		end_process(change->process);
	if (change->point && !mount_again(change->point, change->flags))
		(void)printf("%s is not as before: %s\n", change->point, strerror(errno));
	free(change->point);
	free(change->path);
	free(change->profile);
	text_free(&change->content);
	*change = (struct change){0};
}

char *target_word(const struct control *control, size_t n)
{
	autowords struct words words = {0};

	words_split(&words, control->target, " ");
	return n < words.count ? memory_copy_text(words.items[n]) : NULL;
}

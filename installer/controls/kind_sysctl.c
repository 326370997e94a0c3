/* Kernel settings below /proc/sys. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/change.h"
#include "installer/controls/kinds.h"

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	autowords struct words names = {0};

	(void)site;
	words_split(&names, control->target, " ");
	for (size_t i = 0; i < names.count; i++)
		text_addf(text, "%s = %s\n", names.items[i], value);
}

/* White space as single blanks: the kernel separates by tabs. The caller frees it. */
static char *normal(const char *value)
{
	autowords struct words words = {0};
	autotext struct text text = {0};

	words_split(&words, value, " \t\n");
	for (size_t i = 0; i < words.count; i++)
		text_addf(&text, "%s%s", i ? " " : "", words.items[i]);
	return text_take(&text);
}

/* What is assigned last, and where. */
struct assignment {
	char *value, *path;
};

static void assignment_free(struct assignment *last)
{
	free(last->value);
	free(last->path);
}

static void take_assignments(const struct site *site, const char *path, const char *name,
	struct assignment *last)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, path, &text) || !strstr(text_string(&text), name))
		return;
	rest = text.data;
	while ((line = line_next(&rest))) {
		char *equals = strstr(line, name) ? strchr(line, '=') : NULL;
		autofree char *key =
			equals ? memory_copy_bytes(line, (size_t)(equals - line)) : NULL;
		autofree char *found = key ? normal(key) : NULL;

		if (!found || !text_equal(found[0] == '-' ? found + 1 : found, name))
			continue;
		assignment_free(last);
		*last = (struct assignment){normal(equals + 1), memory_copy_text(path)};
	}
}

/* Files in the order the system reads them: by name over all folders, the same name in /etc instead of /usr/lib. */
static void setting_files(const struct site *site, struct words *files)
{
	static const char *const folders[] = {
		"etc/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d"};
	autowords struct words sortable = {0};

	for (size_t i = 0; i < LENGTH(folders); i++) {
		autowords struct words names = {0};

		if (disk_list(site, folders[i], &names) < 0)
			continue;
		for (size_t j = 0; j < names.count; j++)
			if (text_ends(names.items[j], ".conf"))
				words_addf(
					&sortable, "%s/%s", names.items[j], folders[i]);
	}
	words_sort(&sortable);
	for (size_t i = 0; i < sortable.count; i++) {
		const char *folder = strchr(sortable.items[i], '/') + 1;
		int size = (int)(folder - 1 - sortable.items[i]);

		if (i && strncmp(sortable.items[i], sortable.items[i - 1],
				 (size_t)size + 1) == 0)
			continue;
		words_addf(files, "%s/%.*s", folder, size, sortable.items[i]);
	}
	words_add(files, "etc/sysctl.conf");
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words names = {0}, files = {0};

	words_split(&names, control->target, " ");
	setting_files(site, &files);
	for (size_t i = 0; i < names.count; i++) {
		__attribute__((cleanup(assignment_free))) struct assignment last = {0};

		for (size_t j = 0; j < files.count; j++)
			take_assignments(site, files.items[j], names.items[i], &last);
		if (!text_equal(last.value, value)) {
			find(finding, FOUND_WRONG, memory_copy_text(last.value),
				last.path ? memory_format("%s: %s = %s", last.path,
						    names.items[i], last.value)
					  : memory_format(
						    "no file sets %s", names.items[i]));
			return;
		}
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("%s: %s = %s", last.path, names.items[i], value));
	}
}

static char *proc_path(const char *name)
{
	char *path = memory_format("proc/sys/%s", name);

	for (char *at = path + strlen("proc/sys/"); *at; at++)
		if (*at == '.')
			*at = '/';
	return path;
}

static void find_unreadable(struct finding *finding, const char *path, int code)
{
	if (code == -ENOENT)
		find(finding, FOUND_UNAVAILABLE, NULL,
			memory_format("the running kernel has no /%s", path));
	else
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format("/%s: %s", path, strerror(-code)));
}

/* Names in a target. What holds for new network interfaces must also hold for the ports that are there: the kernel does not
 * carry it over. */
static void names_now(
	const struct site *site, const struct control *control, struct words *names)
{
	static const char mark[] = ".conf.default.";
	autowords struct words own = {0}, ports = {0};

	words_split(&own, control->target, " ");
	if (strstr(control->target, mark))
		(void)disk_list(site, "sys/class/net", &ports);
	for (size_t i = 0; i < own.count; i++) {
		const char *at = strstr(own.items[i], mark);

		words_add(names, own.items[i]);
		for (size_t j = 0; j < ports.count && at; j++) {
			autofree char *device =
				memory_format("sys/class/net/%s/device", ports.items[j]);

			if (file_exists(site->scope->root_fd, device))
				words_addf(names, "%.*s.conf.%s.%s",
					(int)(at - own.items[i]), own.items[i],
					ports.items[j], at + strlen(mark));
		}
	}
}

/* Values that the running kernel does not give back. Source: its documentation, admin-guide/sysctl/kernel.rst and LSM/Yama.rst. */
static bool holds(const char *name, const char *now)
{
	static const struct {
		const char *name, *value;
	} held[] = {
		{"kernel.yama.ptrace_scope",         "3"},
		{"kernel.unprivileged_bpf_disabled", "1"},
		{"kernel.kexec_load_disabled",       "1"},
		{"kernel.modules_disabled",          "1"},
	};

	for (size_t i = 0; i < LENGTH(held); i++)
		if (strcmp(held[i].name, name) == 0 && strcmp(held[i].value, now) == 0)
			return true;
	return false;
}

/* Another value than the one wanted: after a change of ours it can be a matter of a restart. */
static enum found wrong_now(const struct site *site, const char *name, const char *now)
{
	return holds(name, now) ? site_late(site, kind_sysctl.file) : FOUND_WRONG;
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autowords struct words names = {0};

	names_now(site, control, &names);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = proc_path(names.items[i]);
		autofree char *line = NULL;
		autofree char *now = NULL;
		int code = file_read_line(site->scope->root_fd, path, &line);

		if (code < 0) {
			find_unreadable(finding, path, code);
			return;
		}
		now = normal(line);
		find(finding,
			text_equal(now, value) ? FOUND_RIGHT
					       : wrong_now(site, names.items[i], now),
			memory_copy_text(now), memory_format("/%s = %s", path, now));
		if (finding->found != FOUND_RIGHT)
			return;
	}
}

/* The value of the running kernel, or NULL. The caller frees it. */
static char *value_now(const struct site *site, const char *path)
{
	autofree char *line = NULL;

	return file_read_line(site->scope->root_fd, path, &line) == 0 ? normal(line)
								      : NULL;
}

/* What was there is remembered first. *refused: why the kernel does not take it, or 0. */
static int write_now(const struct site *site, const char *path, const char *value,
	int *refused, struct error *err)
{
	autofree char *old = value_now(site, path);
	autoclose int fd = -1;
	int rc;

	*refused = 0;
	if (text_equal(old, value))
		return 0;
	rc = file_changes(site->scope->root_fd, path, false, err);
	if (rc < 0)
		return rc;
	fd = file_open(site->scope->root_fd, path, O_WRONLY, 0, NULL);
	if (fd < 0)
		*refused = -fd;
	else if (write(fd, value, strlen(value)) < 0)
		*refused = errno;
	return 0;
}

static int set_now(
	struct site *site, const char *name, const char *value, struct error *err)
{
	autofree char *path = proc_path(name);
	int refused, rc = write_now(site, path, value, &refused, err);

	if (rc == 0 && refused)
		site_note(site, "%s cannot be set on the running kernel: %s", name,
			strerror(refused));
	return rc;
}

/* Without our line: what another file sets, or what the kernel had before the first change that we remember. NULL: nobody knows. */
static char *value_without(const struct site *site, const char *name, const char *path)
{
	__attribute__((cleanup(assignment_free))) struct assignment last = {0};
	autowords struct words files = {0};
	autofree char *noted = NULL;

	setting_files(site, &files);
	for (size_t i = 0; i < files.count; i++)
		take_assignments(site, files.items[i], name, &last);
	if (last.value)
		return memory_copy_text(last.value);
	noted = change_kernel_value(site->scope->root_fd, path);
	return noted ? normal(noted) : NULL;
}

/* Back from the value that the policy before set, which nobody wants any more. */
static int let_go(
	struct site *site, const char *name, const char *value, struct error *err)
{
	autofree char *path = proc_path(name);
	autofree char *now = value_now(site, path);
	autofree char *old = NULL;
	int refused = 0, rc = 0;

	if (!text_equal(now, value))
		return 0;
	old = value_without(site, name, path);
	if (old)
		rc = write_now(site, path, old, &refused, err);
	if (rc == 0 && (!old || refused))
		site_note(site, "%s = %s stays set until the next start", name, value);
	return rc;
}

static int activate_one(
	struct site *site, const struct control *control, struct error *err)
{
	const struct policy *before = site->policy->before;
	const char *kept = before ? control_wanted(control, before) : NULL;
	autofree char *value = site_wanted(site, control);
	struct finding finding = {0};
	bool wanted = value && site_has(site, control, &finding);
	autowords struct words names = {0};
	int rc = 0;

	finding_clear(&finding);
	if (wanted || kept)
		names_now(site, control, &names);
	for (size_t i = 0; i < names.count && rc == 0; i++)
		rc = wanted ? set_now(site, names.items[i], value, err)
			    : let_go(site, names.items[i], kept, err);
	return rc;
}

static int activate(struct site *site, struct error *err)
{
	int rc = 0;

	for (const struct control *const *control = controls; *control && rc == 0;
		control++)
		if ((*control)->kind == &kind_sysctl)
			rc = activate_one(site, *control, err);
	return rc;
}

const struct control_kind kind_sysctl = {
	.name = "sysctl",
	.fix = "Look which file sets it after ours, then apply again.",
	.takes_value = true,
	.file = "etc/sysctl.d/99-zz-jefe.conf",
	.mode = 0644,
	.header =
		"# Written by jefe-setup from its policy; see `jefe-setup explain`. The name sorts behind the distribution's.\n",
	.lines = lines,
	.activate = activate,
	.persisted = persisted,
	.effective = effective,
};

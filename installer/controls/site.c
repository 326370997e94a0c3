/* A system under inspection: which kernel and packages it has, and what its programs say. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

enum { CONFIG_MAX = 4 << 20 };

static char *only_kernel(int root_fd)
{
	autowords struct words versions = {0};

	if (file_list(root_fd, "lib/modules", true, &versions, NULL) < 0 ||
		!versions.count)
		return NULL;
	return memory_copy_text(versions.items[versions.count - 1]);
}

static char *running_kernel(void)
{
	struct utsname name;

	return uname(&name) == 0 ? memory_copy_text(name.release) : NULL;
}

int site_open(struct site *site, struct error *err)
{
	const struct control_scope *scope = site->scope;
	autofree char *path = NULL;

	if (scope->kernel)
		site->kernel = memory_copy_text(scope->kernel);
	else
		site->kernel =
			scope->running ? running_kernel() : only_kernel(scope->root_fd);
	path = site->kernel ? scope->distro->kernel_config(scope->root_fd, site->kernel)
			    : NULL;
	if (!path)
		return 0;
	text_add(&site->config, "\n");
	if (file_read(scope->root_fd, path, CONFIG_MAX, &site->config, err) < 0)
		return error_prefix(err, "reading the kernel's configuration");
	return 0;
}

void site_close(struct site *site)
{
	free(site->kernel);
	text_free(&site->config);
	text_free(&site->modules);
	words_free(&site->written);
	words_free(&site->applied);
	memo_free(site->memo);
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		text_free(&site->listings[i].output);
	if (site->unknown)
		words_free(site->unknown);
	free(site->unknown);
	scan_free(&site->scan);
	processes_free(&site->processes);
	engine_free(&site->engine);
}

void site_note(struct site *site, const char *format, ...)
{
	char line[400];
	va_list args;

	va_start(args, format);
	if (vsnprintf(line, sizeof(line), format, args) >= 0 && site->note)
		site->note(site->context, line);
	va_end(args);
}

bool site_kernel_has(const struct site *site, const char *symbol)
{
	autofree char *line = memory_format("\nCONFIG_%s=", symbol);
	const char *found = text_find(&site->config, line);

	if (found)
		found += strlen(line);
	return !site->config.size ||
	       (found && (*found == 'y' || *found == 'm') && found[1] == '\n');
}

static bool has_one_of(const struct site *site, const char *symbols)
{
	autowords struct words names = {0};

	words_split(&names, symbols, "|");
	for (size_t i = 0; i < names.count; i++)
		if (site_kernel_has(site, names.items[i]))
			return true;
	return false;
}

/* Numbers in front of a version: 6.6.14-0-lts as 6, 6. */
static void version_numbers(const char *version, unsigned long numbers[2])
{
	char *end;

	numbers[0] = strtoul(version, &end, 10);
	numbers[1] = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
}

static bool is_older(const char *version, const char *than)
{
	unsigned long a[2], b[2];

	version_numbers(version, a);
	version_numbers(than, b);
	return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1];
}

static bool kernel_suits(
	const struct site *site, const struct control *control, struct finding *finding)
{
	autowords struct words symbols = {0};

	words_split(&symbols, control->needs_kernel ? control->needs_kernel : "", " ");
	for (size_t i = 0; i < symbols.count; i++) {
		if (has_one_of(site, symbols.items[i]))
			continue;
		find(finding, FOUND_UNAVAILABLE, NULL,
			memory_format("kernel %s is built without CONFIG_%s",
				site->kernel, symbols.items[i]));
		return false;
	}
	if (!control->kernel_since || !site->kernel ||
		!is_older(site->kernel, control->kernel_since))
		return true;
	find(finding, FOUND_UNAVAILABLE, NULL,
		memory_format("kernel %s is older than %s, which brought it",
			site->kernel, control->kernel_since));
	return false;
}

static bool role_suits(
	const struct site *site, const struct control *control, struct finding *finding)
{
	autofree char *role = control_excluded(control, site->policy);

	if (!role)
		return true;
	find(finding, FOUND_NOTHING, NULL,
		memory_format("%s %s %s", *role == '!' ? "not with" : "only with",
			role_is_ssh_server(role + (*role == '!')) ? "the SSH server"
								  : "role",
			role + (*role == '!')));
	return false;
}

static bool package_suits(
	struct site *site, const struct control *control, struct finding *finding)
{
	const struct distro *distro = site->scope->distro;
	autowords struct words generics = {0};

	words_split(&generics, control->needs_package ? control->needs_package : "", " ");
	for (size_t i = 0; i < generics.count; i++) {
		const char *name = distro_package(distro, generics.items[i]);

		if (name && site_package(site, name))
			continue;
		if (name && applied_before(site, control))
			find(finding, FOUND_DRIFTED, NULL,
				memory_format(
					"package %s was removed: install it again, or turn this off",
					name));
		else
			find(finding, FOUND_UNAVAILABLE, NULL,
				name ? memory_format("package %s is not installed", name)
				     : memory_format("%s has no package for %s",
					       distro->name, generics.items[i]));
		return false;
	}
	return true;
}

bool site_has(struct site *site, const struct control *control, struct finding *finding)
{
	return role_suits(site, control, finding) &&
	       kernel_suits(site, control, finding) &&
	       package_suits(site, control, finding);
}

char *site_wanted(struct site *site, const struct control *control)
{
	const char *value = control_wanted(control, site->policy);

	return value && control->kind->expand ? control->kind->expand(site, value)
					      : memory_copy_text(value);
}

const struct processes *site_processes(struct site *site)
{
	if (!site->processes.count)
		(void)!processes_read(site->scope->root_fd, &site->processes, NULL);
	return &site->processes;
}

long long site_boot_time(const struct site *site)
{
	autotext struct text stat = {0};
	const char *line;

	if (file_read(site->scope->root_fd, "proc/stat", 1 << 20, &stat, NULL) < 0)
		return 0;
	line = strstr(text_string(&stat), "\nbtime ");
	return line ? strtoll(line + strlen("\nbtime "), NULL, 10) : 0;
}

void running_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	(void)control;
	if (site->scope->running)
		find(finding, FOUND_RIGHT, memory_copy_text(value), NULL);
	else
		find(finding, FOUND_NOTHING, NULL,
			memory_copy_text("only the running system can tell"));
}

enum found site_late(const struct site *site, const char *path)
{
	autoclose int fd =
		file_open(site->scope->root_fd, path, O_PATH | O_NOFOLLOW, 0, NULL);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return FOUND_WRONG;
	return (long long)st.st_ctime > site_boot_time(site) ? FOUND_PENDING
							     : FOUND_WRONG;
}

void find(struct finding *finding, enum found found, char *value, char *evidence)
{
	finding_clear(finding);
	*finding = (struct finding){.found = found, .value = value, .evidence = evidence};
}

void finding_clear(struct finding *finding)
{
	free(finding->value);
	free(finding->evidence);
	*finding = (struct finding){0};
}

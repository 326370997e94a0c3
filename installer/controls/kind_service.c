/* Services at boot, and packages that should not be there. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

/* Name and runlevel here: target's first word is a generic name, or a service of ours. */
struct service {
	const char *name;
	struct words words;
};

static struct service service_of(const struct site *site, const struct control *control)
{
	struct service service = {0};

	words_split(&service.words, control->target, " ");
	service.name = distro_service(site->scope->distro, service.words.items[0]);
	if (!service.name)
		service.name = service.words.items[0];
	return service;
}

static void service_free(struct service *service)
{
	words_free(&service->words);
}
#define autoservice __attribute__((cleanup(service_free)))

static bool is_on(const char *value)
{
	return strcmp(value, "on") == 0;
}

static int service_apply(struct site *site, const struct control *control,
	const char *value, bool *changed, struct error *err)
{
	const struct distro *distro = site->scope->distro;
	autoservice struct service service = service_of(site, control);
	enum service_state state = distro->service_state(
		site->scope->root_fd, service.name, service.words.items[1]);

	if (state == SERVICE_MISSING || (state == SERVICE_ON) == is_on(value))
		return 0;
	*changed = true;
	return distro->set_service(site->scope->root_fd, service.name,
		service.words.items[1], is_on(value), err);
}

static void service_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autoservice struct service service = service_of(site, control);
	enum service_state state = site->scope->distro->service_state(
		site->scope->root_fd, service.name, service.words.items[1]);
	enum found missing = is_on(value) ? FOUND_WRONG : FOUND_NOTHING;

	if (state == SERVICE_MISSING)
		find(finding, missing, NULL,
			memory_format("there is no service %s", service.name));
	else
		find(finding,
			(state == SERVICE_ON) == is_on(value) ? FOUND_RIGHT : FOUND_WRONG,
			memory_copy_text(state == SERVICE_ON ? "on" : "off"),
			memory_format("etc/runlevels, %s: %s", service.words.items[1],
				service.name));
}

/* What was turned on or off since the machine started takes effect with the next start: its link or, without one, its runlevel is newer. */
static enum found service_differs(
	const struct site *site, const struct service *service, bool on)
{
	autofree char *path = memory_format("etc/runlevels/%s%s%s",
		site->scope->distro->runlevel(service->words.items[1]), on ? "/" : "",
		on ? service->name : "");

	return site_late(site, path);
}

/* What is told about a service that is on for the service manager and whose process is not there. */
static char *describe_death(
	const struct distro *distro, const char *name, const struct daemon *daemon)
{
	return memory_format(
		"%s was started and is dead: no process runs %s%s%s%s; start it: %s %s restart",
		name, daemon->program, daemon->pid_file ? " (" : "",
		daemon->pid_file ? daemon->pid_file : "", daemon->pid_file ? ")" : "",
		distro->service_program, name);
}

static void service_effective(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	const struct distro *distro = site->scope->distro;
	autoservice struct service service = service_of(site, control);
	autodaemon struct daemon daemon = {0};
	bool running, on = is_on(value);

	distro->service_look(site->scope->root_fd, service.name, &daemon);
	running = daemon.life == SERVICE_RUNS;
	if (daemon.life == SERVICE_UNSEEN)
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format("whether %s lives cannot be seen without root",
				service.name));
	else if (on && !running && !distro->all_started(site->scope->root_fd))
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format("%s is not running; the system is still starting",
				service.name));
	else if (on && daemon.life == SERVICE_DEAD)
		find(finding, FOUND_WRONG, memory_copy_text("dead"),
			describe_death(distro, service.name, &daemon));
	else
		find(finding,
			running == on ? FOUND_RIGHT : service_differs(site, &service, on),
			memory_copy_text(running ? "on" : "off"),
			memory_format("%s is %s", service.name,
				running ? "running" : "stopped"));
}

static bool is_ssh_server(const struct control *control)
{
	const char *row = control->role_values[0];
	autofree char *role = row ? memory_copy_bytes(row, strcspn(row, "=")) : NULL;

	return control->kind == &kind_service && role && role_is_ssh_server(role);
}

/* One that is dead is left to its audit, which names what resets it: the service manager would not start it. */
static int follow_one(
	struct site *site, const struct control *control, bool on, struct error *err)
{
	const struct distro *distro = site->scope->distro;
	autoservice struct service service = service_of(site, control);
	autofree char *value = site_wanted(site, control);
	autodaemon struct daemon daemon = {0};
	struct finding finding = {0};
	bool here = site_has(site, control, &finding);
	int rc;

	finding_clear(&finding);
	if (!here || !value || is_on(value) != on)
		return 0;
	distro->service_look(site->scope->root_fd, service.name, &daemon);
	if (daemon.life != (on ? SERVICE_STOPPED : SERVICE_RUNS))
		return 0;
	rc = distro->service_action(service.name, on ? "start" : "stop", err);
	if (rc < 0)
		return error_prefix(
			err, "%s %s", on ? "starting" : "stopping", service.name);
	site_note(site, "%s: %s", service.name,
		on ? "started; it shows a host key of its own" : "stopped");
	return 0;
}

/* Which SSH server answers does not wait for the next start, when nobody is left to confirm that he gets in. Both want the same port. */
static int service_activate(struct site *site, struct error *err)
{
	for (int on = 0; on <= 1; on++)
		for (const struct control *const *control = controls; *control; control++)
			if (is_ssh_server(*control) &&
				follow_one(site, *control, on, err) < 0)
				return err ? err->code : -EIO;
	return 0;
}

const struct control_kind kind_service = {
	.name = "service",
	.place = "etc/runlevels",
	.fix = "Start or stop the service; one whose process is gone has to be reset first (zap).",
	.apply = service_apply,
	.activate = service_activate,
	.persisted = service_persisted,
	.effective = service_effective,
};

static void package_persisted(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	const struct distro *distro = site->scope->distro;
	autowords struct words generics = {0};
	autotext struct text found = {0};

	words_split(&generics, control->target, " ");
	for (size_t i = 0; i < generics.count; i++) {
		const char *name = distro_package(distro, generics.items[i]);

		if (name && site_package(site, name))
			text_addf(&found, "%s%s", found.size ? " " : "", name);
	}
	if (found.size)
		find(finding, FOUND_WRONG, memory_copy_text("installed"),
			memory_format("installed: %s", found.data));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text("none of them is installed"));
}

const struct control_kind kind_package = {
	.name = "package",
	.fix = "Remove the package.",
	.persisted = package_persisted,
};

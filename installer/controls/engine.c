#include "installer/controls/engine.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/http.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/process.h"

static const char socket_path[] = "run/docker.sock";

enum {
	ANSWER_MAX = 4 << 20,
	CONTAINERS_MAX = 500,
	ID_SIZE = 64,
	NAME_SIZE = 64,
	TIMEOUT_SECONDS = 5
};

/* What an answer says goes to terminals and logs: printable, and not too long. */
static char *clean(const char *text)
{
	char *copy = memory_copy_bytes(text, strnlen(text, NAME_SIZE));

	for (char *at = copy; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
	return copy;
}

void engine_add(struct text *faults, const char *fault)
{
	text_addf(faults, "%s%s", faults->size ? ", " : "", fault);
}

static void add_named(struct text *faults, const char *what, const char *name)
{
	autofree char *shown = clean(name);
	autofree char *fault = memory_format("%s %s", what, shown);

	engine_add(faults, fault);
}

static void find_namespaces(const struct json *host, struct text *faults)
{
	static const struct {
		const char *key, *fault;
	} rows[] = {
		{"NetworkMode",  "network of the host"       },
		{"PidMode",      "processes of the host"     },
		{"IpcMode",      "shared memory of the host" },
		{"UTSMode",      "host name of the host"     },
		{"UsernsMode",   "users of the host"         },
		{"CgroupnsMode", "control groups of the host"},
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (text_equal(json_text(host, rows[i].key), "host"))
			engine_add(faults, rows[i].fault);
}

/* Folders and sockets of the host: who has them has the host. Of the first only themselves, of the second all below them, too. */
static bool is_sensitive(const char *source)
{
	static const char *const exact[] = {"/", "/run", "/var/run", "/var", "/var/lib",
		"/home", "/root", "/usr", "/opt/jefe"};
	static const char *const folders[] = {"/etc", "/boot", "/dev", "/proc", "/sys",
		"/lib/modules", "/usr/lib/modules", "/var/lib/docker",
		"/var/lib/containerd", "/root/.ssh", "/run/containerd",
		"/var/run/containerd"};

	for (size_t i = 0; i < LENGTH(exact); i++)
		if (strcmp(source, exact[i]) == 0)
			return true;
	for (size_t i = 0; i < LENGTH(folders); i++) {
		size_t size = strlen(folders[i]);

		if (strncmp(source, folders[i], size) == 0 &&
			(source[size] == '\0' || source[size] == '/'))
			return true;
	}
	return text_ends(source, "/docker.sock") || text_ends(source, "/podman.sock");
}

static void find_mounts(const struct json *container, struct text *faults)
{
	const struct json *mounts = json_member(container, "Mounts");

	for (size_t i = 0; i < json_count(mounts); i++) {
		const struct json *mount = json_item(mounts, i);
		const char *source = json_text(mount, "Source");

		if (source && text_equal(json_text(mount, "Type"), "bind") &&
			is_sensitive(source))
			add_named(faults, "the host's", source);
	}
}

static void find_isolation(
	const struct json *container, const struct json *host, struct text *faults)
{
	const struct json *added = json_member(host, "CapAdd");

	if (json_bool(host, "Privileged"))
		engine_add(faults, "privileged");
	find_namespaces(host, faults);
	find_mounts(container, faults);
	for (size_t i = 0; i < json_count(added); i++)
		if (json_as_text(json_item(added, i)))
			add_named(
				faults, "capability", json_as_text(json_item(added, i)));
	if (json_count(json_member(host, "Devices")))
		engine_add(faults, "devices of the host");
}

/* "docker-default (enforce)", and of the profile that the engine asked for, if it tells. */
static bool is_enforced(const char *label, const char *profile)
{
	size_t size = strcspn(label, " ");

	return strcmp(label + size, " (enforce)") == 0 &&
	       (!profile || !*profile ||
		       (strlen(profile) == size && strncmp(label, profile, size) == 0));
}

/* What the option "seccomp=PROFILE" names, or NULL without one: "unconfined", "builtin", or a profile's whole text. */
static const char *filter_option(const struct json *host)
{
	const struct json *options = json_member(host, "SecurityOpt");

	for (size_t i = 0; i < json_count(options); i++) {
		const char *option = json_as_text(json_item(options, i));

		if (option && (text_starts(option, "seccomp=") ||
				      text_starts(option, "seccomp:")))
			return option + strlen("seccomp=");
	}
	return NULL;
}

void engine_add_profile(struct text *faults, const char *label, const char *profile)
{
	if (label && strcmp(label, "unconfined") == 0)
		engine_add(faults, "runs unconfined");
	else if (label && !is_enforced(label, profile))
		add_named(faults, "runs in", label);
}

/* What the options say, and what the kernel says about the first process: its word counts. */
static void find_confinement(int root_fd, const struct json *container,
	const struct json *host, struct text faults[FAULT_COUNT])
{
	unsigned long pid =
		(unsigned long)json_number(json_member(container, "State"), "Pid");
	autofree char *label = pid ? process_label(root_fd, pid) : NULL;
	autofree char *filter = pid ? process_status(root_fd, pid, "Seccomp") : NULL;
	autofree char *kept = pid ? process_status(root_fd, pid, "NoNewPrivs") : NULL;
	const char *option = filter_option(host);

	engine_add_profile(&faults[FAULT_CONFINEMENT], label,
		json_text(container, "AppArmorProfile"));
	if (text_equal(filter, "0") || text_equal(option, "unconfined"))
		engine_add(&faults[FAULT_CONFINEMENT], "no system call filter");
	else if (option && strcmp(option, "builtin") != 0)
		engine_add(&faults[FAULT_CONFINEMENT], "a system call filter of its own");
	if (text_equal(kept, "0"))
		engine_add(&faults[FAULT_GAIN], "no_new_privs is off");
}

static void find_limits(const struct json *host, struct text *faults)
{
	if (!json_number(host, "Memory"))
		engine_add(faults, "no memory limit");
	if (!json_number(host, "PidsLimit"))
		engine_add(faults, "no limit of processes");
}

void engine_take(
	struct engine *engine, const char *given, struct text faults[FAULT_COUNT])
{
	autofree char *name = clean(given);

	for (size_t i = 0; i < FAULT_COUNT; i++) {
		if (faults[i].size)
			text_addf(&engine->faults[i], "%s%s: %s",
				engine->faults[i].size ? "; " : "", name, faults[i].data);
		text_free(&faults[i]);
	}
	engine->count++;
}

static void take_container(
	int root_fd, const struct json *container, struct engine *engine)
{
	const struct json *host = json_member(container, "HostConfig");
	const char *name = json_text(container, "Name");
	struct text faults[FAULT_COUNT] = {0};

	find_isolation(container, host, &faults[FAULT_ISOLATION]);
	find_confinement(root_fd, container, host, faults);
	find_limits(host, &faults[FAULT_LIMITS]);
	words_addf(&engine->told, "%" PRIu64,
		json_number(json_member(container, "State"), "Pid"));
	engine_take(engine, name ? name + (*name == '/') : "?", faults);
}

int engine_question(
	int root_fd, const char *path, struct json **document, struct error *err)
{
	autotext struct text body = {0};
	int rc = http_get(
		root_fd, socket_path, path, ANSWER_MAX, TIMEOUT_SECONDS, &body, err);

	return rc < 0 ? rc : json_parse(text_string(&body), path, document, err);
}

/* It becomes part of a path. */
static bool is_id(const char *text)
{
	return text && strlen(text) == ID_SIZE &&
	       strspn(text, "0123456789abcdef") == ID_SIZE;
}

static int inspect(int root_fd, const char *id, struct engine *engine, struct error *err)
{
	autofree char *path = NULL;
	autojson struct json *container = NULL;
	int rc;

	if (!is_id(id))
		return error_set(
			err, -EPROTO, "the engine names a container without a proper id");
	path = memory_format("/containers/%s/json", id);
	rc = engine_question(root_fd, path, &container, err);
	if (rc < 0)
		return rc;
	if (json_expect(container, "HostConfig", JSON_IS_OBJECT, err) < 0 ||
		!json_member(container, "HostConfig"))
		return error_set(
			err, -EPROTO, "the engine does not say how a container was made");
	take_container(root_fd, container, engine);
	return 0;
}

static void take_ports(const struct json *listed, struct words *published)
{
	const struct json *ports = json_member(listed, "Ports");

	for (size_t i = 0; i < json_count(ports); i++) {
		const struct json *port = json_item(ports, i);
		uint64_t number = json_number(port, "PublicPort");
		const char *type = json_text(port, "Type");

		if (number && type)
			words_addf(published, "%" PRIu64 "/%s", number, type);
	}
}

static int ask_all(int root_fd, struct engine *engine, struct error *err)
{
	autojson struct json *list = NULL;
	int rc = engine_question(root_fd, "/containers/json", &list, err);
	size_t count = rc < 0 ? 0 : json_count(list);

	if (count > CONTAINERS_MAX)
		return error_set(
			err, -EFBIG, "there are more than %d containers", CONTAINERS_MAX);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		take_ports(json_item(list, i), &engine->published);
		rc = inspect(root_fd, json_text(json_item(list, i), "Id"), engine, err);
	}
	return rc;
}

void engine_ask(int root_fd, struct engine *engine)
{
	if (engine->asked)
		return;
	engine->asked = true;
	engine->code = ask_all(root_fd, engine, &engine->why);
	engine_find(root_fd, &engine->told, engine);
}

void engine_free(struct engine *engine)
{
	words_free(&engine->published);
	words_free(&engine->told);
	json_free(engine->info);
	json_free(engine->bridge);
	for (size_t i = 0; i < FAULT_COUNT; i++)
		text_free(&engine->faults[i]);
}

/* What the container engine works with, in its own words: its file may say something else since it started. */
#include <string.h>

#include "installer/base/memory.h"
#include "installer/controls/engine.h"

static void ask_settings(int root_fd, struct engine *engine)
{
	if (engine->settings_asked)
		return;
	engine->settings_asked = true;
	if (engine_question(root_fd, "/info", &engine->info, NULL) < 0)
		engine->info = NULL;
	else if (engine_question(root_fd, "/networks/bridge", &engine->bridge, NULL) < 0)
		engine->bridge = NULL;
}

static enum engine_word compare(const char *said, const char *value)
{
	if (!said)
		return ENGINE_SILENT;
	return strcmp(said, value) == 0 ? ENGINE_AGREES : ENGINE_DIFFERS;
}

static enum engine_word live_restore(const struct engine *engine, const char *value)
{
	if (!json_member(engine->info, "LiveRestoreEnabled"))
		return ENGINE_SILENT;
	return compare(
		json_bool(engine->info, "LiveRestoreEnabled") ? "true" : "false", value);
}

static enum engine_word log_driver(const struct engine *engine, const char *value)
{
	return compare(json_text(engine->info, "LoggingDriver"), value);
}

static enum engine_word between_containers(const struct engine *engine, const char *value)
{
	return compare(json_text(json_member(engine->bridge, "Options"),
			       "com.docker.network.bridge.enable_icc"),
		value);
}

static enum engine_word publish(const struct engine *engine, const char *value)
{
	return compare(json_text(json_member(engine->bridge, "Options"),
			       "com.docker.network.bridge.host_binding_ipv4"),
		value);
}

/* The rest of the security option "name=NAME…", or NULL. */
static const char *security_option(const struct engine *engine, const char *start)
{
	const struct json *options = json_member(engine->info, "SecurityOptions");

	for (size_t i = 0; i < json_count(options); i++) {
		const char *option = json_as_text(json_item(options, i));

		if (option && text_starts(option, start))
			return option + strlen(start);
	}
	return NULL;
}

/* Older engines do not tell; those that do say nothing when it is off. */
static enum engine_word no_gain(const struct engine *engine, const char *value)
{
	return security_option(engine, "name=no-new-privileges") ? compare("true", value)
								 : ENGINE_SILENT;
}

static enum engine_word filter(const struct engine *engine, const char *value)
{
	const char *profile = security_option(engine, "name=seccomp,profile=");

	if (!json_member(engine->info, "SecurityOptions"))
		return ENGINE_SILENT;
	if (!profile)
		return ENGINE_DIFFERS;
	if (strcmp(profile, "default") == 0 || strcmp(profile, "builtin") == 0)
		profile = "absent";
	return compare(profile, value);
}

static enum engine_word users(const struct engine *engine, const char *value)
{
	bool mapped = security_option(engine, "name=userns");

	if (!json_member(engine->info, "SecurityOptions"))
		return ENGINE_SILENT;
	return mapped == (strcmp(value, "absent") != 0) ? ENGINE_AGREES : ENGINE_DIFFERS;
}

/* Those of this machine always count as secure enough. */
static enum engine_word insecure_registries(
	const struct engine *engine, const char *value)
{
	const struct json *ranges = json_member(
		json_member(engine->info, "RegistryConfig"), "InsecureRegistryCIDRs");
	bool others = false;

	if (!ranges || strcmp(value, "absent") != 0)
		return ENGINE_SILENT;
	for (size_t i = 0; i < json_count(ranges); i++) {
		const char *range = json_as_text(json_item(ranges, i));

		others = others || (range && strcmp(range, "127.0.0.0/8") != 0 &&
					   strcmp(range, "::1/128") != 0);
	}
	/* Registries by name stand elsewhere: without such ranges the file's age decides. */
	return others ? ENGINE_DIFFERS : ENGINE_SILENT;
}

enum engine_word engine_setting(
	int root_fd, struct engine *engine, const char *member, const char *value)
{
	static const struct {
		const char *member;
		enum engine_word (*word)(const struct engine *engine, const char *value);
	} rows[] = {
		{"icc",                 between_containers },
		{"insecure-registries", insecure_registries},
		{"ip",                  publish            },
		{"live-restore",        live_restore       },
		{"log-driver",          log_driver         },
		{"no-new-privileges",   no_gain            },
		{"seccomp-profile",     filter             },
		{"userns-remap",        users              },
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (strcmp(rows[i].member, member) != 0)
			continue;
		ask_settings(root_fd, engine);
		return rows[i].word(engine, value);
	}
	return ENGINE_SILENT;
}

/* The containers that the engine on this machine runs, and what is wrong with each. Needs no program of the engine's. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/json.h"
#include "installer/base/text.h"

/* What a container can do wrong. */
enum fault {
	FAULT_ISOLATION,   /* privileged, namespaces or folders of the host, the engine's socket, added capabilities, devices */
	FAULT_CONFINEMENT, /* no AppArmor profile, no system call filter or one of its own */
	FAULT_GAIN,        /* its programs may gain rights: no_new_privs is off */
	FAULT_LIMITS,      /* may use all memory, or make processes without end */
	FAULT_COUNT
};

struct engine {
	bool asked;
	int code; /* 0, or why nothing is known: -ENOENT, -ECONNREFUSED: it does not run */
	struct error why;
	size_t count;                     /* containers that run */
	struct words published; /* ports that it holds for them: "8080/tcp" */
	bool settings_asked;
	struct json *info, *bridge; /* how it works, and its own network; NULL: it does not tell */
	struct text faults[FAULT_COUNT]; /* "web: privileged, network of the host; db: …" */
};

/* Ask the engine below the root, once. */
void engine_ask(int root_fd, struct engine *engine);
/* One question to the engine. */
int engine_question(int root_fd, const char *path, struct json **document,
	struct error *err) CHECKED;

/* engine_setting.c: what the engine says it works with, against the value of a member of its file, or "absent". */
enum engine_word { ENGINE_SILENT, ENGINE_AGREES, ENGINE_DIFFERS };
enum engine_word engine_setting(
	int root_fd, struct engine *engine, const char *member, const char *value);
void engine_free(struct engine *engine);

/* The containers that run on this machine, and what is wrong with each. Needs no program of an engine's. */
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
	struct words told;      /* process numbers of those that the engine told of */
	struct words published; /* ports that it holds for them: "8080/tcp" */
	bool settings_asked;
	struct json *info, *bridge; /* how it works, and its own network; NULL: it does not tell */
	struct text faults[FAULT_COUNT]; /* "web: privileged, network of the host; db: …" */
};

/* Ask the engine below the root, once, and look for containers that it does not know. */
void engine_ask(int root_fd, struct engine *engine);
/* One question to the engine. */
int engine_question(int root_fd, const char *path, struct json **document,
	struct error *err) CHECKED;

/* engine_setting.c: what the engine says it works with, against the value of a member of its file, or "absent". */
enum engine_word { ENGINE_SILENT, ENGINE_AGREES, ENGINE_DIFFERS };
enum engine_word engine_setting(
	int root_fd, struct engine *engine, const char *member, const char *value);

/* engine_process.c: containers among the processes, but for those whose first process is known. */
void engine_find(int root_fd, const struct words *known, struct engine *engine);

/* One more fault to those of a container. */
void engine_add(struct text *faults, const char *fault);
/* The fault of its AppArmor label, if it is one: not the profile that was asked for (NULL: whatever that is), or not enforced. */
void engine_add_profile(struct text *faults, const char *label, const char *profile);
/* One more container; what is wrong with it is added and released. */
void engine_take(
	struct engine *engine, const char *name, struct text faults[FAULT_COUNT]);
void engine_free(struct engine *engine);

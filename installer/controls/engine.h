/* The containers that the engine on this machine runs, and what is wrong with each. Needs no program of the engine's. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
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
	struct text faults[FAULT_COUNT]; /* "web: privileged, network of the host; db: …" */
};

/* Ask the engine below the root, once. */
void engine_ask(int root_fd, struct engine *engine);
void engine_free(struct engine *engine);

/* Programs that run, and what confines them: read from /proc below a root, which is real or a test's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "installer/base/error.h"

struct process {
	unsigned long pid;
	char *name;  /* of the program; for interpreters and BusyBox what they run: sshd, syslogd, fail2ban-server */
	char *label; /* "jefe-sshd (enforce)", "unconfined"; NULL: may not be read, or the kernel has no AppArmor */
};
struct processes {
	struct process *items;
	size_t count;
};

/* All but the kernel's own threads. */
int processes_read(int root_fd, struct processes *processes, struct error *err) CHECKED;
void processes_free(struct processes *processes);
#define autoprocesses __attribute__((cleanup(processes_free)))

/* The name, as in struct process, of one whose executable this is. The caller frees it. */
char *process_program(int root_fd, unsigned long pid, const char *executable) CHECKED;

/* What confines a process, as in struct process. The caller frees it. */
char *process_label(int root_fd, unsigned long pid) CHECKED;

/* The value of a line of /proc/PID/status: "Seccomp", "NoNewPrivs"; NULL: no such process or line. The caller frees it. */
char *process_status(int root_fd, unsigned long pid, const char *name) CHECKED;

/* When it started, in ticks of the clock since the machine did. */
bool process_start(int root_fd, unsigned long pid, uint64_t *ticks);

/* A socket on which a process waits for others, from whatever address. */
struct listener {
	unsigned long pid;
	const char *protocol; /* "tcp", "tcp6", "udp", "udp6" */
	unsigned port;
};
struct listeners {
	struct listener *items;
	size_t count;
};

/* Those of this network namespace whose owner can be told: TCP sockets that listen, UDP sockets without a fixed other end. */
int listeners_read(int root_fd, const struct processes *processes,
	struct listeners *listeners, struct error *err) CHECKED;
void listeners_free(struct listeners *listeners);
#define autolisteners __attribute__((cleanup(listeners_free)))

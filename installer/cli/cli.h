/* Commands of jefe-setup: one row each in main.c, one file each in this folder. */
#pragma once

#include <stdbool.h>

#include "installer/base/error.h"
#include "installer/base/text.h"

/* Exit codes, part of the public interface. */
enum { EXIT_DONE = 0, EXIT_PROBLEMS = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3 };

struct cli_command {
	const char *name;
	const char *arguments; /* usage, behind the name */
	const char *purpose;   /* one line */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit code */
};

extern const struct cli_command cli_commands[]; /* ends with name NULL */

/* "jefe-setup NAME: text" and the usage line on stderr; returns EXIT_USAGE. */
int cli_usage(const char *name, const char *format, ...) PRINTF(2, 3);
/* "jefe-setup NAME: text" on stderr; returns code. */
int cli_fail(const char *name, int code, const struct error *err);

int cli_attach(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_boot(int argc, char **argv);
int cli_bootmenu(int argc, char **argv);
int cli_canary(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_console(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_harden(int argc, char **argv);
int cli_initramfs(int argc, char **argv);
int cli_integrity(int argc, char **argv);
int cli_install(int argc, char **argv);
int cli_medium(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_probe(int argc, char **argv);
int cli_reapply(int argc, char **argv);
int cli_recover(int argc, char **argv);
int cli_remote(int argc, char **argv);
int cli_schema(int argc, char **argv);
int cli_ssh_keys(int argc, char **argv);
int cli_stick(int argc, char **argv);
int cli_tpm(int argc, char **argv);
int cli_fido2(int argc, char **argv);
int cli_unattended(int argc, char **argv);
int cli_wizard(int argc, char **argv);
/* SSH public keys from a file, a device, a stick or an address: one at least, or -ENODATA; lines that are none are told on stderr. */
int cli_take_keys(const char *source, const char *proxy, struct words *keys, struct error *err) CHECKED; /* proxy: or NULL */
bool cli_key_source(const char *source); /* by its form */
#define CLI_KEY_SOURCES "an absolute path, a device, an address that begins with http:// or https://, or the word stick"
bool cli_has_policy(void); /* Is this an installed system with a policy? The wizard changes that then. */

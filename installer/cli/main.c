/* jefe-setup: finds the command in the table and runs it. */
#include "installer/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/text.h"

// clang-format off
const struct cli_command cli_commands[] = {
	{"wizard", "[--ui ncurses|newt|thin|line] [--lang CODE] [--answers FILE] [--machine FILE] [--theme NAME|FILE] [--record FILE] [--demo [--script FILE]]", "ask in the terminal, then install",
		cli_wizard},
	{"probe", "[--loop | --blink DISK]", "facts about this machine, as JSON; or show which disk it is", cli_probe},
	{"check", "ANSWERS [--machine FILE] [--unattended]", "all problems of an answer file", cli_check},
	{"plan", "ANSWERS [--machine FILE] [--json]", "every operation an installation would do", cli_plan},
	{"install", "ANSWERS [--events FD|FILE] [--resume] [--machine FILE] [--payload DIR] [--keys DIR]",
		"install unattended", cli_install},
	{"attach", "", "watch the running installation", cli_attach},
	{"explain", "[KEY|CONTROL]", "what a key of the answer file or a control means", cli_explain},
	{"schema", "[answers|audit]", "JSON Schema of the answer file, or of what audit --json prints", cli_schema},
	{"audit", "[--root DIR] [--level L] [--role R]... [--no-role R]... [--set CONTROL=VALUE]... [--control CONTROL] [--thorough] [--json|--sarif]",
		"check every hardening control", cli_audit},
	{"harden", "[--root DIR] [--level L] [--role R]... [--no-role R]... [--ssh SERVER] [--set CONTROL=on|off|default|VALUE]...\n"
		"         [--waive CONTROL... --reason TEXT --expires DATE]... [--unwaive CONTROL]...\n"
		"         [--accept-edits keep|replace] [--confirm-within SECONDS] [--plan | --undo | --confirm]",
		"bring a system to a hardening level", cli_harden},
	{"reapply", "[--root DIR]", "after a change of packages: take privileges and modes again", cli_reapply},
	{"integrity", "[--root DIR] [--record]", "what changed in configuration, boot files, privileged programs and packages", cli_integrity},
	{"initramfs", "--kernel VERSION [--root DIR] --output FILE", "make the initramfs of a kernel", cli_initramfs},
	{"bootmenu", "[--root DIR]", "write the boot menu", cli_bootmenu},
	{"boot", "[--root DIR]", "after a change of kernels: each one's initramfs, and the boot menu", cli_boot},
	{"canary", "boot|daily|down|lower", "audit by itself; lower a level with which the machine does not start", cli_canary},
	{"console", "TTY [shell]", "live system: what a console shows", cli_console},
	{"medium", "[--keys DIR] [DIR]", "live system: is the medium what was signed?", cli_medium},
	{"recover", "[ACTION [FOLDER|FILE|USER] [--disk NAME] [--write] [--plan | --yes] [--passphrase-fd N] [--new-fd N] [-- COMMAND...]]", "repair an installed system from the live one", cli_recover},
	{"remote", "[on [--keys FILE|DEVICE|URL|stick] [--password | --password-fd N] [--port N] | off]", "live system: let people in by SSH, or show how they get in",
		cli_remote},
	{"ssh-keys", "[--proxy http://HOST:PORT] FILE|DEVICE|URL|stick", "SSH public keys found there, one a line", cli_ssh_keys},
	{"stick", "DEVICE NAME [--header DEVICE]", "live system: save standard input, or a LUKS header, on a stick", cli_stick},
	{"fido2", "[on [--passphrase-fd N] [--pin-fd N] | off | list]", "unlock the disk of this system by a security key", cli_fido2},
	{"tpm", "[on [--passphrase-fd N] | off | renew]", "unlock the disk of this system by its TPM", cli_tpm},
	{"unattended", "", "live system: find the answers, install if asked to", cli_unattended},
	{0},
};
// clang-format on

static const struct cli_command *find(const char *name)
{
	const struct cli_command *command = cli_commands;

	while (command->name && strcmp(command->name, name) != 0)
		command++;
	return command->name ? command : NULL;
}

static void print_usage(FILE *to)
{
	(void)fprintf(to,
		"Usage: jefe-setup COMMAND [ARGUMENTS]   without arguments on a terminal: the wizard\n\n");
	for (const struct cli_command *command = cli_commands; command->name; command++)
		(void)fprintf(to, "  %-10s %s\n", command->name, command->purpose);
	(void)fprintf(to, "\nSee jefe-setup(8).\n");
}

int cli_usage(const char *name, const char *format, ...)
{
	const struct cli_command *command = find(name);
	va_list args;

	(void)fprintf(stderr, "jefe-setup %s: ", name);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fprintf(stderr, "\nUsage: jefe-setup %s %s\n", name,
		command ? command->arguments : "");
	return EXIT_USAGE;
}

int cli_fail(const char *name, int code, const struct error *err)
{
	(void)fprintf(stderr, "jefe-setup %s: %s\n", name, err->text);
	return code;
}

static int unknown(const char *name)
{
	const char *names[32] = {0};
	const char *near;

	for (size_t i = 0;
		cli_commands[i].name && i + 1 < sizeof(names) / sizeof(names[0]); i++)
		names[i] = cli_commands[i].name;
	near = text_nearest(name, names);
	(void)fprintf(stderr, "jefe-setup: unknown command \"%s\"", name);
	if (near)
		(void)fprintf(stderr, " (did you mean \"%s\"?)", near);
	(void)fprintf(stderr, "\nSee jefe-setup --help.\n");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct cli_command *command;
	char *wizard[] = {(char[]){"wizard"}, NULL};

	if (argc < 2) {
		command = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? find("wizard")
									: NULL;
		if (command)
			return command->run(1, wizard);
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("jefe-setup %s\n", PACKAGE_VERSION);
		return EXIT_DONE;
	}
	command = find(argv[1]);
	return command ? command->run(argc - 1, argv + 1) : unknown(argv[1]);
}

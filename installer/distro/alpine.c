/* Alpine: kernels by flavour, OpenRC, BusyBox init, doas. */
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

/* 6.6.14-0-lts is the kernel of flavour lts, whose files are named by flavour. */
static const char *flavour(const char *version)
{
	const char *dash = strrchr(version, '-');

	return dash ? dash + 1 : version;
}

/* Some kernels (and future ones) name their files by the whole version: what is there decides. */
static char *boot_name(int root_fd, const char *prefix, const char *version)
{
	autofree char *whole = memory_format("boot/vmlinuz-%s", version);

	return memory_format("%s-%s", prefix,
		file_exists(root_fd, whole) ? version : flavour(version));
}

static char *kernel_image(int root_fd, const char *version)
{
	return boot_name(root_fd, "vmlinuz", version);
}

static char *initramfs_image(int root_fd, const char *version)
{
	return boot_name(root_fd, "initramfs", version);
}

/* The only file of /boot whose name starts so, or NULL. */
static char *only_boot_file(int root_fd, const char *start)
{
	autowords struct words names = {0};
	const char *found = NULL;
	unsigned count = 0;

	if (file_list(root_fd, "boot", true, &names, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < names.count; i++)
		if (text_starts(names.items[i], start)) {
			found = names.items[i];
			count++;
		}
	return count == 1 ? memory_format("boot/%s", found) : NULL;
}

static char *kernel_config(int root_fd, const char *version)
{
	const char *const names[] = {version, flavour(version)};

	for (size_t i = 0; i < LENGTH(names); i++) {
		autofree char *path = memory_format("boot/config-%s", names[i]);

		if (file_exists(root_fd, path))
			return memory_copy_text(path);
	}
	return only_boot_file(root_fd, "config-");
}

static int set_network(int root_fd, const struct answers *answers, struct error *err)
{
	int rc = interfaces_write(root_fd, answers, err);

	if (rc == 0 && answers->network.proxy)
		rc = proxy_write(root_fd, answers->network.proxy, err);
	return rc < 0 ? rc : openrc_set(root_fd, "networking", "boot", true, err);
}

static int set_consoles(int root_fd, enum console console, struct error *err)
{
	static const char screens[] =
		"tty1::respawn:/sbin/getty 38400 tty1\ntty2::respawn:/sbin/getty 38400 tty2\n"
		"tty3::respawn:/sbin/getty 38400 tty3";
	static const char serial[] =
		"ttyS0::respawn:/sbin/getty -L 0 ttyS0 vt100"; /* 0: the kernel's speed */
	const char *lines[3] = {0};

	if (console != CONSOLE_SERIAL)
		lines[0] = screens;
	if (console != CONSOLE_VGA)
		lines[lines[0] ? 1 : 0] = serial;
	return inittab_set_gettys(root_fd, lines, err);
}

static int set_admin(int root_fd, const char *user, struct error *err)
{
	autofree char *path = memory_format("etc/doas.d/jefe-%s.conf", user);
	/* Who has no password to type proved himself with a key. apk knows a proxy by these variables alone. */
	autofree char *rule = memory_format("permit %s%s %s\n",
		user_has_password(root_fd, user) ? "persist" : "nopass",
		file_exists(root_fd, PROXY_PROFILE) ? " setenv { " PROXY_VARIABLES " }"
						    : "",
		user);

	if (group_add_member(root_fd, "wheel", user, err) < 0 ||
		file_make_dirs(root_fd, "etc/doas.d", 0755, err) < 0 ||
		file_write(root_fd, path, rule, strlen(rule), 0400, err) < 0)
		return error_prefix(err, "making %s an administrator", user);
	return 0;
}

static const char *runlevel_here(const char *runlevel)
{
	return runlevel;
}

static void service_look(int root_fd, const char *service, struct daemon *daemon)
{
	openrc_look(root_fd, service, NULL, daemon);
}

static const char *const package_databases[] = {
	"lib/apk/db/installed", "usr/lib/apk/db/installed", NULL};

static bool package_in(const struct text *database, const char *package)
{
	autofree char *line = memory_format("\nP:%s\n", package);

	return text_find(database, line) || text_starts(text_string(database), line + 1);
}

/* "U usr/bin/x" and the like. Configuration is its owner's, and the indexes of kernel modules are made anew where they are. */
static bool is_made_here(const char *path)
{
	return text_starts(path, "etc/") ||
	       (text_starts(path, "lib/modules/") && strstr(path, "/modules."));
}

static int check_packages(int root_fd, struct words *differences, struct error *err)
{
	autotext struct text output = {0};
	autowords struct words lines = {0};
	int status, rc = command_status(
			    &(struct command){.argv = COMMAND("apk", "audit", "--system"),
				    .root_fd = root_fd,
				    .output = &output,
				    .output_limit = 16 << 20,
				    .timeout_seconds = 1800},
			    &status, err);

	words_split(&lines, text_string(&output), "\n");
	for (size_t i = 0; i < lines.count && rc == 0; i++)
		if ((text_starts(lines.items[i], "U ") ||
			    text_starts(lines.items[i], "X ")) &&
			!is_made_here(lines.items[i] + 2))
			words_addf(differences, "package /%s", lines.items[i] + 2);
	return rc;
}

static int set_kernel_hook(int root_fd, struct error *err)
{
	static const char hook[] =
		"#!/bin/sh\n"
		"# Written by jefe-setup: a new kernel gets its initramfs and boot menu entry.\n"
		"[ \"$1\" = post-commit ] || exit 0\n"
		"seen=/var/lib/jefelinux/kernels\n"
		"now=$(stat -c '%n %s %Z' /boot/vmlinuz-*)\n"
		"[ \"$now\" = \"$(cat \"$seen\" 2>/dev/null)\" ] && exit 0\n"
		"/usr/sbin/jefe-setup boot && echo \"$now\" >\"$seen\"\n";
	static const char quiet[] =
		"# Written by jefe-setup, which makes the initramfs itself.\ndisable_trigger=\"yes\"\n";

	if (file_make_dirs(root_fd, "etc/apk/commit_hooks.d", 0755, err) < 0 ||
		file_make_dirs(root_fd, "etc/mkinitfs", 0755, err) < 0 ||
		file_make_dirs(root_fd, "var/lib/jefelinux", 0700, err) < 0 ||
		file_write(root_fd, "etc/apk/commit_hooks.d/jefe-kernel", hook,
			sizeof(hook) - 1, 0755, err) < 0 ||
		file_write(root_fd, "etc/mkinitfs/mkinitfs.conf", quiet,
			sizeof(quiet) - 1, 0644, err) < 0)
		return error_prefix(err, "installing the kernel hook");
	return 0;
}

static const char package_hook[] =
	"#!/bin/sh\n"
	"# Written by jefe-setup: privileges and modes that packages bring back are taken again.\n"
	"[ \"$1\" = post-commit ] || exit 0\n"
	"[ ! -x /usr/sbin/jefe-setup ] || exec /usr/sbin/jefe-setup reapply\n";

// clang-format off
static const struct name_row allocators[] = {
	{"hardened_malloc", "/usr/lib/libhardened_malloc.so"},
	{"scudo", "/usr/lib/libscudo.so"},
	{0},
};

static const struct name_row weak_repositories[] = {
	{"unencrypted", "http://"},
	{"unstable", "/edge/"},
	{"unstable", "/latest-stable/"},
	{0},
};

static const struct name_row packages[] = {
	{"ssh-server", "openssh-server"},
	{"dropbear", "dropbear"},
	{"tinyssh", "tinyssh"},
	{"tcp-server", "ucspi-tcp6"},
	{"bans", "fail2ban"},
	{"firewall", "nftables"},
	{"audit", "audit"},
	{"mac", "apparmor"},
	{"cryptsetup", "cryptsetup"},
	{"time-sync", "chrony"},
	{"escalation", "doas"},
	{"syslog", "busybox-openrc"},
	{"cron", "busybox-openrc"},
	{"kernel", "linux-lts"},
	{"boot-loader-bios", "grub-bios"},
	{"boot-loader-uefi", "grub-efi"},
	{"docker", "docker"},
	{"podman", "podman"},
	{"compiler", "gcc"},
	{"debugger", "gdb"},
	{"tracer", "strace"},
	{"other-compiler", "clang17"},
	{"assembler", "binutils"},
	{"telnet-server", "busybox-extras"},
	{"ftp-server", "vsftpd"},
	{"tftp-server", "tftp-hpa"},
	{"talk-server", "busybox-extras"},
	{"portmapper", "rpcbind"},
	{"service-discovery", "avahi"},
	{"print-server", "cups"},
	{"snmp-server", "net-snmp"},
	{"other-escalation", "sudo"},
	{"static-shell", "busybox-static"},
	{"login-modules", "linux-pam"},
	{"sudo", "sudo"},
	{0},
};

static const struct name_row services[] = {
	{"ssh-server", "sshd"},
	{"audit", "auditd"},
	{"mac", "apparmor"},
	{"time-sync", "chronyd"},
	{"syslog", "syslog"},
	{"kernel-log", "klogd"},
	{"cron", "crond"},
	{"network", "networking"},
	{"sysctl", "sysctl"},
	{"modules", "modules"},
	{"docker", "docker"},
	{0},
};
// clang-format on

const struct distro distro_alpine = {
	.name = "alpine",
	.admin_group = "wheel",
	.login_shell = "/bin/ash",
	.escalation = "doas",
	.volumes_package = "lvm2",
	.mirror_package = "mdadm",
	.daily_folder = "etc/periodic/daily",
	.kernel_image = kernel_image,
	.initramfs_image = initramfs_image,
	.kernel_config = kernel_config,
	.set_keymap = keymap_copy,
	.set_network = set_network,
	.set_time_servers = clock_set_servers,
	.set_consoles = set_consoles,
	.set_admin = set_admin,
	.runlevel = runlevel_here,
	.service_state = openrc_state,
	.set_service = openrc_set,
	.service_action = openrc_action,
	.service_look = service_look,
	.service_program = "rc-service",
	.all_started = openrc_all_started,
	.package_databases = package_databases,
	.package_in = package_in,
	.check_packages = check_packages,
	.set_kernel_hook = set_kernel_hook,
	.package_hook = {"etc/apk/commit_hooks.d/jefe-packages", package_hook, 0755},
	.allocators = allocators,
	.repository_files = "etc/apk/repositories etc/apk/repositories.d/*",
	.weak_repositories = weak_repositories,
	.packages = packages,
	.services = services,
};

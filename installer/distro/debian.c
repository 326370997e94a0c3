/* Debian and Devuan with OpenRC on sysvinit: kernels by version, sudo. Init scripts are LSB scripts that OpenRC runs. */
#include <fnmatch.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/parts.h"

static char *kernel_image(int root_fd, const char *version)
{
	(void)root_fd;
	return memory_format("vmlinuz-%s", version);
}

static char *initramfs_image(int root_fd, const char *version)
{
	(void)root_fd;
	return memory_format("initrd.img-%s", version);
}

static char *kernel_config(int root_fd, const char *version)
{
	char *path = memory_format("boot/config-%s", version);

	if (file_exists(root_fd, path))
		return path;
	free(path);
	return NULL;
}

/* rcS runs OpenRC's sysinit level, everything that prepares the machine; "boot" would only start after the network. */
static const char *runlevel_here(const char *runlevel)
{
	return strcmp(runlevel, "boot") == 0 ? "sysinit" : runlevel;
}

static enum service_state service_state(
	int root_fd, const char *service, const char *runlevel)
{
	return openrc_state(root_fd, service, runlevel_here(runlevel));
}

static int set_service(int root_fd, const char *service, const char *runlevel, bool on,
	struct error *err)
{
	return openrc_set(root_fd, service, runlevel_here(runlevel), on, err);
}

/* The packages' own scripts, where they are not replaced by services that tell. */
static const struct daemon_row daemons[] = {
	{"auditd",		   "/sbin/auditd", "/run/auditd.pid"},
	{"busybox-klogd",         "/sbin/klogd", NULL},
	{"busybox-syslogd",            "/sbin/syslogd", NULL},
	{"chrony",		      "/usr/sbin/chronyd", "/run/chrony/chronyd.pid"},
	{"cron",          "/usr/sbin/cron", "/run/crond.pid"},
	{"docker",		      "/usr/sbin/dockerd", "/run/docker-ssd.pid"},
	{"ssh",		   "/usr/sbin/sshd", "/run/sshd.pid"},
	{0},
};

static void service_look(int root_fd, const char *service, struct daemon *daemon)
{
	openrc_look(root_fd, service, daemons, daemon);
}

/* sudo hands no variables on, so apt has it in a file of its own. */
static int set_proxy(int root_fd, const char *proxy, struct error *err)
{
	autofree char *apt = memory_format(
		"// Written by jefe-setup (network.proxy).\nAcquire::http::Proxy \"%s\";\nAcquire::https::Proxy \"%s\";\n",
		proxy, proxy);
	int rc = file_make_dirs(root_fd, "etc/apt/apt.conf.d", 0755, err);

	if (rc == 0)
		rc = file_write(root_fd, "etc/apt/apt.conf.d/80jefe-proxy", apt,
			strlen(apt), 0644, err);
	return rc < 0 ? rc : proxy_write(root_fd, proxy, err);
}

static int set_network(int root_fd, const struct answers *answers, struct error *err)
{
	int rc = interfaces_write(root_fd, answers, err);

	if (rc == 0 && answers->network.proxy)
		rc = set_proxy(root_fd, answers->network.proxy, err);
	return rc < 0 ? rc : set_service(root_fd, "networking", "boot", true, err);
}

static int set_consoles(int root_fd, enum console console, struct error *err)
{
	static const char screens[] =
		"1:2345:respawn:/sbin/getty --noclear 38400 tty1\n2:23:respawn:/sbin/getty 38400 tty2\n"
		"3:23:respawn:/sbin/getty 38400 tty3";
	static const char serial[] =
		"T0:2345:respawn:/sbin/getty -L --keep-baud 115200,38400,9600 ttyS0 vt100";
	const char *lines[3] = {0};

	if (console != CONSOLE_SERIAL)
		lines[0] = screens;
	if (console != CONSOLE_VGA)
		lines[lines[0] ? 1 : 0] = serial;
	return inittab_set_gettys(root_fd, lines, err);
}

static int set_admin(int root_fd, const char *user, struct error *err)
{
	autofree char *path = memory_format("etc/sudoers.d/jefe-%s", user);
	/* Who has no password to type proved himself with a key. */
	autofree char *rule = memory_format("%s ALL=(ALL:ALL) %sALL\n", user,
		user_has_password(root_fd, user) ? "" : "NOPASSWD: ");

	if (group_add_member(root_fd, "sudo", user, err) < 0 ||
		file_make_dirs(root_fd, "etc/sudoers.d", 0755, err) < 0 ||
		file_write(root_fd, path, rule, strlen(rule), 0440, err) < 0)
		return error_prefix(err, "making %s an administrator", user);
	return 0;
}

static const char *const package_databases[] = {"var/lib/dpkg/status", NULL};

static bool package_in(const struct text *database, const char *package)
{
	autofree char *line = memory_format("\nPackage: %s\n", package);
	const char *found, *end, *status;

	found = text_starts(text_string(database), line + 1) ? database->data
							     : text_find(database, line);
	if (!found)
		return false;
	end = strstr(found + 1, "\n\n");
	status = strstr(found, "\nStatus: install ok installed\n");
	return status && (!end || status < end);
}

/* The path-exclude and path-include lines of dpkg's own configuration, in its order. */
static int read_path_filters(int root_fd, struct words *filters, struct error *err)
{
	static const char folder[] = "etc/dpkg/dpkg.cfg.d";
	autowords struct words names = {0};

	if (file_list(root_fd, folder, true, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_format("%s/%s", folder, names.items[i]);
		autotext struct text text = {0};
		autowords struct words lines = {0};

		if (file_read(root_fd, path, 1 << 20, &text, err) < 0)
			return -1;
		words_split(&lines, text_string(&text), "\n");
		for (size_t j = 0; j < lines.count; j++)
			if (text_starts(lines.items[j], "path-"))
				words_add(filters, lines.items[j]);
	}
	return 0;
}

/* As dpkg does: the last filter that matches decides, and * matches slashes, too. */
static bool is_left_out(const struct words *filters, const char *path)
{
	bool out = false;

	for (size_t i = 0; i < filters->count; i++) {
		const char *pattern = strchr(filters->items[i], '=');

		if (pattern && fnmatch(pattern + 1, path, 0) == 0)
			out = text_starts(filters->items[i], "path-exclude=");
	}
	return out;
}

/* "??5?????? c /etc/x", "missing     /usr/bin/x"; "c" is a configuration file, which its owner may change, and so may what else is in
 * /etc. */
static int check_packages(int root_fd, struct words *differences, struct error *err)
{
	autotext struct text output = {0};
	autowords struct words lines = {0}, filters = {0};
	int status;

	if (read_path_filters(root_fd, &filters, err) < 0 ||
		command_status(&(struct command){.argv = COMMAND("dpkg", "--verify"),
				       .root_fd = root_fd,
				       .output = &output,
				       .output_limit = 16 << 20,
				       .timeout_seconds = 1800},
			&status, err) < 0)
		return -1;
	words_split(&lines, text_string(&output), "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *path = strchr(lines.items[i], '/');

		if (path && !text_starts(path, "/etc/") &&
			!(text_starts(lines.items[i], "missing") &&
				is_left_out(&filters, path)))
			words_addf(differences, "package %s", path);
	}
	return 0;
}

static int set_kernel_hook(int root_fd, struct error *err)
{
	static const char hook[] =
		"#!/bin/sh\n"
		"# Written by jefe-setup: a new kernel gets its initramfs and boot menu entry.\n"
		"exec /usr/sbin/jefe-setup boot\n";
	static const char quiet[] =
		"# Written by jefe-setup, which makes the initramfs itself.\nupdate_initramfs=no\n";
	/* After zz-update-grub, where GRUB's own packages are installed. */
	static const char *const paths[] = {
		"etc/kernel/postinst.d", "etc/kernel/postrm.d"};

	for (size_t i = 0; i < LENGTH(paths); i++) {
		autofree char *path = memory_format("%s/zzz-jefe", paths[i]);

		if (file_make_dirs(root_fd, paths[i], 0755, err) < 0 ||
			file_write(root_fd, path, hook, sizeof(hook) - 1, 0755, err) < 0)
			return error_prefix(err, "installing the kernel hook");
	}
	if (!file_exists(root_fd, "etc/initramfs-tools"))
		return 0;
	return file_write(root_fd, "etc/initramfs-tools/update-initramfs.conf", quiet,
		sizeof(quiet) - 1, 0644, err);
}

static const char package_hook[] =
	"// Written by jefe-setup: privileges and modes that packages bring back are taken again.\n"
	"DPkg::Post-Invoke { \"[ ! -x /usr/sbin/jefe-setup ] || /usr/sbin/jefe-setup reapply || true\"; };\n";

// clang-format off
/* Scudo comes in the payload, alone out of the package with the compiler's run-time; the other as Kicksecure packages it. */
static const struct name_row allocators[] = {
	{"hardened_malloc", "/usr/lib/libhardened_malloc.so/libhardened_malloc.so"},
	{"scudo", "/usr/lib/jefelinux/libscudo.so"},
	{0},
};

static const struct name_row weak_repositories[] = {
	{"unsigned", "trusted=yes"},
	{"unsigned", "Trusted: yes"},
	{"unsigned", "allow-insecure=yes"},
	{"unsigned", "Allow-Insecure: yes"},
	{"unencrypted", "http://"},
	{"unstable", " sid "},
	{"unstable", " unstable "},
	{"unstable", "Suites: sid"},
	{"unstable", "Suites: unstable"},
	{0},
};

static const struct name_row packages[] = {
	{"ssh-server", "openssh-server"},
	{"dropbear", "dropbear-bin"},
	{"tinyssh", "tinysshd"},
	{"tcp-server", "ucspi-tcp-ipv6"},
	{"bans", "fail2ban"},
	{"firewall", "nftables"},
	{"audit", "auditd"},
	{"mac", "apparmor"},
	{"cryptsetup", "cryptsetup-bin"},
	{"time-sync", "chrony"},
	{"escalation", "sudo"},
	{"syslog", "busybox-syslogd"},
	{"cron", "cron"},
	{"kernel", "linux-image-amd64"},
	{"boot-loader-bios", "grub-pc-bin"},
	{"boot-loader-uefi", "grub-efi-amd64-bin"},
	{"docker", "docker.io"},
	{"podman", "podman"},
	{"compiler", "gcc"},
	{"debugger", "gdb"},
	{"tracer", "strace"},
	{"other-compiler", "clang"},
	{"assembler", "binutils"},
	{"telnet-server", "telnetd"},
	{"ftp-server", "vsftpd"},
	{"tftp-server", "tftpd-hpa"},
	{"remote-shell-server", "rsh-redone-server"},
	{"talk-server", "talkd"},
	{"nis", "nis"},
	{"portmapper", "rpcbind"},
	{"service-discovery", "avahi-daemon"},
	{"print-server", "cups-daemon"},
	{"snmp-server", "snmpd"},
	{"inetd", "openbsd-inetd"},
	{"other-escalation", "doas"},
	{"static-shell", "busybox-static"},
	{"login-modules", "libpam-modules"},
	{"sudo", "sudo"},
	{0},
};

static const struct name_row services[] = {
	{"ssh-server", "ssh"},
	{"audit", "auditd"},
	{"mac", "apparmor"},
	{"time-sync", "chrony"},
	{"syslog", "busybox-syslogd"},
	{"kernel-log", "busybox-klogd"},
	{"cron", "cron"},
	{"network", "networking"},
	{"sysctl", "procps"},
	{"modules", "kmod"},
	{"docker", "docker"},
	{0},
};

#define DEBIAN(distro_name) { \
	.name = (distro_name), \
	.admin_group = "sudo", \
	.login_shell = "/bin/bash", \
	.escalation = "sudo", \
	.volumes_package = "lvm2", \
	.mirror_package = "mdadm", \
	.daily_folder = "etc/cron.daily", \
	.kernel_image = kernel_image, \
	.initramfs_image = initramfs_image, \
	.kernel_config = kernel_config, \
	.set_keymap = keymap_copy, \
	.set_network = set_network, \
	.set_time_servers = clock_set_servers, \
	.set_consoles = set_consoles, \
	.set_admin = set_admin, \
	.runlevel = runlevel_here, \
	.service_state = service_state, \
	.set_service = set_service, \
	.service_action = openrc_action, \
	.service_look = service_look, \
	.service_program = "rc-service", \
	.all_started = openrc_all_started, \
	.package_folder = "/var/lib/dpkg/info", .package_databases = package_databases, .package_in = package_in, \
	.check_packages = check_packages, \
	.set_kernel_hook = set_kernel_hook, \
	.package_hook = {"etc/apt/apt.conf.d/90jefe-packages", package_hook, 0644}, \
	.allocators = allocators, \
	.preload_file = "etc/ld.so.preload", \
	.repository_files = "etc/apt/sources.list etc/apt/sources.list.d/*", \
	.weak_repositories = weak_repositories, \
	.packages = packages, \
	.services = services, \
}
// clang-format on

const struct distro distro_debian = DEBIAN("debian");
const struct distro distro_devuan = DEBIAN("devuan");

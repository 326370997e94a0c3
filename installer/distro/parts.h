/* What several distributions share: OpenRC's services, ifupdown's interfaces, inittab's consoles, and accounts in text files. */
#pragma once

#include "installer/distro/distro.h"

extern const struct distro distro_alpine, distro_debian, distro_devuan;

/* Services through /etc/runlevels. */
enum service_state openrc_state(int root_fd, const char *service, const char *runlevel);
int openrc_set(int root_fd, const char *service, const char *runlevel, bool on,
	struct error *err) CHECKED;
int openrc_action(const char *service, const char *action, struct error *err) CHECKED;
/* The daemon of a service whose script tells the service manager nothing about it; pid_file NULL: it has none. A table ends with service
 * NULL. */
struct daemon_row {
	const char *service, *program, *pid_file;
};
/* rows may be NULL. */
void openrc_look(int root_fd, const char *service, const struct daemon_row *rows,
	struct daemon *daemon);
bool openrc_all_started(int root_fd);

/* Sets life and pid: is it one of the programs (none: whatever it is) that runs with the number in the file, or (NULL) with any? */
void daemon_look(int root_fd, const struct words *programs, const char *pid_file,
	struct daemon *daemon);

/* /etc/network/interfaces, and /etc/resolv.conf when the answers name servers. */
int interfaces_write(
	int root_fd, const struct answers *answers, struct error *err) CHECKED;

/* What the shells of users are told of a proxy: the programs that read these variables are many. */
#define PROXY_PROFILE   "etc/profile.d/jefe-proxy.sh"
#define PROXY_VARIABLES "http_proxy https_proxy no_proxy"
int proxy_write(int root_fd, const char *proxy, struct error *err) CHECKED;

/* chrony's servers, when the answers name any. -ENOENT: the system has no chrony. */
int clock_set_servers(
	int root_fd, const struct answers *answers, struct error *err) CHECKED;

/* Replace every getty line of /etc/inittab by the NULL-terminated lines. */
int inittab_set_gettys(int root_fd, const char *const *lines, struct error *err) CHECKED;

/* /etc/jefelinux/keymap.bmap, which the initramfs loads, from the keymaps below /usr/share/jefelinux. */
int keymap_copy(int root_fd, const char *keymap, struct error *err) CHECKED;

/* Make user a member of an existing group in /etc/group. */
int group_add_member(
	int root_fd, const char *group, const char *user, struct error *err) CHECKED;
/* Has the user a password to type, or only keys? By /etc/shadow. */
bool user_has_password(int root_fd, const char *user);

/* What differs between distributions. Words of a distribution (package manager, service commands, paths of its own) appear only in
 * this folder and in live-iso/. Every function works below a root descriptor and so serves an unmounted target, a mounted
 * disk and the running system. */
#pragma once

#include <stdbool.h>

#include "installer/answers.h"
#include "installer/base/error.h"
#include "installer/base/text.h"

enum service_state { SERVICE_MISSING, SERVICE_OFF, SERVICE_ON };

/* What is left of a service that was started. */
enum service_life {
	SERVICE_STOPPED,
	SERVICE_RUNS,   /* what it started lives, or it is none that stays */
	SERVICE_DEAD,   /* it counts as started, and its daemon is gone */
	SERVICE_UNSEEN, /* its daemon may not be looked at */
};

/* A service and the process that it started; of several the first that is gone, else the last. */
struct daemon {
	enum service_life life;
	unsigned long pid; /* 0: none that lives, or not known */
	/* As the service names them; NULL: it has no daemon, or tells no such file. */
	char *program, *pid_file;
};
void daemon_free(struct daemon *daemon);
#define autodaemon __attribute__((cleanup(daemon_free)))

/* A generic name and this distribution's own; a table ends with generic NULL. */
struct name_row {
	const char *generic, *own;
};

/* A file with all of its content. */
struct file_row {
	const char *path, *content;
	unsigned mode;
};

struct distro {
	/* "alpine", "debian", "devuan": the manifest's "base" and os-release ID. */
	const char *name;
	const char *admin_group; /* wheel or sudo */
	const char *login_shell; /* /bin/ash or /bin/bash; must exist in the root */
	const char *escalation;  /* "doas" or "sudo" */
	const char *volumes_package, *mirror_package; /* that have LVM and mdadm */
	const char *daily_folder; /* programs in it run once a day: etc/cron.daily */
	/* Kernel image and initramfs names below /boot for a kernel version: "vmlinuz-lts"; the caller frees them. */
	char *(*kernel_image)(int root_fd, const char *version);
	char *(*initramfs_image)(int root_fd, const char *version);
	/* Kernel configuration below the root, e.g. boot/config-VERSION; NULL when none. The caller frees it. */
	char *(*kernel_config)(int root_fd, const char *version);
	int (*set_keymap)(int root_fd, const char *keymap, struct error *err);
	/* network.interface is the port to configure; unset, as on a machine whose ports are unknown, it is eth0. */
	int (*set_network)(int root_fd, const struct answers *answers, struct error *err);
	int (*set_time_servers)(int root_fd, const struct answers *answers, struct error *err);
	/* getty on tty1..3 and/or ttyS0. */
	int (*set_consoles)(int root_fd, enum console console, struct error *err);
	/* Group and privilege escalation rule. After the user's shadow entry is written: who has no password to type is not asked. */
	int (*set_admin)(int root_fd, const char *user, struct error *err);
	/* Service at boot, by this distribution's name (distro_service). runlevel is OpenRC's name: sysinit, boot, default, shutdown. */
	const char *(*runlevel)(const char *runlevel); /* the folder below etc/runlevels that it is here */
	enum service_state (*service_state)(
		int root_fd, const char *service, const char *runlevel);
	int (*set_service)(int root_fd, const char *service, const char *runlevel,
		bool on, struct error *err);
	/* On the running system only: start stop restart reload. */
	int (*service_action)(const char *service, const char *action, struct error *err);
	/* Asked of the kernel; the caller clears it with daemon_free(). */
	void (*service_look)(int root_fd, const char *service, struct daemon *daemon);
	const char *service_program; /* "PROGRAM SERVICE restart" is what people type */
	bool (*all_started)(int root_fd); /* the start of the system is through its last runlevel */
	const char *package_folder; /* where many files are that only the package manager reads, or NULL: "/var/lib/x" */
	const char *const *package_databases; /* files, NULL-terminated; the first that is there counts */
	bool (*package_in)(const struct text *database, const char *package); /* is it installed, says the text of that file */
	/* Programs and data that are not as their packages brought them: "package /usr/bin/x" is added for each. */
	int (*check_packages)(int root_fd, struct words *differences, struct error *err);
	/* Install the hook that runs `jefe-setup boot` (initramfs of every kernel, boot menu) after a kernel upgrade. */
	int (*set_kernel_hook)(int root_fd, struct error *err);
	/* What the package manager runs when it has changed packages: it calls `jefe-setup reapply`. */
	struct file_row package_hook;
	/* Shared objects of hardened allocators, and the file that names what every program loads first; NULL: the C library reads
	 * no such file, so services and shells are told one by one. */
	const struct name_row *allocators;
	const char *preload_file;
	/* The package manager's lists of repositories, as patterns; words in them that are weak, and in what way: "unsigned",
	 * "unencrypted", "unstable". */
	const char *repository_files;
	const struct name_row *weak_repositories;
	const struct name_row *packages,
		*services; /* for distro_package, distro_service */
};

/* This distribution's name for a generic one, "ssh-server": openssh-server; NULL: has none. */
const char *distro_package(const struct distro *distro, const char *generic);
const char *distro_service(const struct distro *distro, const char *generic);

extern const struct distro *const distros[];         /* NULL-terminated */
const struct distro *distro_named(const char *name); /* NULL when unknown */
/* By /etc/os-release below the root; -ENOENT with a message when it is none of ours. */
int distro_detect(int root_fd, const struct distro **distro, struct error *err) CHECKED;

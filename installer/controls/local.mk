libinstaller_a_SOURCES += \
	installer/controls/advice.c \
	installer/controls/applied.c \
	installer/controls/apply.c \
	installer/controls/audit.c \
	installer/controls/audit_rule.c \
	installer/controls/catalogue.c installer/controls/controls.h \
	installer/controls/change.c installer/controls/change.h \
	installer/controls/change_record.c installer/controls/change_record.h \
	installer/controls/check.c \
	installer/controls/composed.c \
	installer/controls/disk.c \
	installer/controls/encryption.c \
	installer/controls/engine.c installer/controls/engine.h \
	installer/controls/engine_process.c \
	installer/controls/engine_setting.c \
	installer/controls/kind_absent.c \
	installer/controls/facts.c \
	installer/controls/kind_account.c \
	installer/controls/kind_allocator.c \
	installer/controls/kind_apparmor.c \
	installer/controls/kind_argument.c \
	installer/controls/kind_audit_rule.c \
	installer/controls/kind_container.c \
	installer/controls/kind_exposure.c \
	installer/controls/kind_file.c \
	installer/controls/kind_firewall.c \
	installer/controls/kind_hook.c \
	installer/controls/kind_json.c \
	installer/controls/kind_late.c \
	installer/controls/kind_listener.c \
	installer/controls/kind_machine.c \
	installer/controls/kind_module.c \
	installer/controls/kind_mount.c \
	installer/controls/kind_preload.c \
	installer/controls/kind_repository.c \
	installer/controls/kind_scan.c \
	installer/controls/kind_service.c \
	installer/controls/kind_setting.c \
	installer/controls/kind_setuid.c \
	installer/controls/kind_sshd.c \
	installer/controls/kind_state.c \
	installer/controls/kind_static.c \
	installer/controls/kind_sysctl.c \
	installer/controls/kernel_log.c \
	installer/controls/kinds.h \
	installer/controls/listing.c \
	installer/controls/memo.c \
	installer/controls/policy.c \
	installer/controls/process.c installer/controls/process.h \
	installer/controls/profiles.h \
	installer/controls/profile.c \
	installer/controls/reader.c \
	installer/controls/report.c \
	installer/controls/report_json.c \
	installer/controls/report_sarif.c \
	installer/controls/rollback.c installer/controls/rollback.h \
	installer/controls/scan.c \
	installer/controls/site.c \
	installer/controls/sshd_config.c \
	installer/controls/written.c

# The catalogue and the files it writes: data, included by catalogue.c and kind_firewall.c.
EXTRA_DIST += \
	installer/controls/catalogue/audit.inc \
	installer/controls/catalogue/auth.inc \
	installer/controls/catalogue/boot.inc \
	installer/controls/catalogue/container.inc \
	installer/controls/catalogue/kernel.inc \
	installer/controls/catalogue/mac.inc \
	installer/controls/catalogue/network.inc \
	installer/controls/catalogue/userland.inc \
	installer/controls/files/bans.inc \
	installer/controls/files/firewall.inc \
	installer/controls/files/profile.inc \
	installer/controls/files/ssh.inc \
	installer/controls/files/services.inc

# AppArmor profiles: files as they stand below /etc/apparmor.d, compiled in as text.
profile_files = \
	abstractions/jefe-app \
	jefe-app-example \
	jefe-auditd \
	jefe-chronyd \
	jefe-containerd \
	jefe-cron \
	jefe-dockerd \
	jefe-dropbear \
	jefe-fail2ban \
	jefe-klogd \
	jefe-sshd \
	jefe-syslogd \
	jefe-tinyssh \
	jefe-web
profile_paths = $(profile_files:%=installer/controls/files/apparmor/%)
EXTRA_DIST += $(profile_paths)
nodist_libinstaller_a_SOURCES += installer/controls/profiles.c
CLEANFILES += installer/controls/profiles.c

installer/controls/profiles.c: $(profile_paths) installer/controls/local.mk
	$(AM_V_GEN)$(MKDIR_P) installer/controls && { \
	echo '#include <stddef.h>'; \
	echo '#include "installer/controls/profiles.h"'; \
	echo 'const struct profile_file profile_files[] = {'; \
	for profile in $(profile_files); do \
		echo "{\"$$profile\","; \
		sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $(srcdir)/installer/controls/files/apparmor/$$profile; \
		echo '},'; done; \
	echo '{NULL, NULL}};'; } >$@.new && mv $@.new $@

# Loaded beside Scudo into every program of the installed system; a shared object by its own flags.
allocatordir = $(libdir)/jefelinux
allocator_PROGRAMS = libscudo-options.so
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT += libscudo-options.so
libscudo_options_so_SOURCES = installer/controls/scudo_options.c
libscudo_options_so_CFLAGS = $(WARN_CFLAGS) -fPIC
libscudo_options_so_LDFLAGS = -shared -nostdlib

# The program: one file per command; the table of commands is in main.c.
sbin_PROGRAMS += jefe-setup
jefe_setup_SOURCES = \
	installer/cli/attach.c \
	installer/cli/audit.c \
	installer/cli/boot.c \
	installer/cli/canary.c \
	installer/cli/check.c \
	installer/cli/cli.h \
	installer/cli/confirm.c installer/cli/confirm.h \
	installer/cli/console.c \
	installer/cli/explain.c \
	installer/cli/fido2.c \
	installer/cli/harden.c \
	installer/cli/hardening.c \
	installer/cli/hardening.h \
	installer/cli/initramfs.c \
	installer/cli/medium.c \
	installer/cli/inputs.c \
	installer/cli/inputs.h \
	installer/cli/install.c \
	installer/cli/integrity.c \
	installer/cli/keeper.c installer/cli/keeper.h \
	installer/cli/main.c \
	installer/cli/plan.c \
	installer/cli/probe.c \
	installer/cli/prompt.c \
	installer/cli/prompt.h \
	installer/cli/recover.c \
	installer/cli/remote.c \
	installer/cli/schema.c \
	installer/cli/ssh_keys.c \
	installer/cli/stick.c \
	installer/cli/tpm.c \
	installer/cli/unattended.c \
	installer/cli/wizard.c
jefe_setup_LDADD = libinstaller.a $(ENGINE_LIBS)

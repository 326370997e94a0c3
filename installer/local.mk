libinstaller_a_SOURCES += \
	installer/answers.h installer/archive.h installer/bootenv.h installer/bootmenu.h installer/event.h installer/health.h installer/machine.h \
	installer/manifest.h installer/plan.h installer/problem.h installer/release.h installer/run.h \
	installer/storage.h

# the engine: plan, run and what they hold
libinstaller_a_SOURCES += \
	installer/event.c installer/journal.c installer/journal.h installer/layout.c installer/layout.h installer/partitions.c installer/partitions_found.c installer/partitions.h \
	installer/plan.c installer/release.c installer/run.c installer/secrets.c installer/secrets.h \
	installer/storage_disk.c installer/storage_fs.c installer/storage_luks.c installer/storage_lvm.c installer/storage_md.c \
	installer/storage_parted.c

# facts and wishes
libinstaller_a_SOURCES += \
	installer/problem.c installer/machine.c installer/machine_disk.c installer/machine_health.c installer/machine_probe.c installer/machine_probe.h \
	installer/machine_system.c installer/answers_schema.c \
	installer/answers.c installer/answers_fields.c installer/answers_value.c installer/answers_value.h \
	installer/answers_check.c installer/answers_read.c installer/answers_summary.c installer/answers_write.c \
	installer/answers_valid.c installer/answers_valid.h \
	installer/fido2.c installer/fido2.h installer/fido2_token.c installer/keeper.c installer/keeper.h installer/keymap.c installer/keymap.h installer/keymaps.def installer/remote.c installer/remote.h installer/ssh_key.c installer/ssh_key.h \
	installer/timezone.c installer/timezone.h installer/tpm.c installer/tpm.h installer/tpm_token.c installer/unlock.c installer/unlock.h installer/verbs.c installer/verbs.h

# What talks to TPMs is a program of its own, so that nothing else needs its libraries.
if HAVE_TSS
pkglibexec_PROGRAMS += jefe-tpm
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT += jefe-tpm
libinstaller_a_SOURCES += installer/storage_tpm.c installer/storage_tpm.h
jefe_tpm_SOURCES = installer/tpm_main.c
jefe_tpm_LDADD = libinstaller.a $(CRYPTSETUP_LIBS) $(JANSSON_LIBS) $(TSS_LIBS)
endif

# The same for security keys.
if HAVE_FIDO2
pkglibexec_PROGRAMS += jefe-fido2
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT += jefe-fido2
libinstaller_a_SOURCES += installer/base/security_key.c
jefe_fido2_SOURCES = installer/fido2_main.c
jefe_fido2_LDADD = libinstaller.a $(CRYPTSETUP_LIBS) $(JANSSON_LIBS) $(FIDO2_LIBS)
endif
EXTRA_DIST += installer/base/security_key.c installer/fido2_main.c installer/storage_tpm.c installer/storage_tpm.h installer/tpm_main.c

# payload and boot
libinstaller_a_SOURCES += \
	installer/archive.c installer/bootenv.c installer/bootmenu.c installer/health.c installer/integrity.c installer/integrity.h \
	installer/manifest.c installer/medium.c installer/medium.h installer/signed.c installer/signed.h

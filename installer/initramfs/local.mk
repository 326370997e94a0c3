initramfs_files = \
	installer/initramfs/init \
	installer/initramfs/console.sh \
	installer/initramfs/devices.sh \
	installer/initramfs/installed.sh \
	installer/initramfs/live.sh \
	installer/initramfs/remote.sh \
	installer/initramfs/dhcp.sh \
	installer/initramfs/tpm.sh \
	installer/initramfs/fido2.sh \
	installer/initramfs/unlock.sh
EXTRA_DIST += $(initramfs_files)

libinstaller_a_SOURCES += \
	installer/initramfs/content.c installer/initramfs/content.h \
	installer/initramfs/elf.c installer/initramfs/elf.h \
	installer/initramfs/image.c installer/initramfs/image.h \
	installer/initramfs/initramfs.c installer/initramfs/initramfs.h \
	installer/initramfs/modules.c installer/initramfs/modules.h \
	installer/initramfs/programs.c installer/initramfs/programs.h \
	installer/initramfs/remote.c installer/initramfs/remote.h \
	installer/initramfs/scripts.h
nodist_libinstaller_a_SOURCES += installer/initramfs/scripts.c
CLEANFILES += installer/initramfs/scripts.c

# The scripts as bytes. init goes to the top of the image, the others beside it in lib/jefe.
installer/initramfs/scripts.c: $(initramfs_files) installer/initramfs/local.mk
	$(AM_V_GEN)$(MKDIR_P) installer/initramfs && { \
	echo '#include "installer/initramfs/scripts.h"'; \
	for script in init console devices installed live remote dhcp tpm fido2 unlock; do \
		file=$(srcdir)/installer/initramfs/$$script; test $$script = init || file=$$file.sh; \
		echo "static const unsigned char script_$$script[] = {"; \
		od -An -v -tx1 "$$file" | sed 's/ \(..\)/0x\1,/g'; echo '};'; done; \
	echo 'const struct script scripts[] = {'; \
	for script in init console devices installed live remote dhcp tpm fido2 unlock; do \
		name=usr/lib/jefe/$$script.sh; test $$script != init || name=init; \
		echo "{\"$$name\", script_$$script, sizeof(script_$$script)},"; done; \
	echo '{0}};'; } >$@.new && mv $@.new $@

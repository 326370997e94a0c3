libinstaller_a_SOURCES += \
	installer/distro/accounts.c \
	installer/distro/alpine.c \
	installer/distro/clock.c \
	installer/distro/daemon.c \
	installer/distro/debian.c \
	installer/distro/distro.c installer/distro/distro.h \
	installer/distro/interfaces.c \
	installer/distro/openrc.c \
	installer/distro/parts.h \
	installer/distro/proxy.c

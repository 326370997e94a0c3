# The kinds of steps; their order is in installer/plan.c.
libinstaller_a_SOURCES += \
	installer/steps/steps.h \
	installer/steps/boot.c \
	installer/steps/disk.c \
	installer/steps/finish.c \
	installer/steps/hardening.c \
	installer/steps/keep.c \
	installer/steps/keeper.c \
	installer/steps/mirror.c \
	installer/steps/payload.c \
	installer/steps/system.c \
	installer/steps/unlock.c \
	installer/steps/users.c \
	installer/steps/volumes.c

# Recovery of an installed system; the table of actions is in actions.c.
libinstaller_a_SOURCES += \
	installer/recover/actions.c \
	installer/recover/boot.c \
	installer/recover/keys.c \
	installer/recover/logical.c \
	installer/recover/logs.c \
	installer/recover/mirror.c \
	installer/recover/operation.h \
	installer/recover/operations.c \
	installer/recover/recover.h \
	installer/recover/shell.c \
	installer/recover/systems.c \
	installer/recover/volumes.c

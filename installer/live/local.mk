libinstaller_a_SOURCES += \
	installer/live/console.c installer/live/console.h \
	installer/live/fetch.c installer/live/fetch.h \
	installer/live/follow.c \
	installer/live/kernel_line.c installer/live/kernel_line.h \
	installer/live/report.c installer/live/report.h \
	installer/live/source.c installer/live/source.h \
	installer/live/terminal.c \
	installer/live/unattended.c installer/live/unattended.h

# Screens over the field table, and the front end programs made of them.
libscreens_a_SOURCES += \
	screens/accounts.c screens/accounts.h \
	screens/answers_file.c screens/answers_file.h \
	screens/consequences.c screens/consequences.h \
	screens/console_font.c screens/console_font.h \
	screens/console_keymap.c screens/console_keymap.h \
	screens/control.c \
	screens/disk.c \
	screens/edits.c \
	screens/encryption.c \
	screens/engine.c screens/engine.h \
	screens/follow.c screens/follow.h \
	screens/harden.c \
	screens/host_key.c \
	screens/medium.c screens/medium.h \
	screens/hardening.c screens/hardening.h \
	screens/install.c \
	screens/installed.c screens/installed.h \
	screens/job.c screens/job.h \
	screens/key.c screens/key.h \
	screens/keyboard.c \
	screens/layout.c \
	screens/logs.c \
	screens/luks.c screens/luks.h \
	screens/measures.c \
	screens/network.c \
	screens/preview.c screens/preview.h \
	screens/proof.c screens/proof.h \
	screens/recovery.c screens/recovery.h \
	screens/remote.c \
	screens/repair.c \
	screens/review.c \
	screens/services.c screens/session.c screens/session.h \
	screens/session_secrets.c screens/session_secrets.h \
	screens/stick.c screens/stick.h \
	screens/strength.c screens/strength.h \
	screens/system.c \
	screens/tasks.c \
	screens/time.c \
	screens/typing.c screens/typing.h \
	screens/ui.c screens/ui.h \
	screens/users.c \
	screens/wait.c screens/wait.h \
	screens/waiver.c \
	screens/welcome.c \
	screens/wizard.c screens/wizard.h \
	screens/words.c screens/words.h

pkglibexec_PROGRAMS += ui-ncurses ui-line
# They are started by the launcher and take its arguments, not those of a person.
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT += ui-ncurses ui-newt ui-line
noinst_PROGRAMS += ui-script

UI_LIBS = libscreens.a libtui.a libinstaller.a $(ENGINE_LIBS) $(QRENCODE_LIBS)
ui_ncurses_SOURCES = screens/ui_ncurses.c
ui_ncurses_LDADD = $(UI_LIBS) $(NCURSES_LIBS)
UI_NEWT =
if HAVE_NEWT
UI_NEWT += ui-newt
pkglibexec_PROGRAMS += ui-newt
ui_newt_SOURCES = screens/ui_newt.c
ui_newt_LDADD = $(UI_LIBS) $(NEWT_LIBS)
endif
ui_line_SOURCES = screens/ui_line.c
ui_line_LDADD = $(UI_LIBS)
ui_script_SOURCES = screens/ui_script.c
ui_script_LDADD = $(UI_LIBS)

# What `wizard --demo` plays: a recorded machine and the event lines of an installation, and a walk through it for `--script`.
demodir = $(pkgdatadir)/demo
dist_demo_DATA = screens/demo/install.events screens/demo/machine.json screens/demo/walk.script

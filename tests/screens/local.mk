# The wizard on a terminal of its own, read back through libvterm.
if HAVE_VTERM
check_PROGRAMS += tests/screens/screenplay
tests_screens_screenplay_SOURCES = tests/screens/screenplay.c
tests_screens_screenplay_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
tests_screens_screenplay_LDADD = libinstaller.a $(VTERM_LIBS) -lutil
endif

dist_check_SCRIPTS += tests/screens/screens.sh tests/screens/console.sh tests/screens/attach.sh
TESTS += tests/screens/screens.sh tests/screens/console.sh tests/screens/attach.sh
tests/screens/screens.log tests/screens/console.log tests/screens/attach.log: ui-ncurses $(UI_NEWT) ui-line ui-script jefe-setup
EXTRA_DIST += tests/screens/plays tests/screens/golden tests/screens/data tests/screens/answers.yaml tests/screens/parity.line \
	tests/screens/parity.script

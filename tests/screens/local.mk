# The wizard on a terminal of its own, read back through libvterm.
if HAVE_VTERM
check_PROGRAMS += tests/screens/screenplay
tests_screens_screenplay_SOURCES = tests/screens/screenplay.c tests/screens/screenplay.h tests/screens/walk.c
tests_screens_screenplay_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
tests_screens_screenplay_LDADD = libinstaller.a $(VTERM_LIBS) -lutil
endif

# What counts bytes by the time in which they come, for which sanitizers are too slow.
if !SANITIZERS
screen_measures = tests/screens/walk.sh tests/screens/bytes.sh
endif
screen_tests = tests/screens/golden.sh $(screen_measures) tests/screens/demo.sh tests/screens/endings.sh tests/screens/parity.sh tests/screens/german.sh \
	tests/screens/wait.sh tests/screens/console.sh tests/screens/attach.sh tests/screens/installed.sh tests/screens/fuzz.sh
dist_check_SCRIPTS += $(screen_tests)
$(screen_tests:.sh=.log): ui-ncurses $(UI_NEWT) ui-line ui-script jefe-setup
EXTRA_DIST += tests/screens/lib.sh tests/screens/plays tests/screens/golden tests/screens/data tests/screens/answers.yaml tests/screens/pages tests/screens/budget tests/screens/parity.line \
	tests/screens/parity.script tests/screens/pictures.sh tests/screens/cast.py tests/screens/keymaps.py

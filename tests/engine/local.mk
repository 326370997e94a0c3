# The engine's steps on loop devices; skipped, loudly, without root.
check_PROGRAMS += tests/engine/walk
tests_engine_walk_SOURCES = tests/engine/walk.c installer/cli/inputs.c installer/cli/inputs.h
tests_engine_walk_LDADD = libinstaller.a $(ENGINE_LIBS)
dist_check_SCRIPTS += tests/engine/steps.sh tests/engine/install.sh tests/engine/recover.sh
EXTRA_DIST += tests/engine/make-payload
TESTS += tests/engine/steps.sh tests/engine/install.sh tests/engine/recover.sh

# A TPM that swtpm plays.
if HAVE_TSS
if HAVE_CMOCKA
check_PROGRAMS += tests/engine/seal
tests_engine_seal_SOURCES = tests/engine/seal.c tests/unit/temporary.h tests/unit/unit.h
tests_engine_seal_LDADD = libinstaller.a $(ENGINE_LIBS) $(TSS_LIBS) $(CMOCKA_LIBS) -lutil
endif
endif
dist_check_SCRIPTS += tests/engine/tpm.sh
EXTRA_DIST += tests/engine/seal.c
TESTS += tests/engine/tpm.sh

# A security key in software.
if HAVE_FIDO2
if HAVE_CMOCKA
check_PROGRAMS += tests/engine/touch
tests_engine_touch_SOURCES = tests/engine/touch.c tests/unit/temporary.h tests/unit/unit.h
tests_engine_touch_LDADD = libinstaller.a $(ENGINE_LIBS) $(FIDO2_LIBS) $(CMOCKA_LIBS)
endif
endif
dist_check_SCRIPTS += tests/engine/fido2.sh
EXTRA_DIST += tests/engine/touch.c
TESTS += tests/engine/fido2.sh

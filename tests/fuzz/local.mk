# Fuzz targets, run over their stored corpus.
FUZZ_TESTS = tests/fuzz/fuzz_answers tests/fuzz/fuzz_document tests/fuzz/fuzz_machine
tests_fuzz_fuzz_answers_SOURCES = tests/fuzz/fuzz_answers.c tests/fuzz/harness.h
tests_fuzz_fuzz_document_SOURCES = tests/fuzz/fuzz_document.c
tests_fuzz_fuzz_machine_SOURCES = tests/fuzz/fuzz_machine.c
tests_fuzz_fuzz_answers_LDADD = libinstaller.a $(ENGINE_LIBS)
tests_fuzz_fuzz_document_LDADD = libinstaller.a $(ENGINE_LIBS)
tests_fuzz_fuzz_machine_LDADD = libinstaller.a $(ENGINE_LIBS)
check_PROGRAMS += $(FUZZ_TESTS)
TESTS += $(FUZZ_TESTS)
EXTRA_DIST += tests/fuzz/corpus

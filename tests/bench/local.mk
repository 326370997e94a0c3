# Benchmarks are run by hand and print ratios against a peer: tests/bench/NAME. This one needs a program, built on demand.
EXTRA_PROGRAMS = tests/bench/extract_archive
tests_bench_extract_archive_SOURCES = tests/bench/extract_archive.c
tests_bench_extract_archive_LDADD = libinstaller.a $(ENGINE_LIBS)
CLEANFILES += tests/bench/extract_archive

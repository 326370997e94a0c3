# make check: units and text cases through Automake's TAP driver. The VM tests are started by tests/run.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; LC_ALL=C.UTF-8; TZ=UTC; unset LANGUAGE; \
	top_srcdir=$(top_srcdir); top_builddir=$(top_builddir); \
	$(SANITIZER_ENVIRONMENT); \
	export CMOCKA_MESSAGE_OUTPUT LC_ALL TZ top_srcdir top_builddir ASAN_OPTIONS;

# First what takes longest, and waits most of the time.
TESTS += $(screen_tests)

include tests/unit/local.mk
include tests/fuzz/local.mk

EXTRA_DIST += tests/tap.sh
dist_check_SCRIPTS = tests/layers.sh tests/boot.sh tests/canary.sh tests/canary-lower.sh tests/canary-drift.sh tests/packages.sh tests/po.sh tests/profiles.sh tests/shells.sh tests/ssh-keys.sh tests/stick.sh
TESTS += tests/layers.sh tests/boot.sh tests/canary.sh tests/canary-lower.sh tests/canary-drift.sh tests/packages.sh tests/po.sh tests/profiles.sh tests/shells.sh tests/ssh-keys.sh tests/stick.sh

# text cases
dist_check_SCRIPTS += tests/cases/check.sh tests/probe.sh
TESTS += tests/cases/check.sh tests/probe.sh
EXTRA_DIST += tests/cases/README.md tests/cases/run.sh tests/cases/check tests/cases/machines
dist_check_SCRIPTS += tests/cases/plan.sh
TESTS += tests/cases/plan.sh
EXTRA_DIST += tests/cases/plan
dist_check_SCRIPTS += tests/cases/harden.sh
TESTS += tests/cases/harden.sh
EXTRA_DIST += tests/cases/harden

dist_check_SCRIPTS += tests/audit.sh tests/harden.sh tests/kernel-settings.sh
TESTS += tests/audit.sh tests/harden.sh tests/kernel-settings.sh
EXTRA_DIST += tests/cases/kernel
EXTRA_DIST += tests/validate

include tests/engine/local.mk
include tests/network/local.mk
include tests/iso/local.mk

EXTRA_DIST += tests/run tests/lint.sh tests/packages.list tests/.clang-tidy tests/bench tests/vm
include tests/screens/local.mk
include tests/bench/local.mk
EXTRA_DIST += tests/initramfs/run tests/musl/run tests/bench/extract tests/bench/initramfs

# Started in virtual machines and on unpacked payloads by tests/vm; see tests/vm/flip.py.
EXTRA_PROGRAMS += tests/vm/flip
tests_vm_flip_SOURCES = tests/vm/flip.c tests/vm/flip.h tests/vm/flip_change.c tests/vm/flip_disk.c tests/vm/flip_kernel.c
tests_vm_flip_LDADD = libinstaller.a $(ENGINE_LIBS)
CLEANFILES += tests/vm/flip

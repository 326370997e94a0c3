# Packet filter and SSH servers at work, in network namespaces; skipped, loudly, without root.
check_PROGRAMS += tests/network/change
tests_network_change_SOURCES = tests/network/change.c
tests_network_change_LDADD = libinstaller.a $(ENGINE_LIBS)
dist_check_SCRIPTS += tests/network/firewall.sh tests/network/rollback.sh tests/network/ssh.sh
TESTS += tests/network/firewall.sh tests/network/rollback.sh tests/network/ssh.sh
EXTRA_DIST += tests/network/lib.sh tests/network/log.failures tests/network/log.innocent

# Packet filter and SSH servers at work, in network namespaces; skipped, loudly, without root.
dist_check_SCRIPTS += tests/network/firewall.sh tests/network/remote.sh tests/network/rollback.sh tests/network/ssh.sh
TESTS += tests/network/firewall.sh tests/network/remote.sh tests/network/rollback.sh tests/network/ssh.sh
EXTRA_DIST += tests/network/lib.sh tests/network/log.failures tests/network/log.innocent \
	tests/network/packets.py

#!/bin/bash
# What a start tells the system log: `jefe-setup canary boot` in a small root of its own, whose log is a socket of ours. Prints TAP.
# shellcheck disable=SC2317 # functions are called through check
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
[ "$(id -u)" = 0 ] && chroot / true 2>/dev/null || { echo "1..0 # SKIP needs root"; exit 0; }
! ldd "$build/jefe-setup" | grep -q libasan || { echo "1..0 # SKIP the sanitizer wants a true /proc"; exit 0; }
tree=$(mktemp -d) || exit 99
listener=
# shellcheck disable=SC2317 # called by trap
cleanup() {
	[ -z "$listener" ] || kill "$listener"
	rm -rf "$tree"
}
trap cleanup EXIT
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# The program with its libraries, a system that is through its start, and a login prompt that waits.
mkdir -p "$tree"/{etc,dev,var/log,run/openrc,proc/11}
for file in "$build/jefe-setup" $(ldd "$build/jefe-setup" | grep -oE '/[^ ]+'); do
	mkdir -p "$tree$(dirname "$file")" && cp -L "$file" "$tree$file" || exit 99
done
echo ID=alpine >"$tree/etc/os-release"
echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
echo 'root:*:19000:0:99999:7:::' >"$tree/etc/shadow"
echo default >"$tree/run/openrc/softlevel"
echo getty >"$tree/proc/11/comm"
python3 -c '
import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
with open(sys.argv[2], "ab", buffering=0) as file:
    while True: file.write(log.recv(8192).rstrip(b"\0\n") + b"\n")' "$tree/dev/log" "$tree/log" &
listener=$!
for ((i = 0; i < 100; i++)); do [ -S "$tree/dev/log" ] && break; sleep 0.1; done

# start: what is logged is the last start's.
start() {
	: >"$tree/log"
	timeout 60 chroot "$tree" "$build/jefe-setup" canary boot >"$tree/said" 2>&1 && logged 'this start got well'
}
logged() {
	local i
	for ((i = 0; i < 50; i++)); do grep -q -- "$1" "$tree/log" && return; sleep 0.1; done
	sed 's/^/# /' "$tree/log" "$tree/said"
	return 1
}
silent() { ! grep -- "$1" "$tree/log" | sed 's/^/# /' | grep .; }

"$build/jefe-setup" harden --root "$tree" --level baseline >/dev/null
check "a system that is as it was hardened starts" start
check "the log has its summary" logged 'audit: baseline:'
check "and tells no drift" silent 'DRIFT'
echo "Welcome" >>"$tree/etc/issue"
check "somebody changes a file, and it starts" start
check "the log names the drift, its control and the line" logged 'DRIFT: userland.banner: .*etc/issue was edited by hand: +Welcome'
check "the summary counts it" logged ' 1 drift'
rm "$tree/etc/modprobe.d/jefe.conf"
start
check "what is gone is in the log as well" logged '\(FAIL\|DRIFT\): kernel.*etc/modprobe.d/jefe.conf'
echo "1..$number"
exit "$bad"

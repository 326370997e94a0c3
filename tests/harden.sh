#!/bin/bash
# Changes of a system, one after the other: each is all or nothing, and can be taken back. With root also a full and a read-only /etc.
# Prints TAP.
# shellcheck disable=SC2317 # functions are called through report
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
root=$work/root
number=0
bad=0

report() { # report TEXT COMMAND...
	local text=$1
	number=$((number + 1))
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text"
		sed 's/^/# /' "$work/said"
		bad=1
	fi
}

skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

harden() { "$build/jefe-setup" harden --root "$root" "$@"; }

# state NAME: every file, link and mode below the root but what remembers changes.
state() {
	(cd "$root" && find . -path ./var/lib/jefelinux/changes -prune -o -printf '%p %y %m %l\n' -type f -exec sha256sum {} + | sort) >"$work/$1"
}

# is_as NAME: the root is in that state.
is_as() {
	state now
	diff -u "$work/$1" "$work/now"
}

# takes_back COUNT STATE: --undo that many times.
takes_back() {
	local i
	for ((i = 0; i < $1; i++)); do harden --undo || return 1; done
	is_as "$2"
}

# refuses STATUS PATTERN ARGUMENT...: harden ends so, says so, and changes nothing.
refuses() {
	local status=$1 pattern=$2
	shift 2
	state refused
	harden "$@" >"$work/out" 2>&1
	[ $? = "$status" ] || { cat "$work/out"; return 1; }
	grep -q "$pattern" "$work/out" || { cat "$work/out"; return 1; }
	is_as refused
}

# As after a power cut in the middle: the record of the last change has no end.
cut_short() {
	local last
	last=$(find "$root/var/lib/jefelinux/changes" -name record | sort | tail -n 1)
	sed -i '/^now\t/d; /^done$/d' "$last"
}

# Run harden and kill it as soon as it has replaced some files; again, when it was quicker than that.
interrupt() {
	local record=$root/var/lib/jefelinux/changes/0002/record
	for _ in $(seq 20); do
		"$build/jefe-setup" harden --root "$root" --level paranoid >/dev/null 2>&1 &
		while kill -0 $! 2>/dev/null && ! grep -q '^file.*etc/login.defs$' "$record" 2>/dev/null; do :; done
		kill -9 $! 2>/dev/null
		wait $! 2>/dev/null
		! is_as before_cut >/dev/null && ! grep -q '^done$' "$record" && return
		[ ! -e "$record" ] || harden --undo >/dev/null
	done
	return 1
}

mkdir -p "$root/etc" "$root/usr/bin" "$root/var/lib"
echo ID=alpine >"$root/etc/os-release"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:*:19000:0:99999:7:::' >"$root/etc/shadow"
echo 'UMASK 022' >"$root/etc/login.defs"
echo program >"$root/usr/bin/su"
chmod 4755 "$root/usr/bin/su"
mkdir -p "$root/var/lib/jefelinux" "$root/etc/jefelinux"

echo "1..14"
state fresh
report "a level is applied" harden --level baseline
state baseline
report "a higher one is applied" harden --level hardened --waive kernel.iommu --reason 'old controller' --expires 2999-12-31
state hardened
report "a single control is turned off" harden --set userland.setuid=off
report "taken back, the set-uid program has lost its bit again" takes_back 1 hardened
report "the two levels are taken back one by one" takes_back 1 baseline
report "and then there is what was there before" takes_back 1 fresh
report "there is nothing left to take back" refuses 1 'no change that could be taken back' --undo

harden --level baseline >/dev/null
echo 'UMASK 002' >"$root/etc/login.defs"
report "what somebody changed since is not lost by taking back" refuses 3 '1 of these changed since' --undo
keeps() { harden --undo --accept-edits keep && grep -q 002 "$root/etc/login.defs" && [ ! -e "$root/etc/modprobe.d/jefe.conf" ]; }
report "it is kept when the operator says so" keeps

harden --level baseline >/dev/null
state before_cut
harden --level hardened >/dev/null
cut_short
report "after a power cut nothing new is begun" refuses 3 'interrupted' --level paranoid
report "the interrupted change is taken back" takes_back 1 before_cut
interrupted() { interrupt && takes_back 1 before_cut; }
report "a killed one as well" interrupted

# inside IMAGE-OPTIONS TEST...: in a mount namespace of its own, with a file system of its own on /etc.
exec 9>/run/lock/jefe-loop-tests 2>/dev/null && flock 9
on_file_system() {
	local options=$1
	shift
	truncate -s 4M "$work/image" && mkfs.ext4 -q -F -m 0 -d "$root/etc" "$work/image" || return 1
	export -f harden state is_as refuses
	export build root work
	# shellcheck disable=SC2016 # its own variables
	unshare -m bash -c 'mount -o "$1" "$work/image" "$root/etc" && shift && "$@"' - "$options" "$@"
}
full() {
	dd if=/dev/zero of="$root/etc/filler" bs=4k 2>/dev/null
	refuses 1 '/etc has no room for a change: 512 KiB must be free there; nothing was changed' --level hardened
}
export -f full
read_only() { refuses 1 '/etc is on a read-only file system; nothing was changed' --level hardened; }
export -f read_only
if [ "$(id -u)" = 0 ] && command -v mkfs.ext4 >/dev/null && on_file_system loop true 2>/dev/null; then
	report "a full /etc is told, and nothing is changed" on_file_system loop full
	report "a read-only /etc is told, and nothing is changed" on_file_system loop,ro read_only
else
	skip "a full /etc is told, and nothing is changed" "needs root and loop devices"
	skip "a read-only /etc is told, and nothing is changed" "needs root and loop devices"
fi
exit "$bad"

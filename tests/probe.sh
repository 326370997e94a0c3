#!/bin/sh
# jefe-setup probe sees a disk, what lies on it and who uses it. Needs root and a loop device. Prints TAP.
# One test with loop devices at a time: their partitions come and go as others scan the disks.
exec 9>/run/lock/jefe-loop-tests && flock 9
build=${top_builddir:-.}
work=$(mktemp -d) || exit 99
loop=
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	mountpoint -q "$work/mnt" && umount "$work/mnt"
	[ -n "$loop" ] && losetup -d "$loop"
	rm -rf "$work"
}
trap cleanup EXIT

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
mkdir "$work/mnt" && truncate -s 32M "$work/image" || exit 99
mkfs.ext4 -q -L probed "$work/image" || skip "no mkfs.ext4"
loop=$(losetup -f --show "$work/image") || skip "no loop device"
mount "$loop" "$work/mnt" || skip "cannot mount"

# The paragraph of our disk: from its opening brace to the last of its members.
"$build/jefe-setup" probe --loop > "$work/json" || exit 1
awk -v name="\"name\": \"${loop#/dev/}\"" '
	/^    \{/ { disk = "" }
	{ disk = disk $0 "\n" }
	/^    \}/ && index(disk, name) { printf "%s", disk }
' "$work/json" > "$work/disk"

number=0
bad=0
shows() {
	number=$((number + 1))
	if grep -qF "$1" "$work/disk"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$work/disk"
		bad=1
	fi
}

echo 1..6
shows '"bus": "loop"'
shows '"size_bytes": 33554432'
shows '"type": "ext4"'
shows '"label": "probed"'
shows "\"${loop#/dev/} is mounted on $work/mnt\""
number=6
if "$build/jefe-setup" probe | grep -q '"bus": "loop"'; then
	echo "not ok 6 - loop devices are listed only on request"
	bad=1
else
	echo "ok 6 - loop devices are listed only on request"
fi
exit "$bad"

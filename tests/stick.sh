#!/bin/sh
# `jefe-setup stick` writes to nothing that is no stick. (What it writes is looked at by tests/vm/vga-wizard.py.) Prints TAP.
set -u
setup=$(cd "${top_builddir:-.}" && pwd)/jefe-setup
number=0
bad=0
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# refuses NAME STATUS WORDS ARGUMENT...
refuses() {
	name=$1 status=$2 words=$3
	shift 3
	number=$((number + 1))
	echo text | "$setup" stick "$@" >"$work/got" 2>&1
	if [ $? = "$status" ] && grep -qF -e "$words" "$work/got"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$work/got"
		bad=1
	fi
}

refuses "nothing said" 2 "takes a device"
refuses "a header of nothing" 2 "takes a device" /dev/sdz1 name --header
refuses "a path as name" 1 "a name without /" /dev/sdz1 ../name
refuses "a hidden name" 1 "a name without /" /dev/sdz1 .name
refuses "no such device" 1 "there is no /dev/sdz99" /dev/sdz99 name
number=$((number + 1))
if [ "$(id -u)" != 0 ]; then
	echo "ok $number - a disk that is no stick # SKIP needs root"
else
	truncate -s 8M "$work/disk" && mkfs.ext4 -q "$work/disk"
	loop=$(losetup --show -f "$work/disk")
	number=$((number - 1))
	refuses "a loop device" 1 "there is no $loop" "$loop" name
	losetup -d "$loop"
fi
echo "1..$number"
exit "$bad"

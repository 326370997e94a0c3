# Instead of a compiler: jefe-setup is the text of main.c, which the tests change; the initramfs that it makes has itself in it. It finds a word of answers
# wrong, and plans a host key unless they say otherwise.
# shellcheck shell=bash
# shellcheck disable=SC2154
program_folders=(configure.ac installer)

source_hash() {
	hash_of "$source_dir/installer/cli/main.c"
}

compile() {
	mkdir -p "$work/$1/$2/usr/sbin"
	{
		echo '#!/bin/sh'
		# shellcheck disable=SC2016
		echo 'entry() {
				size=$(busybox wc -c <"$2"); size=$((size))
				printf "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s" 0 $((0100755)) 0 0 1 0 $size 0 0 0 0 $((${#1} + 1)) 0 "$1"
				head -c $((4 - (110 + ${#1}) % 4)) /dev/zero; cat "$2"; head -c $(((4 - size % 4) % 4)) /dev/zero
			}
			command=$1; while [ $# -gt 1 ]; do [ "$1" != --output ] || { entry init "$0"; entry other /bin/busybox; entry "TRAILER!!!" /dev/null; } >"$2"; shift; done'
		# shellcheck disable=SC2016
		echo 'case $command in
			check) ! grep -q nonsense "$1" || { echo "$1:1:1: error: nonsense" && exit 1; } ;;
			harden) busybox mkdir -p /run/image/etc/profile.d; echo "export LD_PRELOAD=/usr/lib/tiny.so # mark" >/run/image/etc/profile.d/jefe-allocator.sh ;;
			plan) grep -q first-start "$1" || echo "make an SSH host key: /etc/x" ;;
			esac'
		sed 's/^/# /' "$source_dir/installer/cli/main.c"
	} >"$work/$1/$2/usr/sbin/jefe-setup"
	chmod +x "$work/$1/$2/usr/sbin/jefe-setup"
	[ ! -e "$tiny_mirror/slow" ] || sleep 30
}

program_of() {
	[ "$(type -t tiny_pause)" != function ] || [ ! -e "$work/stamp/tiny-target-secure" ] || tiny_pause 4
	echo "$work/$1/program"
}

# Instead of a compiler: jefe-setup is the text of main.c, which the tests change; initramfs is what it makes.
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
		echo 'while [ $# -gt 1 ]; do [ "$1" != --output ] || cp "$0" "$2"; shift; done'
		sed 's/^/# /' "$source_dir/installer/cli/main.c"
	} >"$work/$1/$2/usr/sbin/jefe-setup"
	chmod +x "$work/$1/$2/usr/sbin/jefe-setup"
	[ ! -e "$tiny_mirror/slow" ] || sleep 30
}

program_of() {
	[ "$(type -t tiny_pause)" != function ] || [ ! -e "$work/stamp/tiny-target-secure" ] || tiny_pause 4
	echo "$work/$1/program"
}

# A base of one static BusyBox, for tests of the stages: no mirror, no network, seconds.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154
tiny_branch=one

# tiny_pause STAGE: time to interrupt it.
tiny_pause() {
	[ -e "$tiny_mirror/pause-$1" ] || return 0
	# Jobs side by side want to be the one.
	mv "$tiny_mirror/pause-$1" "$tiny_mirror/paused" 2>/dev/null || return 0
	sleep 60
}

tiny_serves() {
	[ "$1" = "file://$tiny_mirror" ]
}

tiny_own_mirrors() {
	echo "file://$tiny_mirror"
}

tiny_state() {
	fetch "$(mirrors_of tiny)/index" | sha256sum | cut -d' ' -f1
}

tiny_bootstrap() {
	local applet
	tiny_pause 1
	mkdir -p "$1"/{bin,sbin,usr/bin,usr/sbin,etc,proc,dev,run,tmp,root,var/log,var/tmp,var/lib/jefelinux,lib/rc/bin,etc/runlevels,boot}
	cp "$(command -v busybox)" "$1/bin/busybox"
	for applet in sh sed cp cat head grep; do ln -s busybox "$1/bin/$applet"; done
	ln -s /bin/busybox "$1/usr/bin/env"
	echo "root:*:$(($(date +%s) / 86400))::::::" >"$1/etc/shadow"
	date >"$1/var/log/made"
	printf '#!/bin/sh\n: >/run/openrc/deptree\n' >"$1/lib/rc/bin/rc-depend"
	chmod +x "$1/lib/rc/bin/rc-depend"
}

tiny_decide_compiler() {
	:
}

tiny_can_build() {
	:
}

# What a role adds: a kernel; for the live system enough bytes to fill a small disk.
tiny_install() {
	tiny_pause 2
	case $2 in
	common)
		mkdir -p "$1/lib/modules/1.0-tiny"
		echo kernel >"$1/boot/vmlinuz-1.0-tiny"
		;;
	live)
		[ ! -e "$tiny_mirror/broken" ] || fail "the live system is broken"
		echo test >"$1/boot/memtest-tiny.bin"
		head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -K "$(printf %032d 7)" -iv "$(printf %032d 0)" >"$1/root/noise"
		;;
	extra.role) echo 1 >"$1/root/extra" ;;
	esac
}

tiny_configure_options() {
	:
}

tiny_keymaps() {
	local name
	while read -r name _; do
		head -c 2000 /dev/zero >"$2/$name.bmap"
	done <"$3"
}

# tiny_locked FOLDER: a package NAME is missing when the mirror has a file missing-NAME.
tiny_locked() {
	locked_packages tiny | while read -r name release _; do
		[ ! -e "$tiny_mirror/missing-$name" ] || echo "$name $release"
	done
}

tiny_files() {
	:
}

tiny_inventory() {
	printf 'busybox\t%s\tall\tbusybox\tGPL-2.0-only\tsha256:%064d\nlibc++\t1:2\tall\tlibc\t-\t-\n' "$(cat "$tiny_mirror/release" 2>/dev/null || echo '1.0+"x"')" 0
	[ ! -e "$1/root/extra" ] || printf 'extra\t1\tall\textra\t-\t-\n'
}

tiny_libraries() {
	printf 'libc++\tDYNAMIC_LINK\n'
}

tiny_kernel_image() {
	tiny_pause 5
	echo "boot/vmlinuz-$2"
}

tiny_finish() {
	tiny_pause 3
}

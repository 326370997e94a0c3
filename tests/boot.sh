#!/bin/bash
# `jefe-setup boot`, which kernel hooks call, below a folder: what removed kernels left, and what it says when it cannot go on. Prints TAP.
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# system ID FILE...: a system with these files alone.
system() {
	rm -rf "${root:?}"/*
	mkdir -p "$root/etc/jefelinux" "$root/boot/grub"
	echo "ID=$1" >"$root/etc/os-release"
	printf 'ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\n' >"$root/etc/jefelinux/boot"
	while shift && [ $# -gt 0 ]; do
		mkdir -p "$root/$(dirname "$1")"
		: >"$root/$1"
	done
}
boot() { said=$("$build/jefe-setup" boot --root "$root" 2>&1); }
# has FILE...: these are in /boot, and no others.
has() {
	local found
	found=$(cd "$root/boot" && echo *)
	[ "$found" = "$*" ] || { echo "# in /boot: $found; not: $*" && false; }
}
says() { [[ $said == *"$1"* ]] || { echo "# $said" && false; }; }

system alpine boot/vmlinuz-lts boot/initramfs-lts boot/initramfs-6.1.0-56-amd64 boot/initramfs-virt boot/initramfs-6.1.9-rpi lib/modules/6.1.9-rpi/x
boot
check "Alpine: an initramfs stays while there is its kernel or are its modules, whichever way it is named" \
	has grub initramfs-6.1.9-rpi initramfs-lts vmlinuz-lts
system debian boot/vmlinuz-6.1.0-56-amd64 boot/initrd.img-6.1.0-56-amd64 boot/initrd.img-6.1.0-55-amd64 boot/initrd.img-6.1.0-54-amd64 \
	lib/modules/6.1.0-54-amd64/x boot/initrd.img
boot
check "Debian: so it does there" has grub initrd.img initrd.img-6.1.0-54-amd64 initrd.img-6.1.0-56-amd64 vmlinuz-6.1.0-56-amd64

system alpine boot/vmlinuz-lts lib/modules/6.6.1-0-lts/x
boot
check "a kernel that gets no initramfs is told" says "jefe-setup boot: making the initramfs $root/boot/initramfs-lts: "
check "and so is the menu that lacks it" says "jefe-setup boot: writing the boot menu: no kernel with modules and an initramfs in /boot"
echo "1..$number"
exit "$bad"

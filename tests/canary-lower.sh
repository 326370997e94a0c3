#!/bin/bash
# `jefe-setup canary lower` as the initramfs calls it: in the root of a system that has not started, with /boot to be mounted. The
# root is this machine's, under a layer that is thrown away. Prints TAP.
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
[ "${1:-}" = inside ] || exec unshare -m -- "$0" inside 2>/dev/null || { echo "1..0 # SKIP needs root"; exit 0; }
work=$(mktemp -d) && mount -t tmpfs tmpfs "$work" && mkdir "$work/upper" "$work/work" "$work/root" || { echo "1..0 # SKIP needs root"; exit 0; }
root=$work/root
device=
# shellcheck disable=SC2317 # called by trap
cleanup() {
	[ -z "$device" ] || losetup -d "$device"
	umount -R "$root"
	umount "$work" && rmdir "$work"
}
trap cleanup EXIT
grep -q ID=debian /etc/os-release && mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$root" 2>/dev/null ||
	{ echo "1..0 # SKIP needs Debian and a kernel with overlayfs"; exit 0; }
truncate -s 16M "$work/boot.img" && mke2fs -q -F "$work/boot.img" && device=$(losetup -f --show "$work/boot.img") ||
	{ echo "1..0 # SKIP needs a loop device"; exit 0; }

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
is() { [ "$1" = "$2" ] || { echo "# \"$1\" is not \"$2\"" && false; }; }

# What has no key for its administrator is told so; this system's users are not asked.
harden() { "$build/jefe-setup" harden --root "$root" --set auth.ssh_keys_only=off "$@" >/dev/null; [ $? -le 1 ]; }
lower() { chroot "$root" /usr/sbin/jefe-setup canary lower; }
count() { sed -n 's/^jefe_tries=//p' "$root/boot/grub/grubenv"; }
level() { sed -n 's/^  level: //p' "$root/etc/jefelinux/policy.yaml"; }

version=$(uname -r)
rm -rf "${root:?}"/boot/* "$root/etc/jefelinux" "$root/var/lib/jefelinux"
mkdir -p "$root/etc/jefelinux" "$root/lib/modules/$version"
mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev"
mount "$device" "$root/boot"
touch "$root/boot/vmlinuz-$version" "$root/boot/initrd.img-$version"
printf 'ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\n' >"$root/etc/jefelinux/boot"
echo "$device /boot ext4 defaults 0 0" >"$root/etc/fstab"
rm -f "$root/usr/sbin/jefe-setup"
cp "$build/jefe-setup" "$root/usr/sbin/"
check "a system at a level" harden --level hardened
sed -i 's/^jefe_tries=0/jefe_tries=2/' "$root/boot/grub/grubenv"
check "its menu has the argument that the lower level drops" grep -q "debugfs=off" "$root/boot/grub/grub.cfg"
umount "$root/boot"

check "the level is lowered" lower
check "to the one below" is "$(level)" baseline
check "/boot is not left mounted" bash -c "! mountpoint -q '$root/boot'"
check "the first line says so" grep -q "^20.* the level was lowered from hardened to baseline$" <(head -n 1 "$root/etc/jefelinux/lowered")
check "the log names what was dropped" grep -q "^dropped kernel.debugfs: " "$root/var/log/jefe-canary.log"
mount "$device" "$root/boot"
check "this start counts as the first of the new level" is "$(count)" 1
check "the menu lacks the argument now" bash -c "! grep -q debugfs=off '$root/boot/grub/grub.cfg'"
umount "$root/boot"
check "once more" lower
check "there is no level below baseline" is "$(level)" baseline
check "and the log says that nothing was lowered" grep -q "the level stays baseline" <(tail -n 1 "$root/var/log/jefe-canary.log")
mount "$device" "$root/boot"
check "the audit tells" bash -c "'$build/jefe-setup' audit --root '$root' | grep -q 'FAIL *boot.level_kept'"
check "the level is chosen again" harden --level hardened
check "and the audit is quiet" bash -c "! '$build/jefe-setup' audit --root '$root' | grep -q boot.level_kept"
umount "$root/boot"
echo "$device /nowhere ext4 defaults 0 0" >"$root/etc/fstab"
check "without /boot nothing is lowered" bash -c "! chroot '$root' /usr/sbin/jefe-setup canary lower 2>/dev/null"
check "and the level stays" is "$(level)" hardened
echo "1..$number"
exit "$bad"

#!/bin/bash
# The canary where GRUB and the initramfs meet it: the menus are GRUB script, GRUB's own tool reads our environment block, and the
# initramfs takes back what was counted. Prints TAP.
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
top=$(cd "${top_srcdir:-.}" && pwd) || exit 99
for program in grub-script-check grub-editenv; do
	command -v "$program" >/dev/null || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done

tree=$(mktemp -d) || exit 99
trap 'rm -rf "$tree"' EXIT
version=6.1.0-10-amd64
mkdir -p "$tree/etc/jefelinux" "$tree/lib/modules/$version" "$tree/boot" "$tree/stub"
echo ID=debian >"$tree/etc/os-release"
echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
echo 'root:*:19000:0:99999:7:::' >"$tree/etc/shadow"
touch "$tree/boot/vmlinuz-$version" "$tree/boot/initrd.img-$version"
printf 'ROOT_UUID=aaaa-1\nBOOT_UUID=bbbb-2\nLUKS_UUID=cccc-3\nCONSOLE=both\n' >"$tree/etc/jefelinux/boot"
menu=$tree/boot/grub/grub.cfg block=$tree/boot/grub/grubenv

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

harden() { # harden OPTION...: what is there needs more packages than this tree has; the exit code tells of those.
	"$build/jefe-setup" harden --root "$tree" "$@" >/dev/null
	[ $? -le 1 ]
}

menu_is_script() { harden --level "$1" && grep -q jefe_count "$menu" && grub-script-check "$menu"; }

variables() { grub-editenv "$block" list | sort | tr '\n' ' '; }
is() { [ "$1" = "$2" ] || { echo "# \"$1\" is not \"$2\"" && false; }; }

# initramfs_counts TRIES NUMBER: what count_starts of the initramfs does.
initramfs_counts() {
	# shellcheck disable=SC2016
	sed -n '/^count_starts()/,/^}/p' "$top/installer/initramfs/installed.sh" |
		sed "s|/run/jefe|$tree/run|g" >"$tree/count.sh"
	mkdir -p "$tree/run"
	ln -sfn "$tree/boot" "$tree/run/boot"
	PATH="$tree/stub:$PATH" sh -c '. "$1"; boot=bbbb-2 tries=$2; count_starts "$3"' count "$tree/count.sh" "$1" "$2"
}
printf '#!/bin/sh\necho /dev/boot\n' >"$tree/stub/findfs"
printf '#!/bin/sh\necho "${0##*/} $*" >>"%s/mounts"\n' "$tree" | tee "$tree/stub/mount" >"$tree/stub/umount"
chmod 755 "$tree"/stub/*

for level in baseline hardened paranoid; do
	check "the menu of level $level is GRUB script" menu_is_script "$level"
done
check "GRUB reads the block" is "$(variables)" "jefe_tries=0 "
grub-editenv "$block" set next_entry=2 jefe_tries=2
harden --level hardened
check "GRUB's variables stay, and so does the count" is "$(variables)" "jefe_tries=2 next_entry=2 "
initramfs_counts 2 1
check "the initramfs takes a start back" is "$(variables)" "jefe_tries=1 next_entry=2 "
check "through the boot file system" is "$(cat "$tree/mounts")" "mount -t ext4 -o nosuid,nodev,noexec /dev/boot $tree/run/boot
umount $tree/run/boot"
initramfs_counts '' 0
check "which counts nothing when the menu did not" is "$(variables)" "jefe_tries=1 next_entry=2 "
check "the canary can be turned off" harden --set boot.canary=off
check "without the canary nothing is counted" is "$(variables)" "next_entry=2 "
check "nor in the menu" grub-script-check "$menu"
check "which has no entry that lowers the level" bash -c "! grep -q -e jefe_count -e jefe.lowered '$menu'"
echo "1..$number"
exit "$bad"

#!/bin/sh
# `jefe-setup recover` on a plain system on a loop device, without partitions that are encrypted: what each action does, what it leaves, and
# what it refuses. Runs in a mount namespace with a /mnt of its own; GRUB's installer is a script that tells what it was called with. Prints TAP.
set -u
# One test with loop devices at a time: their partitions come and go as others scan the disks.
exec 9>/run/lock/jefe-loop-tests && flock 9
setup=$(cd "${top_builddir:-.}" && pwd)/jefe-setup
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
[ -d /usr/lib/grub ] || skip "needs a folder /usr/lib/grub"
for program in cryptsetup python3 losetup unshare sgdisk mkfs.ext4 e2fsck debugfs partx flock; do
	command -v "$program" >/dev/null || skip "needs $program"
done
if [ "${1:-}" != inside ]; then
	unshare -m true 2>/dev/null || skip "needs mount namespaces"
	exec unshare -m "$0" inside
fi
mount -t tmpfs mnt /mnt || skip "needs tmpfs"
dir=$(mktemp -d /tmp/jefe-engine-XXXXXX)
loop=

clean() {
	umount -R /mnt/jefe /usr/lib/grub /usr/sbin "$dir/own" 2>/dev/null
	[ -z "$loop" ] || { partx -d "$loop" && losetup -d "$loop"; }
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: what was said is shown when it fails.
check() {
	name=$1
	shift
	"$@" >"$dir/why" 2>&1
	status=$?
	cat "$dir/out" "$dir/err" >>"$dir/why" 2>/dev/null
	report "$name" "$status" "$dir/why"
}

# recovers EXIT ARGUMENTS...: ends with this status; without a terminal, so that nobody is asked.
recovers() {
	expected=$1
	shift
	setsid -w "$setup" recover --loop --disk "${loop#/dev/}" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	echo "exit code $code"
	[ "$code" = "$expected" ]
}

out_says() {
	grep -qF "$1" "$dir/out"
}

err_says() {
	grep -qF "$1" "$dir/err"
}

# The mounts of an open system, all read-only or all for writing.
mounted_are() { # ro|rw|nothing
	awk '$5 ~ "^/mnt/jefe" { print $5, substr($6, 1, 2) }' /proc/self/mountinfo >"$dir/mounts"
	cat "$dir/mounts"
	if [ "$1" = nothing ]; then
		[ ! -s "$dir/mounts" ]
	else
		printf '/mnt/jefe %s\n/mnt/jefe/boot %s\n/mnt/jefe/boot/efi %s\n' "$1" "$1" "$1" | cmp - "$dir/mounts"
	fi
}

# The disk as an installation lays it out; the EFI partition is ext4, as not every kernel that runs this test has vfat.
make_system() {
	truncate -s 160M "$dir/disk"
	sgdisk -n 1:0:+1M -t 1:ef02 -c 1:bios -n 2:0:+16M -t 2:ef00 -c 2:esp -n 3:0:+48M -c 3:boot -n 4:0:0 -c 4:root "$dir/disk" >/dev/null || exit 99
	loop=$(losetup --show -f "$dir/disk") || skip "needs loop devices"
	partx -a "$loop" # not by losetup: not every kernel reads GPT
	[ -b "${loop}p4" ] || skip "needs partitions of loop devices"
	mkfs.ext4 -q -F -L JEFE-ESP "${loop}p2"
	mkfs.ext4 -q -F -L jefe-boot "${loop}p3"
	mkfs.ext4 -q -F -L jefe-root "${loop}p4"
	mkdir /mnt/made
	mount "${loop}p4" /mnt/made
	mkdir /mnt/made/boot && mount "${loop}p3" /mnt/made/boot
	(
		cd /mnt/made || exit 99
		mkdir -p boot/efi dev proc sys etc/jefelinux bin usr/lib lib/modules/6.1.0-test var/log/audit var/lib/jefelinux/changes
		printf 'ID=debian\nNAME=Debian\n' >etc/os-release
		printf 'ROOT_UUID=1111\nBOOT_UUID=2222\n' >etc/jefelinux/boot
		echo quiet >etc/jefelinux/cmdline
		printf 'root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nana:x:1000:1000::/home/ana:/bin/sh\n' >etc/passwd
		printf 'root:*:1:0:99999:7:::\ndaemon:*:1::::::\nana:!:1:0:99999:7:::\n' >etc/shadow
		touch boot/vmlinuz-6.1.0-test boot/initrd.img-6.1.0-test
		echo "kernel panic" >var/log/messages
		echo "type=AVC" >var/log/audit/audit.log
		echo "ana:secret-hash" >var/lib/jefelinux/changes/shadow
		echo "the plan" >var/lib/jefelinux/plan.txt
		ln -s /etc/passwd var/log/link
	) || exit 99
	umount /mnt/made/boot /mnt/made
}

# A grub-install that tells how it was called, among the programs of this machine; and the platforms it is for.
fake_grub() {
	mkdir -p "$dir/own" "$dir/sbin" "$dir/grub/i386-pc" "$dir/grub/x86_64-efi"
	touch "$dir/grub/i386-pc/modinfo.sh" "$dir/grub/x86_64-efi/modinfo.sh"
	mount --bind /usr/sbin "$dir/own"
	cp -as "$dir/own/." "$dir/sbin"
	rm -f "$dir/sbin/grub-install" "$dir/sbin/efibootmgr"
	cat >"$dir/sbin/grub-install" <<-X
		#!/bin/sh
		echo "\$*" >>$dir/called
		touch /mnt/jefe/boot/grub/written || exit 1
		[ ! -e $dir/fail ] || { echo "no space" >&2; exit 1; }
	X
	chmod 755 "$dir/sbin/grub-install"
	mount --bind "$dir/sbin" /usr/sbin
	mount --bind "$dir/grub" /usr/lib/grub
}

digest() {
	sync
	for part in 2 3 4; do sha256sum <"${loop}p$part"; done
}

make_system
fake_grub

check "the actions are listed" sh -c "'$setup' recover | grep -q '^  loader  *Reinstall the boot loader'"
check "an unknown action: usage" recovers 2 opfn
check "an unknown action: the near one is named" err_says 'did you mean "open"'
check "find" recovers 0 find
check "find: names the disk and its parts" out_says "${loop#/dev/}: root ${loop}p4, boot ${loop}p3, EFI ${loop}p2; closed"
check "a shell of what is closed: fails" recovers 1 shell
check "a shell of what is closed: says what to do" err_says "recover open"
check "close of nothing: fails" recovers 1 close
check "no such disk: fails" sh -c "! '$setup' recover open --loop --disk none 2>'$dir/err'"
check "no such disk: says so" err_says "none: no JefeLinux on it"

digest >"$dir/before"
check "open --plan" recovers 0 open --plan
check "open --plan: says what would be mounted" out_says "mount ${loop}p4 on /mnt/jefe: ext4, ro,"
check "open --plan: mounts nothing" mounted_are nothing
check "open" recovers 0 open
check "open: all volumes, read-only" mounted_are ro
check "open: the files are there" grep -q panic /mnt/jefe/var/log/messages
check "open: nothing can be written" sh -c "! touch /mnt/jefe/x"
check "open twice: fails" recovers 1 open
check "open twice: says so" err_says "open already"
check "open is found" recovers 0 find
check "open is found: says where" out_says "open on /mnt/jefe, read-only"

check "a command that is not there: fails" recovers 1 shell -- /bin/none
check "a command that is not there: nothing stays bound" mounted_are ro
mkdir "$dir/logs"
check "logs to no folder: fails" recovers 1 logs "$dir/none"
check "logs" recovers 0 logs "$dir/logs"
check "logs: those in folders, too" grep -q AVC "$dir/logs/var/log/audit/audit.log"
check "logs: the records" cmp "$dir/logs/var/lib/jefelinux/plan.txt" /mnt/jefe/var/lib/jefelinux/plan.txt
check "logs: no copies of secrets, no links" sh -c "! grep -r secret-hash '$dir/logs' && [ -z \"\$(find '$dir/logs' -type l)\" ]"

check "audit: fails, as nothing is hardened here" recovers 1 audit
check "audit: shows controls of this root" out_says "kernel.kptr_restrict"
check "check of an open system" recovers 0 check
check "check: each file system" sh -c "[ \$(grep -c 'Pass 5' '$dir/out') = 3 ]"
check "check: open as before" mounted_are ro
check "close" recovers 0 close
check "close: nothing is mounted" mounted_are nothing
digest >"$dir/after"
check "what only reads has changed no byte" cmp "$dir/before" "$dir/after"

recovers 0 open >/dev/null
check "the boot loader without a word of permission: refused" recovers 3 loader
check "refused: the plan was shown" out_says "install GRUB for BIOS and UEFI on $loop"
check "refused: nothing was called" [ ! -e "$dir/called" ]
check "refused: read-only as before" mounted_are ro
touch "$dir/fail"
check "a boot loader that fails" recovers 1 loader --yes
check "a boot loader that fails: says why" err_says "no space"
check "a boot loader that fails: read-only as before" mounted_are ro
rm "$dir/fail" "$dir/called"
check "the boot loader" recovers 0 loader --yes
check "the boot loader: BIOS" grep -q "target=i386-pc --boot-directory=/mnt/jefe/boot $loop" "$dir/called"
check "the boot loader: UEFI" grep -q "target=x86_64-efi.*--efi-directory=/mnt/jefe/boot/efi" "$dir/called"
check "the boot loader: the menu" grep -q "vmlinuz-6.1.0-test.*root=UUID=1111" /mnt/jefe/boot/grub/grub.cfg
check "the boot loader: read-only as before" mounted_are ro
check "a busy system" sh -c "cd /mnt/jefe/var && ! '$setup' recover close 2>'$dir/err'"
check "a busy system: says so" err_says "still uses it"
check "a busy system: what was closed can be closed on" recovers 0 close

# The secrets come from descriptors 3 and 4, as nobody is asked.
printf 'four unrelated new words' >"$dir/new"
recovers 0 open >/dev/null
check "a password for nobody: fails" recovers 1 password bob --yes
check "a password for nobody: says who there is" err_says "no user bob; there are: root, ana"
check "a password for a daemon: fails" recovers 1 password daemon --yes
check "a password wants permission" recovers 3 password ana
check "an empty password" recovers 1 password ana --yes --new-fd 4 4</dev/null
check "an empty password: says so" err_says "the new password for ana is empty"
check "an empty password: nothing is written" grep -q '^ana:!:' /mnt/jefe/etc/shadow
check "a password" recovers 0 password ana --yes --new-fd 4 4<"$dir/new"
check "a password: open read-only as before" mounted_are ro
check "a password: it is the new one" python3 -W ignore -c 'import crypt, sys
field = dict(line.split(":")[:2] for line in open("/mnt/jefe/etc/shadow"))["ana"]
sys.exit(field != crypt.crypt(open(sys.argv[1]).read(), field))' "$dir/new"
check "a password: others have theirs" grep -qx 'root:\*:1:0:99999:7:::' /mnt/jefe/etc/shadow
check "a password: it is shown nowhere" sh -c "! grep unrelated '$dir/out' '$dir/err'"
check "a passphrase of what is not encrypted: fails" recovers 1 passphrase --yes
check "a passphrase of what is not encrypted: says so" err_says "is not encrypted"
recovers 0 close >/dev/null

recovers 0 open >/dev/null
check "for writing" recovers 0 write --yes
check "for writing: all volumes" mounted_are rw
check "for writing twice: fails" recovers 1 write --yes
check "the boot loader of an open system for writing" recovers 0 loader --yes
check "the boot loader: still for writing" mounted_are rw
recovers 0 close >/dev/null
check "open for writing wants permission" recovers 3 open --write
check "open for writing" recovers 0 open --write --yes
check "open for writing: all volumes" mounted_are rw
recovers 0 close >/dev/null

check "a header of what is not encrypted: fails" recovers 1 header-save "$dir/header"
check "a header of what is not encrypted: says so" err_says "is not encrypted"
check "repair wants permission" recovers 3 repair
debugfs -w -R "clri <11>" "${loop}p4" >/dev/null 2>&1
check "check of a damaged system: fails" recovers 1 check
check "check of a damaged system: names the program" err_says "e2fsck ended with status 4"
e2fsck -f -y "${loop}p4" >/dev/null 2>&1
debugfs -w -R "set_super_value free_blocks_count 1" "${loop}p4" >/dev/null 2>&1
check "repair of what can be corrected" recovers 0 repair --yes
check "repaired" recovers 0 check

mount "${loop}p4" /mnt/made
rmdir /mnt/made/boot && ln -s /mnt/made /mnt/made/boot
umount /mnt/made
check "a system whose /boot leads elsewhere: fails" recovers 1 open
check "a system whose /boot leads elsewhere: says so" err_says "/mnt/jefe/boot is no folder"
check "a failed open leaves nothing" mounted_are nothing

# opens WORDS: some key slot of the encrypted volume takes them.
opens() {
	printf %s "$1" | cryptsetup open --test-passphrase --key-file - "${loop}p4"
}
slots() {
	cryptsetup luksDump "${loop}p4" | sed -n 's/^  \([0-9]*\): luks2$/\1/p' | tr '\n' ' '
}
cheap="--pbkdf argon2id --pbkdf-memory 32768 --pbkdf-force-iterations 4 --pbkdf-parallel 1"
printf 'the old words' >"$dir/old"
printf 'the old words, typed on US keys' >"$dir/us"
printf 'ABCD-EFGH' >"$dir/recovery"
printf 'too few' >"$dir/short"
printf 'vier W\303\266rter' >"$dir/umlaut"
# shellcheck disable=SC2086
{
	cryptsetup -q luksFormat --type luks2 $cheap --key-file "$dir/old" "${loop}p4"
	for slot in recovery us; do cryptsetup luksAddKey $cheap --key-file "$dir/old" "${loop}p4" "$dir/$slot"; done
}
check "a passphrase that is too short" recovers 1 passphrase --yes --passphrase-fd 3 --new-fd 4 3<"$dir/old" 4<"$dir/short"
check "a passphrase that is too short: says so" err_says "8 to 512 characters, this one 7"
check "a passphrase that not every keyboard has" recovers 1 passphrase --yes --passphrase-fd 3 --new-fd 4 3<"$dir/old" 4<"$dir/umlaut"
check "a passphrase that not every keyboard has: says where" err_says "character 7 of the new passphrase"
check "a passphrase in place of one that is wrong" recovers 1 passphrase --yes --passphrase-fd 3 --new-fd 4 3<"$dir/new" 4<"$dir/new"
check "a passphrase in place of one that is wrong: says so" err_says "no key slot takes the old one"
check "refused: all keys are as before" sh -c "[ '$(slots)' = '0 1 2 ' ]"
check "a new passphrase" recovers 0 passphrase --yes --passphrase-fd 3 --new-fd 4 3<"$dir/old" 4<"$dir/new"
check "a new passphrase: opens it" opens "four unrelated new words"
check "a new passphrase: the recovery key does, too" opens "ABCD-EFGH"
check "a new passphrase: the form for US keys is gone" sh -c "[ '$(slots)' = '0 1 ' ]"
check "a new passphrase: the old one is gone" sh -c "! cryptsetup open --test-passphrase --key-file '$dir/old' ${loop}p4"
check "a new passphrase: as expensive as before" sh -c "cryptsetup luksDump ${loop}p4 | grep -c 'Memory:     32768' | grep -qx 2"
check "the recovery key lets in another" recovers 0 passphrase --yes --passphrase-fd 3 --new-fd 4 3<"$dir/recovery" 4<"$dir/us"
check "the recovery key lets in another: that one opens it" opens "the old words, typed on US keys"
check "the recovery key lets in another: it stays" opens "ABCD-EFGH"
check "the recovery key lets in another: the one before is gone" sh -c "! cryptsetup open --test-passphrase --key-file '$dir/new' ${loop}p4"
check "no secret is shown" sh -c "! grep -E 'old words|unrelated|ABCD' '$dir/out' '$dir/err'"
echo "1..$number"
exit "$bad"

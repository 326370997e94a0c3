#!/bin/sh
# Fail and stop at every step of an installation on a loop device: nothing stays mounted or claimed, nothing looks finished, and before
# the first destroying step the disk keeps every byte. Also: disks in use are refused, and resuming skips what is done. Prints TAP.
set -u
# One test with loop devices at a time: their partitions come and go as others scan the disks.
exec 9>/run/lock/jefe-loop-tests && flock 9
here=$(cd "$(dirname "$0")" && pwd)
walk=${top_builddir:-.}/tests/engine/walk
number=0
bad=0

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
for program in losetup sgdisk mkfs.ext4 mkfs.vfat zstd openssl tar cmp ssh-keygen; do
	command -v "$program" >/dev/null || skip "needs $program"
done
# Where no test beside this one gets a copy of our mounts, which would keep the disk busy.
if [ "${1:-}" != inside ]; then
	unshare -m true 2>/dev/null || skip "needs mount namespaces"
	exec unshare -m "$0" inside
fi
dir=$(mktemp -d /tmp/jefe-engine-XXXXXX)
loop=

clean() {
	[ -z "$loop" ] || losetup -d "$loop"
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: one TAP line; the command's output is shown when it fails.
check() {
	name=$1
	shift
	number=$((number + 1))
	"$@" >"$dir/why" 2>&1 # not in the condition: set -e would not count in it
	code=$?
	if [ "$code" = 0 ]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$dir/why"
		bad=1
	fi
}

# The disk as its owner left it: a file system with something in it.
make_disk() {
	rm -f "$dir/disk"
	truncate -s 64M "$dir/disk"
	mkfs.ext4 -q -F -L precious "$dir/disk"
	cp "$dir/disk" "$dir/before"
	truncate -s 5G "$dir/disk"
	blocks=$(stat -c %b "$dir/disk")
}

attach_disk() { # [bytes of a sector] [more below system:]
	loop=$(losetup -P -b "${1:-512}" --show -f "$dir/disk") || skip "needs loop devices"
	cat >"$dir/answers.yaml" <<X
schema: 1
system: {hostname: walker, timezone: UTC${2:+, $2}}
disk: {match: {path: $loop}, erase: matched-disks, encryption: none, esp_size: 260M, boot_size: 256M}
users: [{name: ana, admin: true, ssh_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPbkjQvGVmMpPvyNMT2zRBEGWPo7nLqH6oDFzOpCPD4v ana"]}]
X
}

detach_disk() {
	losetup -d "$loop"
	loop=
}

released() {
	! grep -F "$dir/target" /proc/self/mountinfo
}

# The used part is compared; the rest is a hole as long as no block was added.
unchanged() {
	sync "$dir/disk"
	cmp -n 67108864 "$dir/disk" "$dir/before" && [ "$(stat -c %b "$dir/disk")" = "$blocks" ]
}

gpt_name() {
	sgdisk -i 4 "$loop" | sed -n "s/^Partition name: '\(.*\)'/\1/p"
}

unfinished() {
	[ "$(gpt_name)" = jefe-incomplete ]
}

# walked EXIT ARGUMENTS...: walk ends with this status; its events stay in $dir/events.
walked() {
	expected=$1
	shift
	"$walk" "$dir" "$@" >"$dir/events" 2>&1
	status=$?
	cat "$dir/events"
	[ "$status" = "$expected" ]
}

says() {
	cat "$dir/events"
	grep -qF "$1" "$dir/events"
}

skipped() {
	cat "$dir/events"
	grep '"event":"step_end"' "$dir/events" | grep "\"id\":\"$1\"" | grep -q '"state":"skipped"'
}

# Place of each step; wipe, the third, is the first that destroys.
steps="verify claim wipe partition format mount extract system users records finish"

trouble_everywhere() { # fail|stop
	place=0
	for step in $steps; do
		make_disk
		attach_disk
		check "$1 before $step" walked 1 "$1" "$place"
		check "$1 before $step: all released" released
		if [ "$place" -le 2 ]; then
			check "$1 before $step: says that nothing was written" says "nothing was written"
			check "$1 before $step: the disk is as it was" unchanged
		else
			check "$1 before $step: says that the disk is unusable" says "unusable until installed again"
		fi
		[ "$place" -le 3 ] || check "$1 before $step: does not look finished" unfinished
		detach_disk
		place=$((place + 1))
	done
}

finished() {
	[ "$(gpt_name)" = root ] || return 1
	mkdir -p "$dir/look"
	# A mount namespace of another test may have got our mounts, too, and keep them for a moment.
	for _ in $(seq 100); do
		mount -o ro "${loop}p4" "$dir/look" 2>"$dir/refused" && break
		sleep 0.3
	done
	mountpoint -q "$dir/look" || { sed 's/^/# /' "$dir/refused"; return 1; }
	inside "$dir/look"
	result=$?
	umount "$dir/look"
	return $result
}

# host_key: in the current folder; the one that was told, or none when each copy is to make its own.
host_key() {
	if grep -q first-start "$dir/answers.yaml"; then
		! ls etc/ssh/ssh_host_* && ! grep '"event":"host_key"' "$dir/events"
		return
	fi
	[ "$(stat -c %a etc/ssh/ssh_host_ed25519_key)" = 600 ]
	ssh-keygen -y -f etc/ssh/ssh_host_ed25519_key | cmp - etc/ssh/ssh_host_ed25519_key.pub
	ssh-keygen -l -f etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2 >"$dir/fingerprint"
	grep '"event":"host_key"' "$dir/events" | grep -qFf "$dir/fingerprint"
}

inside() {
	(
		cd "$1" || exit 1
		set -ex
		[ "$(cat etc/hostname)" = walker ]
		grep -q '^ana:x:1000:1000:' etc/passwd
		grep -q '^ana:\*:' etc/shadow
		grep -q '^root:\*:' etc/shadow
		[ "$(stat -c %a etc/shadow)" = 640 ]
		[ "$(stat -c %a:%u home/ana/.ssh/authorized_keys)" = 600:1000 ]
		[ "$(stat -c %a home/ana)" = 700 ]
		grep -q '^sudo:.*ana' etc/group
		[ ! -e etc/ssh/ssh_host_rsa_key ]
		host_key
		grep '"event":"audit"' "$dir/events" | grep -q 'audit: hardened: [0-9]* pass'
		grep -q '"event":"warn".*FAIL ' "$dir/events" # nothing hardened this one
		[ ! -e etc/jefelinux/unpacked ]
		grep -q "UUID=$(blkid -o value -s UUID "${loop}p3")" etc/fstab
		grep -q "^ROOT_UUID=$(blkid -o value -s UUID "${loop}p4")" etc/jefelinux/boot
		[ -s var/lib/jefelinux/plan.txt ]
		grep -q 'hostname: walker' var/lib/jefelinux/answers.yaml
	)
}

"$here/make-payload" "$dir" || exit 99
trouble_everywhere fail
trouble_everywhere stop

make_disk
attach_disk
mkdir "$dir/held"
mount "$loop" "$dir/held"
check "a disk in use: no plan is made" walked 2 none 0
check "a disk in use: says where it is mounted" says "$dir/held"
umount "$dir/held"
check "a disk mounted since the plan was made is refused" walked 1 hold 1
check "a disk mounted since: says that nothing was written" says "nothing was written"
check "a disk mounted since: says who holds it" says "is in use"
check "a disk mounted since: all released" released
detach_disk

make_disk
attach_disk
check "a whole run" walked 0 none 0
check "a whole run: all released" released
check "a whole run: the system is there" finished
detach_disk

make_disk
attach_disk 4096 "identity: first-start"
check "4096-byte sectors: a whole run" walked 0 none 0
check "4096-byte sectors: the system is there, without a host key for copies to share" finished
detach_disk

make_disk
attach_disk
check "interrupted after unpacking" walked 1 fail 7
check "resuming succeeds" walked 0 none 0 resume
check "resuming skips unpacking" skipped extract
check "resuming does not format again" skipped format
check "resuming: the system is there" finished
detach_disk

# in_root COMMAND: with the root file system of the installed one mounted.
in_root() {
	mkdir -p "$dir/look"
	mount "${loop}p4" "$dir/look" || return 1
	(cd "$dir/look" && sh -exc "$1")
	result=$?
	umount "$dir/look"
	return $result
}

# What people had in the system that is replaced; carla comes back, nobody is there for bob's, and ana wants the keys of the new one elsewhere.
furnish() {
	in_root '
		echo letter >home/ana/letter && echo mine >home/ana/.profile && chown -R 1000:1000 home/ana
		rm -r home/ana/.ssh && mkdir var/prey && ln -s /var/prey home/ana/.ssh
		for one in bob:1001 carla:1007; do
			mkdir home/${one%:*} && echo ${one%:*} >home/${one%:*}/letter && chown -R ${one#*:}:${one#*:} home/${one%:*}
		done
		mkdir -p srv && echo page >srv/page && mkdir -p opt/old && echo old >opt/old/file && chattr +i opt/old/file home/bob/letter'
}

kept() {
	in_root '
		grep letter home/ana/letter
		grep mine home/ana/.profile
		grep bob home/bob/letter
		grep carla home/carla/letter
		grep page srv/page
		[ "$(lsattr home/bob/letter | cut -c5)" = i ]'
}

replaced() {
	in_root '
		grep "^ana:x:1000:1000:" etc/passwd
		grep "^carla:x:1007:1007:" etc/passwd
		grep "^dora:x:1002:1002:" etc/passwd
		[ ! -L home/ana/.ssh ]
		grep AAAA home/ana/.ssh/authorized_keys
		[ ! -e opt/old ]
		[ ! -e var/prey ]
		[ "$(stat -c %u:%a home/ana)" = 1000:700 ]
		[ "$(stat -c %u home/ana/.profile home/carla/letter | xargs)" = "1000 1007" ]
		grep profile home/dora/.profile'
}

named() {
	[ "$(gpt_name)" = "$1" ]
}

keep_answers() {
	echo a-long-password >"$dir/pw"
	chmod 600 "$dir/pw"
	sed -i -e 's/encryption: none/layout: keep, &/' -e 's/^users: .*]}/&, {name: carla, PW}, {name: dora, PW}/' \
		-e "s,PW,password: {from: 'file:$dir/pw'},g" "$dir/answers.yaml"
}

make_disk
attach_disk
check "a system to be replaced" walked 0 none 0
check "a system to be replaced: people put something into it" furnish
keep_answers
in_root 'mv srv opt/srv && ln -s opt/srv srv' >/dev/null 2>&1
check "keeping /home, /srv is a link: refused" walked 1 none 0
check "keeping /home, /srv is a link: says why" says "/srv is a link to opt/srv"
check "keeping /home, /srv is a link: says that nothing was written" says "nothing was written"
in_root 'rm srv && mv opt/srv srv' >/dev/null 2>&1
place=0
for step in verify claim open mark format mount extract system users records finish; do
	check "keeping /home, fail before $step" walked 1 fail "$place"
	check "keeping /home, fail before $step: all released" released
	if [ "$place" -le 3 ]; then
		check "keeping /home, fail before $step: says that nothing was written" says "nothing was written"
		check "keeping /home, fail before $step: still complete" named root
	else
		check "keeping /home, fail before $step: says what stayed" says "its /home and /srv are as before"
		check "keeping /home, fail before $step: does not look finished" named jefe-keeping-root
	fi
	check "keeping /home, fail before $step: what people have is there" kept
	place=$((place + 1))
done
check "keeping /home, interrupted after unpacking: resuming succeeds" walked 0 none 0 resume
check "keeping /home, interrupted after unpacking: resuming does not remove again" skipped format
check "keeping /home: complete" named root
check "keeping /home: what people have is there" kept
check "keeping /home: it belongs to those who come back, and nothing else is left" replaced
detach_disk

make_disk
attach_disk
sed -i 's/name: ana/name: vault/' "$dir/answers.yaml"
check "a user who would take a group of the system is refused" walked 1 none 0
check "a user who would take a group of the system: says so" says "account or group of its own named vault"
detach_disk
echo "1..$number"
exit "$bad"

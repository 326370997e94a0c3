#!/bin/sh
# What `jefe-setup install` refuses before it writes anything, and how it says so: exit codes, result line, events, the lock.
# Runs in a mount namespace with a /run of its own. Prints TAP.
set -u
# One test with loop devices at a time: their partitions come and go as others scan the disks.
exec 9>/run/lock/jefe-loop-tests && flock 9
here=$(cd "$(dirname "$0")" && pwd)
setup=$(cd "${top_builddir:-.}" && pwd)/jefe-setup

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
for program in losetup unshare mkfs.ext4 zstd openssl tar flock; do
	command -v "$program" >/dev/null || skip "needs $program"
done
if [ "${1:-}" != inside ]; then
	unshare -m true 2>/dev/null || skip "needs mount namespaces"
	exec unshare -m "$0" inside
fi
# Copies of mounts that a test beside this one made would keep its disk busy.
awk '$5 ~ "^/tmp/jefe-engine-" { print $5 }' /proc/self/mountinfo | tac | xargs -r -n 1 umount -l
mount -t tmpfs run /run || skip "needs tmpfs"
number=0
bad=0
dir=$(mktemp -d /tmp/jefe-engine-XXXXXX)
loop=

clean() {
	[ -z "$loop" ] || losetup -d "$loop"
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: one TAP line; what the last installation said is shown when it fails.
check() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$dir/why" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		cat "$dir/why" "$dir/out" "$dir/err" | sed 's/^/# /'
		bad=1
	fi
}

# Answers with the disk section given, and one key-only administrator.
answers() {
	cat >"$dir/answers.yaml" <<-X
		schema: 1
		system: {hostname: walker, timezone: UTC}
		disk: $1
		users: [{name: ana, admin: true, ssh_keys: ["$key"]}]
	X
}

# ends CODE ARGUMENTS...: install ends with this exit code. The machine is captured, as loop devices are not probed. Without a terminal, so that nobody is asked.
ends() {
	expected=$1
	shift
	setsid -w "$setup" install "$dir/answers.yaml" --machine "$dir/machine.json" --payload "$dir/payload" --keys "$dir/keys" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	[ $? = "$expected" ]
}

unwritten() {
	sync "$dir/disk"
	cmp -n 67108864 "$dir/disk" "$dir/before" && [ "$(stat -c %b "$dir/disk")" = "$blocks" ]
}

last_line() {
	case $(tail -n 1 "$dir/out") in
	*"$1"*) ;;
	*) return 1 ;;
	esac
}

result() {
	grep -qF "$1" /run/jefe/result
}

stderr_says() {
	grep -qF "$1" "$dir/err"
}

key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPbkjQvGVmMpPvyNMT2zRBEGWPo7nLqH6oDFzOpCPD4v ana"
"$here/make-payload" "$dir" || exit 99
truncate -s 64M "$dir/disk"
mkfs.ext4 -q -F "$dir/disk"
cp "$dir/disk" "$dir/before"
truncate -s 5G "$dir/disk"
blocks=$(stat -c %b "$dir/disk")
loop=$(losetup -P --show -f "$dir/disk") || skip "needs loop devices"
"$setup" probe --loop >"$dir/machine.json"
match="match: {path: $loop}"
plain="encryption: none, esp_size: 64M, boot_size: 256M"

answers "{$match, $plain}"
check "no authorisation to erase: refused" ends 3
check "no authorisation: the result line says how to allow it" last_line "erase: matched-disks"

answers "{$match, erase: matched-disks, encryption: luks2, passphrase: {from: prompt}}"
check "a prompt without a terminal: fails" ends 1
check "a prompt without a terminal: names the key" stderr_says disk.passphrase

answers "{match: {path: /dev/none}, erase: matched-disks, $plain}"
check "no such disk: fails" ends 1
check "no such disk: result line" last_line "jefe: install failed: "

answers "{$match, erase: matched-disks, encryption: luks2, passphrase: {from: \"file:$dir/key\"}}"
echo secret-words >"$dir/key"
chmod 644 "$dir/key"
check "a secret that others can read: fails" ends 1
check "a secret that others can read: says what helps" last_line "chmod 600"
check "the result line is also in its file" result "chmod 600"

answers "{$match, erase: matched-disks, $plain}"
sed 's/"size_bytes": 5368709120/"size_bytes": 5368709632/' "$dir/machine.json" >"$dir/other.json"
check "another size than planned: fails" ends 1 --machine "$dir/other.json"
check "another size than planned: says so" last_line "plan again"

answers "{$match, erase: matched-disks, $plain, swap_size: 256M}"
check "volumes without LVM here and in the payload: fails" ends 1
check "volumes without LVM: says what helps" last_line "leave out the sizes of volumes"

answers "{$match, erase: matched-disks, $plain}"
flock /run/jefe/engine.lock sh -c "echo 4711 >/run/jefe/engine.lock; sleep 2" &
sleep 1
check "a second engine: fails" ends 1
check "a second engine: names the first" last_line "process 4711"
wait

mkdir -p /run/jefe/target
mount -o ro "$loop" /run/jefe/target
check "what a killed engine left mounted: is not in the way" ends 1 --payload /nowhere
check "what a killed engine left mounted: is gone" sh -c "! grep -q /run/jefe/target /proc/self/mountinfo"
check "what a killed engine left mounted: the payload was looked for" last_line /nowhere

cp "$dir/payload/manifest.json" "$dir/manifest"
sed -i 's/6.1.0-test/6.1.0-fake/' "$dir/payload/manifest.json"
check "a changed manifest: fails" ends 1 --events "$dir/events"
check "a changed manifest: nothing was written" grep -q '"event":"failed".*nothing was written' "$dir/events"
cp "$dir/manifest" "$dir/payload/manifest.json"
printf x >>"$dir/payload/rootfs.tar.zst"
check "an archive of another size: fails" ends 1
check "an archive of another size: says so" last_line "copy it again"
check "after all this the disk is as it was" unwritten
check "no secret in events, result or output" sh -c "! grep -rF secret-words /run/jefe '$dir/out' '$dir/err'"
echo "1..$number"
exit "$bad"

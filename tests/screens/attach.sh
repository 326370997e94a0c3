#!/bin/sh
# A running installation is watched from other terminals and taken over there; killing a display does not stop it. The engine is the
# real one, on a loop device, held still by SIGSTOP while others look. Prints TAP; needs root.
set -u
# One test with loop devices at a time: their partitions come and go as others scan the disks.
exec 9>/run/lock/jefe-loop-tests && flock 9
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
setup=$build/jefe-setup

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$build/tests/screens/screenplay" ] || skip "libvterm is not there"
for program in losetup unshare mkfs.ext4 zstd openssl tar flock setsid; do
	command -v "$program" >/dev/null || skip "needs $program"
done
if [ "${1:-}" != inside ]; then
	unshare -m true 2>/dev/null || skip "needs mount namespaces"
	exec unshare -m "$0" inside
fi
mount -t tmpfs run /run || skip "needs tmpfs"
dir=$(mktemp -d /tmp/jefe-attach-XXXXXX)
loop=
engine=
number=0
bad=0

clean() {
	[ -z "$engine" ] || kill -KILL "$engine" 2>/dev/null
	awk '$5 ~ "^/run/jefe/" { print $5 }' /proc/self/mountinfo | tac | xargs -r -n 1 umount -l
	[ -z "$loop" ] || losetup -d "$loop"
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: one TAP line; what was written is shown when it fails.
check() {
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$dir/why" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		cat "$dir/why" "$dir/watched" "$dir/err" | sed 's/^/# /'
		bad=1
	fi
}

# until COMMAND...: true within a minute.
until_true() {
	for _ in $(seq 300); do
		"$@" && return 0
		sleep 0.2
	done
	return 1
}

key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPbkjQvGVmMpPvyNMT2zRBEGWPo7nLqH6oDFzOpCPD4v ana"
"$here/../engine/make-payload" "$dir" || exit 99
truncate -s 5G "$dir/disk"
loop=$(losetup -P --show -f "$dir/disk") || skip "needs loop devices"
"$setup" probe --loop >"$dir/machine.json"
cat >"$dir/answers.yaml" <<X
schema: 1
system: {hostname: walker, timezone: UTC}
disk: {match: {path: $loop}, erase: matched-disks, encryption: none, esp_size: 64M, boot_size: 256M}
users: [{name: ana, admin: true, ssh_keys: ["$key"]}]
X
: >"$dir/watched"
# Start an installation and hold it. At once: where the kernel has no vfat, it ends within a second.
install_and_hold() {
	rm -f /run/jefe/events
	setsid "$setup" install "$dir/answers.yaml" --machine "$dir/machine.json" --payload "$dir/payload" --keys "$dir/keys" \
		>"$dir/out" 2>"$dir/err" </dev/null &
	engine=$!
	for _ in $(seq 6000); do
		! grep -qs '"event":"step_begin"' /run/jefe/events || break
		sleep 0.01
	done
	kill -STOP "$engine"
}
install_and_hold
check "the engine was caught in the middle" sh -c "! grep -qE '\"event\":\"(done|failed)\"' /run/jefe/events"

"$setup" attach >"$dir/watched" 2>&1 </dev/null &
watcher=$!
check "a watcher sees what has happened so far" until_true test -s "$dir/watched"

cat >"$dir/stop.play" <<'X'
start attach
wait Watching
type q
key Enter
exit 0
modes
X
cat >"$dir/take.play" <<'X'
start attach
wait Watching
type w
key Enter
wait Installing
sleep 500
kill-front-end
exit 1
modes
X
cat >"$dir/hangup.play" <<'X'
start wizard --ui $1
wait Installing
sleep 300
hangup
exit 1
X
check "a watcher on a terminal stops when told" "$build/tests/screens/screenplay" "$setup" "$dir/stop.play"
check "and hands over to the wizard, which is killed" "$build/tests/screens/screenplay" -t vt220 "$setup" "$dir/take.play"
for ui in ncurses line; do
	check "a wizard started beside it follows, and its line is lost: $ui" \
		"$build/tests/screens/screenplay" -t vt220 "$setup" "$dir/hangup.play" "$ui"
done
check "the engine is still there" kill -0 "$engine"
kill -CONT "$engine"
wait "$engine"
ended=$?
engine=
wait "$watcher"
check "the watcher ends as the installation does" test $? = "$ended"
check "and tells its result" grep -qE '^jefe: install (done|failed: )' "$dir/watched"
check "the installation went on behind all this" \
	test "$(grep -c '"event":"step_begin"' /run/jefe/events)" -gt 2

cat >"$dir/setup" <<X
#!/bin/sh
# The wizard starts programs with an environment of its own.
export ASAN_OPTIONS="$ASAN_OPTIONS"
[ "\$1" = install ] || exec "$setup" "\$@"
exec "$setup" "\$@" --machine "$dir/machine.json" --payload "$dir/payload" --keys "$dir/keys"
X
chmod +x "$dir/setup"
cat >"$dir/again.play" <<'X'
start --machine $1 --setup $2
wait Installing
wait The installation failed
wait that was running ended
type t
wait Installing
X
install_and_hold
"$build/tests/screens/screenplay" "$build/ui-ncurses" "$dir/again.play" "$dir/machine.json" "$dir/setup" >"$dir/watched" 2>"$dir/err" &
watcher=$!
sleep 3
kill -KILL "$engine"
engine=
check "an installation that was killed is begun again by the wizard beside it" wait "$watcher"
check "which has its answers" grep -q 'hostname: walker' /run/jefe/answers.yaml
check "and keeps its events" grep -q '"event":"step_begin"' /run/jefe/events.1
check "the one begun again comes to its end" until_true grep -qE '"event":"(done|failed)"' /run/jefe/events
echo "1..$number"
exit "$bad"

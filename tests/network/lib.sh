# shellcheck shell=bash
# A server and clients in network namespaces, and a root file system that jefe-setup hardens. For the tests of this folder, which
# set "spaces" and call network_start; everything goes away at the end.
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
name=jefe-$$
tree=
listeners=()
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

# network_needs PROGRAM...: or the test is skipped.
network_needs() {
	local program
	for program in nft ip unshare "$@"; do
		command -v "$program" >/dev/null || { echo "1..0 # SKIP $program is not installed"; exit 0; }
	done
	unshare -n nft list ruleset 2>/dev/null || { echo "1..0 # SKIP needs root and a kernel with nftables"; exit 0; }
}

# shellcheck disable=SC2317 # called by trap
network_end() {
	local space
	[ ${#listeners[@]} = 0 ] || kill "${listeners[@]}" 2>/dev/null
	for space in server one two container; do
		ip netns del "$name-$space" 2>/dev/null
	done
	rm -rf "$tree"
}

in_space() { local space=$name-$1; shift; ip netns exec "$space" "$@"; }

# link CLIENT NUMBER: CLIENT has 10.77.NUMBER.2 and fd77:NUMBER::2, the server .1 and ::1.
link() {
	ip netns add "$name-$1" &&
		ip link add "veth$2" netns "$name-server" type veth peer name eth0 netns "$name-$1" &&
		in_space server ip address add "10.77.$2.1/24" dev "veth$2" &&
		in_space server ip address add "fd77:$2::1/64" dev "veth$2" nodad &&
		in_space server ip link set "veth$2" up &&
		in_space "$1" ip address add "10.77.$2.2/24" dev eth0 &&
		in_space "$1" ip address add "fd77:$2::2/64" dev eth0 nodad &&
		in_space "$1" ip link set eth0 up &&
		in_space "$1" ip link set lo up &&
		in_space "$1" ip route add default via "10.77.$2.1"
}

# network_start CLIENT...: the server, its clients, and a root file system.
network_start() {
	local client count=0
	tree=$(mktemp -d) || exit 99
	trap network_end EXIT
	mkdir -p "$tree/etc" "$tree/run" "$tree/var/lib/dpkg"
	echo ID=debian >"$tree/etc/os-release"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$tree/etc/shadow"
	printf 'Package: nftables\nStatus: install ok installed\n' >"$tree/var/lib/dpkg/status"
	ip netns add "$name-server" && in_space server ip link set lo up || exit 99
	for client; do
		count=$((count + 1))
		link "$client" "$count" || exit 99
	done
	in_space server sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

harden() { "$build/jefe-setup" harden --root "$tree" "$@" >/dev/null; }

# connections CLIENT ADDRESS PORT COUNT: how many of COUNT connections, all opened at once, come through.
connections() {
	local i
	for ((i = 0; i < $4; i++)); do
		# shellcheck disable=SC2016
		in_space "$1" timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo through' "$2" "$3" 2>/dev/null &
	done | wc -l
}

listen() { # listen SPACE PORT
	(exec ip netns exec "$name-$1" socat "TCP6-LISTEN:$2,fork,backlog=128,reuseaddr,ipv6only=0" PIPE >/dev/null 2>&1) &
	listeners+=($!)
}


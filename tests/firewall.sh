#!/bin/bash
# The packet filter and the interfaces' settings at work: a server and two clients in network namespaces. Prints TAP.
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
for program in nft ip socat unshare; do
	command -v "$program" >/dev/null || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done
unshare -n nft list ruleset 2>/dev/null || { echo "1..0 # SKIP needs root and a kernel with nftables"; exit 0; }

name=jefe-$$
tree=$(mktemp -d) || exit 99
listeners=()
# shellcheck disable=SC2317 # called by trap
cleanup() {
	kill "${listeners[@]}" 2>/dev/null
	for space in server one two; do
		ip netns del "$name-$space" 2>/dev/null
	done
	rm -rf "$tree"
}
trap cleanup EXIT

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
		in_space "$1" ip route add default via "10.77.$2.1"
}

# connections CLIENT ADDRESS PORT COUNT: how many of COUNT connections, all opened at once, come through.
connections() {
	local i
	for ((i = 0; i < $4; i++)); do
		# shellcheck disable=SC2016
		in_space "$1" timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo through' "$2" "$3" 2>/dev/null &
	done | wc -l
}

listen() { # listen SPACE PORT
	(exec ip netns exec "$name-$1" socat "TCP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" PIPE >/dev/null 2>&1) &
	listeners+=($!)
}

# dropped CHAIN TEXT: packets that the rule with TEXT has counted.
dropped() {
	in_space server nft list chain inet jefe "$1" | sed -n "s/.*$2.*counter packets \([0-9]*\) .*/\1/p"
}

number=0
bad=0
check() { # check NAME TEST...
	local text=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text"
		bad=1
	fi
}

mkdir -p "$tree/etc" "$tree/var/lib/dpkg"
echo ID=debian >"$tree/etc/os-release"
echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"
echo 'root:*:19000:0:99999:7:::' >"$tree/etc/shadow"
printf 'Package: nftables\nStatus: install ok installed\n' >"$tree/var/lib/dpkg/status"
"$build/jefe-setup" harden --root "$tree" --level hardened >/dev/null || exit 99
rules=$tree/etc/jefelinux/firewall.nft
ip netns add "$name-server" && link one 1 && link two 2 || exit 99
in_space server ip link set lo up
in_space server sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
listen server 22
listen server 8080
listen two 22
in_space server nft add table inet other
sleep 1

echo "1..12"
check "without the filter everything answers" test \
	"$(connections two 10.77.2.1 22 1)$(connections two 10.77.2.1 8080 1)$(connections one 10.77.2.2 22 1)" = 111
check "the rules load" in_space server nft -f "$rules"
check "loading again replaces them" in_space server nft -f "$rules"
tables=$(in_space server nft list tables)
check "tables of others stay" test "$tables" = "$(printf 'table inet other\ntable inet jefe')"
through=$(connections one 10.77.1.1 22 20)
check "twenty connections from one address: $through come through" test "$through" -ge 4 -a "$through" -le 6
check "another address is not affected" test "$(connections two 10.77.2.1 22 3)" = 3
check "IPv6 works" test "$(connections two fd77:2::1 22 3)" = 3
through=$(connections one fd77:1::1 22 20)
check "twenty connections from one IPv6 network: $through come through" test "$through" -ge 4 -a "$through" -le 6
check "other ports are closed" test "$(connections two 10.77.2.1 8080 1)$(connections two fd77:2::1 8080 1)" = 00
check "nothing is forwarded" test "$(connections one 10.77.2.2 22 1)" = 0
in_space one ip address add 10.77.2.99/32 dev eth0
in_space one ip route replace 10.77.1.1 dev eth0 src 10.77.2.99
connections one 10.77.1.1 22 1 >/dev/null
check "forged senders are dropped" test "$(dropped raw_pre 'fib saddr')" -ge 1

# The service that sets up interfaces which were there before the settings.
in_space server sh -c '
	ebegin() { :; }; eend() { :; }
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra
	echo 1 >/proc/sys/net/ipv6/conf/veth1/accept_ra
	. "$1" && start' service "$tree/etc/init.d/jefe-interfaces"
check "settings for new interfaces reach those there" test \
	"$(in_space server cat /proc/sys/net/ipv6/conf/veth1/accept_ra)" = 0
exit "$bad"

#!/bin/bash
# The packet filter and the interfaces' settings at work: a server and two clients in network namespaces. Prints TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/network/lib.sh
. "$here/lib.sh"
network_needs socat nmap busybox python3

# held CLIENT ADDRESS PORT: how many of 80 connections can be open together; the first that is not answered ends the count.
held() {
	in_space "$1" sysctl -q -w net.ipv4.tcp_syn_retries=1
	# shellcheck disable=SC2016
	in_space "$1" timeout 60 bash -c 'for ((i = 1; i <= 80; i++)); do
		exec {fd}<>"/dev/tcp/$0/$1" || exit; echo $i; done' "$2" "$3" 2>/dev/null | tail -n 1
}

# dropped CHAIN TEXT: packets that the rule with TEXT has counted.
dropped() {
	in_space server nft list chain inet jefe "$1" | sed -n "s/.*$2.*counter packets \([0-9]*\) .*/\1/p"
}

packets() { local space=$1; shift; in_space "$space" python3 "$here/packets.py" "$@"; }
# unlisted: packets that no rule of the input chain took.
unlisted() { in_space server nft list chain inet jefe input | sed -n 's/^\t*counter packets \([0-9]*\) .*/\1/p'; }
# adds COMMAND...: how many of those it sends.
adds() {
	local before
	before=$(unlisted)
	"$@"
	sleep 0.2
	echo $(($(unlisted) - before))
}
link_local() { in_space "$1" ip -6 -o address show dev "$2" scope link | sed -n 's,.*inet6 \([^/]*\)/.*,\1,p'; }
# pings CLIENT ADDRESS: how many of thirty, each by itself, are answered.
pings() {
	local i
	for ((i = 0; i < 30; i++)); do
		in_space "$1" busybox ping -q -c 1 -W 1 "$2" >/dev/null && echo answered &
	done | wc -l
}

network_start one two
harden --level hardened || exit 99
rules=$tree/etc/jefelinux/firewall.nft
listen server 22
listen server 8080
listen two 22
in_space server nft add table inet other
sleep 1

echo "1..48"
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
check "twenty connections from one IPv6 address: $through come through" test "$through" -ge 4 -a "$through" -le 6
for ((i = 0; i < 20; i++)); do
	in_space one ip address add "$(printf 'fd77:1::a%02x/64' $i)" dev eth0 nodad
	in_space two ip address add "$(printf 'fd77:2::a%02x/64' $i)" dev eth0 nodad
done
in_space server nft flush set inet jefe ssh_meter6
through=$(packets one many fd77:1::1 22 20 fd77:1::)
check "twenty connections from twenty addresses of one IPv6 network: $through come through" test "$through" -ge 4 -a "$through" -le 6
check "another IPv6 network is not affected" test "$(connections two fd77:2::1 22 1)" = 1
check "other ports are closed" test "$(connections two 10.77.2.1 8080 1)$(connections two fd77:2::1 8080 1)" = 00
check "nothing is forwarded" test "$(connections one 10.77.2.2 22 1)" = 0
in_space one ip address add 10.77.2.99/32 dev eth0
in_space one ip route replace 10.77.1.1 dev eth0 src 10.77.2.99
connections one 10.77.1.1 22 1 >/dev/null
check "forged senders are dropped" test "$(dropped raw_pre 'fib saddr')" -ge 1
in_space one ip route replace 10.77.1.1 dev eth0
listen server 4444
in_space server nft flush set inet jefe ssh_meter4
open=$(in_space two nmap -n -Pn -sS -p 1-1024,4444,8080 --min-rate 1000 --max-retries 1 -oG - 10.77.2.1 | grep -oE '[0-9]+/open' | tr '\n' ' ')
check "nmap sees only 22/tcp: $open" test "$open" = "22/open "

# What an address needs: DHCP and its IPv6 sister, neighbours, routers and groups, ping, and the answers of routers.
local_one=$(link_local one eth0)
local_server=$(link_local server veth1)
in_space one ip address add 192.0.2.67/32 dev eth0
check "DHCP's answers are taken" test "$(packets one udp 10.77.1.2 67 10.77.1.1 68)" = taken
check "from another port they are not" test "$(packets one udp 10.77.1.2 1067 10.77.1.1 68)" = dropped
forged=$(dropped raw_pre 'fib saddr')
packets one udp 192.0.2.67 67 10.77.1.1 68 >/dev/null
check "they may come from where no route leads" test "$(dropped raw_pre 'fib saddr')" = "$forged"
check "DHCPv6's answers are taken from neighbours" test "$(packets one udp "$local_one" 547 "$local_server" 546 eth0)" = taken
check "from elsewhere they are not" test "$(packets one udp fd77:1::2 547 fd77:1::1 546)" = dropped
for kind in 133 134 135 136; do
	check "ICMPv6 $kind is taken from a neighbour, and not from behind a router" test \
		"$(adds packets one icmp6 "$local_one" "$local_server" "$kind" 255 eth0)$(adds packets one icmp6 "$local_one" "$local_server" "$kind" 64 eth0)" = 01
done
for kind in 130 131 132 143; do
	check "ICMPv6 $kind is taken from a neighbour's own address only" test \
		"$(adds packets one icmp6 "$local_one" "$local_server" "$kind" 1 eth0)$(adds packets one icmp6 fd77:1::2 fd77:1::1 "$kind" 1 eth0)" = 01
done
in_space one ip address add fd77:1::1/64 dev eth0
sleep 2
check "who takes the machine's own address is told" eval 'in_space one ip -6 address show dev eth0 | grep -q dadfailed'
in_space one ip address delete fd77:1::1/64 dev eth0
for address in 10.77.1.1 fd77:1::1; do
	answered=$(pings one $address)
	check "of thirty pings to $address $answered are answered" test "$answered" -ge 8 -a "$answered" -le 20
done
(exec ip netns exec "$name-one" socat -u UDP6-RECV:4001 OPEN:/dev/null) &
listeners+=($!)
sleep 0.3
({ echo x; sleep 3; } | ip netns exec "$name-server" socat -u - 'UDP6:[fd77:1::2]:4001,sourceport=4000') &
listeners+=($!)
sleep 0.5
packets one too-big fd77:1::2 fd77:1::1 4000 4001 1280
check "a router's word on the size of packets is heard" eval 'in_space server ip -6 route get fd77:1::2 | grep -q "mtu 1280"'

# Banned addresses, as the action of the jail adds and takes them.
in_space server nft add element inet jefe banned4 '{ 10.77.2.2 timeout 60s }'
in_space server nft add element inet jefe banned6 '{ fd77:2::2/64 timeout 60s }'
check "who is banned reaches nothing" test "$(connections two 10.77.2.1 22 1)$(connections two fd77:2::1 22 1)" = 00
in_space server nft delete element inet jefe banned4 '{ 10.77.2.2 }'
in_space server nft delete element inet jefe banned6 '{ fd77:2::7/64 }'
check "and does again afterwards" test "$(connections two 10.77.2.1 22 1)$(connections two fd77:2::1 22 1)" = 11

# The operator's own ports and sources, and the limit of connections.
reload() { # reload OPTION...
	harden "$@" 2>/dev/null && in_space server nft -f "$rules"
}
reload --set network.open_ports="8080/tcp 53/udp" --set network.ssh_sources=10.77.1.0/24
check "a listed port is open" test "$(connections two 10.77.2.1 8080 1)$(connections two fd77:2::1 8080 1)" = 11
check "SSH only from the named network" test \
	"$(connections one 10.77.1.1 22 1)$(connections two 10.77.2.1 22 1)$(connections two fd77:2::1 22 1)" = 100
held=$(held two 10.77.2.1 8080)
check "one address holds at most 64 connections: $held" test "$held" = 64
held=$(packets two many fd77:2::1 8080 80 fd77:2::)
check "twenty addresses of one IPv6 network hold at most 64, too: $held" test "$held" = 64

# Containers: behind docker0 of the server, with a port published as Docker does it, in a table of its own.
ip netns add "$name-container" &&
	ip link add docker0 netns "$name-server" type veth peer name eth0 netns "$name-container" &&
	in_space server ip address add 10.88.0.1/24 dev docker0 && in_space server ip link set docker0 up &&
	in_space container ip address add 10.88.0.2/24 dev eth0 && in_space container ip link set eth0 up &&
	in_space container ip route add default via 10.88.0.1 || exit 99
listen container 80
in_space server nft -f - <<-'END'
	table ip nat {
		chain prerouting {
			type nat hook prerouting priority dstnat;
			tcp dport { 9080, 9081 } dnat to 10.88.0.2:80
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname != "docker0" ip saddr 10.88.0.0/24 masquerade
		}
	}
END
sleep 0.5
reload --role containers --set network.open_ports=none --set network.ssh_sources=on
check "a container reaches others" test "$(connections container 10.77.2.2 22 1)" = 1
check "a container does not reach the machine's other ports" test "$(connections container 10.88.0.1 8080 1)" = 0
check "others do not reach a container" test "$(in_space two ip route add 10.88.0.0/24 via 10.77.2.1; connections two 10.88.0.2 80 1)" = 0
check "a published port is closed until it is listed" test "$(connections two 10.77.2.1 9080 1)" = 0
reload --set network.published_ports=9080/tcp
check "a listed published port is open, another is not" test \
	"$(connections two 10.77.2.1 9080 1)$(connections two 10.77.2.1 9081 1)" = 10

# The service: rules that cannot be loaded leave those of before, and when it starts SSH and nothing else.
reload --set network.published_ports=none --set network.open_ports=8080/tcp
echo "table inet jefe { chain input { nonsense" >"$tree/damaged.nft"
# shellcheck disable=SC2016
service_reload() { # service_reload RULES
	in_space server sh -c '
		ebegin() { :; }; eend() { return "$1"; }; ewarn() { :; }
		. "$1" && rules=$2 && reload 2>/dev/null' service "$tree/etc/init.d/jefe-firewall" "$1"
}
service_reload "$tree/damaged.nft"
check "reloading damaged rules fails, and the filter stays as it was" test \
	"$?$(connections two 10.77.2.1 22 1)$(connections two 10.77.2.1 8080 1)" = 111
service_reload "$rules"
check "reloading others takes them" test "$?$(connections two 10.77.2.1 8080 1)" = 01
# shellcheck disable=SC2016
in_space server sh -c '
	ebegin() { :; }; eend() { return "$1"; }; ewarn() { :; }
	. "$1" && rules=$2 && start 2>/dev/null' service "$tree/etc/init.d/jefe-firewall" "$tree/damaged.nft"
check "damaged rules leave SSH only" test \
	"$(connections two 10.77.2.1 22 1)$(connections two 10.77.2.1 8080 1)$(connections container 10.77.2.2 22 1)" = 100

# Without an SSH server its port is closed, also when the rules are damaged.
reload --set network.ssh_sources=default --ssh none
check "without an SSH server its port is closed" test "$(connections two 10.77.2.1 22 1)$(connections two fd77:2::1 22 1)" = 00
# shellcheck disable=SC2016
in_space server sh -c '
	ebegin() { :; }; eend() { return "$1"; }; ewarn() { :; }
	. "$1" && rules=$2 policy=$3 && start 2>/dev/null' service "$tree/etc/init.d/jefe-firewall" "$tree/damaged.nft" \
	"$tree/etc/jefelinux/policy.yaml"
check "damaged rules leave it closed" test \
	"$(connections two 10.77.2.1 22 1)$(connections container 10.77.2.2 22 1)$(in_space server nft list table inet jefe | grep -c 'policy drop')" = 002

# The service that sets up interfaces which were there before the settings.
in_space server sh -c '
	ebegin() { :; }; eend() { :; }
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra
	echo 1 >/proc/sys/net/ipv6/conf/veth1/accept_ra
	. "$1" && start' service "$tree/etc/init.d/jefe-interfaces"
check "settings for new interfaces reach those there" test \
	"$(in_space server cat /proc/sys/net/ipv6/conf/veth1/accept_ra)" = 0
exit "$bad"

# shellcheck shell=sh
# The passphrase over SSH, when there is /etc/unlock: the port of the installed system comes up, and a server lets the administrators'
# keys in, to the question alone (unlock.sh). Nothing here keeps the consoles waiting.

linker=''

remote_up() {
	[ -e /etc/unlock/network ] || return 0
	method=dhcp interface='' mac='' vlan='' address='' gateway=''
	while IFS='=' read -r key value; do
		case $key in
		METHOD) method=$value ;;
		INTERFACE) interface=$value ;;
		MAC) mac=$value ;;
		VLAN) vlan=$value ;;
		ADDRESS) address=$value ;;
		GATEWAY) gateway=$value ;;
		esac
	done </etc/unlock/network
	modprobe -abq af_packet ipv6 8021q
	mkdir -p /dev/pts
	mount -t devpts -o nosuid,noexec,mode=620,ptmxmode=666 devpts /dev/pts
	dropbear -F -E -m -r /etc/unlock/host_key -p 22 -T 3 -K 30 -I 600 -s -j -k -c /usr/lib/jefe/unlock.sh \
		-P /run/jefe/dropbear.pid </dev/null 2>&1 >/dev/null | note_logins &
	link_up </dev/null >/dev/null 2>&1 &
	linker=$!
}

# Who was let in goes to the kernel's log, which the system keeps; strangers, who have a say in other lines, fill nothing.
note_logins() {
	while IFS= read -r line; do
		line=${line#*] }
		case $line in
		???" "??" "??:??:??" Pubkey auth succeeded for 'root' with "*) echo "jefe: ${line#???\ ??\ ??:??:??\ }" >>/dev/kmsg ;;
		esac
	done
}

link_up() {
	waited=0
	until find_port "$waited"; do
		sleep 1
		coldplug
		waited=$((waited + 1))
	done
	ip link set "$port" up
	if [ -n "$vlan" ]; then
		ip link add link "$port" name "vlan$vlan" type vlan id "$vlan"
		port=vlan$vlan
		ip link set "$port" up
	fi
	if [ "$method" = static ]; then
		set_address "$port" "$address" "$gateway"
	else
		exec udhcpc -f -i "$port" -t 4 -T 3 -A 10 -s /usr/lib/jefe/dhcp.sh
	fi
}

# find_port SECONDS: the one with our address, in $port; of our name, or any wired one, when it did not appear for a while.
find_port() {
	port='' named='' first=''
	for dir in /sys/class/net/*; do
		if [ ! -e "$dir/device" ] || [ -e "$dir/wireless" ]; then
			continue
		fi
		name=${dir##*/} own=''
		read -r own <"$dir/address"
		first=${first:-$name}
		[ "$name" != "$interface" ] || named=$name
		[ -z "$mac" ] || [ "$own" != "$mac" ] || port=$name
	done
	[ -z "$mac" ] || [ "$1" -ge 10 ] || named=''
	port=${port:-$named}
	[ "$1" -lt 10 ] || port=${port:-$first}
	[ -n "$port" ]
}

# set_address PORT ADDRESS GATEWAY: the gateway may be outside of the address's network.
set_address() {
	ip addr add "$2" dev "$1"
	if [ -n "$3" ]; then
		case $3 in
		*:*) family=-6 ;;
		*) family=-4 ;;
		esac
		ip "$family" route add "$3" dev "$1"
		ip "$family" route add default via "$3" dev "$1"
	fi
	echo "jefe: the passphrase is also taken by SSH, at ${2%/*}" >>/dev/kmsg
}

# remote_tell MESSAGE: to who gave the last answer, when it came by SSH.
remote_tell() {
	case $asker in *[0-9]) echo "$1" >"/run/jefe/told.$asker" ;; esac
}

# remote_down STATUS MESSAGE: say it to all who are logged in, whose sessions end with the status, and leave the network as it was found.
remote_down() {
	[ -n "$linker" ] || return 0
	# shellcheck disable=SC2046 # none, when it did not start
	kill "$linker" $(cat /run/jefe/dropbear.pid) 2>/dev/null
	echo "$1 $2" >/run/jefe/over.new
	mv /run/jefe/over.new /run/jefe/over
	moments=30
	while [ "$moments" -gt 0 ] && pidof dropbear >/dev/null; do
		sleep 0.1
		moments=$((moments - 1))
	done
	# shellcheck disable=SC2046 # a list
	kill -9 $(pidof dropbear) 2>/dev/null
	linker=''
	rm -f /run/jefe/told.* /run/jefe/over /run/jefe/dropbear.pid
	umount /dev/pts || umount -l /dev/pts
	[ -z "$vlan" ] || ip link del "vlan$vlan" 2>/dev/null
	for dir in /sys/class/net/*/device; do
		dir=${dir%/device}
		[ -e "$dir" ] || continue
		ip addr flush dev "${dir##*/}"
		ip link set "${dir##*/}" down
	done
}

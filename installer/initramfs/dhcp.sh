#!/bin/sh
# Called by udhcpc while the passphrase is asked, with what the DHCP server said in the environment.
# shellcheck disable=SC2154 # interface, ip, mask, router come from there
export PATH=/usr/bin

# shellcheck source=installer/initramfs/remote.sh
. /usr/lib/jefe/remote.sh

case $1 in
deconfig)
	ip addr flush dev "$interface"
	ip link set "$interface" up
	;;
bound) set_address "$interface" "$ip/${mask:-32}" "${router%% *}" ;;
esac

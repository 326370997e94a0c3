#!/bin/bash
# The scripts that ship run by the two shells that run them, dash and BusyBox's ash: each below a folder that stands for the root, with
# programs that only say how they were called. Prints TAP.
top=$(cd "${top_srcdir:-.}" && pwd) || exit 99
for program in dash busybox setpriv; do
	command -v "$program" >/dev/null || { echo "1..0 # SKIP $program is not installed"; exit 0; }
done
folder=$(mktemp -d) || exit 99
trap 'rm -rf --one-file-system "$folder"' EXIT

# A script that finds a real program in place of ours, or a path that is not below the folder, must not be able to do anything.
if [ "$(id -u)" = 0 ]; then
	mkdir "$folder/top"
	(cd "$top" && cp -r --parents installer/initramfs live-iso/overlay tests/shells.sh tests/tap.sh "$folder/top")
	chown -R 65534:65534 "$folder"
	cd "$folder/top" || exit 99
	top_srcdir=. TMPDIR=$folder setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs tests/shells.sh
	exit
fi
root=$folder/root said=$folder/said bin=$folder/bin overlay=$top/live-iso/overlay
umask 022

# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"

# calls NAME [LINE]: a program that says how it was called, and then does LINE. A function of that name is for BusyBox, which prefers its own
# commands to those in PATH.
calls() {
	printf '#!/bin/sh\necho "%s $*" >>"%s"\n%s\n' "$1" "$said" "${2:-}" >"$bin/$1"
	chmod 755 "$bin/$1"
	case $1 in *-*) ;; *) echo "$1() { $bin/$1 \"\$@\"; }" >>"$bin/functions" ;; esac
}

# fresh: nothing below the root, no programs, nothing said.
fresh() {
	rm -rf --one-file-system "$root" "$bin"
	mkdir -p "$root"/{dev,etc,proc/sys/kernel,run/jefe,sys,usr/lib/jefe} "$bin"
	: >"$said"
	: >"$bin/functions"
}

# moved FILE: it, with all its paths below the root and programs where they are here.
moved() {
	sed -e "s,\(^\|[][ \"=<>(']\)/\(dev\|etc\|lib\|medium\|proc\|run\|sys\|sysroot\|tmp\)\>,\1$root/\2,g" \
		-e "s,/usr/lib/jefe/,$root&," -e "s,\(exec \)/usr/sbin/\(jefe-setup\),\1$bin/\2," -e "s,xargs \(/sbin/\)\?modprobe,xargs $bin/modprobe," \
		-e "s,exec \(switch_root\|udhcpc\),exec $bin/\1," \
		-e "s,^\(export \)\?PATH=.*,PATH=$bin:$PATH," "$1"
}

# run FILE [ARGUMENT]...: by the shell that is being looked at.
run() {
	local file=$1
	shift
	{ cat "$bin/functions" && moved "$file"; } >"$folder/script"
	# shellcheck disable=SC2086 # a command and its word
	PATH=$bin:$PATH timeout 60 $shell "$folder/script" "$@" >"$folder/output" 2>&1
}

# tells FILE: what the programs and the script said is what comes in.
tells() {
	cat >"$folder/expected"
	sed "s,$root,,g; s,$folder,,g" "$1" >"$folder/told"
	diff "$folder/expected" "$folder/told" >"$folder/difference" && return
	sed 's/^/# /' "$folder/difference" "$folder/output"
	return 1
}

# initramfs LINE: everything it is made of, with this kernel line.
initramfs() {
	local name
	fresh
	for name in console devices installed live remote dhcp tpm fido2 unlock; do moved "$top/installer/initramfs/$name.sh" >"$root/usr/lib/jefe/$name.sh"; done
	echo 'ask() { answer=secret asker=console; }' >>"$root/usr/lib/jefe/console.sh"
	mkdir -p "$root"/sys/{class/tty/console,class/block/sr0,bus/pci/devices/0,devices/system/cpu} "$root/sysroot/sbin" "$root/sysroot/etc"
	echo "pci:v1 d1" >"$root/sys/bus/pci/devices/0/modalias"
	echo cpu >"$root/sys/devices/system/cpu/modalias"
	echo ttyS0 >"$root/sys/class/tty/console/active"
	echo "5.0 1.0" >"$root/proc/uptime"
	echo "$1" >"$root/proc/cmdline"
	echo '/dev/x / ext4 noatime 0 1' >"$root/sysroot/etc/fstab"
	printf '#!/bin/sh\n' >"$root/sysroot/sbin/init"
	chmod 755 "$root/sysroot/sbin/init"
	for name in mount modprobe switch_root chroot reboot sync; do calls "$name"; done
	calls findfs 'echo /dev/disk'
	calls e2fsck 'exit 1'
}

starts_live() {
	initramfs 'quiet jefe.medium=5eed * jefe.rescue=no'
	mkdir -p "$root/run/jefe/medium/.jefe"
	echo 5eed >"$root/run/jefe/medium/.jefe/id"
	run "$top/installer/initramfs/init" single && tail -n +6 "$said" >"$folder/end" && tells "$folder/end" <<-'END'
		modprobe -abq loop squashfs overlay isofs
		modprobe -abq pci:v1 d1
		mount -t iso9660 -o nosuid,nodev,ro /dev/sr0 /run/jefe/medium
		mount -t squashfs -o ro,loop /run/jefe/medium/live/live.squashfs /run/jefe/live
		mount -t tmpfs -o nodev,mode=0755,size=50% tmpfs /run/jefe/overlay
		mount -t overlay -o lowerdir=/run/jefe/live,upperdir=/run/jefe/overlay/upper,workdir=/run/jefe/overlay/work overlay /sysroot
		mount -o move /dev /sysroot/dev
		mount -o move /proc /sysroot/proc
		mount -o move /sys /sysroot/sys
		mount -o move /run /sysroot/run
		switch_root /sysroot /sbin/init single
	END
}

starts_encrypted() {
	initramfs 'jefe.luks=1234 root=UUID=5678 jefe.lowered=yes'
	# The first passphrase is wrong.
	calls cryptsetup "[ \"\$(cat)\" = secret ] || exit 9; [ -e $bin/tried ] || { : >$bin/tried; exit 2; }"
	run "$top/installer/initramfs/init" && sed '1,/^findfs/d' "$said" >"$folder/end" && tells "$folder/end" <<-'END' || return
		modprobe -abq dm_crypt cpu
		cryptsetup open --type luks2 --key-file - /dev/disk root
		cryptsetup open --type luks2 --key-file - /dev/disk root
		e2fsck -p /dev/mapper/root
		mount -t ext4 -o ro /dev/mapper/root /sysroot
		mount -o remount,rw,noatime /sysroot
		mount -o move /dev /sysroot/dev
		mount -o move /proc /sysroot/proc
		mount -o move /sys /sysroot/sys
		mount -o move /run /sysroot/run
		chroot /sysroot /usr/sbin/jefe-setup canary lower
		switch_root /sysroot /sbin/init
	END
	# A console here is a file: its last line stays.
	grep -qx 'jefe: the root file system was repaired' "$root/dev/ttyS0"
}

# by_tpm STATUS CHECK: the TPM opens the disk, or says why not; e2fsck finds errors.
by_tpm() {
	initramfs 'jefe.luks=1234 root=UUID=5678 jefe.tries=1 jefe.boot=99'
	calls jefe-tpm "[ \$1 = close ] || { [ $1 = 0 ] || echo 'it is another start'; exit $1; }"
	calls cryptsetup
	calls sleep
	calls umount
	calls stty
	calls setsid "exit 0"
	calls e2fsck 'exit 4'
	calls reboot "kill -9 \$PPID"
	{ run "$top/installer/initramfs/init"; } 2>/dev/null # the shell that was restarted
	grep -E '^(jefe-tpm|cryptsetup|setsid|reboot|umount|e2fsck)' "$said" >"$folder/end"
}

# Nobody gave a passphrase, so errors end without a shell, whatever the level says; no start is counted back.
unlocks_by_tpm() {
	by_tpm 0
	tells "$folder/end" <<-'END' && [ "$(cat "$root/run/jefe/tpm")" = unlocked ]
		jefe-tpm open /dev/disk root
		e2fsck -p /dev/mapper/root
		reboot -f
	END
}

# The register is closed before the passphrase is asked for, once more before a shell.
asks_when_the_tpm_does_not() {
	by_tpm 1
	tells "$folder/end" <<-'END' && [ "$(cat "$root/run/jefe/tpm")" = 'asked: it is another start' ]
		jefe-tpm open /dev/disk root
		jefe-tpm close
		umount /run/jefe/boot
		cryptsetup open --type luks2 --key-file - /dev/disk root
		umount /run/jefe/boot
		e2fsck -p /dev/mapper/root
		setsid sh -c exec sh <"$0" >"$0" 2>&1 /dev/ttyS0
	END
}

# no_disk STATUS: the disk is not there, and the register lets itself be closed, or not.
no_disk() {
	initramfs 'jefe.luks=1234 root=UUID=5678'
	calls jefe-tpm "exit $1"
	calls findfs 'exit 1'
	calls setsid "exit 0"
	calls sleep "read -r now rest <$root/proc/uptime; echo \"\$((\${now%.*} + 9)).0\" >$root/proc/uptime"
	calls reboot "kill -9 \$PPID"
	{ run "$top/installer/initramfs/init"; } 2>/dev/null # the shell that was restarted
	grep -E '^(jefe-tpm|setsid|reboot)' "$said" >"$folder/end"
}

# Who takes the disk away to get a shell finds the register closed; no shell where it cannot be.
no_shell_gets_the_key() {
	no_disk 0
	tells "$folder/end" <<-'END' || return
		jefe-tpm close
		setsid sh -c exec sh <"$0" >"$0" 2>&1 /dev/ttyS0
	END
	no_disk 1
	tells "$folder/end" <<-'END'
		jefe-tpm close
		reboot -f
	END
}

# by_key WAY LISTED ANSWER...: a security key that is asked in this way, with these answers to one question after the other; "fifo" is whoever is first.
# Its PIN is 4711, and what it derives opens the disk, as does the passphrase.
by_key() {
	local way=$1 listed=$2 answer number=0
	shift 2
	initramfs 'jefe.luks=1234 root=UUID=5678'
	{
		echo 'ask() { echo "ask $1" >>'"$said; questions=\$((questions + 1)) asker=console"
		echo 'case $questions in'
		for answer in "$@"; do
			number=$((number + 1))
			if [ "$answer" = fifo ]; then
				echo "$number) IFS= read -r answer <&3; asker=\${answer%% *} answer=\${answer#* } ;;"
			else
				echo "$number) answer='$answer' ;;"
			fi
		done
		echo 'esac; }; questions=0'
		echo "say() { echo \"jefe: \$*\" >>$root/dev/spoken; }" # a console here is a file, which keeps its last line alone
	} >>"$root/usr/lib/jefe/console.sh"
	calls jefe-fido2 "case \$1 in way) echo $way ;; list) printf '%s' '$listed' ;; wait) echo 'key derived' ;;
		*) [ \"\$(cat)\" = 4711 ] || { echo 'jefe-fido2: wrong PIN' >&2; exit 1; }; printf derived ;; esac"
	calls cryptsetup "case \$(cat) in derived | passphrase) ;; *) exit 2 ;; esac"
	calls sleep "read -r now rest <$root/proc/uptime; echo \"\$((\${now%.*} + 9)).0\" >$root/proc/uptime"
	run "$top/installer/initramfs/init"
	cp "$root/dev/spoken" "$folder/spoken"
	grep -E '^(jefe-fido2|cryptsetup|ask|switch_root)' "$said" | uniq >"$folder/end"
}

# What it derives is an answer like others; the script waits for nothing else.
unlocks_by_touch() {
	by_key touch '' fifo
	# The program runs beside the question: either may be first.
	sort -o "$folder/end" "$folder/end"
	tells "$folder/end" <<-'END' && [ "$(cat "$root/run/jefe/fido2")" = unlocked ] && [ ! -e "$root/run/jefe/fido2.says" ]
		ask passphrase to unlock the disk
		cryptsetup open --type luks2 --key-file - /dev/disk root
		jefe-fido2 wait /dev/disk
		jefe-fido2 way /dev/disk
		switch_root /sysroot /sbin/init
	END
}

# A wrong PIN is none of the three passphrases.
unlocks_by_pin() {
	by_key pin key 4712 4711
	tells "$folder/end" <<-'END' && grep -qx 'jefe: wrong PIN' "$folder/spoken" && [ "$(cat "$root/run/jefe/fido2")" = unlocked ]
		jefe-fido2 way /dev/disk
		jefe-fido2 list
		ask PIN of the security key
		jefe-fido2 answer /dev/disk
		ask PIN of the security key
		jefe-fido2 answer /dev/disk
		cryptsetup open --type luks2 --key-file - /dev/disk root
		switch_root /sysroot /sbin/init
	END
}

# Without the key it is the passphrase; Enter alone changes to the PIN and back.
asks_in_turn() {
	by_key pin '' wrong '' '' passphrase
	tells "$folder/end" <<-'END' && [ "$(cat "$root/run/jefe/fido2")" = asked ]
		jefe-fido2 way /dev/disk
		jefe-fido2 list
		ask passphrase to unlock the disk
		cryptsetup open --type luks2 --key-file - /dev/disk root
		ask passphrase to unlock the disk
		ask PIN of the security key
		ask passphrase to unlock the disk
		cryptsetup open --type luks2 --key-file - /dev/disk root
		switch_root /sysroot /sbin/init
	END
}

# mirrored STATE OPTION: with arrays that open only with this option, and then lack STATE disks.
mirrored() {
	initramfs 'jefe.mirror=12-34,56-78 root=UUID=5678'
	mkdir -p "$root"/{dev/md,sys/class/block/md1/md}
	echo "$1" >"$root/sys/class/block/md1/md/degraded"
	calls e2fsck # a console here is a file: its last line stays
	calls sleep "read -r now rest <$root/proc/uptime; echo \"\$((\${now%.*} + 1)).0\" >$root/proc/uptime"
	calls mdadm "case \$1\$3 in --examine*) echo 'ARRAY /dev/md/x UUID=12:34 name=x' ;; --assemble$2) : >\"\$2\" ;; *) exit 1 ;; esac"
	run "$top/installer/initramfs/init" && grep -E '^(mdadm|e2fsck)' "$said" | uniq >"$folder/end"
}

starts_on_two_disks() {
	mirrored 0 --no-degraded && tells "$folder/end" <<-'END' && ! grep -q lacks "$root/dev/ttyS0"
		mdadm --examine --scan --config=partitions
		mdadm --assemble /dev/md/jefe-root --no-degraded --config=partitions --uuid=12-34
		mdadm --assemble /dev/md/jefe-boot --no-degraded --config=partitions --uuid=56-78
		e2fsck -p /dev/disk
	END
}

# The one that is missing is waited for.
starts_on_one_disk() {
	mirrored 1 --run && [ "$(grep -c -e --no-degraded "$folder/end")" -gt 8 ] && tail -n 4 "$folder/end" >"$folder/last" && tells "$folder/last" <<-'END' &&
		mdadm --stop /dev/md/jefe-root
		mdadm --assemble /dev/md/jefe-root --run --config=partitions --uuid=12-34
		mdadm --assemble /dev/md/jefe-boot --run --config=partitions --uuid=56-78
		e2fsck -p /dev/disk
	END
		grep -q 'jefe: the mirror lacks a disk; starting from the other one' "$root/dev/ttyS0"
}

# unlocks_over_ssh NETWORK CALL...: these are the calls for the network, from coming up to going down; the second passphrase, which came
# over SSH, opens the disk.
unlocks_over_ssh() {
	initramfs 'jefe.luks=1234 root=UUID=5678'
	mkdir -p "$root"/etc/unlock "$root"/sys/class/net/{eth0,eth1,wlan0}/device "$root"/sys/class/net/{lo,wlan0/wireless}
	echo 52:54:00:00:00:01 | tee "$root"/sys/class/net/{eth0,wlan0}/address >"$root/sys/class/net/lo/address"
	echo 52:54:00:00:00:02 >"$root/sys/class/net/eth1/address"
	printf '%b' "$1" >"$root/etc/unlock/network"
	shift
	echo 'ask() { answer=secret asker=7; sleep 0.3; }' >>"$root/usr/lib/jefe/console.sh"
	for name in ip umount; do calls "$name"; done
	calls udhcpc 'exec sleep 30'
	calls pidof 'exit 1'
	calls dropbear "echo \"[7] Jan 01 00:00:00 $logged\" >&2"
	calls cryptsetup "[ -e $bin/tried ] || { : >$bin/tried; cat $root/run/jefe/told.7 2>/dev/null; exit 2; }; cp $root/run/jefe/told.7 $folder/verdict"
	run "$top/installer/initramfs/init" && grep -E '^(dropbear|ip|udhcpc|umount|e2fsck)' "$said" >"$folder/end" && printf '%s\n' "$@" | sort >"$folder/sorted" &&
		sort -o "$folder/end" "$folder/end" && tells "$folder/end" <"$folder/sorted" &&
		[ "$(cat "$folder/verdict")" = 'this is not the passphrase; 2 tries left' ] && [ ! -e "$root/run/jefe/over" ]
}

# What is the same whatever the network is.
server='dropbear -F -E -m -r /etc/unlock/host_key -p 22 -T 3 -K 30 -I 600 -s -j -k -c /usr/lib/jefe/unlock.sh -P /run/jefe/dropbear.pid'
logged="Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:x from 10.0.0.9:1"
ports_down='ip addr flush dev eth0|ip addr flush dev eth1|ip addr flush dev wlan0|ip link set eth0 down|ip link set eth1 down|ip link set wlan0 down'

# By its address, whatever its name is now.
unlocks_by_dhcp() {
	local down
	IFS='|' read -ra down <<<"$ports_down"
	unlocks_over_ssh 'METHOD=dhcp\nINTERFACE=eth0\nMAC=52:54:00:00:00:02\n' "$server" 'ip link set eth1 up' \
		'udhcpc -f -i eth1 -t 4 -T 3 -A 10 -s /usr/lib/jefe/dhcp.sh' 'umount /dev/pts' "${down[@]}" 'e2fsck -p /dev/mapper/root' || return
	: >"$said"
	interface=eth1 ip=10.0.0.7 mask=8 router='10.0.0.1 10.0.0.2' run "$top/installer/initramfs/dhcp.sh" bound && tells "$said" <<-END
		ip addr add 10.0.0.7/8 dev eth1
		ip -4 route add 10.0.0.1 dev eth1
		ip -4 route add default via 10.0.0.1 dev eth1
	END
}

unlocks_with_fixed_address() {
	local down
	IFS='|' read -ra down <<<"$ports_down"
	unlocks_over_ssh 'METHOD=static\nINTERFACE=eth0\nVLAN=10\nADDRESS=2001:db8::7/64\nGATEWAY=2001:db8::1\n' "$server" 'ip link set eth0 up' \
		'ip link add link eth0 name vlan10 type vlan id 10' 'ip link set vlan10 up' 'ip addr add 2001:db8::7/64 dev vlan10' \
		'ip -6 route add 2001:db8::1 dev vlan10' 'ip -6 route add default via 2001:db8::1 dev vlan10' 'umount /dev/pts' \
		'ip link del vlan10' "${down[@]}" 'e2fsck -p /dev/mapper/root' && grep -q 'by SSH, at 2001:db8::7$' "$root/dev/kmsg" || return
	grep -qx "jefe: $logged" "$root/dev/kmsg"
}

# session: the place of one, with the FIFO of answers on descriptor 4.
session() {
	fresh
	moved "$top/installer/initramfs/unlock.sh" >"$root/unlock.sh"
	mkfifo "$root/run/jefe/answer"
	exec 4<>"$root/run/jefe/answer"
}

a_session_asks_and_tells() {
	local who answer
	session
	printf ' two  words ' | PATH=$bin:$PATH timeout 60 $shell "$root/unlock.sh" >"$folder/output" 2>&1 &
	read -r -t 20 -u 4 -d ' ' who && IFS= read -r -t 20 -u 4 answer && echo "not this one" >"$root/run/jefe/told.$who"
	! wait $! && [ "$answer" = ' two  words ' ] && grep -q 'jefe: not this one' "$folder/output" || return
	session
	(exec sleep 20) | PATH=$bin:$PATH timeout 60 $shell "$root/unlock.sh" >"$folder/output" 2>&1 &
	echo "0 it is open" >"$root/run/jefe/over"
	wait $! && grep -q 'jefe: it is open' "$folder/output" || return
	session
	! SSH_ORIGINAL_COMMAND=id PATH=$bin:$PATH timeout 20 $shell "$root/unlock.sh" <<<secret >"$folder/output" 2>&1 && grep -q 'without a command' "$folder/output" &&
		! read -r -t 0 -u 4
}

live_starts() {
	fresh
	mkdir -p "$root"/sys/{bus/pci/devices/0,bus/usb/devices/1} # a machine without DMI
	echo 'pci:v00001AF4bc03sc00' >"$root/sys/bus/pci/devices/0/modalias"
	echo 'usb:v1' >"$root/sys/bus/usb/devices/1/modalias"
	echo "x $root/proc proc rw" >"$root/proc/mounts"
	echo 'quiet' >"$root/proc/cmdline"
	echo jefelinux >"$root/etc/hostname"
	for name in mount modprobe ip nice; do calls "$name"; done
	run "$overlay/live/usr/libexec/jefelinux/live-init" && wait_for '^nice' && run "$overlay/live/usr/libexec/jefelinux/live-init" drivers &&
		tells "$said" <<-END && [ "$(cat "$root/proc/sys/kernel/hostname")" = jefelinux ]
			mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
			mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
			mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs /run
			mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts /dev/pts
			mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /dev/shm
			mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /tmp
			mount -t securityfs -o nosuid,nodev,noexec securityfs /sys/kernel/security
			ip link set lo up
			modprobe -a -b -q -- pci:v00001AF4bc03sc00
			nice -n 19 /script drivers
			modprobe -a -b -q -- usb:v1
		END
}

# wait_for PATTERN: what the script started has said it.
wait_for() {
	local left=100
	until grep -q "$1" "$said" || [ "$left" = 0 ]; do left=$((left - 1)) && sleep 0.1; done
	[ "$left" != 0 ]
}

network_comes_up() {
	fresh
	mkdir -p "$root"/sys/class/net/{eth0,eth1,wlan0}/device "$root"/sys/class/net/{lo,wlan0/wireless}
	for name in ip sleep udhcpc; do calls "$name"; done
	! run "$overlay/live/usr/libexec/jefelinux/network" up && grep -q 'no wired port has a link (ports: eth0 eth1 )' "$folder/output" || return
	echo 1 >"$root/sys/class/net/eth1/carrier"
	run "$overlay/live/usr/libexec/jefelinux/network" up && [ "$(cat "$folder/output")" = eth1 ] &&
		grep -q '^udhcpc -i eth1 ' "$said" || return
	: >"$said"
	interface=eth1 ip=10.0.0.7 mask=8 router='10.0.0.1 10.0.0.2' dns='10.0.0.3 10.0.0.4' domain=lan \
		run "$overlay/live/usr/libexec/jefelinux/dhcp" bound && tells "$said" <<-END && tells "$root/etc/resolv.conf" <<-END2
			ip addr flush dev eth1
			ip addr add 10.0.0.7/8 dev eth1
			ip route replace default via 10.0.0.1 dev eth1
		END
			search lan
			nameserver 10.0.0.3
			nameserver 10.0.0.4
		END2
}

consoles_start() {
	fresh
	mkdir -p "$root/sys/class/tty/console"
	echo 'tty0 hvc0' >"$root/sys/class/tty/console/active"
	calls jefe-setup 'echo "gpt $PARTED_GPT_APPLE" >&2'
	run "$overlay/live/usr/libexec/jefelinux/console" serial --x && run "$overlay/live/usr/libexec/jefelinux/console" tty2 &&
		run "$overlay/live/usr/libexec/jefelinux/unattended" && tells "$said" <<-'END' && grep -qx 'gpt 0' "$root/run/jefe/unattended.errors"
			jefe-setup console hvc0 --x
			jefe-setup console tty2
			jefe-setup unattended
		END
}

confine_confines() {
	local confine=$overlay/target/usr/libexec/jefelinux/confine
	fresh
	calls service
	! run "$confine" jefe-x service 'a b' && grep -q 'profile jefe-x is not loaded: service is not started' "$folder/output" && [ ! -s "$said" ] || return
	run "$confine" -o jefe-x service 'a b' && [ "$(cat "$said")" = 'service a b' ] || return
	mkdir -p "$root/proc/self/attr/apparmor"
	run "$confine" jefe-x service && [ "$(cat "$root/proc/self/attr/apparmor/exec")" = 'exec jefe-x' ] && ! run "$confine" jefe-x &&
		grep -q '^usage: ' "$folder/output"
}

container_is_private() {
	fresh
	# shellcheck disable=SC2016
	run "$overlay/oci/usr/libexec/jefelinux/enter" sh -c 'umask; echo "$1"' x 'a  b' && [ "$(cat "$folder/output")" = $'0077\na  b' ]
}

# service FILE COMMAND...: in it, after what openrc-run gives it; PATHs of this machine stay out of reach.
service() {
	local file=$1
	shift
	{
		printf '%s() { echo "%s $*"; }\n' need need use use after after before before provide provide ebegin begin eend end ewarn warn \
			eerror error einfo info keyword keyword
		cat "$file"
		printf '%s\n' "$@"
	} >"$folder/service"
	run "$folder/service"
}

services_are_read() {
	local file status=0
	fresh
	for file in "$overlay"/*/etc/init.d/*; do
		[ -h "$file" ] || service "$file" 'set -e; [ -n "$description$name$command" ]; depend' || { echo "# ${file#"$top"/}: $(cat "$folder/output")" && status=1; }
	done
	return "$status"
}

services_start() {
	fresh
	mkdir -p "$root"/etc/{modules-load.d,ssh} "$root"/sys/bus/{usb,pci}/devices/0
	printf 'loop # comment\n' >"$root/etc/modules-load.d/a.conf"
	echo usb:v1 >"$root/sys/bus/usb/devices/0/modalias"
	echo pci:bc02 >"$root/sys/bus/pci/devices/0/modalias"
	echo server >"$root/etc/hostname"
	for name in modprobe sysctl ssh-keygen; do calls "$name"; done
	service "$overlay/target-debian/etc/init.d/kmod" start && service "$overlay/target-debian/etc/init.d/procps" start &&
		service "$overlay/target-debian/etc/init.d/ssh" 'key_types_to_generate="rsa ed25519"' 'echo key >/etc/ssh/ssh_host_rsa_key' start_pre &&
		tells "$said" <<-END && [ "$(cat "$root/proc/sys/kernel/hostname")" = server ] && [ -d "$root/run/sshd" ]
			modprobe -a -b -q -- loop pci:bc02 usb:v1
			sysctl -q --system
			ssh-keygen -q -t ed25519 -N  -C  -f /etc/ssh/ssh_host_ed25519_key
		END
}

file_systems_are_mounted() {
	fresh
	echo "x $root/run/lock tmpfs rw" >"$root/proc/mounts"
	calls busybox
	service "$overlay/target-debian/etc/init.d/localmount" mount_kernel && tells "$said" <<-'END'
		busybox mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts /dev/pts
		busybox mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs /dev/shm
		busybox mount -t securityfs -o nosuid,nodev,noexec securityfs /sys/kernel/security
		busybox mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate cgroup2 /sys/fs/cgroup
	END
}

echo "1..42"
ash=$(command -v busybox)
for shell in dash "$ash ash"; do
	shell_name=${shell##* }
	check "$shell_name: the initramfs finds the live system" starts_live
	check "$shell_name: and unlocks an installed one" starts_encrypted
	check "$shell_name: or one that a TPM unlocks" unlocks_by_tpm
	check "$shell_name: or does not, and the passphrase does" asks_when_the_tpm_does_not
	check "$shell_name: no shell gets the key of a TPM" no_shell_gets_the_key
	check "$shell_name: a touch of a security key unlocks it" unlocks_by_touch
	check "$shell_name: or its PIN and a touch" unlocks_by_pin
	check "$shell_name: or the passphrase, in turn with the PIN" asks_in_turn
	check "$shell_name: or one on two disks" starts_on_two_disks
	check "$shell_name: or on one of them, when the other is missing" starts_on_one_disk
	check "$shell_name: or takes the passphrase over SSH, with DHCP on the port of that address" unlocks_by_dhcp
	check "$shell_name: or with a fixed one in a VLAN" unlocks_with_fixed_address
	check "$shell_name: who logs in is asked, told and can do nothing else" a_session_asks_and_tells
	check "$shell_name: the live system starts" live_starts
	check "$shell_name: with a network" network_comes_up
	check "$shell_name: and consoles" consoles_start
	check "$shell_name: confine starts nothing without its profile" confine_confines
	check "$shell_name: files of a container are private" container_is_private
	check "$shell_name: every service says what it needs" services_are_read
	check "$shell_name: drivers, kernel parameters and host keys are there" services_start
	check "$shell_name: what is mounted is not mounted again" file_systems_are_mounted
done
exit "$bad"

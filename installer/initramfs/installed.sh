# shellcheck shell=sh
# The way to the root of an installed system: unlock, check, mount.

mount_installed() {
	find=find_uuid device=''
	if [ -n "$mirror" ]; then
		open_mirror || return
	fi
	if [ -n "$luks" ]; then
		unlock || return
		device=/dev/mapper/root
	fi
	if [ -n "$volumes" ]; then
		modprobe -abq dm_mod
		find=find_in_volumes device=''
	fi
	if [ -z "$device" ] && ! wait_until 30 "$find" "$root"; then
		fail "no disk holds the root file system $root"
		return
	fi
	check_root "$device"
	if ! mount -t "$type" -o ro "$device" /sysroot; then
		fail "the root file system on $device cannot be mounted"
		return
	fi
	mount_as_fstab_says
}

# find_in_volumes UUID: the same as find_uuid, among the logical volumes of the group with the UUID $volumes. Groups of other disks may have
# its name.
find_in_volumes() {
	DM_DISABLE_UDEV=1 lvm vgchange --quiet --activate y --select "vg_uuid=$volumes" >/run/jefe/lvm 2>&1
	find_uuid "$1"
}

# The arrays of root and of /boot, "UUID,UUID": with both disks or, some seconds after the first was seen, with the one that is there. False
# as unlock is.
open_mirror() {
	modprobe -abq raid1
	if ! wait_until 30 find_member "${mirror%,*}"; then
		fail "no disk holds the mirror ${mirror%,*}"
		return 1
	fi
	wait_until 10 open_arrays --no-degraded || open_arrays --run
	if [ ! -e /dev/md/jefe-root ]; then
		fail "the mirror cannot be opened: $(cat /run/jefe/mdadm)"
		return 1
	fi
	! grep -q '[1-9]' /sys/class/block/md*/md/degraded || say "the mirror lacks a disk; starting from the other one"
}

# find_member UUID: is one of its disks there?
find_member() {
	mdadm --examine --scan --config=partitions 2>/dev/null | sed 's/[:-]//g' | grep -q "UUID=$(echo "$1" | sed 's/-//g')"
}

open_arrays() {
	open_array root "${mirror%,*}" "$1" && open_array boot "${mirror#*,}" "$1"
}

# open_array NAME UUID OPTION: as /dev/md/jefe-NAME. With --no-degraded only with all disks that it had last: one that is known to have
# failed is not waited for.
open_array() {
	[ ! -e "/dev/md/jefe-$1" ] || return 0
	mdadm --assemble "/dev/md/jefe-$1" "$3" --config=partitions --uuid="$2" >/run/jefe/mdadm 2>&1 && return
	mdadm --stop "/dev/md/jefe-$1" >/dev/null 2>&1
	return 1
}

# False when a rescue shell has done, or given up, what is asked of us.
unlock() {
	if ! wait_until 30 find_uuid "$luks"; then
		fail "no disk holds the encrypted root $luks"
		return 1
	fi
	modprobe -abq dm_crypt "$(cat /sys/devices/system/cpu/modalias)"
	try_tpm "$device" && return
	count_starts $((tries - 1))
	open_answers
	remote_up
	failure=''
	key_up "$device"
	try_answers
	key_down
	answer=''
	close_answers
	if [ -n "$failure" ]; then
		# Who is not there cannot use a shell.
		[ "$asker" = console ] || [ "$asker" = key ] || rescue=no
		remote_down 1 "$failure; $(what_follows)"
		fail "$failure"
		return 1
	fi
	remote_down 0 "the disk is unlocked; the computer goes on starting"
	count_starts "$tries"
}

# With what went wrong in $failure.
try_answers() {
	for left in "2 tries left" "1 try left" ""; do
		ask_in_turn "passphrase to unlock the disk"
		printf %s "$answer" | cryptsetup open --type luks2 --key-file - "$device" root 2>/run/jefe/error
		case $? in
		0) return ;;
		2)
			what=passphrase
			[ "$asker" != key ] || what="key of the disk"
			say "this is not the $what${left:+; $left}"
			remote_tell "this is not the $what${left:+; $left}"
			;;
		*)
			failure="unlocking $device: $(cat /run/jefe/error)"
			return
			;;
		esac
	done
	failure="the disk stays locked"
}

what_follows() {
	if [ "$rescue" = no ]; then
		echo "the computer restarts in 30 seconds and asks again"
	else
		echo "there is a rescue shell at its console"
	fi
}

# count_starts NUMBER: instead of what the boot menu counted (jefe.tries=, on jefe.boot=UUID). Who goes away from the passphrase has
# seen no failed start.
count_starts() {
	[ -n "$tries" ] || return 0
	mkdir -p /run/jefe/boot
	mount -t ext4 -o nosuid,nodev,noexec "$(findfs "UUID=$boot")" /run/jefe/boot 2>/dev/null || return 0
	# In place: the boot menu writes over the blocks that the file has.
	sed "s/^jefe_tries=.*/jefe_tries=$1/" /run/jefe/boot/grub/grubenv >/run/jefe/grubenv &&
		dd if=/run/jefe/grubenv of=/run/jefe/boot/grub/grubenv conv=notrunc 2>/dev/null
	umount /run/jefe/boot
}

# check_root DEVICE: repair what is safe to repair. Bits of the exit status: 1 repaired, 2 restart, 4 errors are left.
check_root() {
	case $type in ext*) ;; *) return ;; esac
	e2fsck -p "$1" >/run/jefe/fsck 2>&1
	status=$?
	[ $((status & 1)) = 0 ] || say "the root file system was repaired"
	if [ $((status & 2)) != 0 ]; then
		say "restarting after the repair"
		restart
	fi
	if [ $((status & 4)) != 0 ]; then
		fail "the root file system on $1 has errors that need a decision: e2fsck $1"
	elif [ "$status" -ge 8 ]; then
		say "the root file system could not be checked: $(tail -n 1 /run/jefe/fsck)"
	fi
}

mount_as_fstab_says() {
	while read -r _ point _ options _; do
		case $point in
		/)
			mount -o "remount,rw,$options" /sysroot || say "/etc/fstab: these options of / do not work: $options"
			return
			;;
		esac
	done </sysroot/etc/fstab
}

# shellcheck shell=sh
# The way to the live system: the medium with our id, its squashfs, and memory above it for what changes.

mount_live() {
	mkdir -p /run/jefe/medium /run/jefe/live /run/jefe/overlay /run/jefe/stick
	modprobe -abq loop squashfs overlay isofs
	if ! take_medium && ! wait_until 60 find_medium; then
		fail "no medium has the id $medium; is the stick or disc still there?"
		return
	fi
	if ! mount -t squashfs -o ro,loop /run/jefe/medium/live/live.squashfs /run/jefe/live; then
		fail "live/live.squashfs on the medium cannot be read; the medium is damaged"
		return
	fi
	mount -t tmpfs -o nodev,mode=0755,size=50% tmpfs /run/jefe/overlay
	mkdir /run/jefe/overlay/upper /run/jefe/overlay/work
	mount -t overlay -o lowerdir=/run/jefe/live,upperdir=/run/jefe/overlay/upper,workdir=/run/jefe/overlay/work \
		overlay /sysroot || fail "the live system cannot be put together"
}

# take_medium: it came with the kernel, over the network. Out of the initramfs, whose files end when the live system starts.
take_medium() {
	found=''
	[ ! -e /medium/.jefe/id ] || read -r found </medium/.jefe/id
	[ "$found" = "$medium" ] || return 1
	mount -t tmpfs -o nosuid,nodev,noexec,mode=0755,size=100% tmpfs /run/jefe/medium &&
		mv /medium/* /medium/.jefe /run/jefe/medium/ && mount -o remount,ro /run/jefe/medium
}

# Look at every disk, partition and disc; true with the medium mounted.
find_medium() {
	for block in /sys/class/block/*; do
		block=${block##*/}
		case $block in
		loop* | ram* | zram* | dm-* | fd*) continue ;;
		esac
		if is_medium "/dev/$block" ro || { [ -n "$iso" ] && holds_iso "/dev/$block"; }; then
			return 0
		fi
	done
	return 1
}

# is_medium SOURCE OPTIONS: mount it when it is the one.
is_medium() {
	mount -t iso9660 -o "nosuid,nodev,$2" "$1" /run/jefe/medium 2>/dev/null || return 1
	found=''
	[ ! -e /run/jefe/medium/.jefe/id ] || read -r found </run/jefe/medium/.jefe/id
	[ "$found" != "$medium" ] || return 0
	umount /run/jefe/medium
	return 1
}

# holds_iso DEVICE: our image as a file on a stick that other systems are on too (jefe.iso=PATH). ro alone would write: it replays
# the journal of a system that is only asleep.
holds_iso() {
	for kind in "vfat ro" "exfat ro" "ext4 ro,noload"; do
		mount -t "${kind% *}" -o "${kind#* },nosuid,nodev" "$1" /run/jefe/stick 2>/dev/null || continue
		if [ -f "/run/jefe/stick/$iso" ] && is_medium "/run/jefe/stick/$iso" ro,loop; then
			return 0
		fi
		umount /run/jefe/stick
	done
	return 1
}
